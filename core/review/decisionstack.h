// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QUndoStack>

namespace birblens {

/** An undo stack on which a step that could not be undone, or redone, stays where it was. */
class DecisionStack : public QUndoStack
{
    Q_OBJECT
public:
    explicit DecisionStack(QObject *parent = nullptr);

    /**
     * For a command that fails in its undo() or redo(): the stack goes back over it before its own
     * undo() or redo() returns, and calls the command's other function, which has nothing to do.
     */
    void putBack() { m_putBack = true; }
    /** For a command that becomes obsolete in its redo(): the menu is told, which Qt 6.4 forgets.
     */
    void tellLater();

private:
    void follow(int index);

    int m_index = 0; ///< before the change that is under way
    bool m_putBack = false;
};

} // namespace birblens
