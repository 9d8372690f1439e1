// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/reviewsession.h"

#include <QWidget>

class QVBoxLayout;

namespace birblens {

/** What happened, as lines in the window: newest on top, each with its own way out. */
class MessageBar : public QWidget
{
    Q_OBJECT
public:
    explicit MessageBar(QWidget *parent = nullptr);

    /** Info goes away by itself. */
    void show(const Message &message);
    void show(Message::Level level, const QString &text) { show(Message{level, text, {}}); }
    int count() const;
    QString newest() const; ///< its text, without links
    void dismissAll();

Q_SIGNALS:
    void linkActivated(const QString &link);

private:
    QVBoxLayout *m_lines = nullptr;
};

} // namespace birblens
