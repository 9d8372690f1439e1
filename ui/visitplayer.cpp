// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/visitplayer.h"

#include "core/review/reviewsession.h"

namespace birblens {

namespace {

constexpr int frameMilliseconds = 200;

} // namespace

VisitPlayer::VisitPlayer(ReviewSession &session, QObject *parent)
    : QObject(parent)
    , m_session(session)
{
    m_next.setInterval(frameMilliseconds);
    connect(&m_next, &QTimer::timeout, this, [this] {
        if (m_keys.isEmpty() || m_session.currentKey() != m_shown)
            m_next.stop();
        else
            showNext();
    });
}

void VisitPlayer::toggle()
{
    if (m_next.isActive()) {
        m_next.stop();
        return;
    }
    m_keys = m_session.eventOf(m_session.currentKey());
    if (m_keys.size() > 1) {
        showNext();
        m_next.start();
    }
}

void VisitPlayer::showNext()
{
    m_shown = m_keys.takeFirst();
    m_session.setCurrentKey(m_shown);
}

} // namespace birblens
