// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/picturecheck.h"

#include "core/filepath.h"
#include "core/frames/fingerprint.h"
#include "core/guarded.h"
#include "core/review/dayloader.h"
#include "core/store/store.h"

#include <QFutureWatcher>
#include <QHash>
#include <QPromise>
#include <QtConcurrentRun>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace birblens {

namespace {

/** Written by the window in one go. */
constexpr qsizetype chunk = 100;
/** That many fingerprints are waited for; more are taken later, size and time are noted at once. */
constexpr qsizetype few = 64;
/** Labels come one after the other. */
constexpr int gatherMilliseconds = 60;
/** Many are noted when nothing else has been decided for so long. */
constexpr int manyMilliseconds = 2500;
/** A day's first page and its thumbnails go before the look at its files. */
constexpr int shownMilliseconds = 1200;
/** See PictureCheck::hurry(). */
bool nothingIsPutOff = false;
/** A look at the whole day may take this share of the time. */
constexpr qint64 looksShare = 20;

/** Hands findings on in pieces. */
class Finder
{
public:
    Finder(const PictureLook &look, const std::function<void(PictureFindings)> &found)
        : m_look(look)
        , m_found(found)
    {
    }

    bool cancelled() const { return m_look.cancelled && m_look.cancelled->load(); }
    QString pathOf(const QString &key) const { return m_look.folder + QLatin1Char('/') + key; }

    void add(const std::optional<Picture> &picture)
    {
        if (!picture)
            return;
        m_seen.append(*picture);
        if (m_seen.size() >= chunk)
            flush();
    }
    void flush(bool settled = false)
    {
        if (m_seen.isEmpty() && !settled)
            return;
        PictureFindings findings;
        findings.seen = std::exchange(m_seen, {});
        findings.settled = settled;
        m_found(findings);
    }
    /** The look is over. */
    void fail(const Error &error)
    {
        PictureFindings findings;
        findings.seen = std::exchange(m_seen, {});
        findings.settled = true;
        findings.problem = error;
        m_found(findings);
    }
    void move(const QList<std::pair<QString, QString>> &pairs)
    {
        flush();
        PictureFindings findings;
        findings.moved = pairs;
        if (!pairs.isEmpty())
            m_found(findings);
    }

    /** Those of frames that have none: a few at once, the rest without holding anybody up. */
    void take(const QStringList &keys)
    {
        const bool many = keys.size() > few;
        for (qsizetype i = 0; i < keys.size() && !cancelled(); ++i) {
            const QString path = pathOf(keys.at(i));
            add(many ? fileOfFrame(keys.at(i), path) : pictureOfFrame(keys.at(i), path));
        }
        flush(true);
        for (qsizetype i = 0; many && i < keys.size() && !cancelled(); ++i) {
            const auto begin = std::chrono::steady_clock::now();
            add(pictureOfFrame(keys.at(i), pathOf(keys.at(i))));
            // Half of the time for those who look at pictures.
            std::this_thread::sleep_for(std::chrono::steady_clock::now() - begin);
        }
        flush();
    }

private:
    const PictureLook &m_look;
    const std::function<void(PictureFindings)> &m_found;
    QList<Picture> m_seen;
};

/** What the store knows, and what has become of the files. */
struct State
{
    QHash<QString, Picture> known;
    QList<Picture> gone;    ///< files that are not there
    QStringList unfinished; ///< whose fingerprint is not known yet
    QSet<QString> records;
    QSet<QString> trashed;
};

/** For each frame whose file is gone the frame that holds its picture now, where only one does. */
QList<std::pair<QString, QString>> movesOf(const PictureLook &look, Finder &finder,
                                           const State &state)
{
    QHash<QString, QStringList> from; // fingerprint -> frames whose file is gone
    QSet<qint64> sizes;
    for (const Picture &picture : state.gone) {
        // Labels of Birb Cam's rows belong to these rows.
        if (picture.fingerprint.isEmpty() || !state.records.contains(picture.key) ||
            state.trashed.contains(picture.key) || look.known->cameraRows.contains(picture.key))
            continue;
        from[picture.fingerprint].append(picture.key);
        sizes.insert(picture.size);
    }
    if (from.isEmpty())
        return {};
    QHash<QString, QStringList> to;
    for (const Frame &frame : look.known->frames) {
        if (finder.cancelled())
            return {};
        if (frame.gone)
            continue;
        std::optional<Picture> now;
        if (const auto known = state.known.constFind(frame.key);
            known != state.known.cend() && !known->fingerprint.isEmpty()) {
            now = *known;
        } else {
            now = fileOfFrame(frame.key, finder.pathOf(frame.key));
            if (!now || !sizes.contains(now->size))
                continue;
            now = pictureOfFrame(frame.key, finder.pathOf(frame.key));
        }
        if (now && from.contains(now->fingerprint))
            to[now->fingerprint].append(frame.key);
    }
    QList<std::pair<QString, QString>> pairs;
    for (auto it = from.cbegin(); it != from.cend(); ++it) {
        const QStringList places = to.value(it.key());
        if (it->size() == 1 && places.size() == 1 && !state.records.contains(places.constFirst()))
            pairs.append({it->constFirst(), places.constFirst()});
    }
    return pairs;
}

void lookAtDay(const PictureLook &look, const Store &store, Finder &finder)
{
    State state;
    const auto read = store.readPictures(
        [&state](const Picture &picture) { state.known.insert(picture.key, picture); });
    const auto records = store.framesWithRecords();
    const auto trashed = store.trashed();
    if (!read)
        return finder.fail(read.error());
    if (!records)
        return finder.fail(records.error());
    if (!trashed)
        return finder.fail(trashed.error());
    state.records = *records;
    state.trashed = *trashed;

    for (Picture &known : state.known) {
        if (finder.cancelled())
            return;
        const QString path = finder.pathOf(known.key);
        const auto now = fileOfFrame(known.key, path);
        if (!now) {
            state.gone.append(known);
        } else if (known.fingerprint.isEmpty()) {
            state.unfinished.append(known.key);
        } else if (now->size != known.size || now->modified != known.modified) {
            const auto picture = pictureOfFrame(known.key, path);
            if (picture && !picture->fingerprint.isEmpty()) {
                finder.add(picture);
                known = *picture;
            }
        }
    }
    QStringList fresh = state.unfinished;
    for (const QString &key : std::as_const(state.records)) {
        if (!state.known.contains(key))
            fresh.append(key);
    }
    finder.move(movesOf(look, finder, state));
    finder.take(fresh);
    if (finder.cancelled())
        return;
    if (const auto older = store.predictionsWithoutPicture()) {
        for (const QString &key : *older) {
            if (finder.cancelled())
                return;
            finder.add(fileOfFrame(key, finder.pathOf(key)));
        }
        finder.flush();
    }
}

void lookAtFrames(const PictureLook &look, const Store &store, Finder &finder)
{
    QStringList fresh;
    for (const QString &key : look.keys) {
        const auto known = store.picture(key);
        if (!known)
            return finder.fail(known.error());
        // Also those that were replaced since they were looked at last.
        const auto now = fileOfFrame(key, finder.pathOf(key));
        if (now && (!*known || (*known)->fingerprint.isEmpty() || (*known)->size != now->size ||
                    (*known)->modified != now->modified))
            fresh.append(key);
    }
    fresh.removeDuplicates();
    finder.take(fresh);
}

} // namespace

std::optional<Picture> fileOfFrame(const QString &key, const QString &path)
{
    const auto file = fileFacts(path);
    if (!file || file->kind != FileFacts::Kind::Regular)
        return std::nullopt;
    return Picture{key, {}, file->bytes, file->modified};
}

std::optional<Picture> pictureOfFrame(const QString &key, const QString &path)
{
    // Before the pixels: written meanwhile, the file differs from what is noted and is looked at
    // again.
    auto picture = fileOfFrame(key, path);
    if (!picture)
        return picture;
    if (const auto fingerprint = pictureFingerprint(path))
        picture->fingerprint = *fingerprint;
    return picture;
}

void lookAtPictures(const PictureLook &look, const std::function<void(PictureFindings)> &found)
{
    Finder finder(look, found);
    const auto store = Store::openAgain(look.storePath);
    if (!store)
        return finder.fail(store.error());
    if (look.keys.isEmpty())
        lookAtDay(look, **store, finder);
    else
        lookAtFrames(look, **store, finder);
}

PictureCheck::PictureCheck(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(2); // a new label does not wait for the rest of a long look
    m_whenShown.setSingleShot(true);
    connect(&m_whenShown, &QTimer::timeout, this, &PictureCheck::lookAtDay);
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &PictureCheck::lookAtDay);
    m_later.setSingleShot(true);
    connect(&m_later, &QTimer::timeout, this, [this] {
        PictureLook look = m_day;
        look.keys = std::exchange(m_toTake, {});
        start(look);
    });
}

void PictureCheck::hurry(bool on)
{
    nothingIsPutOff = on;
}

PictureCheck::~PictureCheck()
{
    blockSignals(true);
    close();
    m_pool.waitForDone();
}

void PictureCheck::close()
{
    if (m_day.cancelled)
        m_day.cancelled->store(true);
    m_day = PictureLook();
    m_toTake.clear();
    m_later.stop();
    m_whenShown.stop();
    m_again.stop();
    m_lookWanted = false;
    m_waiting = 0;
    ++m_ticket;
}

void PictureCheck::open(const QString &folder, const QString &storePath,
                        const std::shared_ptr<const KnownDay> &known)
{
    close();
    m_day.folder = folder;
    m_day.storePath = storePath;
    m_day.known = known;
    m_day.cancelled = std::make_shared<std::atomic_bool>(false);
    m_whenShown.start(nothingIsPutOff ? 0 : shownMilliseconds);
}

void PictureCheck::listedAgain(const std::shared_ptr<const KnownDay> &known)
{
    if (!m_day.known)
        return;
    m_day.known = known;
    m_lookWanted = true;
    lookAgain();
}

/** No look is dropped: the last of several changes may be the one that matters. */
void PictureCheck::lookAgain()
{
    if (!m_lookWanted || m_dayLooks > 0 || m_whenShown.isActive() || m_again.isActive())
        return;
    const qint64 rest = nothingIsPutOff ? 0 : looksShare * m_lastDuration - m_lastLook.elapsed();
    if (rest > 0)
        m_again.start(std::chrono::milliseconds(rest));
    else
        lookAtDay();
}

void PictureCheck::lookAtDay()
{
    m_lookWanted = false;
    m_lastLook.start();
    start(m_day);
}

void PictureCheck::take(const QStringList &keys)
{
    if (!m_day.known || keys.isEmpty())
        return;
    m_toTake += keys;
    // A few at once; of many the person sees nothing but that the window stays quick.
    const bool many = m_toTake.size() > few && !nothingIsPutOff;
    if (many || !m_later.isActive())
        m_later.start(many ? manyMilliseconds : gatherMilliseconds);
}

void PictureCheck::start(PictureLook look)
{
    ++m_waiting;
    m_dayLooks += look.keys.isEmpty() ? 1 : 0;
    using Watcher = QFutureWatcher<PictureFindings>;
    auto *watcher = new Watcher(this);
    const quint64 ticket = m_ticket;
    const bool whole = look.keys.isEmpty();
    auto settledOnce = std::make_shared<bool>(false);
    const auto settle = [this, ticket, settledOnce, whole] {
        if (ticket != m_ticket || std::exchange(*settledOnce, true))
            return;
        if (whole)
            m_lastDuration = m_lastLook.elapsed();
        lookIsSettled(ticket);
    };
    connect(watcher, &Watcher::resultReadyAt, this, [this, watcher, ticket, settle](int at) {
        if (ticket != m_ticket)
            return;
        const PictureFindings findings = watcher->resultAt(at);
        Q_EMIT found(findings);
        if (findings.settled)
            settle();
    });
    connect(watcher, &Watcher::finished, this, [this, watcher, settle, whole] {
        watcher->deleteLater();
        m_dayLooks -= whole ? 1 : 0;
        settle();
        if (whole)
            lookAgain();
    });
    watcher->setFuture(
        QtConcurrent::run(&m_pool, [look = std::move(look)](QPromise<PictureFindings> &promise) {
            const Result<void> looked = guarded("looking at pictures", [&] {
                lookAtPictures(look, [&promise](PictureFindings findings) {
                    promise.addResult(std::move(findings));
                });
            });
            if (!looked) {
                PictureFindings ended;
                ended.problem = looked.error();
                promise.addResult(std::move(ended));
            }
        }));
}

void PictureCheck::lookIsSettled(quint64 ticket)
{
    if (ticket != m_ticket)
        return;
    --m_waiting;
    if (isSettled())
        Q_EMIT settled();
}

} // namespace birblens
