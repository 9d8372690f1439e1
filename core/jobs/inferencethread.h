#pragma once

#include "core/explain/explainer.h"
#include "core/result.h"

#include <QFuture>
#include <QThreadPool>
#include <QtConcurrent>

#include <atomic>
#include <functional>
#include <memory>

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

/** Explains on the inference thread; an error when no model is open or @p flag is set meanwhile. */
Result<Explanation> explainOn(std::unique_ptr<Explainer> &explainer, const ExplainRequest &request,
                              const CancelFlag &flag, const std::function<void(double)> &tell = {});

/**
 * The one thread that the network runs on. Tasks run in the order of run(); each gets the explainer
 * of the moment, null while no model is open. run() may be called on any thread.
 */
class InferenceThread
{
public:
    InferenceThread();
    ~InferenceThread(); ///< drops queued tasks and waits for the one that runs

    /** Loads and swaps the model on the thread itself. */
    template <class Task>
    auto run(Task task)
    {
        return QtConcurrent::run(&m_pool, [this, task = std::move(task)]() mutable {
            prepare();
            return task(m_explainer);
        });
    }

private:
    void prepare(); ///< once per thread: core count

    QThreadPool m_pool;
    // Touched by tasks only.
    std::unique_ptr<Explainer> m_explainer;
    bool m_prepared = false;
};

} // namespace birblens
