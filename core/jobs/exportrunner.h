// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/exporter.h"
#include "core/jobs/inferencethread.h"

#include <QFutureWatcher>
#include <QObject>

#include <functional>

namespace birblens {

/**
 * Runs one export at a time on a worker of its own; explanations come from the inference thread, in
 * between what the person looks at. GUI thread. The destructor cancels and waits for the frame at
 * hand.
 */
class ExportRunner : public QObject
{
    Q_OBJECT
public:
    explicit ExportRunner(InferenceThread &inference, QObject *parent = nullptr);
    ~ExportRunner() override;

    /** @return false when one is running. `job.explain` is filled in here. */
    bool start(const Exporter &exporter, ExportJob job);
    void cancel();
    bool isRunning() const { return m_watcher.isRunning(); }

Q_SIGNALS:
    void progress(int done, int total);
    void finished(const birblens::Result<birblens::ExportReport> &report);

private:
    InferenceThread &m_inference;
    QThreadPool m_pool;
    CancelFlag m_cancel;
    QFutureWatcher<Result<ExportReport>> m_watcher;
};

} // namespace birblens
