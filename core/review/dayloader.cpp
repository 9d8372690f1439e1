// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/dayloader.h"

#include "core/camera/birbcamdatabase.h"
#include "core/frames/utcoffset.h"
#include "core/review/secondfiles.h"
#include "core/store/storefiles.h"
#include "core/store/storemerge.h"

#include <algorithm>
#include <utility>

namespace birblens {

namespace {

ScanOptions scanOptions(const LoadRequest &request)
{
    ScanOptions options;
    options.cancelled = [flag = request.cancelled] { return flag->load(); };
    return options;
}

QHash<QString, Frame> byKey(const QList<Frame> &frames)
{
    QHash<QString, Frame> hash;
    hash.reserve(frames.size());
    for (const Frame &frame : frames)
        hash.insert(frame.key, frame);
    return hash;
}

/** A store that is only locked is not. */
bool isDamaged(const QString &path)
{
    const auto sound = checkStoreFile(path);
    return !sound && sound.error().what.contains(QLatin1String("damaged"));
}

void readStore(const LoadRequest &request, const QHash<QString, QString> &pairs, LoadedDay &day)
{
    if (const auto merged = mergeFallbackStore(day.source.folder))
        day.storeNote = mergeSentence(*merged);
    else
        day.storeNote = merged.error().sentence();
    const auto store = Store::open(day.source.folder);
    if (!store) {
        day.storeProblem = store.error();
    } else {
        auto labels = (*store)->labels();
        if (labels)
            day.records = std::move(*labels);
        else
            day.storeProblem = labels.error();
        if (auto clock = (*store)->clock())
            day.clock = std::move(*clock);
        else
            day.storeProblem = clock.error();
        if (auto marks = (*store)->marks())
            day.marks = std::move(*marks);
        else
            day.storeProblem = marks.error();
        if (const auto found = (*store)->findLostTrash(); !found)
            day.storeProblem = found.error();
        if (auto trashed = (*store)->trashed())
            day.trashed = std::move(*trashed);
        else
            day.storeProblem = trashed.error();
        if (auto changed = (*store)->changedPictures())
            day.otherPictures = std::move(*changed);
        else
            day.storeProblem = changed.error();
    }
    if (day.storeProblem)
        day.storeDamaged = isDamaged(Store::pathFor(day.source.folder));
    Store *usable = store && !day.storeProblem ? store->get() : nullptr;
    day.labelsRead = usable != nullptr;
    if (usable != nullptr) {
        if (const auto taken =
                takeFromSecondFiles(*usable, day.known->frames, pairs, day.records, day.marks);
            !taken) // tried again when the day is opened next: the day itself is sound
            day.storeNote = (day.storeNote + QLatin1Char(' ') +
                             QStringLiteral("What was said of the second files of pictures is not "
                                            "shown yet. ") +
                             taken.error().sentence())
                                .trimmed();
    }

    if (!day.known->cameraRows.isEmpty()) {
        const auto camera = BirbCamDatabase::open(day.source.cameraDatabase);
        // Without a store of ours nothing is written there either: what is ours cannot be known.
        BirbCamDatabase *writable = camera && usable != nullptr ? camera->get() : nullptr;
        day.sync = syncWithCamera(usable, writable, day.known->cameraRows, day.records,
                                  request.vocabulary);
        if (!camera && !day.sync.problem)
            day.sync.problem = camera.error();
    }
    std::optional<ModelInfo> model = request.model;
    if (usable != nullptr && !model && request.lastModel) {
        if (auto last = usable->lastModel())
            model = day.lastModel = std::move(*last);
        else
            day.predictionsProblem = last.error();
    }
    if (usable != nullptr && model && !request.cancelled->load()) {
        if (const auto adopted = usable->adoptPredictions(*model); !adopted)
            qWarning("%s", qPrintable(adopted.error().sentence())); // tried again next time
        if (auto predictions = usable->predictions(*model)) {
            day.modelId = model->id;
            day.predictions = std::move(*predictions);
            for (const Prediction &said : std::as_const(day.predictions))
                day.settingsUnknown += said.settingsUnknown ? 1 : 0;
            if (auto features = usable->featureKeys(day.modelId))
                day.features = std::move(*features);
        } else {
            day.modelId = model->id;
            day.predictionsProblem = predictions.error();
        }
    }
}

} // namespace

QList<Frame> correctedFrames(const QList<Frame> &frames, const ClockShifts &clock)
{
    if (clock.isEmpty())
        return frames;
    QList<Frame> corrected = frames;
    for (Frame &frame : corrected)
        setClockShift(frame, clock.of(frame.key));
    assumeOffsets(corrected);
    std::sort(corrected.begin(), corrected.end(), Frame::earlier);
    return corrected;
}

DayEntries dayEntries(const KnownDay &known, const ClockShifts &clock,
                      const QHash<QString, LabelRecord> &records,
                      const QHash<QString, Prediction> &predictions,
                      const QHash<QString, Mark> &marks, const QSet<QString> &trashed,
                      const QSet<QString> &features, const QSet<QString> &otherPictures)
{
    DayEntries entries = dayEntries(correctedFrames(known.frames, clock), records, predictions,
                                    marks, trashed, features, otherPictures);
    entries.cameraNames = known.cameraNames;
    entries.clock = clock;
    return entries;
}

std::shared_ptr<LoadedDay> loadDay(const LoadRequest &request)
{
    auto day = std::make_shared<LoadedDay>();
    const auto source = locateDay(request.path);
    if (!source) {
        day->problem = source.error();
        return day;
    }
    auto listing = listDay(*source, scanOptions(request));
    if (!listing) {
        day->problem = listing.error();
        return day;
    }
    day->source = *source;
    day->known = std::make_shared<const KnownDay>(KnownDay{
        std::move(listing->frames), std::move(listing->cameraRows), std::move(listing->leftOut),
        std::move(listing->names), std::move(listing->timesFrom)});
    day->folders = std::move(listing->folders);
    if (!request.cancelled->load())
        readStore(request, listing->pairs, *day);
    if (!request.cancelled->load())
        day->entries = dayEntries(*day->known, day->clock, day->records, day->predictions,
                                  day->marks, day->trashed, day->features, day->otherPictures);
    return day;
}

Result<KnownPredictions> knownPredictions(const QString &dayFolder, const ModelInfo &model,
                                          const QStringList &keys)
{
    const auto store = Store::open(dayFolder, StoreOpening::Quick);
    if (!store)
        return store.error();
    if (const auto adopted = (*store)->adoptPredictions(model); !adopted)
        qWarning("%s", qPrintable(adopted.error().sentence())); // tried again next time
    KnownPredictions known;
    known.keys = keys;
    known.predictions.resize(static_cast<size_t>(keys.size()));
    known.features.resize(static_cast<size_t>(keys.size()));
    QHash<QString, size_t> rowOf;
    rowOf.reserve(keys.size());
    for (const QString &key : keys)
        rowOf.insert(key, static_cast<size_t>(rowOf.size()));
    const Result<void> done =
        (*store)->readPredictions(model, [&](const QString &key, Prediction said) {
            if (const auto row = rowOf.constFind(key); row != rowOf.cend()) {
                known.settingsUnknown += said.settingsUnknown ? 1 : 0;
                known.predictions[*row] = std::move(said);
            }
        });
    if (!done)
        return done.error();
    const Result<QSet<QString>> features = (*store)->featureKeys(model.id);
    if (!features)
        return features.error();
    for (const QString &key : *features) {
        if (const auto row = rowOf.constFind(key); row != rowOf.cend())
            known.features[*row] = true;
    }
    return known;
}

std::shared_ptr<LoadedDay> listAgain(const LoadRequest &request)
{
    auto day = std::make_shared<LoadedDay>();
    day->source = request.source;
    ScanOptions options = scanOptions(request);
    options.known = byKey(request.known->frames);
    options.timesFrom = request.known->timesFrom;
    auto listing = listDay(request.source, options);
    if (!listing) {
        day->problem = listing.error();
        return day;
    }
    QHash<QString, Frame> &left = options.known; // of what was known, all that is not there now
    for (const Frame &frame : std::as_const(listing->frames)) {
        const auto old = left.constFind(frame.key);
        if (old == left.cend() || *old != frame)
            day->changed.append(frame);
        if (old != left.cend())
            left.erase(old);
    }
    for (Frame &frame : left) {
        if (!std::exchange(frame.gone, true))
            day->changed.append(frame);
    }
    const QHash<QString, CameraLabel> &before = request.known->cameraRows;
    for (auto row = listing->cameraRows.cbegin(); row != listing->cameraRows.cend(); ++row) {
        const auto old = before.constFind(row.key());
        if (old == before.cend() || *old != *row)
            day->changedRows.append(row.key());
    }
    day->known = std::make_shared<const KnownDay>(KnownDay{
        std::move(listing->frames), std::move(listing->cameraRows), std::move(listing->leftOut),
        std::move(listing->names), std::move(listing->timesFrom)});
    day->folders = std::move(listing->folders);
    if (request.readLabels && !request.cancelled->load()) {
        if (const auto store = Store::open(request.source.folder, StoreOpening::Quick)) {
            auto labels = (*store)->labels();
            auto changed = (*store)->changedPictures();
            auto marks = (*store)->marks();
            if (labels && changed && marks) {
                day->records = std::move(*labels);
                day->marks = std::move(*marks);
                day->otherPictures = std::move(*changed);
                day->labelsRead = true;
            }
        }
    }
    return day;
}

} // namespace birblens
