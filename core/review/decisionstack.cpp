// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/decisionstack.h"

#include <utility>

namespace birblens {

DecisionStack::DecisionStack(QObject *parent)
    : QUndoStack(parent)
{
    connect(this, &QUndoStack::indexChanged, this, &DecisionStack::follow);
}

void DecisionStack::follow(int index)
{
    const int before = std::exchange(m_index, index);
    // The texts of the menu are told after this signal, and read then.
    if (std::exchange(m_putBack, false))
        setIndex(before);
}

void DecisionStack::tellLater()
{
    QMetaObject::invokeMethod(
        this,
        [this] {
            Q_EMIT canRedoChanged(canRedo());
            Q_EMIT redoTextChanged(redoText());
        },
        Qt::QueuedConnection);
}

} // namespace birblens
