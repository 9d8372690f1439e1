// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>
#include <QStringList>

namespace birblens {

class WindowActions;

/** Every key of the window on one page. Not modal: one may try them beside it. */
class KeysDialog : public QDialog
{
    Q_OBJECT
public:
    KeysDialog(WindowActions &actions, const QStringList &quickLabels, QWidget *parent = nullptr);
};

void showAbout(QWidget *parent);

} // namespace birblens
