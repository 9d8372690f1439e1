// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/waitingdecisions.h"

#include "core/store/sqliteconnection.h"

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
    for (const ClockStep &step : steps.clock) {
        if (!step.key.isEmpty())
            keys.append(step.key);
    }
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

const WaitingDecisions::Known &WaitingDecisions::known() const
{
    if (m_known)
        return *m_known;
    m_known.emplace();
    for (const Waiting &waiting : m_waiting) { // later ones are what counts
        for (const QString &key : keysOf(waiting.steps))
            m_known->keys.insert(key);
        for (const LabelStep &step : waiting.steps.labels)
            m_known->labels.insert(step.change.key, step.change.after);
        for (const MarkStep &step : waiting.steps.marks)
            m_known->marks.insert(step.key, step.after);
    }
    return *m_known;
}

std::optional<TrueLabel> WaitingDecisions::label(const QString &key) const
{
    const auto found = known().labels.constFind(key);
    return found == known().labels.cend() ? std::nullopt : std::optional(*found);
}

std::optional<Mark> WaitingDecisions::mark(const QString &key) const
{
    const auto found = known().marks.constFind(key);
    return found == known().marks.cend() ? std::nullopt : std::optional(*found);
}

void WaitingDecisions::applyTo(ClockShifts &clock) const
{
    for (const Waiting &waiting : m_waiting)
        clock.take(waiting.steps.clock);
}

qint64 WaitingDecisions::add(const QString &text, const DecisionSteps &steps)
{
    m_waiting.append({--m_lastTicket, text, steps});
    m_known.reset();
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
        m_known.reset();
        if (flush()) // the lock may have gone meanwhile
            return;
    }
    m_known.reset();
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
        m_known.reset();
        const Result<qint64> id = m_write(next.text, next.steps);
        if (!id) {
            m_waiting.prepend(next);
            m_known.reset();
            m_problem = id.error();
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
    m_known.reset();
    m_told.clear();
    m_again.stop();
}

} // namespace birblens
