#include "core/review/waitingdecisions.h"

#include "core/review/sqliteconnection.h"

#include <algorithm>
#include <utility>

namespace birblens {

namespace {

constexpr int againMilliseconds = 200;

QStringList keysOf(const DecisionSteps &steps)
{
    QStringList keys;
    for (const LabelStep &step : steps.labels)
        keys.append(step.change.key);
    for (const MarkStep &step : steps.marks)
        keys.append(step.key);
    return keys;
}

} // namespace

WaitingDecisions::WaitingDecisions(Write write, QObject *parent)
    : QObject(parent)
    , m_write(std::move(write))
{
    m_again.setInterval(againMilliseconds);
    connect(&m_again, &QTimer::timeout, this, &WaitingDecisions::flush);
}

QSet<QString> WaitingDecisions::keys() const
{
    QSet<QString> keys;
    for (const Waiting &waiting : m_waiting) {
        for (const QString &key : keysOf(waiting.steps))
            keys.insert(key);
    }
    return keys;
}

std::optional<TrueLabel> WaitingDecisions::label(const QString &key) const
{
    for (auto waiting = m_waiting.crbegin(); waiting != m_waiting.crend(); ++waiting) {
        for (const LabelStep &step : waiting->steps.labels) {
            if (step.change.key == key)
                return step.change.after;
        }
    }
    return std::nullopt;
}

std::optional<Mark> WaitingDecisions::mark(const QString &key) const
{
    for (auto waiting = m_waiting.crbegin(); waiting != m_waiting.crend(); ++waiting) {
        for (const MarkStep &step : waiting->steps.marks) {
            if (step.key == key)
                return step.after;
        }
    }
    return std::nullopt;
}

qint64 WaitingDecisions::add(const QString &text, const DecisionSteps &steps)
{
    m_waiting.append({--m_lastTicket, text, steps});
    m_again.start();
    Q_EMIT changed(keysOf(steps));
    return m_lastTicket;
}

bool WaitingDecisions::knows(qint64 ticket) const
{
    return m_withdrawn.contains(ticket) ||
           std::any_of(m_waiting.cbegin(), m_waiting.cend(),
                       [ticket](const Waiting &waiting) { return waiting.ticket == ticket; });
}

void WaitingDecisions::setWithdrawn(qint64 ticket, bool withdrawn)
{
    Waiting turned;
    if (withdrawn) {
        const auto found =
            std::find_if(m_waiting.begin(), m_waiting.end(),
                         [ticket](const Waiting &waiting) { return waiting.ticket == ticket; });
        if (found == m_waiting.end())
            return;
        turned = *found;
        m_waiting.erase(found);
        m_withdrawn.insert(ticket, turned);
    } else {
        if (!m_withdrawn.contains(ticket))
            return;
        turned = m_withdrawn.take(ticket);
        m_waiting.append(turned);
    }
    if (m_waiting.isEmpty())
        m_again.stop();
    else
        m_again.start();
    Q_EMIT changed(keysOf(turned.steps));
}

bool WaitingDecisions::flush()
{
    while (!m_waiting.isEmpty()) {
        // Taken out first: what is shown as stored is no longer waiting.
        const Waiting next = m_waiting.takeFirst();
        const Result<qint64> id = m_write(next.text, next.steps);
        if (!id) {
            m_waiting.prepend(next);
            if (!isLocked(id.error()) && m_told != id.error().what) {
                m_told = id.error().what;
                Q_EMIT failed(id.error());
            }
            return false;
        }
        m_stored.insert(next.ticket, *id);
        Q_EMIT changed(keysOf(next.steps));
    }
    m_again.stop();
    m_told.clear();
    return true;
}

void WaitingDecisions::reset()
{
    m_waiting.clear();
    m_withdrawn.clear();
    m_stored.clear();
    m_told.clear();
    m_again.stop();
}

} // namespace birblens
