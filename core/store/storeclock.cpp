// SPDX-License-Identifier: GPL-3.0-or-later

// Store: corrections of the camera's clock, and how they are taken back.

#include "core/store/storeprivate.h"
#include "core/store/storevalues.h"

#include <QSqlError>

namespace birblens {

namespace {

QVariant value(const std::optional<qint64> &shift)
{
    return shift ? QVariant(*shift) : QVariant(QMetaType(QMetaType::LongLong));
}

std::optional<qint64> shiftOf(const QVariant &value)
{
    return value.isNull() ? std::nullopt : std::optional<qint64>(value.toLongLong());
}

} // namespace

/** Before anything is written: what was there before is read from the table. */
Result<void> Store::Private::noteClock(qint64 id, const QList<ClockStep> &steps) const
{
    QSqlQuery query(connection->database());
    if (!connection->prepare(
            query, QStringLiteral("INSERT INTO decision_clock(decision, shift_after, frame,"
                                  " shift_before, owner_before)"
                                  " SELECT ?, ?, changed.frame, clock.shift, clock.decision"
                                  " FROM (SELECT ? AS frame) AS changed"
                                  " LEFT JOIN clock ON clock.frame = changed.frame")))
        return connection->error(query);
    for (const ClockStep &step : steps) {
        query.bindValue(0, id);
        query.bindValue(1, value(step.after));
        query.bindValue(2, step.key.isNull() ? QLatin1String("") : step.key);
        if (!connection->run(query))
            return connection->error(query);
    }
    return {};
}

Result<void> Store::Private::writeClock(const QList<ClockStep> &steps, const Owner &owner) const
{
    QSqlQuery query(connection->database());
    if (!connection->prepare(query, QStringLiteral("INSERT OR REPLACE INTO clock(frame, shift,"
                                                   " decision, utc) VALUES(?, ?, ?, ?)")))
        return connection->error(query);
    const QString now = utcText({});
    for (qsizetype i = 0; i < steps.size(); ++i) {
        query.bindValue(3, now);
        query.bindValue(0, steps[i].key.isNull() ? QLatin1String("") : steps[i].key);
        query.bindValue(1, value(steps[i].after));
        query.bindValue(2, owner(i));
        if (!connection->run(query))
            return connection->error(query);
    }
    return {};
}

Result<void> Store::Private::turnClock(qint64 id, bool undone, TurnedDecision &turned) const
{
    QSqlQuery query(connection->database());
    query.setForwardOnly(true);
    const QString same =
        undone
            ? QStringLiteral("clock.decision = step.decision AND clock.shift IS step.shift_after")
            : QStringLiteral("clock.decision IS step.owner_before AND clock.shift IS"
                             " step.shift_before");
    if (!connection->prepare(
            query, QStringLiteral("SELECT %1, step.frame, shift_before, shift_after, owner_before"
                                  " FROM decision_clock AS step"
                                  " LEFT JOIN clock ON clock.frame = step.frame"
                                  " WHERE step.decision = ? AND step.undone = ?")
                       .arg(same)))
        return connection->error(query);
    query.addBindValue(id);
    query.addBindValue(undone ? 0 : 1);
    if (!connection->run(query))
        return connection->error(query);
    QList<ClockStep> steps;
    QVariantList owners;
    while (query.next()) {
        const QString key = query.value(1).toString();
        if (!query.value(0).toBool()) {
            turned.left.append(key);
            continue;
        }
        const std::optional<qint64> before = shiftOf(query.value(2));
        const std::optional<qint64> after = shiftOf(query.value(3));
        steps.append({key, undone ? after : before, undone ? before : after});
        owners.append(undone ? query.value(4) : QVariant(id));
    }
    if (query.lastError().isValid())
        return connection->error(query);
    if (auto written = writeClock(steps, [&](qsizetype i) { return owners[i]; }); !written)
        return written;
    QSqlQuery noted(connection->database());
    if (!connection->prepare(noted, QStringLiteral("UPDATE decision_clock SET undone = ?"
                                                   " WHERE decision = ? AND frame = ?")))
        return connection->error(noted);
    for (const ClockStep &step : std::as_const(steps)) {
        noted.bindValue(0, undone ? 1 : 0);
        noted.bindValue(1, id);
        noted.bindValue(2, step.key.isNull() ? QLatin1String("") : step.key);
        if (!connection->run(noted))
            return connection->error(noted);
    }
    turned.done.clock = steps;
    return {};
}

Result<ClockShifts> Store::clock() const
{
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(
            query, QStringLiteral("SELECT frame, shift FROM clock WHERE shift IS NOT NULL")) ||
        !d->connection->run(query))
        return d->connection->error(query);
    ClockShifts shifts;
    while (query.next()) {
        const QString key = query.value(0).toString();
        if (key.isEmpty())
            shifts.day = query.value(1).toLongLong();
        else
            (isKeptAside(key) ? shifts.aside : shifts.frames)
                .insert(key, query.value(1).toLongLong());
    }
    if (query.lastError().isValid())
        return d->connection->error(query);
    return shifts;
}

} // namespace birblens
