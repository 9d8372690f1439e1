// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/camera/dayscanner.h"

#include <QDateTime>
#include <QElapsedTimer>
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
    /** Changes within @p burstMilliseconds are one. */
    explicit DayWatcher(QObject *parent = nullptr, int burstMilliseconds = 200);

    /**
     * Watches these from now on, instead of earlier ones. Only the first few hundred of many. One
     * that has changed since it was read is a change, too.
     */
    void watch(const QList<ReadFolder> &folders);
    /**
     * Tells what came of the last changed(): whether the listing was different. A folder that says
     * it changes while it does not (some network file systems) is looked at less and less often,
     * down to every half minute, until something is different or it has been quiet as long.
     */
    void listed(bool different);

Q_SIGNALS:
    /** Something in a folder came, went or was renamed; bursts are one signal. */
    void changed();
    /** Changes are reported all the time and nothing is different. Once for each watched day. */
    void restless();
    /** Every two seconds: time to look at what sends no notification. */
    void tick();

private:
    void poll();
    void noticed();
    bool noteTimes(); ///< true when a folder's time is another than noted before

    QFileSystemWatcher m_watcher;
    QStringList m_folders;
    QHash<QString, QDateTime> m_modified; ///< folder -> its time
    QElapsedTimer m_sinceNoticed;
    int m_burstMilliseconds;
    int m_fruitless = 0;    ///< listings in a row that were not different
    bool m_waiting = false; ///< for listed()
    bool m_told = false;
    QTimer m_burst;
    QTimer m_poll;
};

} // namespace birblens
