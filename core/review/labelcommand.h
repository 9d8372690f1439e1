#pragma once

#include "core/review/store.h"

#include <QUndoCommand>

namespace birblens {

class ReviewSession;

/** One decision of the person, for one frame or many. Already carried out when it is pushed. */
class LabelCommand : public QUndoCommand
{
public:
    struct Step
    {
        LabelChange change;
        QString shownBefore; ///< LabelRecord::shownPrediction before the change
    };

    LabelCommand(ReviewSession &session, const QList<Step> &steps, const QString &text);

    void undo() override;
    void redo() override;

private:
    ReviewSession &m_session;
    QList<Step> m_steps;
    bool m_done = true;
};

} // namespace birblens
