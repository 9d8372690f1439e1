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
// when the history of an earlier run is put back.

void LabelCommand::undo()
{
    if (m_decision.undone)
        return;
    m_decision.undone = true;
    // What cannot be stored is said by the session; the step goes, the label stays.
    if (!m_session.setUndone(m_decision.id, true))
        setObsolete(true);
}

void LabelCommand::redo()
{
    if (!m_decision.undone || m_session.restoringHistory())
        return;
    m_decision.undone = false;
    if (!m_session.setUndone(m_decision.id, false))
        setObsolete(true);
}

} // namespace birblens
