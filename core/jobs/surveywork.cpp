// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/surveywork.h"

#include "core/jobs/explanationwork.h"
#include "core/review/reviewsession.h"

namespace birblens {

SurveyWork::SurveyWork(ReviewSession &session)
    : m_session(session)
{
}

void SurveyWork::start(const QStringList &keys)
{
    m_frames.clear();
    m_done = 0;
    for (const QString &key : keys) {
        const int row = m_session.day().rowOf(key);
        if (row >= 0 && !m_session.day().at(row).frame.gone)
            m_frames.append(m_session.day().at(row).frame);
    }
    if (isActive())
        Q_EMIT progress(0, static_cast<int>(m_frames.size()));
}

void SurveyWork::cancel()
{
    if (!isActive())
        return;
    m_frames.clear();
    giveWay();
    Q_EMIT finished(true);
}

void SurveyWork::giveWay()
{
    m_running.cancel();
}

void SurveyWork::run(InferenceThread &thread, const std::function<void()> &done)
{
    m_running = CancelFlag();
    const ExplainRequest request = requestFor(m_session, m_frames.constFirst());
    using Explained = std::optional<Explanation>; // nothing: the frame has no map
    thread.run(
        "scale of the day", m_running,
        [request, flag = m_running](std::unique_ptr<Explainer> &explainer) {
            auto explained = explainOn(explainer, request, QImage(), flag);
            return explained ? Explained(std::move(*explained)) : std::nullopt;
        },
        this,
        [this, request, flag = m_running](const Result<Explained> &result) {
            // Given way, the frame is taken up again; given up, the list is another one.
            const bool stillFirst =
                isActive() && requestFor(m_session, m_frames.constFirst()) == request;
            if (!stillFirst || (result && !*result && flag.isCancelled()))
                return;
            m_frames.removeFirst();
            ++m_done;
            if (!result)
                m_session.say(Message::Level::Problem, result.error().sentence());
            else if (*result)
                m_session.explain().addRanges(**result);
            Q_EMIT progress(m_done, m_done + static_cast<int>(m_frames.size()));
            if (!isActive())
                Q_EMIT finished(false);
        },
        done);
}

} // namespace birblens
