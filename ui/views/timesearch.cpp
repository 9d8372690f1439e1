// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/timesearch.h"

#include <utility>

namespace birblens {

namespace {

constexpr int kDigitWait = 500;
constexpr int kTimeWait = 1500;

} // namespace

bool timeStartsWith(const QTime &time, const QString &typed)
{
    QStringList parts = typed.split(QLatin1Char(':'));
    QString digits;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        // A part that a colon closes is complete: "9:" is nine o'clock.
        if (i + 1 < parts.size())
            parts[i] = parts.at(i).rightJustified(2, QLatin1Char('0'));
        digits += parts.at(i);
    }
    return time.toString(QStringLiteral("HHmmss")).startsWith(digits);
}

TimeSearch::TimeSearch(std::function<bool(const QString &typed)> find, QObject *parent)
    : QObject(parent)
    , m_find(std::move(find))
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &TimeSearch::flush);
}

void TimeSearch::setTyped(const QString &typed)
{
    m_typed = typed;
    if (typed.isEmpty())
        m_timer.stop();
    else
        m_timer.start(typed.size() == 1 ? kDigitWait : kTimeWait);
    Q_EMIT typedChanged(typed);
}

void TimeSearch::feed(QChar key)
{
    const bool isDigit = key.isDigit();
    if (m_typed.isEmpty()) {
        if (isDigit)
            setTyped(key);
        return;
    }
    const QString longer = m_typed + key;
    if (m_find(longer)) {
        setTyped(longer);
    } else if (isDigit && m_typed.size() == 1) {
        flush();
        setTyped(key);
    } else {
        setTyped(m_typed); // no such frame: what was typed stays
    }
}

void TimeSearch::flush()
{
    const QString typed = m_typed;
    if (typed.isEmpty())
        return;
    setTyped({});
    if (typed.size() == 1)
        Q_EMIT digit(typed.toInt());
}

} // namespace birblens
