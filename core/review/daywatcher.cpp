#include "core/review/daywatcher.h"

#include <QFileInfo>

namespace birblens {

namespace {

constexpr int burstMilliseconds = 200;
constexpr int pollMilliseconds = 2000;
constexpr qsizetype mostFolders = 400;

} // namespace

DayWatcher::DayWatcher(QObject *parent)
    : QObject(parent)
{
    m_burst.setSingleShot(true);
    m_burst.setInterval(burstMilliseconds);
    m_poll.setInterval(pollMilliseconds);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, [this] {
        if (!m_burst
                 .isActive()) // the first of a burst starts the clock: a steady stream is seen too
            m_burst.start();
    });
    connect(&m_burst, &QTimer::timeout, this, [this] {
        noteTimes(); // so that the next look does not find the same change again
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
    if (const QStringList old = m_watcher.directories(); !old.isEmpty())
        m_watcher.removePaths(old);
    m_folders = watched;
    m_modified = times;
    if (!watched.isEmpty())
        m_watcher.addPaths(watched);
    m_poll.start();
    if (noteTimes())
        m_burst.start();
}

bool DayWatcher::noteTimes()
{
    bool different = false;
    for (const QString &folder : std::as_const(m_folders)) {
        const QDateTime now = QFileInfo(folder).lastModified();
        QDateTime &noted = m_modified[folder];
        different = different || noted != now;
        noted = now;
    }
    return different;
}

void DayWatcher::poll()
{
    if (noteTimes() && !m_burst.isActive())
        Q_EMIT changed();
    Q_EMIT tick();
}

} // namespace birblens
