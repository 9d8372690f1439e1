#pragma once

#include "core/frames/dayscanner.h"

#include <QDateTime>
#include <QFileSystemWatcher>
#include <QHash>
#include <QObject>
#include <QStringList>
#include <QTimer>

namespace birblens {

/**
 * Notices that the day's folders change while the window is open: by the system's notification and,
 * for network folders that have none, by looking every two seconds. GUI thread only.
 */
class DayWatcher : public QObject
{
    Q_OBJECT
public:
    explicit DayWatcher(QObject *parent = nullptr);

    /**
     * Watches these from now on, instead of earlier ones. Only the first few hundred of many. One
     * that has changed since it was read is a change, too.
     */
    void watch(const QList<ReadFolder> &folders);

Q_SIGNALS:
    /** Something in a folder came, went or was renamed; bursts are one signal. */
    void changed();
    /** Every two seconds: time to look at what sends no notification. */
    void tick();

private:
    void poll();
    bool noteTimes(); ///< true when a folder's time is another than noted before

    QFileSystemWatcher m_watcher;
    QStringList m_folders;
    QHash<QString, QDateTime> m_modified; ///< folder -> its time
    QTimer m_burst;
    QTimer m_poll;
};

} // namespace birblens
