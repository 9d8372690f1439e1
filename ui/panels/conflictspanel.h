// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace birblens {

class ReviewSession;

/** Labels that were changed both here and in Birb Cam's database: the person chooses which stay. */
class ConflictsPanel : public QWidget
{
    Q_OBJECT
public:
    explicit ConflictsPanel(ReviewSession &session, QWidget *parent = nullptr);

protected:
    void showEvent(QShowEvent *event) override;

private:
    void fill();
    void updateButtons();
    void settle(bool takeTheirs);
    QStringList chosen() const; ///< keys of the selected lines, of all where none is

    ReviewSession &m_session;
    QLabel *m_text;
    QTreeWidget *m_lines;
    QPushButton *m_mine;
    QPushButton *m_theirs;
    QTimer m_soon;
};

} // namespace birblens
