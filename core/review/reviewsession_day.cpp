// SPDX-License-Identifier: GPL-3.0-or-later

// ReviewSession: opening a day, noticing what changes in it, Birb Cam's side of the labels.

#include "core/background.h"
#include "core/camera/birbcamdatabase.h"
#include "core/camera/camerasync.h"
#include "core/counted.h"
#include "core/filepath.h"
#include "core/review/dayloader.h"
#include "core/review/daywatcher.h"
#include "core/review/picturecheck.h"
#include "core/review/reviewsession.h"
#include "core/review/waitingdecisions.h"
#include "core/store/sqliteconnection.h"

#include <QFileInfo>
#include <QTimer>

#include <utility>

namespace birblens {

namespace {

/** How long the event loop may wait for the camera to finish writing; then the label stays pending.
 */
constexpr int cameraBusyMilliseconds = 40;

/** A file this young may have changed between being read and being looked at. */
constexpr int youngSeconds = 10;

/** What the worker brought; where it threw, a day that cannot be opened because of that. */
std::shared_ptr<LoadedDay> loadedOr(Result<std::shared_ptr<LoadedDay>> &answer, const QString &path)
{
    if (answer)
        return std::exchange(*answer, nullptr);
    auto failed = std::make_shared<LoadedDay>();
    failed->problem = Error{answer.error().what, path, answer.error().hint};
    return failed;
}

} // namespace

void ReviewSession::openDay(const QString &path)
{
    if (!m_waiting->flush()) {
        Q_EMIT dayFailed(notSaved());
        return;
    }
    m_cancelled->store(true); // what is being listed now
    m_cancelled = std::make_shared<std::atomic_bool>(false);
    m_rescanning = false;
    m_rescanWanted = false;
    const quint64 ticket = ++m_ticket;

    LoadRequest request;
    request.path = path;
    request.vocabulary = modelNames();
    if (m_explain.model())
        request.model = m_explain.model()->info;
    request.lastModel = m_useLastModel;
    request.cancelled = m_cancelled;
    m_touched.clear();

    runInBackground(
        m_pool, this, "opening a day", [request] { return loadDay(request); },
        [this, ticket, path](Result<std::shared_ptr<LoadedDay>> &answer) {
            std::shared_ptr<LoadedDay> loaded = loadedOr(answer, path);
            // A cancelled listing arrives all the same.
            if (ticket == m_ticket)
                dayLoaded(*loaded);
            // What is left of a large day takes long to free: not here.
            m_pool.start([rest = std::move(loaded)]() mutable { rest.reset(); });
        });
    if (!m_opening) {
        m_opening = true;
        Q_EMIT scanningChanged(true);
    }
}

void ReviewSession::dayLoaded(LoadedDay &loaded)
{
    m_opening = false;
    if (!loaded.problem && !m_waiting->flush()) // decided while the new day was being listed
        loaded.problem = notSaved();
    if (loaded.problem) {
        Q_EMIT scanningChanged(false);
        Q_EMIT dayFailed(*loaded.problem);
        tellWhenSettled();
        if (hasDay()) // changes while it was tried were not looked at
            rescan();
        return;
    }

    if (!m_pendingKeys.isEmpty())
        flushPendingWrites(cameraBusyMilliseconds);
    QHash<QString, LabelRecord> records = loaded.records;
    bool readAgain = false;
    const bool sameDay = hasDay() && m_day.source().folder == loaded.source.folder;
    m_camera.reset();
    m_pictures->close();
    m_store.reset();
    m_storeProblem = loaded.storeProblem;
    m_storeDamaged = loaded.storeDamaged;
    if (!m_storeProblem) {
        auto store = Store::open(loaded.source.folder, StoreOpening::Quick, m_storePatience);
        if (store)
            m_store = std::move(*store);
        else
            m_storeProblem = store.error();
    }
    if (m_store && (sameDay || !m_touched.isEmpty())) {
        // Labels may have been given in this window since the worker read them.
        if (auto now = m_store->labels()) {
            records = std::move(*now);
            readAgain = true;
        }
        if (auto now = m_store->clock())
            loaded.clock = std::move(*now);
    }
    m_waiting->reset();
    m_waitingTold = false;
    restoreHistory();
    m_storeVersion.reset();
    if (m_store) { // what another program writes from now on is noticed
        if (const auto version = m_store->dataVersion())
            m_storeVersion = *version;
    }
    m_cameraVersion.reset();
    m_known = loaded.known;
    m_writtenThrough.clear();
    m_touched.clear();
    m_pendingKeys.clear();
    m_problemStamps.clear();
    m_listingLost = false;

    const std::optional<OpenModel> &model = m_explain.model();
    const bool predictionsFit =
        model ? loaded.modelId == model->info.id : loaded.lastModel.has_value();
    m_predictionsUnread = loaded.predictionsProblem.has_value();
    m_lastModel = model ? std::nullopt : loaded.lastModel;
    const QString before = m_currentKey;
    m_currentKey.clear();
    m_shownKeys.clear();
    m_selectedKeys.clear();
    m_explain.forgetFrames();
    if (readAgain || (!predictionsFit && !loaded.predictions.isEmpty()))
        loaded.entries =
            dayEntries(*loaded.known, loaded.clock, records,
                       predictionsFit ? loaded.predictions : QHash<QString, Prediction>(),
                       loaded.marks, loaded.trashed,
                       predictionsFit ? loaded.features : QSet<QString>(), loaded.otherPictures);
    m_dayVocabulary = loaded.entries.labels;
    m_day.reset(loaded.source, std::move(loaded.entries));
    m_day.setModelNames(modelNames());
    if (predictionsFit) {
        ++m_predictionTicket; // those of the day before
        m_loadingPredictions = false;
    } else {
        loadPredictions();
    }
    if (m_store)
        m_store->setMemory([this] { return remembered(); });
    keepUnlisted(loaded.marks);
    keepUnlisted(loaded.otherPictures);
    m_unlisted.clear();
    for (auto it = records.cbegin(); it != records.cend(); ++it) {
        if (m_day.rowOf(it.key()) < 0)
            m_unlisted.insert(it.key(), *it);
        else if (hasCameraRow(it.key()) && needsWriting(*it))
            m_pendingKeys.insert(it.key());
    }
    m_unsynced = QSet<QString>(loaded.sync.unread.cbegin(), loaded.sync.unread.cend());
    openCamera();
    // A folder of many files takes a while to watch: the day is shown first.
    QTimer::singleShot(0, this, [this, ticket = m_ticket, folders = loaded.folders] {
        if (ticket == m_ticket)
            m_watcher->watch(folders);
    });

    m_shownKeys = m_day.keys();
    int first = 0; // that is there
    while (first < m_day.size() && m_day.at(first).frame.gone)
        ++first;
    m_currentKey = sameDay && m_day.rowOf(before) >= 0
                       ? before
                       : m_day.keys().value(first < m_day.size() ? first : 0);

    Q_EMIT scanningChanged(false);
    Q_EMIT dayOpened();
    Q_EMIT shownKeysChanged();
    Q_EMIT selectionChanged();
    Q_EMIT currentFrameChanged();
    if (m_storeProblem)
        say(Message::Level::Problem, storeProblem());
    if (!loaded.storeNote.isEmpty())
        say(Message::Level::Warning, loaded.storeNote);
    SyncOutcome said = loaded.sync;
    said.conflicts = static_cast<int>(conflicts().size()); // also those that wait since earlier
    saySync(said);
    if (loaded.predictionsProblem)
        sayUnreadPredictions(*loaded.predictionsProblem);
    else if (predictionsFit)
        sayUnknownSettings(loaded.settingsUnknown);
    lookAtPictures();
    tellWhenSettled();
}

const LeftOut &ReviewSession::leftOut() const
{
    static const LeftOut nothing;
    return m_known ? m_known->leftOut : nothing;
}

void ReviewSession::openCamera()
{
    m_camera.reset();
    m_cameraVersion.reset();
    const QString path = m_day.source().cameraDatabase;
    if (path.isEmpty())
        return;
    auto camera = BirbCamDatabase::open(path, cameraBusyMilliseconds);
    if (!camera)
        return; // tried again at the next tick
    m_camera = std::move(*camera);
    if (const auto version = m_camera->dataVersion())
        m_cameraVersion = *version;
}

void ReviewSession::rescan(bool readLabels)
{
    m_readLabelsWanted = m_readLabelsWanted || readLabels;
    if (!hasDay() || m_opening)
        return;
    if (m_rescanning) {
        m_rescanWanted = true;
        return;
    }
    m_rescanning = true;
    m_rescanWanted = false;
    m_touched.clear();
    const quint64 ticket = ++m_ticket;

    LoadRequest request;
    request.source = m_day.source();
    request.known = m_known;
    request.readLabels = std::exchange(m_readLabelsWanted, false);
    request.cancelled = m_cancelled;

    runInBackground(
        m_pool, this, "listing a day again", [request] { return listAgain(request); },
        [this, ticket, path = request.source.folder](Result<std::shared_ptr<LoadedDay>> &answer) {
            if (ticket != m_ticket)
                return;
            m_rescanning = false;
            listedAgain(*loadedOr(answer, path));
            if (m_rescanWanted)
                rescan();
        });
}

void ReviewSession::listedAgain(const LoadedDay &listed)
{
    if (listed.problem) {
        m_watcher->listed(false);
        if (!m_listingLost)
            say(Message::Level::Warning,
                tr("The day cannot be listed again: %1").arg(listed.problem->sentence()));
        m_listingLost = true;
        return;
    }
    m_listingLost = false;
    m_known = listed.known;
    m_writtenThrough.clear();
    m_watcher->listed(!listed.changed.isEmpty() || !listed.changedRows.isEmpty());
    m_watcher->watch(listed.folders);

    if (!listed.changed.isEmpty()) {
        const bool wasEmpty = m_day.size() == 0;
        m_day.merge(listed.changed);
        m_dayVocabulary.reset();
        takeUnlisted(listed.changed);
        if (wasEmpty && m_day.size() > 0)
            setCurrentKey(m_day.at(0).frame.key);
    }
    if (listed.labelsRead) {
        reloadOtherPictures(listed.otherPictures);
        reloadLabels(listed.records);
        reloadMarks(listed.marks);
        reloadClock();
    }
    m_pictures->listedAgain(m_known);

    syncCamera(listed.changedRows);
}

void ReviewSession::syncCamera(const QStringList &changedRows)
{
    m_unsynced.unite(QSet<QString>(changedRows.cbegin(), changedRows.cend()));
    const QHash<QString, CameraLabel> rows =
        rowsOf(QStringList(m_unsynced.cbegin(), m_unsynced.cend()));
    m_unsynced.clear();
    if (rows.isEmpty())
        return;
    QHash<QString, LabelRecord> records;
    for (auto it = rows.cbegin(); it != rows.cend(); ++it) {
        const int row = m_day.rowOf(it.key());
        if (row >= 0)
            records.insert(it.key(), m_day.at(row).record);
    }
    const SyncOutcome outcome =
        syncWithCamera(m_store.get(), m_camera.get(), rows, records, vocabulary());
    m_unsynced = QSet<QString>(outcome.unread.cbegin(), outcome.unread.cend());
    takeRecords(records);
    if (!outcome.changed.isEmpty()) {
        m_dayVocabulary.reset();
        Q_EMIT labelsChanged(outcome.changed);
    }
    saySync(outcome);
}

void ReviewSession::reloadLabels(const QHash<QString, LabelRecord> &records)
{
    QHash<QString, LabelRecord> different;
    for (auto it = records.cbegin(); it != records.cend(); ++it) {
        const int row = m_day.rowOf(it.key());
        if (row < 0)
            m_unlisted.insert(it.key(), *it);
        else if (!m_touched.contains(it.key()) && m_day.at(row).record != *it)
            different.insert(it.key(), *it);
    }
    if (different.isEmpty())
        return;
    takeRecords(different);
    m_dayVocabulary.reset();
    Q_EMIT labelsChanged(different.keys());
}

void ReviewSession::reloadMarks(const QHash<QString, Mark> &marks)
{
    keepUnlisted(marks);
    QHash<QString, Mark> different;
    for (int row = 0; row < m_day.size(); ++row) {
        const FrameEntry &entry = m_day.at(row);
        const Mark now = marks.value(entry.frame.key);
        if (entry.mark != now && !m_touched.contains(entry.frame.key))
            different.insert(entry.frame.key, now);
    }
    if (different.isEmpty())
        return;
    m_day.setMarks(different);
    Q_EMIT labelsChanged(different.keys());
}

void ReviewSession::saySync(const SyncOutcome &outcome)
{
    if (outcome.problem && (m_store || !m_storeProblem))
        say(Message::Level::Warning,
            tr("Labels are kept here and not yet in Birb Cam's database. %1")
                .arg(outcome.problem->sentence()));
    if (outcome.conflicts > 0)
        Q_EMIT conflictsFound(outcome.conflicts);
    if (outcome.taken > 0)
        say(Message::Level::Info,
            outcome.taken == 1 ? tr("One label was taken over from Birb Cam.")
                               : tr("%1 labels were taken over from Birb Cam.").arg(outcome.taken));
}

void ReviewSession::tick()
{
    if (!hasDay() || m_opening)
        return;
    retryProblems();
    if (!m_store && m_storeProblem && isLocked(*m_storeProblem)) {
        askForStore();
        return;
    }

    bool look = false;
    if (!m_day.source().cameraDatabase.isEmpty()) {
        const auto version = m_camera ? m_camera->dataVersion() : Result<qint64>(Error{});
        if (!version && (!m_camera || QFileInfo(m_day.source().cameraDatabase).exists())) {
            // Locked for the moment, or another file under its name: a fresh connection tells.
            openCamera();
            look = m_camera != nullptr;
        } else if (version && m_cameraVersion != *version) {
            m_cameraVersion = *version;
            look = true;
        }
    }
    bool labels = false;
    if (m_store) {
        if (const auto version = m_store->dataVersion()) {
            labels = m_storeVersion && *m_storeVersion != *version;
            m_storeVersion = *version;
        }
    }
    if (look || labels)
        rescan(labels);
    if (!m_unsynced.isEmpty() && m_camera)
        syncCamera({});
    if (!m_pendingKeys.isEmpty())
        writeThrough(QStringList(m_pendingKeys.cbegin(), m_pendingKeys.cend()));
    if (!m_unnoted.isEmpty())
        (void)notePictures({}); // else tried again, or said
}

/** Opens the day again once the lock that keeps its store from being opened has gone. */
void ReviewSession::askForStore()
{
    if (m_askingForStore)
        return;
    m_askingForStore = true;
    runInBackground(
        m_pool, this, "asking for a label store",
        [folder = m_day.source().folder] {
            const auto store = Store::open(folder, StoreOpening::Quick, 0);
            return store || !isLocked(store.error());
        },
        [this, folder = m_day.source().folder](const Result<bool> &free) {
            m_askingForStore = false;
            if (free && *free && !m_store && !m_opening && m_day.source().folder == folder)
                openDay(folder);
        });
}

void ReviewSession::retryProblems()
{
    const QSet<QString> keys = m_day.problemKeys(); // a copy: clearing one changes the set
    m_problemStamps.removeIf([&keys](const auto &it) { return !keys.contains(it.key()); });
    for (const QString &key : keys) {
        const auto facts = fileFacts(m_day.at(m_day.rowOf(key)).frame.path());
        FileStamp now;
        now.size = facts ? facts->bytes : -1;
        now.modified = facts ? QDateTime::fromMSecsSinceEpoch(facts->modified) : QDateTime();
        const auto noted = m_problemStamps.constFind(key);
        if (noted == m_problemStamps.cend()) {
            now.again = now.modified.secsTo(QDateTime::currentDateTime()) < youngSeconds;
            m_problemStamps.insert(key, now);
            continue;
        }
        if (!noted->again && noted->size == now.size && noted->modified == now.modified)
            continue;
        m_problemStamps.remove(key);
        m_day.setProblem(key, {});
        if (key == m_currentKey)
            Q_EMIT currentFrameChanged();
    }
}

} // namespace birblens
