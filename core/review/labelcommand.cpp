#include "core/review/labelcommand.h"

#include "core/review/reviewsession.h"

namespace birblens {

LabelCommand::LabelCommand(ReviewSession &session, const QList<Step> &steps, const QString &text)
    : QUndoCommand(text)
    , m_session(session)
    , m_steps(steps)
{
}

void LabelCommand::undo()
{
    QList<LabelChange> changes;
    for (const Step &step : std::as_const(m_steps)) {
        LabelChange change;
        change.key = step.change.key;
        change.before = step.change.after;
        change.after = step.change.before;
        change.shownPrediction = step.shownBefore;
        changes.append(change);
    }
    m_done = false;
    // What cannot be stored is said by the session; the step goes, the label stays.
    if (!m_session.applyLabels(changes))
        setObsolete(true);
}

void LabelCommand::redo()
{
    if (m_done)
        return; // pushed after it was carried out
    QList<LabelChange> changes;
    for (const Step &step : std::as_const(m_steps)) {
        LabelChange change = step.change;
        change.when = QDateTime();
        changes.append(change);
    }
    m_done = true;
    if (!m_session.applyLabels(changes))
        setObsolete(true);
}

} // namespace birblens
