// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>

class QAction;
class QKeySequenceEdit;
class QLabel;
class QPushButton;
class QTreeWidget;

namespace birblens {

class WindowActions;

/** Gives commands other keys; at once, and kept for the next start. */
class KeyEditor : public QDialog
{
    Q_OBJECT
public:
    explicit KeyEditor(WindowActions &actions, QWidget *parent = nullptr);

private:
    void fill();
    QAction *chosen() const;
    void choose();
    void take();
    void updateNote();

    WindowActions &m_actions;
    QTreeWidget *m_list;
    QKeySequenceEdit *m_key;
    QPushButton *m_take;
    QPushButton *m_reset;
    QLabel *m_note;
};

} // namespace birblens
