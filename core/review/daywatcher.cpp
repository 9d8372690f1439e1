// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/daywatcher.h"

#include "core/filepath.h"

#include <algorithm>
#include <utility>

namespace birblens {

namespace {

constexpr int pollMilliseconds = 2000;
constexpr int longestMilliseconds = 30000;
constexpr int patience = 3;        ///< fruitless listings before it slows down
constexpr int fruitlessToTell = 6; ///< and before the person hears of it
constexpr qsizetype mostFolders = 400;

QDateTime modifiedOf(const QString &folder)
{
    const auto facts = fileFacts(folder);
    return facts ? QDateTime::fromMSecsSinceEpoch(facts->modified) : QDateTime();
}

} // namespace

DayWatcher::DayWatcher(QObject *parent, int burstMilliseconds)
    : QObject(parent)
    , m_burstMilliseconds(burstMilliseconds)
{
    m_burst.setSingleShot(true);
    m_poll.setInterval(pollMilliseconds);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, &DayWatcher::noticed);
    connect(&m_burst, &QTimer::timeout, this, [this] {
        noteTimes(); // so that the next look does not find the same change again
        m_waiting = true;
        Q_EMIT changed();
    });
    connect(&m_poll, &QTimer::timeout, this, &DayWatcher::poll);
}

void DayWatcher::watch(const QList<ReadFolder> &folders)
{
    QStringList watched;
    QHash<QString, QDateTime> times;
    for (const ReadFolder &folder : folders.mid(0, mostFolders)) {
        watched.append(folder.path);
        times.insert(folder.path, folder.modified);
    }
    if (watched == m_folders && m_poll.isActive())
        return;
    if (watched.value(0) != m_folders.value(0)) { // another day
        m_fruitless = 0;
        m_told = false;
    }
    if (const QStringList old = m_watcher.directories(); !old.isEmpty())
        m_watcher.removePaths(old);
    m_folders = watched;
    m_modified = times;
    if (!watched.isEmpty())
        m_watcher.addPaths(watched);
    m_poll.start();
    if (noteTimes())
        noticed();
}

void DayWatcher::listed(bool different)
{
    if (!std::exchange(m_waiting, false))
        return; // it was for another reason that the day was listed
    m_fruitless = different ? 0 : m_fruitless + 1;
    if (m_fruitless < fruitlessToTell || m_told)
        return;
    m_told = true;
    Q_EMIT restless();
}

void DayWatcher::noticed()
{
    if (m_sinceNoticed.isValid() && m_sinceNoticed.hasExpired(longestMilliseconds))
        m_fruitless = 0;
    m_sinceNoticed.start();
    if (m_burst.isActive()) // the first of a burst starts the clock: a steady stream is seen too
        return;
    m_burst.start(m_fruitless < patience
                      ? m_burstMilliseconds
                      : std::min(longestMilliseconds,
                                 10 * m_burstMilliseconds << std::min(m_fruitless - patience, 8)));
}

bool DayWatcher::noteTimes()
{
    bool different = false;
    for (const QString &folder : std::as_const(m_folders)) {
        const QDateTime now = modifiedOf(folder);
        QDateTime &noted = m_modified[folder];
        different = different || noted != now;
        noted = now;
    }
    return different;
}

void DayWatcher::poll()
{
    if (noteTimes())
        noticed();
    Q_EMIT tick();
}

} // namespace birblens
