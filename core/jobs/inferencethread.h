#pragma once

#include "core/explain/explainer.h"
#include "core/result.h"

#include <QFuture>
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

    /**
     * The answer comes as a future. Unlike QtConcurrent::run's it can be waited for on any thread:
     * that one would then run a task that has not begun, beside the one that the network is busy
     * with. Not run at all, and cancelled, when this is destroyed before its turn.
     */
    template <class Task>
    auto run(Task task)
    {
        using Answer = std::invoke_result_t<Task, std::unique_ptr<Explainer> &>;
        auto promise = std::make_shared<QPromise<Answer>>();
        promise->start();
        m_pool.start([this, promise, task = std::move(task)]() mutable {
            prepare();
            try {
                promise->addResult(task(m_explainer));
            } catch (...) {
                promise->setException(std::current_exception());
            }
            promise->finish();
        });
        return promise->future();
    }

private:
    void prepare(); ///< once per thread: core count

    QThreadPool m_pool;
    // Touched by tasks only.
    std::unique_ptr<Explainer> m_explainer;
    bool m_prepared = false;
};

} // namespace birblens
