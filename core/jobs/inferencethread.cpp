#include "core/jobs/inferencethread.h"

namespace birblens {

InferenceThread::InferenceThread()
{
    m_pool.setMaxThreadCount(1);
    m_pool.setExpiryTimeout(-1); // OpenMP keeps its team per thread
}

InferenceThread::~InferenceThread()
{
    m_pool.clear();
    m_pool.waitForDone();
}

void InferenceThread::prepare()
{
    if (!m_prepared)
        setInferenceThreads(0);
    m_prepared = true;
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
    return explainer->explain(request, image, report);
}

} // namespace birblens
