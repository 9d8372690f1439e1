// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/explanationwork.h"

#include "core/review/reviewsession.h"

namespace birblens {

ExplainRequest requestFor(const ReviewSession &session, const Frame &frame)
{
    return {frame.key,
            frame.path(),
            session.explain().targetClasses(),
            session.explain().targetKind(),
            session.explain().contrastClass(),
            session.explain().effectiveLayer(),
            session.explain().method()};
}

ExplanationWork::ExplanationWork(ReviewSession &session)
    : m_session(session)
{
}

void ExplanationWork::setPictures(const std::function<QImage(const QString &)> &decoded)
{
    m_pictures = decoded;
}

void ExplanationWork::outdate()
{
    m_running.cancel();
}

void ExplanationWork::request()
{
    outdate();
    ++m_ticket;
    m_wanted.reset();
    const FrameEntry *entry = m_session.currentEntry();
    if (entry && m_session.explain().model() && !entry->frame.gone)
        m_wanted = requestFor(m_session, entry->frame);
    m_session.explain().setExplanationPending(m_wanted.has_value());
}

void ExplanationWork::cancel()
{
    if (!m_session.explain().explanationPending())
        return;
    outdate();
    ++m_ticket;
    m_wanted.reset();
    m_session.explain().failExplanation(
        {tr("The explanation was stopped"), {}, tr("Choose another method")});
}

void ExplanationWork::run(InferenceThread &thread, const std::function<void()> &done)
{
    const ExplainRequest request = *m_wanted;
    m_wanted.reset();
    m_running = CancelFlag();
    const QImage image = m_pictures ? m_pictures(request.path) : QImage();
    thread.run(
        "explanation", m_running,
        [request, image, flag = m_running,
         tell = progressTeller()](std::unique_ptr<Explainer> &explainer) {
            return explainOn(explainer, request, image, flag, tell);
        },
        this,
        [this, mine = m_ticket](const Result<Explanation> &result) {
            // A newer request may have been made while this one's delivery was on its way.
            if (mine == m_ticket && !m_wanted)
                take(result);
        },
        done);
}

void ExplanationWork::take(const Result<Explanation> &result)
{
    if (!result) {
        m_session.explain().failExplanation(result.error());
        return;
    }
    m_session.explain().setExplanation(*result);
    if (m_session.explain().model() && m_session.explain().model()->info.id == result->modelId)
        m_session.addPredictions(result->modelId,
                                 {{result->request.key, {result->prediction, result->features}}});
    Q_EMIT arrived();
}

std::function<void(double)> ExplanationWork::progressTeller()
{
    // Called on the inference thread; what arrives late belongs to nobody.
    return [this, mine = m_ticket](double share) {
        QMetaObject::invokeMethod(this, [this, mine, share] {
            if (mine == m_ticket && m_session.explain().explanationPending())
                Q_EMIT progress(share);
        });
    };
}

} // namespace birblens
