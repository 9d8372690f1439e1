// SPDX-License-Identifier: GPL-3.0-or-later

// Store: decisions taken back and done again, frame by frame.

#include "core/store/storeprivate.h"
#include "core/store/storevalues.h"

#include <QSqlError>

namespace birblens {

namespace {

/** Notes which steps of decision @p id are undone now: all that were not, or those of @p keys. */
Result<void> noteTurned(const SqliteConnection &connection, const QString &table, qint64 id,
                        bool undone, const QStringList &keys, bool all)
{
    if (all)
        return connection.execute(
            QStringLiteral("UPDATE %1 SET undone = ? WHERE decision = ?").arg(table),
            {undone ? 1 : 0, id});
    QSqlQuery query(connection.database());
    if (!connection.prepare(
            query,
            QStringLiteral("UPDATE %1 SET undone = ? WHERE decision = ? AND frame = ?").arg(table)))
        return connection.error(query);
    for (const QString &key : keys) {
        query.bindValue(0, undone ? 1 : 0);
        query.bindValue(1, id);
        query.bindValue(2, key);
        if (!connection.run(query))
            return connection.error(query);
    }
    return {};
}

/**
 * Calls @p take for every step of decision @p id in @p sql that is not as it is to be; the first
 * column says whether the frame still is as the decision left it.
 */
template <class Take>
Result<void> readSteps(const SqliteConnection &connection, const QString &sql, qint64 id,
                       bool undone, const Take &take)
{
    QSqlQuery query(connection.database());
    query.setForwardOnly(true);
    if (!connection.prepare(query, sql))
        return connection.error(query);
    query.addBindValue(id);
    query.addBindValue(undone ? 0 : 1);
    if (!connection.run(query))
        return connection.error(query);
    while (query.next())
        take(query);
    if (query.lastError().isValid())
        return connection.error(query);
    return {};
}

} // namespace

Result<void> Store::Private::takeFromSteps(qint64 id, Side side, const QString &condition,
                                           const QString &who, const QDateTime &when) const
{
    const QString to = side == Side::Before ? QStringLiteral("before") : QStringLiteral("after");
    const QString owner = side == Side::Before ? QStringLiteral("step.owner_before")
                                               : QStringLiteral("step.decision");
    const QString steps =
        QStringLiteral(" FROM decision_steps AS step LEFT JOIN labels ON labels.frame = step.frame"
                       " WHERE step.decision = ? AND %1")
            .arg(condition);
    if (auto history = connection->execute(
            QStringLiteral("INSERT INTO label_history(utc, who, frame, kind_before, labels_before,"
                           " kind_after, labels_after, shown_prediction)"
                           " SELECT ?, ?, step.frame, coalesce(labels.kind, 0),"
                           " coalesce(labels.labels, '[]'), kind_%1, labels_%1, shown_%1%2")
                .arg(to, steps),
            {utcText(when), notNull(who), id});
        !history)
        return history;
    return connection->execute(
        QStringLiteral("INSERT INTO labels(frame, kind, labels, shown_prediction, decision)"
                       " SELECT step.frame, kind_%1, labels_%1, shown_%1, %3%2"
                       " ON CONFLICT(frame) DO UPDATE SET kind = excluded.kind,"
                       " labels = excluded.labels, shown_prediction = excluded.shown_prediction,"
                       " decision = excluded.decision")
            .arg(to, steps, owner),
        {id});
}

Result<void> Store::Private::turnLabels(qint64 id, bool undone, const QString &who,
                                        TurnedDecision &turned) const
{
    const QString asLeft =
        undone ? QStringLiteral("labels.decision = step.decision AND labels.kind = step.kind_after"
                                " AND labels.labels = step.labels_after")
               : QStringLiteral("labels.decision IS step.owner_before"
                                " AND coalesce(labels.kind, 0) = step.kind_before"
                                " AND coalesce(labels.labels, '[]') = step.labels_before");
    const QDateTime now = QDateTime::currentDateTimeUtc();
    QStringList keys;
    const qsizetype leftBefore = turned.left.size();
    const auto read = readSteps(
        *connection,
        QStringLiteral("SELECT %1, step.frame, kind_before, labels_before, shown_before,"
                       " kind_after, labels_after, shown_after"
                       " FROM decision_steps AS step LEFT JOIN labels ON labels.frame = step.frame"
                       " WHERE step.decision = ? AND step.undone = ?")
            .arg(asLeft),
        id, undone, [&](const QSqlQuery &row) {
            const QString key = row.value(1).toString();
            if (!row.value(0).toBool()) {
                turned.left.append(key);
                return;
            }
            const TrueLabel before = labelFrom(row.value(2).toInt(), row.value(3).toString());
            const TrueLabel after = labelFrom(row.value(5).toInt(), row.value(6).toString());
            const QString shownBefore = row.value(4).toString();
            const QString shownAfter = row.value(7).toString();
            LabelStep step;
            step.change = {key,
                           undone ? after : before,
                           undone ? before : after,
                           undone ? shownBefore : shownAfter,
                           who,
                           now};
            step.shownBefore = undone ? shownAfter : shownBefore;
            turned.done.labels.append(step);
            keys.append(key);
        });
    if (!read)
        return read;
    const QString condition =
        QStringLiteral("step.undone = %1 AND %2").arg(undone ? 0 : 1).arg(asLeft);
    if (auto taken = takeFromSteps(id, undone ? Side::Before : Side::After, condition, who, now);
        !taken)
        return taken;
    return noteTurned(*connection, QStringLiteral("decision_steps"), id, undone, keys,
                      turned.left.size() == leftBefore);
}

Result<void> Store::Private::turnMarks(qint64 id, bool undone, TurnedDecision &turned) const
{
    const QString sql =
        QStringLiteral("SELECT %1, step.frame, flagged_before, comment_before, flagged_after,"
                       " comment_after, owner_before FROM decision_marks AS step"
                       " LEFT JOIN marks ON marks.frame = step.frame"
                       " WHERE step.decision = ? AND step.undone = ?")
            .arg(undone ? QStringLiteral("marks.decision = step.decision AND marks.flagged ="
                                         " step.flagged_after AND marks.comment ="
                                         " step.comment_after")
                        : QStringLiteral("marks.decision IS step.owner_before"
                                         " AND coalesce(marks.flagged, 0) = step.flagged_before"
                                         " AND coalesce(marks.comment, '') ="
                                         " step.comment_before"));
    QVariantList owners;
    QStringList keys;
    QList<MarkStep> marks;
    const auto read = readSteps(*connection, sql, id, undone, [&](const QSqlQuery &row) {
        const QString key = row.value(1).toString();
        if (!row.value(0).toBool()) {
            turned.left.append(key);
            return;
        }
        const Mark before{row.value(2).toBool(), row.value(3).toString()};
        const Mark after{row.value(4).toBool(), row.value(5).toString()};
        marks.append({key, undone ? after : before, undone ? before : after});
        owners.append(undone ? row.value(6) : QVariant(id));
        keys.append(key);
    });
    if (!read)
        return read;
    turned.done.marks = marks;
    if (auto written = writeMarks(marks, [&](qsizetype i) { return owners[i]; }); !written)
        return written;
    return noteTurned(*connection, QStringLiteral("decision_marks"), id, undone, keys, false);
}

Result<void> Store::Private::turnTrash(qint64 id, bool undone, const QStringList &filesBack,
                                       TurnedDecision &turned) const
{
    const QSet<QString> back(filesBack.cbegin(), filesBack.cend());
    QStringList keys;
    const auto read =
        readSteps(*connection,
                  QStringLiteral("SELECT 1, frame, in_trash, path FROM decision_trash"
                                 " WHERE decision = ? AND undone = ?"),
                  id, undone, [&](const QSqlQuery &row) {
                      const QString key = row.value(1).toString();
                      if (undone && !back.contains(key))
                          return;
                      keys.append(key);
                      turned.done.trash.append({key, undone ? row.value(2).toString() : QString(),
                                                row.value(3).toString()});
                  });
    if (!read)
        return read;
    if (auto noted =
            noteTurned(*connection, QStringLiteral("decision_trash"), id, undone, keys, false);
        !noted || undone)
        return noted;
    // They will lie elsewhere; those that were never brought back stay where they are.
    for (const QString &key : std::as_const(keys)) {
        auto forgotten =
            connection->execute(QStringLiteral("UPDATE decision_trash SET in_trash = ''"
                                               " WHERE decision = ? AND frame = ?"),
                                {id, key});
        if (!forgotten)
            return forgotten;
    }
    return {};
}

Result<TurnedDecision> Store::setUndone(qint64 id, bool undone, const QString &who,
                                        const QStringList &filesBack)
{
    TurnedDecision turned;
    const SqliteConnection &connection = *d->connection;
    const auto done = d->write([&]() -> Result<void> {
        turned = {};
        const auto now =
            connection.value(QStringLiteral("SELECT undone FROM decisions WHERE id = ?"), {id});
        if (!now)
            return now.error();
        turned.gone = !now->isValid();
        turned.already = now->isValid() && now->toBool() == undone;
        if (turned.gone || turned.already)
            return {};
        if (auto labels = d->turnLabels(id, undone, who, turned); !labels)
            return labels;
        if (auto pictures = d->turnPictures(id, undone, turned); !pictures)
            return pictures;
        if (auto marks = d->turnMarks(id, undone, turned); !marks)
            return marks;
        if (auto clock = d->turnClock(id, undone, turned); !clock)
            return clock;
        if (auto trash = d->turnTrash(id, undone, filesBack, turned); !trash)
            return trash;
        return connection.execute(QStringLiteral("UPDATE decisions SET undone = ? WHERE id = ?"),
                                  {undone ? 1 : 0, id});
    });
    if (!done)
        return done.error();
    return turned;
}

} // namespace birblens
