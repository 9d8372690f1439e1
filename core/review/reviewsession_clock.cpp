// SPDX-License-Identifier: GPL-3.0-or-later

// ReviewSession: corrections of the camera's clock.

#include "core/counted.h"
#include "core/review/picturecheck.h"
#include "core/review/reviewsession.h"
#include "core/review/waitingdecisions.h"
#include "core/store/storevalues.h"
#include "core/utctime.h"

namespace birblens {

namespace {

constexpr qint64 secondMs = 1000;

} // namespace

bool ReviewSession::shiftClock(const QStringList &keys, qint64 milliseconds)
{
    if (milliseconds == 0)
        return true;
    lookBeforeDeciding(keys); // the correction is for the pictures that are there now
    ClockShifts now;
    if (!readClock(now))
        return false;
    DecisionSteps steps;
    if (keys.isEmpty()) {
        steps.clock.append({QString(), {}, now.day + milliseconds});
        for (const auto &each : {now.frames, now.aside}) {
            for (auto own = each.cbegin(); own != each.cend(); ++own)
                steps.clock.append({own.key(), {}, *own + milliseconds});
        }
        return keep(tr("Correct the clock of the day"), std::move(steps));
    }
    QSet<QString> seen;
    for (const QString &key : keys) {
        if (m_day.rowOf(key) < 0 || seen.contains(key))
            continue;
        seen.insert(key);
        steps.clock.append({key, {}, now.of(key) + milliseconds});
    }
    return keep(counted(seen.size(), tr("Correct the clock of %1 frame"),
                        tr("Correct the clock of %1 frames")),
                std::move(steps));
}

bool ReviewSession::setTimeOf(const QString &key, const QDateTime &wallClock,
                              const QStringList &keys)
{
    const int row = m_day.rowOf(key);
    if (row < 0 || !m_day.at(row).frame.captureTime.isValid() || !wallClock.isValid())
        return false;
    const QDateTime wanted(wallClock.date(), wallClock.time(), asUtc);
    // Whole seconds: milliseconds of a burst stay what they were.
    const qint64 seconds = m_day.at(row).frame.captureTime.toSecsSinceEpoch();
    return shiftClock(keys, (wanted.toSecsSinceEpoch() - seconds) * secondMs);
}

bool ReviewSession::clearClock(const QStringList &keys)
{
    lookBeforeDeciding(keys);
    ClockShifts now;
    if (!readClock(now))
        return false;
    DecisionSteps steps;
    if (keys.isEmpty()) {
        if (now.day != 0)
            steps.clock.append({QString(), {}, {}});
        for (const auto &each : {now.frames, now.aside}) {
            for (auto own = each.cbegin(); own != each.cend(); ++own)
                steps.clock.append({own.key(), {}, {}});
        }
    } else {
        for (const QString &key : QSet<QString>(keys.cbegin(), keys.cend())) {
            // Under a correction of the day, a frame that has none needs one that says so.
            if (m_day.rowOf(key) >= 0 && now.of(key) != 0)
                steps.clock.append(
                    {key, {}, now.day == 0 ? std::nullopt : std::optional<qint64>(0)});
        }
    }
    return keep(tr("Take the correction of the clock back"), std::move(steps));
}

/** As it is in the store, where another window may have corrected it since, and what waits. */
bool ReviewSession::readClock(ClockShifts &clock)
{
    return store([&]() -> Result<void> {
        const auto found = m_store->clock();
        if (!found)
            return found.error();
        clock = *found;
        m_waiting->applyTo(clock);
        return {};
    });
}

void ReviewSession::clockApplied(const QList<ClockStep> &steps)
{
    if (steps.isEmpty())
        return;
    ClockShifts clock = m_day.clock();
    clock.take(steps);
    QStringList corrected;
    for (const ClockStep &step : steps) {
        if (step.after && !step.key.isEmpty() && !isKeptAside(step.key))
            corrected.append(step.key);
    }
    m_pictures->take(corrected); // so that the correction goes with the picture
    m_day.setClock(clock);
    Q_EMIT clockChanged();
    Q_EMIT currentFrameChanged();
}

void ReviewSession::reloadClock()
{
    const auto clock = m_store ? m_store->clock() : Result<ClockShifts>(Error{});
    if (!clock || *clock == m_day.clock())
        return;
    m_day.setClock(*clock);
    Q_EMIT clockChanged();
    Q_EMIT currentFrameChanged();
}

} // namespace birblens
