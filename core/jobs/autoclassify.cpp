// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/autoclassify.h"

#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"

namespace birblens {

namespace {

/** Also when another version of Birblens has classified it, with settings that are not known. */
bool lacksPrediction(const FrameEntry &entry)
{
    const bool lacks =
        entry.prediction ? entry.prediction->settingsUnknown : entry.silence.isEmpty();
    return lacks && !entry.frame.gone && entry.problem.isEmpty();
}

} // namespace

AutoClassify::AutoClassify(ReviewSession &session, InferenceService &service, QObject *parent)
    : QObject(parent)
    , m_session(session)
    , m_service(service)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(300);
    connect(&m_soon, &QTimer::timeout, this, &AutoClassify::classifyIfNeeded);
    const auto soon = [this] { m_soon.start(); };
    connect(&session, &ReviewSession::dayOpened, this, &AutoClassify::start);
    connect(&session.explain(), &ExplainState::modelChanged, this, &AutoClassify::start);
    connect(&session, &ReviewSession::scanningChanged, this, soon);
    connect(&session, &ReviewSession::predictionsLoaded, this, soon);
    connect(&session, &ReviewSession::picturesChanged, this, soon);
    connect(&session.day(), &Day::inserted, this, soon);
}

void AutoClassify::stop()
{
    m_on = false;
}

void AutoClassify::start()
{
    m_on = true;
    m_soon.start();
}

void AutoClassify::classifyIfNeeded()
{
    if (!m_on || !m_session.hasDay() || !m_session.explain().model() || m_session.isScanning() ||
        m_session.isLoadingPredictions() || m_service.isClassifying())
        return;
    for (int row = 0; row < m_session.day().size(); ++row) {
        if (lacksPrediction(m_session.day().at(row))) {
            m_service.classifyDay();
            return;
        }
    }
}

} // namespace birblens
