// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/windowkeys.h"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>

namespace birblens {

namespace {

/** Widgets in which Return has a meaning of its own. */
bool usesReturn(const QObject *widget)
{
    return qobject_cast<const QLineEdit *>(widget) ||
           qobject_cast<const QAbstractSpinBox *>(widget) ||
           qobject_cast<const QPlainTextEdit *>(widget) ||
           qobject_cast<const QListView *>(widget) || qobject_cast<const QLabel *>(widget);
}

} // namespace

WindowKeys::WindowKeys(QObject *parent)
    : QObject(parent)
{
    qApp->installEventFilter(this);
}

bool WindowKeys::eventFilter(QObject *watched, QEvent *event)
{
    // Every key press begins so, whether a field, a list or a command takes it.
    if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyRelease) {
        const bool repeated = static_cast<QKeyEvent *>(event)->isAutoRepeat();
        if (repeated == (event->type() == QEvent::ShortcutOverride))
            Q_EMIT repeating(repeated);
    }
    if (event->type() == QEvent::ShortcutOverride && usesReturn(watched)) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            event->accept();
            // The list of a combo box chooses on this very event; elsewhere it must not be undone.
            return !QApplication::activePopupWidget();
        }
    }
    return QObject::eventFilter(watched, event);
}

} // namespace birblens
