// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QTimer>
#include <QWidget>

class QLabel;
class QTreeWidget;

namespace birblens {

class ReviewSession;

/** What has been said about the current frame: who, when, from what to what. Newest first. */
class HistoryPanel : public QWidget
{
    Q_OBJECT
public:
    explicit HistoryPanel(ReviewSession &session, QWidget *parent = nullptr);

protected:
    void showEvent(QShowEvent *event) override;

private:
    static QString whoInWords(const QString &who);
    void fill();

    ReviewSession &m_session;
    QTreeWidget *m_lines;
    QLabel *m_empty;
    QTimer m_soon;
};

} // namespace birblens
