// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace birblens {

/** One long job in the status bar: what it does, how far it is, and a way to stop it. */
class ProgressLine : public QWidget
{
    Q_OBJECT
public:
    explicit ProgressLine(const QString &what, QWidget *parent = nullptr);

    /** Shows itself; hides when done() is called. */
    void setProgress(int done, int total, const QString &text);
    void done();

Q_SIGNALS:
    void cancelled();

private:
    QLabel *m_label;
    QProgressBar *m_bar;
    QToolButton *m_cancel;
};

} // namespace birblens
