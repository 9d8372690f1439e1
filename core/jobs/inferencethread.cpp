// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/inferencethread.h"

#ifdef Q_OS_LINUX
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace birblens {

namespace {

constexpr int kNice = 5;

} // namespace

InferenceThread::InferenceThread()
{
    m_pool.setMaxThreadCount(1);
    m_pool.setExpiryTimeout(-1); // OpenMP keeps its team per thread
}

InferenceThread::~InferenceThread()
{
    finish(-1);
}

bool InferenceThread::finish(int ms)
{
    m_pool.clear();
    return m_pool.waitForDone(ms);
}

void InferenceThread::prepare()
{
    if (m_prepared)
        return;
    m_prepared = true;
#ifdef Q_OS_LINUX
    // Of this thread only, and of OpenMP's team, which it has not made yet: the window paints and
    // sorts at once also on two cores that the network would fill.
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
#endif
    setInferenceThreads(0);
}

Result<Explanation> explainOn(std::unique_ptr<Explainer> &explainer, const ExplainRequest &request,
                              const QImage &image, const CancelFlag &flag,
                              const std::function<void(double)> &tell)
{
    if (!explainer)
        return Error{QStringLiteral("No model is open"), request.path, {}};
    Report report;
    report.cancelled = [&flag] { return flag.isCancelled(); };
    report.progress = tell;
    auto explanation = explainer->explain(request, image, report);
    if (!explanation && flag.isCancelled())
        return Error{QStringLiteral("Cancelled"), {}, {}}; // not what the network says of it
    return explanation;
}

} // namespace birblens
