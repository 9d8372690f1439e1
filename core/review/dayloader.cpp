#include "core/review/dayloader.h"

#include "core/review/birbcamdatabase.h"
#include "core/review/storefiles.h"

namespace birblens {

namespace {

std::shared_ptr<const KnownDay> known(const DayListing &listing)
{
    auto day = std::make_shared<KnownDay>();
    day->frames.reserve(listing.frames.size());
    for (const Frame &frame : listing.frames)
        day->frames.insert(frame.key, frame);
    day->cameraRows = listing.cameraRows;
    return day;
}

ScanOptions scanOptions(const LoadRequest &request)
{
    ScanOptions options;
    options.cancelled = [flag = request.cancelled] { return flag->load(); };
    if (request.known)
        options.known = request.known->frames;
    return options;
}

bool sameFrame(const Frame &a, const Frame &b)
{
    return a.captureTime == b.captureTime && a.utc == b.utc && a.camera == b.camera &&
           a.gone == b.gone && a.path == b.path;
}

void readStore(const LoadRequest &request, LoadedDay &day)
{
    const auto store = Store::open(day.source.folder);
    if (!store) {
        day.storeProblem = store.error();
    } else {
        auto labels = (*store)->labels();
        if (labels)
            day.records = std::move(*labels);
        else
            day.storeProblem = labels.error();
        if (auto marks = (*store)->marks())
            day.marks = std::move(*marks);
        else
            day.storeProblem = marks.error();
        if (auto trashed = (*store)->trashed())
            day.trashed = std::move(*trashed);
        else
            day.storeProblem = trashed.error();
    }
    if (day.storeProblem)
        day.storeDamaged = !checkStoreFile(Store::pathFor(day.source.folder));
    Store *usable = store && !day.storeProblem ? store->get() : nullptr;
    day.labelsRead = usable != nullptr;

    if (!day.cameraRows.isEmpty()) {
        const auto camera = BirbCamDatabase::open(day.source.cameraDatabase);
        // Without a store of ours nothing is written there either: what is ours cannot be known.
        BirbCamDatabase *writable = camera && usable != nullptr ? camera->get() : nullptr;
        day.sync =
            syncWithCamera(usable, writable, day.cameraRows, day.records, request.vocabulary);
        if (!camera && !day.sync.problem)
            day.sync.problem = camera.error();
    }
    if (usable != nullptr && request.model && !request.cancelled->load()) {
        if (auto predictions = usable->predictions(*request.model)) {
            day.modelId = request.model->id;
            day.predictions = std::move(*predictions);
        }
    }
}

} // namespace

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
    day->known = known(*listing);
    day->frames = std::move(listing->frames);
    day->cameraRows = std::move(listing->cameraRows);
    day->folders = std::move(listing->folders);
    if (!request.cancelled->load())
        readStore(request, *day);
    if (!request.cancelled->load())
        day->entries =
            dayEntries(day->frames, day->records, day->predictions, day->marks, day->trashed);
    return day;
}

std::shared_ptr<LoadedDay> listAgain(const LoadRequest &request)
{
    auto day = std::make_shared<LoadedDay>();
    day->source = request.source;
    auto listing = listDay(request.source, scanOptions(request));
    if (!listing) {
        day->problem = listing.error();
        return day;
    }
    day->known = known(*listing);
    const KnownDay &before = *request.known;
    for (const Frame &frame : std::as_const(listing->frames)) {
        const auto old = before.frames.constFind(frame.key);
        if (old == before.frames.cend() || !sameFrame(*old, frame))
            day->frames.append(frame);
    }
    for (auto old = before.frames.cbegin(); old != before.frames.cend(); ++old) {
        if (!old->gone && !day->known->frames.contains(old.key())) {
            Frame frame = *old;
            frame.gone = true;
            day->frames.append(frame);
        }
    }
    for (auto row = listing->cameraRows.cbegin(); row != listing->cameraRows.cend(); ++row) {
        const auto old = before.cameraRows.constFind(row.key());
        if (old == before.cameraRows.cend() || *old != *row)
            day->changedRows.append(row.key());
    }
    day->cameraRows = std::move(listing->cameraRows);
    day->folders = std::move(listing->folders);
    if (request.readLabels && !request.cancelled->load()) {
        if (const auto store = Store::open(request.source.folder, StoreOpening::Quick)) {
            if (auto labels = (*store)->labels()) {
                day->records = std::move(*labels);
                day->labelsRead = true;
            }
        }
    }
    return day;
}

} // namespace birblens
