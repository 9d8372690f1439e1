// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/trustwork.h"

namespace birblens {

void TrustWork::start(const QString &path, const ClassMap &map, const QString &modelId)
{
    giveWay();
    m_job = std::make_shared<TrustJob>(TrustJob{path, map, modelId, nullptr});
}

void TrustWork::cancel()
{
    if (isActive())
        end(Error{tr("The check was cancelled"), {}, {}});
}

void TrustWork::giveWay()
{
    m_running.cancel();
}

void TrustWork::end(const Result<TrustReport> &report)
{
    giveWay();
    m_job.reset();
    Q_EMIT finished(report);
}

void TrustWork::run(InferenceThread &thread, const std::function<void()> &done)
{
    m_running = CancelFlag();
    thread.run(
        "check of a map", m_running,
        [job = m_job, flag = m_running](std::unique_ptr<Explainer> &explainer) {
            return advanceTrust(explainer, *job, flag);
        },
        this,
        [this, mine = m_job](const Result<TrustPiece> &piece) {
            if (mine != m_job)
                return;
            if (!piece) {
                end(piece.error());
                return;
            }
            Q_EMIT progress(piece->share);
            if (piece->end)
                end(*piece->end);
        },
        done);
}

} // namespace birblens
