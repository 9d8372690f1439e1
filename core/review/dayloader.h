// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/camera/camerasync.h"
#include "core/camera/dayscanner.h"
#include "core/result.h"
#include "core/review/day.h"
#include "core/store/store.h"

#include <QHash>
#include <QList>
#include <QString>

#include <atomic>
#include <memory>
#include <optional>

namespace birblens {

/** What the listing found last: compared with the next one. Shared with the worker, never changed.
 */
struct KnownDay
{
    QList<Frame> frames;
    QHash<QString, CameraLabel> cameraRows; ///< by frame key
    LeftOut leftOut;
    QSet<QString> cameraNames;           ///< labels that the camera database knows
    QHash<QString, FileFacts> timesFrom; ///< see DayListing
};

/** What the worker is asked to do; values only. */
struct LoadRequest
{
    QString path;                          ///< of the day to open
    DaySource source;                      ///< of the day to list again
    std::shared_ptr<const KnownDay> known; ///< to list again: what is known already
    bool readLabels = false;               ///< to list again: another program wrote the store
    QStringList vocabulary;
    std::optional<ModelInfo> model; ///< whose stored predictions are wanted
    bool lastModel = false;         ///< without a model: those of the one that classified last
    std::shared_ptr<std::atomic_bool> cancelled = std::make_shared<std::atomic_bool>(false);
};

/** What the worker brings back. */
struct LoadedDay
{
    std::optional<Error>
        problem; ///< the day cannot be opened (or listed again): nothing else is set
    DaySource source;
    QList<Frame> changed;    ///< listed again: new frames, and known ones that are different
    QStringList changedRows; ///< listed again: keys whose row is new or has another true label
    QList<ReadFolder> folders;
    std::shared_ptr<const KnownDay> known; ///< all of it

    std::optional<Error> storeProblem; ///< labels cannot be kept
    QString storeNote;                 ///< something about the store that is said once
    bool storeDamaged = false;         ///< because the file is no sound database
    QHash<QString, LabelRecord> records;
    QHash<QString, Mark> marks;
    QSet<QString> trashed; ///< frames whose file the person moved to the trash
    ClockShifts clock;     ///< by which a person corrected the capture times
    bool labelsRead = false;
    SyncOutcome sync; ///< with Birb Cam's labels, already carried out
    QString modelId;
    std::optional<ModelInfo> lastModel; ///< whose predictions these are, when it was asked for
    QHash<QString, Prediction> predictions;
    std::optional<Error> predictionsProblem; ///< why there are none
    QSet<QString> features;                  ///< frames that have some
    int settingsUnknown = 0;                 ///< of the predictions
    QSet<QString> otherPictures;             ///< see FrameEntry::otherPicture
    DayEntries entries; ///< of a day that was opened: frames, records and predictions together
};

/** The frames with a person's corrections of the clock, in order. */
QList<Frame> correctedFrames(const QList<Frame> &frames, const ClockShifts &clock);

/** A listed day put together with what the store knows of its frames. */
DayEntries dayEntries(const KnownDay &known, const ClockShifts &clock,
                      const QHash<QString, LabelRecord> &records,
                      const QHash<QString, Prediction> &predictions,
                      const QHash<QString, Mark> &marks, const QSet<QString> &trashed,
                      const QSet<QString> &features, const QSet<QString> &otherPictures);

/** Lists a day, opens its store, takes Birb Cam's labels in. For a worker: touches nothing shared.
 */
std::shared_ptr<LoadedDay> loadDay(const LoadRequest &request);

/** What a model said of the frames @p keys of a day, as its store has it. For a worker. */
Result<KnownPredictions> knownPredictions(const QString &dayFolder, const ModelInfo &model,
                                          const QStringList &keys);

/** Lists a day again and finds what is different. For a worker. */
std::shared_ptr<LoadedDay> listAgain(const LoadRequest &request);

} // namespace birblens
