// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"
#include "ui/mainwindow.h"
#include "ui/models/framelistmodel.h"
#include "ui/panels/framebrowserpanel.h"
#include "ui/views/framegridview.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>

#include <algorithm>
#include <functional>

namespace birblens {

// What `bench --day` measures with: the window without a display, and a watch on its event loop.

inline constexpr int patienceMs = 120000;

/** All that an event brings with it: also what is posted or timed for at once. */
inline void settle()
{
    for (int i = 0; i < 3; ++i)
        QCoreApplication::processEvents();
}

/** The longest time that the event loop could not come to a timer of one millisecond. */
class BlockWatch
{
public:
    BlockWatch()
    {
        m_beat.setTimerType(Qt::PreciseTimer);
        m_beat.setInterval(1);
        QObject::connect(&m_beat, &QTimer::timeout, [this] {
            m_longest = std::max(m_longest, static_cast<double>(m_since.nsecsElapsed()) / 1e6);
            m_since.start();
        });
        start();
    }
    void start()
    {
        m_longest = 0.0;
        m_since.start();
        m_beat.start();
    }
    /** It wakes the thread a thousand times a second, which other figures would notice. */
    void stop() { m_beat.stop(); }
    /** ms since start(). */
    double longest()
    {
        settle();
        return std::max(m_longest, static_cast<double>(m_since.nsecsElapsed()) / 1e6);
    }

private:
    QTimer m_beat;
    QElapsedTimer m_since;
    double m_longest = 0.0;
};

/** Runs the event loop until @p done. @return false when it took too long. */
inline bool wait(const std::function<bool()> &done)
{
    QEventLoop loop;
    QElapsedTimer timer;
    timer.start();
    QTimer poll;
    QObject::connect(&poll, &QTimer::timeout, &loop, [&] {
        if (done() || timer.elapsed() > patienceMs)
            loop.quit();
    });
    poll.start(2);
    loop.exec();
    return timer.elapsed() <= patienceMs;
}

/** The window on a day, without a display. */
struct Bench
{
    ReviewSession session;
    InferenceService service{session};
    MainWindow window{session, service};
    BlockWatch watch;

    Bench()
    {
        window.resize(1600, 1000);
        window.show();
        settle();
        watch.start();
    }
    FrameGridView &view() const { return *window.browser()->view(); }

    bool pageIsThere() const
    {
        const auto [first, last] = view().visibleRows();
        for (int row = first; row <= last; ++row) {
            const QModelIndex index = view().model()->index(row, 0);
            if (index.data(FrameListModel::BadgeRole).toInt() != static_cast<int>(Badge::Gone) &&
                index.data(FrameListModel::ThumbnailRole).value<QImage>().isNull() &&
                index.data(FrameListModel::BadgeRole).toInt() !=
                    static_cast<int>(Badge::Unreadable))
                return false;
        }
        return true;
    }
};

} // namespace birblens
