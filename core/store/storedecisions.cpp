// SPDX-License-Identifier: GPL-3.0-or-later

// Store: what the person decided, one step of undo each, and what was noted beside the labels.

#include "core/store/storeprivate.h"
#include "core/store/storevalues.h"

#include <QSqlError>

namespace birblens {

Result<void> Store::Private::writeMarks(const QList<MarkStep> &marks, const Owner &owner) const
{
    QSqlQuery query(connection->database());
    if (!connection->prepare(query, QStringLiteral("INSERT OR REPLACE INTO marks(frame, flagged,"
                                                   " comment, decision, utc)"
                                                   " VALUES(?, ?, ?, ?, ?)")))
        return connection->error(query);
    const QString now = utcText({});
    for (qsizetype i = 0; i < marks.size(); ++i) {
        query.bindValue(0, marks[i].key);
        query.bindValue(1, marks[i].after.flagged ? 1 : 0);
        query.bindValue(2, notNull(marks[i].after.comment));
        query.bindValue(3, owner(i));
        query.bindValue(4, now);
        if (!connection->run(query))
            return connection->error(query);
    }
    return {};
}

Result<Mark> Store::Private::mark(const QString &key) const
{
    QSqlQuery query(connection->database());
    if (!connection->prepare(query,
                             QStringLiteral("SELECT flagged, comment FROM marks WHERE frame = ?")))
        return connection->error(query);
    query.addBindValue(key);
    if (!connection->run(query))
        return connection->error(query);
    return query.next() ? Mark{query.value(0).toBool(), query.value(1).toString()} : Mark();
}

/** The window may not know yet what another one noted: only what the person changed is changed. */
Result<void> Store::Private::onWhatIsThere(QList<MarkStep> &marks) const
{
    for (MarkStep &step : marks) {
        const auto now = mark(step.key);
        if (!now)
            return now.error();
        if (step.after.flagged == step.before.flagged)
            step.after.flagged = now->flagged;
        if (step.after.comment == step.before.comment)
            step.after.comment = now->comment;
        step.before = *now;
    }
    return {};
}

namespace {

/** Files that could not be brought back stay in their decision, which then stands again. */
Result<void> forgetUndone(const SqliteConnection &connection)
{
    for (const char *statement : {
             "DELETE FROM decision_trash WHERE undone",
             "DELETE FROM decision_steps WHERE decision IN (SELECT id FROM decisions WHERE undone)",
             "DELETE FROM decision_marks WHERE decision IN (SELECT id FROM decisions WHERE undone)",
             "DELETE FROM decision_pictures"
             " WHERE decision IN (SELECT id FROM decisions WHERE undone)",
             "DELETE FROM decision_clock WHERE decision IN (SELECT id FROM decisions WHERE undone)",
             "DELETE FROM decisions WHERE undone"
             " AND id NOT IN (SELECT decision FROM decision_trash)",
             "UPDATE decisions SET undone = 0 WHERE undone",
         }) {
        if (auto done = connection.execute(QString::fromLatin1(statement)); !done)
            return done;
    }
    return {};
}

/** Runs @p sql once per step. @param bind binds one step to the query. */
template <class Step, class Bind>
Result<void> insertAll(const SqliteConnection &connection, const QString &sql,
                       const QList<Step> &steps, const Bind &bind)
{
    QSqlQuery query(connection.database());
    if (!connection.prepare(query, sql))
        return connection.error(query);
    for (const Step &step : steps) {
        bind(query, step);
        if (!connection.run(query))
            return connection.error(query);
    }
    return {};
}

/** Before anything is written: what was there before is read from the tables. */
Result<void> noteSteps(const SqliteConnection &connection, qint64 id, const DecisionSteps &steps)
{
    const auto labels = insertAll(
        connection,
        QStringLiteral("INSERT INTO decision_steps(decision, kind_after, labels_after, shown_after,"
                       " frame, kind_before, labels_before, shown_before, owner_before)"
                       " SELECT ?, ?, ?, ?, changed.frame, coalesce(labels.kind, 0),"
                       " coalesce(labels.labels, '[]'), coalesce(labels.shown_prediction, ''),"
                       " labels.decision FROM (SELECT ? AS frame) AS changed"
                       " LEFT JOIN labels ON labels.frame = changed.frame"),
        steps.labels, [id](QSqlQuery &query, const LabelStep &step) {
            query.bindValue(0, id);
            query.bindValue(1, kindNumber(step.change.after));
            query.bindValue(2, toJson(step.change.after.labels));
            query.bindValue(3, notNull(step.change.shownPrediction));
            query.bindValue(4, step.change.key);
        });
    if (!labels)
        return labels;
    const auto marks = insertAll(
        connection,
        QStringLiteral("INSERT INTO decision_marks(decision, flagged_before, comment_before,"
                       " flagged_after, comment_after, frame, owner_before)"
                       " SELECT ?, ?, ?, ?, ?, changed.frame, marks.decision"
                       " FROM (SELECT ? AS frame) AS changed"
                       " LEFT JOIN marks ON marks.frame = changed.frame"),
        steps.marks, [id](QSqlQuery &query, const MarkStep &step) {
            query.bindValue(0, id);
            query.bindValue(1, step.before.flagged ? 1 : 0);
            query.bindValue(2, notNull(step.before.comment));
            query.bindValue(3, step.after.flagged ? 1 : 0);
            query.bindValue(4, notNull(step.after.comment));
            query.bindValue(5, step.key);
        });
    if (!marks)
        return marks;
    return insertAll(connection,
                     QStringLiteral("INSERT OR REPLACE INTO decision_trash(decision, frame,"
                                    " in_trash, path) VALUES(?, ?, ?, ?)"),
                     steps.trash, [id](QSqlQuery &query, const TrashStep &step) {
                         query.bindValue(0, id);
                         query.bindValue(1, step.key);
                         query.bindValue(2, notNull(step.inTrash));
                         query.bindValue(3, notNull(step.path));
                     });
}

} // namespace

Result<qint64> Store::decide(const QString &text, DecisionSteps &steps)
{
    const SqliteConnection &connection = *d->connection;
    qint64 id = 0;
    const auto done = d->write([&]() -> Result<void> {
        if (auto forgotten = forgetUndone(connection); !forgotten)
            return forgotten;
        QSqlQuery decision(connection.database());
        if (!connection.prepare(decision, QStringLiteral("INSERT INTO decisions(text) VALUES(?)")))
            return connection.error(decision);
        decision.addBindValue(notNull(text));
        if (!connection.run(decision))
            return connection.error(decision);
        id = decision.lastInsertId().toLongLong();
        if (auto known = d->onWhatIsThere(steps.marks); !known)
            return known;
        if (auto noted = noteSteps(connection, id, steps); !noted)
            return noted;
        if (auto noted = d->notePictureSteps(id, steps); !noted)
            return noted;
        if (auto noted = d->noteClock(id, steps.clock); !noted)
            return noted;
        if (!steps.labels.isEmpty()) {
            const LabelChange &any = steps.labels.constFirst().change;
            if (auto taken = d->takeFromSteps(id, Store::Private::Side::After,
                                              QStringLiteral("true"), any.who, any.when);
                !taken)
                return taken;
        }
        const auto owner = [id](qsizetype) { return QVariant(id); };
        if (auto written = d->writeClock(steps.clock, owner); !written)
            return written;
        return d->writeMarks(steps.marks, owner);
    });
    if (!done)
        return done.error();
    return id;
}

Result<QList<Decision>> Store::decisions() const
{
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(
            query, QStringLiteral("SELECT id, text, undone FROM decisions ORDER BY undone, id")) ||
        !d->connection->run(query))
        return d->connection->error(query);
    QList<Decision> decisions;
    while (query.next())
        decisions.append(
            {query.value(0).toLongLong(), query.value(1).toString(), query.value(2).toBool()});
    if (query.lastError().isValid())
        return d->connection->error(query);
    return decisions;
}

Result<QSet<QString>> Store::takeMarks(const QHash<QString, Mark> &marks)
{
    QSet<QString> taken;
    if (marks.isEmpty())
        return taken;
    const auto done = d->write([&]() -> Result<void> {
        taken.clear();
        QSqlQuery query(d->connection->database());
        if (!d->connection->prepare(query,
                                    QStringLiteral("INSERT OR IGNORE INTO marks(frame, flagged,"
                                                   " comment, utc) VALUES(?, ?, ?, ?)")))
            return d->connection->error(query);
        for (auto mark = marks.cbegin(); mark != marks.cend(); ++mark) {
            query.bindValue(0, mark.key());
            query.bindValue(1, mark->flagged ? 1 : 0);
            query.bindValue(2, notNull(mark->comment));
            query.bindValue(3, utcText({}));
            if (!d->connection->run(query))
                return d->connection->error(query);
            if (query.numRowsAffected() > 0)
                taken.insert(mark.key());
        }
        return {};
    });
    if (!done)
        return done.error();
    return taken;
}

Result<QHash<QString, Mark>> Store::marks() const
{
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(query, QStringLiteral("SELECT frame, flagged, comment FROM marks"
                                                      " WHERE flagged OR comment <> ''")) ||
        !d->connection->run(query))
        return d->connection->error(query);
    QHash<QString, Mark> marks;
    while (query.next())
        marks.insert(query.value(0).toString(),
                     {query.value(1).toBool(), query.value(2).toString()});
    if (query.lastError().isValid())
        return d->connection->error(query);
    return marks;
}

} // namespace birblens
