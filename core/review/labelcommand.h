// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/store/store.h"

#include <QUndoCommand>

namespace birblens {

class ReviewSession;

/** One decision of the person; what it did is in the store. Already carried out when it is pushed.
 */
class LabelCommand : public QUndoCommand
{
public:
    LabelCommand(ReviewSession &session, const Decision &decision);

    void undo() override;
    void redo() override;

private:
    void turn(bool undone);

    ReviewSession &m_session;
    Decision m_decision;
};

} // namespace birblens
