// SPDX-License-Identifier: GPL-3.0-or-later

// ReviewSession: decisions that wait while another program holds a lock on the store.

#include "core/counted.h"
#include "core/review/reviewsession.h"
#include "core/review/waitingdecisions.h"
#include "core/store/sqliteconnection.h"

namespace birblens {

namespace {

constexpr int windowPatience = 40; ///< milliseconds: longer ones are for commands

} // namespace

/** What waited while the store was deleted or replaced goes where its other labels were saved. */
Result<qint64> ReviewSession::writeWaiting(const QString &text, const DecisionSteps &steps)
{
    auto id = write(text, steps);
    if (id || !m_store || m_store->rescued().isEmpty())
        return id;
    const auto rescue = Store::openAgain(m_store->rescued());
    if (!rescue)
        return id;
    DecisionSteps again = steps;
    const auto saved = (*rescue)->decide(text, again);
    if (saved)
        say(Message::Level::Problem,
            tr("\"%1\" is in the saved file too. %2").arg(text, id.error().sentence()));
    return saved ? saved : id;
}

bool ReviewSession::mayWait() const
{
    return m_storePatience <= windowPatience;
}

int ReviewSession::waitingFrames() const
{
    return m_waiting->frames();
}

bool ReviewSession::isWaiting() const
{
    return !m_waiting->isEmpty();
}

QString ReviewSession::waitingText() const
{
    if (waitingFrames() == 0)
        return tr("A correction of the clock is not saved yet");
    return counted(waitingFrames(), tr("%1 frame is not saved yet"),
                   tr("%1 frames are not saved yet"));
}

/** Why no other day may be opened. */
Error ReviewSession::notSaved() const
{
    const Error &problem = m_waiting->problem();
    const QString reason =
        isLocked(problem)
            ? tr("Another program is using the label store; try again when it has finished")
            : problem.sentence();
    return Error{waitingText(), m_day.source().folder, reason};
}

bool ReviewSession::flushWaiting()
{
    return m_waiting->flush();
}

TrueLabel ReviewSession::labelToShow(const FrameEntry &entry) const
{
    const auto waiting = entry.waiting ? m_waiting->label(entry.frame.key) : std::nullopt;
    return waiting.value_or(entry.label());
}

Mark ReviewSession::markToShow(const FrameEntry &entry) const
{
    const auto waiting = entry.waiting ? m_waiting->mark(entry.frame.key) : std::nullopt;
    return waiting.value_or(entry.mark);
}

/** What the next decision about the frame begins with. */
FrameEntry ReviewSession::asDecided(const FrameEntry &entry) const
{
    FrameEntry decided = entry;
    if (!entry.waiting)
        return decided;
    if (const auto label = m_waiting->label(entry.frame.key)) {
        decided.record.label = *label;
        decided.otherPicture = false;
    }
    return decided;
}

void ReviewSession::waitingTurned(const QStringList &keys)
{
    m_day.setWaiting(keys, m_waiting->keys());
    const bool waits = !m_waiting->isEmpty();
    if (waits && !m_waitingTold)
        say(Message::Level::Warning,
            tr("Another program is using this day's label store. What you decide is not saved yet; "
               "Birblens saves it as soon as that program has finished."));
    else if (!waits && m_waitingTold)
        say(Message::Level::Info, tr("Everything you decided is saved now."));
    m_waitingTold = waits;
    Q_EMIT waitingChanged();
    Q_EMIT labelsChanged(keys);
}

} // namespace birblens
