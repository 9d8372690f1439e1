// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/jobs/inferencethread.h"
#include "core/jobs/inferencework.h"
#include "core/jobs/trustjob.h"

#include <QObject>

#include <memory>

namespace birblens {

/** One check whether a map can be trusted, in pieces. */
class TrustWork : public QObject, public InferenceWork
{
    Q_OBJECT
public:
    /** A check that runs is replaced without a word. @param modelId the one that made @p map. */
    void start(const QString &path, const ClassMap &map, const QString &modelId);
    void cancel(); ///< finished follows at once, with an error
    bool isActive() const { return m_job != nullptr; }
    /** The piece at hand is gone on with later. */
    void giveWay();

    bool isWaiting() const override { return isActive(); }
    void run(InferenceThread &thread, const std::function<void()> &done) override;
    void stop() override { giveWay(); }

Q_SIGNALS:
    void progress(double share); ///< 0..1
    void finished(const birblens::Result<birblens::TrustReport> &report);

private:
    void end(const Result<TrustReport> &report);

    std::shared_ptr<TrustJob> m_job; ///< null: none
    CancelFlag m_running;
};

} // namespace birblens
