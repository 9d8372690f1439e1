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

} // namespace birblens
