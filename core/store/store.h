// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/prediction.h"
#include "core/result.h"
#include "core/store/clockshifts.h"
#include "core/store/picture.h"
#include "core/store/truelabel.h"

#include <QDateTime>
#include <QHash>
#include <QList>
#include <QSet>
#include <QString>

#include <functional>
#include <memory>
#include <optional>

namespace birblens {

/** The label of a frame as it stands now. */
struct LabelRecord
{
    TrueLabel label;
    QString shownPrediction; ///< labelsToText of what was shown when the label was given
    /** Birb Cam's `true_label` as last seen or written there; nothing when NULL. */
    std::optional<QString> cameraSeen;
    bool pending = false; ///< still to be written to Birb Cam's database
    std::optional<QString>
        conflict; ///< theirs, when both sides changed; empty text: they removed it

    bool operator==(const LabelRecord &) const = default;
};

/** What the person noted beside the label. */
struct Mark
{
    bool flagged = false;
    QString comment;

    bool operator==(const Mark &) const = default;
};

/** What is known of Birb Cam's side of one frame's label; the fields of LabelRecord. */
struct CameraState
{
    QString key;
    std::optional<QString> seen;
    bool pending = false;
    std::optional<QString> conflict;
};

inline constexpr auto movedFrom = "moved from ";

/** One change of a label: who, when, what, before. Append-only. */
struct LabelChange
{
    QString key;
    TrueLabel before;
    TrueLabel after;
    QString shownPrediction;
    /** The person's login name, "birbcam" for labels taken from there; movedFrom and a frame's key
     * for a picture that was renamed. */
    QString who;
    QDateTime when; ///< UTC; the time of writing when not set
};

/** A decision of the person, for one frame or many: one step of undo. */
struct Decision
{
    qint64 id = 0; ///< given by the store
    QString text;  ///< what was done, for the menu
    bool undone = false;
};

/**
 * What a decision did to the label of one frame. While the decision is what the frame has its label
 * from, the step is the decision's own: only then can it be undone.
 */
struct LabelStep
{
    LabelChange change;
    QString shownBefore; ///< LabelRecord::shownPrediction before the change
};

/** What a decision did to the mark of one frame. */
struct MarkStep
{
    QString key;
    Mark before;
    Mark after;
};

/** A frame's file that a decision moved to the desktop's trash. */
struct TrashStep
{
    QString key;
    QString inTrash; ///< absolute path there; empty while it is not known
    QString path;    ///< absolute path of where it was; empty in stores before schema 5
};

/**
 * All that one decision did; each frame at most once in each list. One person decides at one time:
 * `who` and `when` are the same in all labels.
 */
struct DecisionSteps
{
    QList<LabelStep> labels;
    QList<MarkStep> marks;
    QList<TrashStep> trash;
    /** Of the frames in `labels`: those whose picture had been replaced; the label is for the new
     * one. */
    QStringList pictures;
    QList<ClockStep> clock;

    bool isEmpty() const
    {
        return labels.isEmpty() && marks.isEmpty() && trash.isEmpty() && clock.isEmpty();
    }
};

/** What came of taking a decision back, or doing it again. */
struct TurnedDecision
{
    /** The store does not know it any more: another window has decided something since. */
    bool gone = false;
    bool already = false; ///< it was so before: another window did it
    /** What was done; `after` is what is in the store now. */
    DecisionSteps done;
    /** Keys of frames that were changed otherwise since: nothing was done to them. */
    QStringList left;
};

/** What a frame has after another one's records were moved to it. */
struct MovedRecord
{
    QString from;
    LabelRecord record;
    Mark mark;
    bool otherPicture = false; ///< the label waits for the person: see changedPictures()
};

/** What somebody who shows a day remembers of it, in case that its store cannot be read. */
struct RememberedDay
{
    QHash<QString, LabelRecord> labels;
    QHash<QString, Mark> marks;
    QSet<QString> otherPictures; ///< see Store::changedPictures()
    ClockShifts clock;
};

enum class StoreOpening {
    Checked, ///< looks for damage, makes the daily copy: may take a while, for a worker
    Quick    ///< what Checked has opened before
};

/**
 * `birblens.db`: our own state of one day (SQLite, WAL), in the day's folder, or under XDG data
 * when that is read-only. Opened per thread that uses it. Every change is on disk (synchronous=FULL
 * for labels) when the call returns. Schema by numbered migrations, each in a transaction.
 */
class Store
{
public:
    /**
     * Opens or creates; migrates; keeps a dated copy per day, five of them, in `.birblens-backups`
     * beside it (labels, history, notes and experiments; predictions can be computed again). A
     * database from a newer Birblens, or a damaged one, is an error and stays untouched.
     */
    static Result<std::unique_ptr<Store>> open(const QString &dayFolder,
                                               StoreOpening opening = StoreOpening::Checked,
                                               int busyMilliseconds = 5000);
    /** Another connection to the store that path() names, which is open already. For a worker. */
    static Result<std::unique_ptr<Store>> openAgain(const QString &storePath);
    /** Where open() would put it. */
    static QString pathFor(const QString &dayFolder);
    ~Store();

    /** Where the labels were saved when the file was found gone or replaced; empty: nowhere. */
    QString rescued() const;
    QString path() const;
    /** Changes when another connection has written (PRAGMA data_version). Cheap. */
    Result<qint64> dataVersion() const;
    Result<void> canWrite() const; ///< now; takes the lock and gives it back
    /** Asked when the file was spoilt while it was open: what is remembered is saved elsewhere. */
    void setMemory(std::function<RememberedDay()> memory);

    Result<QHash<QString, LabelRecord>> labels() const;
    /** Writes the new labels and their history as one transaction. */
    Result<void> setLabels(const QList<LabelChange> &changes);
    /**
     * Writes what @p steps change, kept as a decision that can be undone, also after the program
     * has been closed. What the steps say of the state before is replaced by what the store has: it
     * may have been changed elsewhere. A mark is changed only in what differs between before and
     * after. Decisions that were undone are forgotten: there is one line of history to go back on.
     * Files that are to go to the trash are noted before they are moved; see noteTrash().
     * @return the decision's id, never used before or again.
     */
    Result<qint64> decide(const QString &text, DecisionSteps &steps);
    /**
     * Takes decision @p id back, or does it again, frame by frame: a frame whose label (or mark) is
     * not what this decision set (or, again, what it was before) is left as it is. Taken back, of
     * files only those of @p filesBack are; done again, the files of all of its steps are noted as
     * on their way to the trash.
     */
    Result<TurnedDecision> setUndone(qint64 id, bool undone, const QString &who,
                                     const QStringList &filesBack = {});
    Result<QList<Decision>> decisions() const; ///< what stands, oldest first, then what is undone
    /** Files of decision @p id that are in the trash, or on their way. */
    Result<QList<TrashStep>> trashOf(qint64 id) const;
    /**
     * Where files of decision @p id are now. Those of @p stayed were not moved and belong to it no
     * longer; a decision without any step is forgotten.
     */
    Result<void> noteTrash(qint64 id, const QList<TrashStep> &moved, const QStringList &stayed);
    /** Looks for files whose way to the trash was cut off by the program's end. */
    Result<void> findLostTrash();
    /** Frames whose file is in the trash by a decision that stands. */
    Result<QSet<QString>> trashed() const;
    /** Updates what is known of Birb Cam's side. */
    Result<void> setCameraState(const QString &key, const std::optional<QString> &seen,
                                bool pending, const std::optional<QString> &conflict);
    Result<void> setCameraStates(const QList<CameraState> &states);
    /**
     * Takes labels over from Birb Cam and notes its side, as one transaction. A frame whose stored
     * label is no longer LabelChange::before (another Birblens labelled it meanwhile) is left as it
     * is.
     * @return the keys of those.
     */
    Result<QStringList> takeFromCamera(const QList<LabelChange> &changes,
                                       const QList<CameraState> &states);
    Result<QList<LabelChange>> history(const QString &key) const; ///< oldest first

    Result<ClockShifts> clock() const; ///< corrections of the capture times

    Result<QHash<QString, Mark>> marks() const; ///< of frames that have one
    /**
     * Gives marks that are from no decision to frames that never had one, also none that was taken
     * away since. @return the keys of those frames.
     */
    Result<QSet<QString>> takeMarks(const QHash<QString, Mark> &marks);

    // --- predictions: storemodels.cpp
    // A model is known by ModelInfo::id. Where an older Birblens kept predictions by the hash of
    // the model's file, they are taken over when the file itself holds its settings; else nobody
    // knows under which settings they were made, and they are Prediction::settingsUnknown.

    /** Takes over what an older Birblens kept of that very file. Reads it, when there is such. */
    Result<void> adoptPredictions(const ModelInfo &model);
    /** The model that classified last, as it was then: metadata without layers. */
    Result<std::optional<ModelInfo>> lastModel() const;
    /** Predictions of one model by frame key. */
    Result<QHash<QString, Prediction>> predictions(const ModelInfo &model) const;
    /** One call per frame, in no order, and of a frame the one that counts only. */
    Result<void>
    readPredictions(const ModelInfo &model,
                    const std::function<void(const QString &key, Prediction said)> &take) const;
    /** Predictions, and features where there are some, in one transaction. */
    Result<void> savePredictions(const ModelInfo &model,
                                 const QHash<QString, Classified> &classified);
    /** Keys of the frames whose features of that model are kept. */
    Result<QSet<QString>> featureKeys(const QString &modelId) const;
    /** One call per frame, in no order, until @p take returns false. */
    Result<void> readFeatures(
        const QString &modelId,
        const std::function<bool(const QString &key, const QByteArray &features)> &take) const;

    // --- pictures: storepictures.cpp
    /** Frames whose label is for another picture than the file holds now. */
    Result<QSet<QString>> changedPictures() const;
    /** What is known of every frame's file, in no order. */
    Result<void> readPictures(const std::function<void(const Picture &known)> &take) const;
    Result<std::optional<Picture>> picture(const QString &key) const;
    /** Frames that have predictions of an older Birblens, which noted no pictures. */
    Result<QStringList> predictionsWithoutPicture() const;
    /** Frames that have a label, a mark, or a correction of the clock of their own. */
    Result<QSet<QString>> framesWithRecords() const;
    /**
     * Notes what the files of frames hold. A fingerprint that is another than the one noted before
     * is another picture: the label stays that of the picture before, its predictions and its
     * correction of the clock are kept aside, and come back when it does.
     */
    Result<PictureNews> notePictures(const QList<Picture> &seen);
    /**
     * All that framesWithRecords() asks for, predictions, features, and steps of undo of the first
     * frame of each pair go to the second one, which must have no such record; its history says
     * where they come from.
     * @return what the second frames have now.
     */
    Result<QHash<QString, MovedRecord>>
    moveRecords(const QList<std::pair<QString, QString>> &pairs);

private:
    struct Private;
    explicit Store(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace birblens
