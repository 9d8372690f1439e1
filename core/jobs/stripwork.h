// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/jobs/inferencethread.h"
#include "core/jobs/inferencework.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace birblens {

class ReviewSession;

/** The small maps of the layers, once the explanation is there and the person stays at the frame.
 */
class StripWork : public QObject, public InferenceWork
{
    Q_OBJECT
public:
    explicit StripWork(ReviewSession &session);

    /** Those wanted now belong to an explanation that is no longer wanted. */
    void outdate();
    /** Another explanation is wanted, or none: they stay as long as only the layer is another. */
    void explanationAsked(const std::optional<ExplainRequest> &request);
    /** In a moment, unless another explanation is asked for. */
    void askSoon();
    void ask();

    bool isWaiting() const override { return m_wanted.has_value(); }
    void run(InferenceThread &thread, const std::function<void()> &done) override;
    void stop() override { outdate(); }

Q_SIGNALS:
    void waiting();

private:
    ReviewSession &m_session;
    QTimer m_soon;
    std::optional<ExplainRequest> m_wanted;
    std::optional<ExplainRequest> m_shown; ///< what the session's small maps are of
    CancelFlag m_running;
    quint64 m_ticket = 0; ///< of the newest explanation asked for
};

} // namespace birblens
