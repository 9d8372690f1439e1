// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explainer.h"
#include "core/guarded.h"
#include "core/model/interruption.h"
#include "core/result.h"

#include <QFuture>
#include <QFutureWatcher>
#include <QObject>
#include <QPromise>
#include <QThreadPool>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace birblens {

/** Tells tasks that nobody waits for them any more. Shared by the asker and the task. */
class CancelFlag
{
public:
    void cancel() { *m_flag = true; }
    bool isCancelled() const { return *m_flag; }

private:
    std::shared_ptr<std::atomic<bool>> m_flag = std::make_shared<std::atomic<bool>>(false);
};

/**
 * Explains on the inference thread; an error when no model is open or @p flag is set meanwhile.
 * @p image may be null: it is decoded then.
 */
Result<Explanation> explainOn(std::unique_ptr<Explainer> &explainer, const ExplainRequest &request,
                              const QImage &image, const CancelFlag &flag,
                              const std::function<void(double)> &tell = {});

/**
 * The one thread that the network runs on. Tasks run in the order of run(); each gets the explainer
 * of the moment, null while no model is open. run() may be called on any thread.
 */
class InferenceThread
{
public:
    InferenceThread();
    ~InferenceThread(); ///< drops queued tasks and waits for the one that runs

    /** Drops queued tasks. @return whether the one that runs ended within @p ms milliseconds. */
    bool finish(int ms);

    /**
     * The answer comes as a future of a Result: what the task throws is an Error. Unlike
     * QtConcurrent::run's it can be waited for on any thread: that one would then run a task that
     * has not begun, beside the one that the network is busy with. Not run at all, and cancelled,
     * when this is destroyed before its turn. @param place what is done, see caughtError(). @param
     * flag also stops the network between two of its operators, in loops of its own code too.
     */
    template <class Task>
    auto run(const char *place, const CancelFlag &flag, Task task)
    {
        using Answer =
            Guarded<std::function<std::invoke_result_t<Task &, std::unique_ptr<Explainer> &>()>>;
        auto promise = std::make_shared<QPromise<Answer>>();
        promise->start();
        m_pool.start([this, place, promise, flag, task = std::move(task)]() mutable {
            promise->addResult(guarded(place, [this, &flag, &task] {
                prepare();
                const InterruptScope stoppable([&flag] { return flag.isCancelled(); });
                return task(m_explainer);
            }));
            promise->finish();
        });
        return promise->future();
    }

    /**
     * Then @p take gets the answer on the thread of @p owner, which outlives this or is deleted
     * with its answers undelivered; and @p done is called, whatever is thrown before.
     */
    template <class Task, class Take>
    void run(const char *place, const CancelFlag &flag, Task task, QObject *owner, Take take,
             std::function<void()> done)
    {
        const auto future = run(place, flag, std::move(task));
        auto *watcher = new QFutureWatcher<decltype(future.result())>(owner);
        QObject::connect(watcher, &QFutureWatcherBase::finished, owner,
                         [watcher, take = std::move(take), done = std::move(done)]() mutable {
                             watcher->deleteLater();
                             if (watcher->future().resultCount() == 0)
                                 return; // never run: the thread is going
                             std::exception_ptr thrown;
                             try {
                                 take(watcher->result());
                             } catch (...) {
                                 thrown = std::current_exception();
                             }
                             if (done)
                                 done();
                             if (thrown)
                                 std::rethrow_exception(thrown); // the event loop says it
                         });
        watcher->setFuture(future);
    }

private:
    void prepare(); ///< once per thread: core count

    QThreadPool m_pool;
    // Touched by tasks only.
    std::unique_ptr<Explainer> m_explainer;
    bool m_prepared = false;
};

} // namespace birblens
