// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>

namespace birblens {

class ReviewSession;

/**
 * Labels of the opened day cannot be kept: why, and the ways out. Not modal: the day can be looked
 * at meanwhile. Closes itself when another day is opened.
 */
class StoreProblemDialog : public QDialog
{
    Q_OBJECT
public:
    explicit StoreProblemDialog(ReviewSession &session, QWidget *parent = nullptr);

private:
    void replace(const QString &copy);

    ReviewSession &m_session;
};

} // namespace birblens
