// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/labelcommand.h"

#include "core/review/reviewsession.h"

namespace birblens {

LabelCommand::LabelCommand(ReviewSession &session, const Decision &decision)
    : QUndoCommand(decision.text)
    , m_session(session)
    , m_decision(decision)
{
}

// The stack calls both also where nothing is to be done: redo() when the command is pushed, undo()
// when the history of an earlier run is put back, either when it puts a step back that failed.

void LabelCommand::undo()
{
    if (!m_decision.undone)
        turn(true);
}

void LabelCommand::redo()
{
    if (m_decision.undone && !m_session.restoringHistory())
        turn(false);
}

void LabelCommand::turn(bool undone)
{
    switch (m_session.setUndone(m_decision.id, undone)) {
    case ReviewSession::Turn::Done:
        m_decision.undone = undone;
        break;
    case ReviewSession::Turn::Failed:
        m_session.decisionStack().putBack();
        break;
    case ReviewSession::Turn::Gone:
        setObsolete(true);
        m_session.decisionStack().tellLater();
        break;
    }
}

} // namespace birblens
