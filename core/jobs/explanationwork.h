// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/jobs/inferencethread.h"
#include "core/jobs/inferencework.h"

#include <QImage>
#include <QObject>

#include <functional>
#include <optional>

namespace birblens {

class ReviewSession;
struct Frame;

/** What the session asks for now, of @p frame. */
ExplainRequest requestFor(const ReviewSession &session, const Frame &frame);

/**
 * Explains the session's current frame. The newest request replaces the waiting one; a result that
 * is no longer wanted is dropped on arrival.
 */
class ExplanationWork : public QObject, public InferenceWork
{
    Q_OBJECT
public:
    explicit ExplanationWork(ReviewSession &session);

    /** From whom a decoded frame can be had; see InferenceService::setPictures(). */
    void setPictures(const std::function<QImage(const QString &)> &decoded);
    /** What runs is not what will be wanted. */
    void outdate();
    /** Turns the session's state into the one wanted request, or none. */
    void request();
    const std::optional<ExplainRequest> &wanted() const { return m_wanted; }
    /** Gives up what is being explained; the session says so in place of the map. */
    void cancel();

    bool isWaiting() const override { return m_wanted.has_value(); }
    void run(InferenceThread &thread, const std::function<void()> &done) override;
    void stop() override { outdate(); }

Q_SIGNALS:
    void progress(double share); ///< 0..1, of methods that take long
    void arrived();              ///< the session has the explanation

private:
    void take(const Result<Explanation> &result);
    std::function<void(double)> progressTeller();

    ReviewSession &m_session;
    std::function<QImage(const QString &)> m_pictures;
    std::optional<ExplainRequest> m_wanted; ///< waits until the running task has come back
    CancelFlag m_running;
    quint64 m_ticket = 0; ///< of the newest request
};

} // namespace birblens
