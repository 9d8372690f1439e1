// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QString>
#include <QTime>
#include <QTimer>

#include <functional>

namespace birblens {

/** True when a clock reading starts with what was typed: "10:5", "105" and "9:05" are understood.
 */
bool timeStartsWith(const QTime &time, const QString &typed);

/**
 * Type-ahead on the capture time in the frame browser. Digits are label keys as well, so a single
 * one waits a moment: when a second one makes the time of some frame it was a time, else it was a
 * label.
 */
class TimeSearch : public QObject
{
    Q_OBJECT
public:
    /** @p find goes to the first frame that matches; false when there is none. */
    explicit TimeSearch(std::function<bool(const QString &typed)> find, QObject *parent = nullptr);

    void feed(QChar key);
    /** Another key follows: a waiting digit is a label key. */
    void flush();
    QString typed() const { return m_typed; }

Q_SIGNALS:
    void typedChanged(const QString &typed);
    void digit(int number);

private:
    void setTyped(const QString &typed);

    std::function<bool(const QString &)> m_find;
    QString m_typed;
    QTimer m_timer;
};

} // namespace birblens
