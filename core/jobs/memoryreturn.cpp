// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/memoryreturn.h"

#include "core/jobs/memory.h"
#include "core/review/reviewsession.h"

#include <QThreadPool>

namespace birblens {

MemoryReturn::MemoryReturn(ReviewSession &session, QObject *parent)
    : QObject(parent)
{
    m_soon.setSingleShot(true);
    m_soon.setInterval(1000);
    connect(&m_soon, &QTimer::timeout, this,
            [] { QThreadPool::globalInstance()->start(returnFreeMemory); });
    const auto soon = [this] { m_soon.start(); };
    connect(&session, &ReviewSession::dayOpened, this, soon);
    connect(&session, &ReviewSession::predictionsLoaded, this, soon);
    connect(&session.explain(), &ExplainState::modelChanged, this, soon);
}

} // namespace birblens
