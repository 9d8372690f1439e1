// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace birblens {

/** What the window shows while no day is open: the three ways in, and the last days. */
class WelcomeView : public QWidget
{
    Q_OBJECT
public:
    explicit WelcomeView(QWidget *parent = nullptr);

    void setRecentDays(const QStringList &paths);
    void setModelName(const QString &name); ///< empty: none is open

Q_SIGNALS:
    void openDayRequested();
    void openModelRequested();
    void demoRequested();
    void recentDayRequested(const QString &path);

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void recolour();

    QLabel *m_title;
    QLabel *m_text;
    QLabel *m_model;
    QWidget *m_recent;
    QVBoxLayout *m_recentLines;
};

} // namespace birblens
