// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/exportrunner.h"

#include <QtConcurrent>

namespace birblens {

ExportRunner::ExportRunner(InferenceThread &inference, QObject *parent)
    : QObject(parent)
    , m_inference(inference)
{
    m_pool.setMaxThreadCount(1);
    connect(&m_watcher, &QFutureWatcherBase::progressValueChanged, this,
            [this](int done) { Q_EMIT progress(done, m_watcher.progressMaximum()); });
    connect(&m_watcher, &QFutureWatcherBase::finished, this,
            [this] { Q_EMIT finished(m_watcher.result()); });
}

ExportRunner::~ExportRunner()
{
    m_watcher.disconnect(this);
    cancel();
    m_pool.waitForDone();
}

bool ExportRunner::start(const Exporter &exporter, ExportJob job)
{
    if (isRunning())
        return false;
    m_cancel = CancelFlag();
    job.explain = [&inference = m_inference, flag = m_cancel](const ExplainRequest &request) {
        return inference
            .run("explanation", flag,
                 [request, flag](std::unique_ptr<Explainer> &explainer) {
                     return explainOn(explainer, request, QImage(), flag);
                 })
            .result();
    };
    m_watcher.setFuture(
        QtConcurrent::run(&m_pool, [run = exporter.run, job = std::move(job),
                                    flag = m_cancel](QPromise<Result<ExportReport>> &promise) {
            promise.setProgressRange(0, static_cast<int>(job.frames.size()));
            Result<ExportReport> report = guarded("export", [&] {
                return run(job, [&promise, &flag](int done, int total) {
                    promise.setProgressRange(0, total);
                    promise.setProgressValue(done);
                    return !flag.isCancelled();
                });
            });
            if (report)
                report->notes += notesOn(job);
            promise.addResult(std::move(report));
        }));
    return true;
}

void ExportRunner::cancel()
{
    m_cancel.cancel();
}

} // namespace birblens
