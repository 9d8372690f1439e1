// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/guarded.h"

#include <QFutureWatcher>
#include <QObject>
#include <QThreadPool>
#include <QtConcurrentRun>

#include <memory>

namespace birblens {

/**
 * Runs @p task on @p pool, then @p take with its answer, a Result, on the thread of @p owner. What
 * the task throws arrives as an Error, so that take is always called and whatever waits for it goes
 * on. Not when the owner is gone by then, or when the pool was cleared before the task's turn. An
 * exception in take itself is the event loop's: see Application::notify.
 */
template <class Task, class Take>
void runInBackground(QThreadPool &pool, QObject *owner, const char *place, Task task, Take take)
{
    using Answer = std::shared_ptr<Guarded<Task &>>;
    auto *watcher = new QFutureWatcher<Answer>(owner);
    QObject::connect(watcher, &QFutureWatcherBase::finished, owner,
                     [watcher, take = std::move(take)]() mutable {
                         watcher->deleteLater();
                         if (watcher->future().resultCount() == 0)
                             return;
                         const Answer answer = watcher->result();
                         // So that take() is the only one to hold a large answer.
                         watcher->setFuture({});
                         take(*answer);
                     });
    watcher->setFuture(QtConcurrent::run(&pool, [place, task = std::move(task)]() mutable {
        return std::make_shared<Guarded<Task &>>(guarded(place, task));
    }));
}

} // namespace birblens
