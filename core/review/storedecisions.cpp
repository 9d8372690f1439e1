// Store: what the person decided, one step of undo each, and what was noted beside the labels.

#include "core/review/storeprivate.h"
#include "core/review/storevalues.h"

#include <QSqlError>

namespace birblens {

Result<void> Store::Private::writeMarks(const QList<MarkStep> &marks) const
{
    QSqlQuery query(connection->database());
    if (!connection->prepare(query,
                             QStringLiteral("INSERT OR REPLACE INTO marks(frame, flagged, comment)"
                                            " VALUES(?, ?, ?)")))
        return connection->error(query);
    for (const MarkStep &step : marks) {
        query.bindValue(0, step.key);
        query.bindValue(1, step.after.flagged ? 1 : 0);
        query.bindValue(2, notNull(step.after.comment));
        if (!connection->run(query))
            return connection->error(query);
    }
    return {};
}

/** What the steps lead to, but for files. */
Result<void> Store::Private::writeSteps(const DecisionSteps &steps) const
{
    QList<LabelChange> changes;
    changes.reserve(steps.labels.size());
    for (const LabelStep &step : steps.labels)
        changes.append(step.change);
    if (auto written = writeLabels(changes); !written)
        return written;
    return writeMarks(steps.marks);
}

namespace {

constexpr const char *stepTables[] = {"decision_steps", "decision_marks", "decision_trash",
                                      "decision_pictures"};

Result<void> forgetUndone(const SqliteConnection &connection)
{
    for (const char *table : stepTables) {
        if (auto done = connection.execute(
                QStringLiteral(
                    "DELETE FROM %1 WHERE decision IN (SELECT id FROM decisions WHERE undone)")
                    .arg(QLatin1String(table)));
            !done)
            return done;
    }
    return connection.execute(QStringLiteral("DELETE FROM decisions WHERE undone"));
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

Result<void> noteSteps(const SqliteConnection &connection, qint64 id, const DecisionSteps &steps)
{
    const auto labels = insertAll(
        connection,
        QStringLiteral("INSERT INTO decision_steps(decision, frame, kind_before, labels_before,"
                       " shown_before, kind_after, labels_after, shown_after)"
                       " VALUES(?, ?, ?, ?, ?, ?, ?, ?)"),
        steps.labels, [id](QSqlQuery &query, const LabelStep &step) {
            query.bindValue(0, id);
            query.bindValue(1, step.change.key);
            query.bindValue(2, kindNumber(step.change.before));
            query.bindValue(3, toJson(step.change.before.labels));
            query.bindValue(4, notNull(step.shownBefore));
            query.bindValue(5, kindNumber(step.change.after));
            query.bindValue(6, toJson(step.change.after.labels));
            query.bindValue(7, notNull(step.change.shownPrediction));
        });
    if (!labels)
        return labels;
    const auto marks = insertAll(
        connection,
        QStringLiteral("INSERT INTO decision_marks(decision, frame, flagged_before,"
                       " comment_before, flagged_after, comment_after) VALUES(?, ?, ?, ?, ?, ?)"),
        steps.marks, [id](QSqlQuery &query, const MarkStep &step) {
            query.bindValue(0, id);
            query.bindValue(1, step.key);
            query.bindValue(2, step.before.flagged ? 1 : 0);
            query.bindValue(3, notNull(step.before.comment));
            query.bindValue(4, step.after.flagged ? 1 : 0);
            query.bindValue(5, notNull(step.after.comment));
        });
    if (!marks)
        return marks;
    return insertAll(connection,
                     QStringLiteral("INSERT OR REPLACE INTO decision_trash(decision, frame,"
                                    " in_trash) VALUES(?, ?, ?)"),
                     steps.trash, [id](QSqlQuery &query, const TrashStep &step) {
                         query.bindValue(0, id);
                         query.bindValue(1, step.key);
                         query.bindValue(2, notNull(step.inTrash));
                     });
}

/** Calls @p take for every row of @p sql, whose one value is @p id. */
template <class Take>
Result<void> readAll(const SqliteConnection &connection, const QString &sql, qint64 id,
                     const Take &take)
{
    QSqlQuery query(connection.database());
    query.setForwardOnly(true);
    if (!connection.prepare(query, sql))
        return connection.error(query);
    query.addBindValue(id);
    if (!connection.run(query))
        return connection.error(query);
    while (query.next())
        take(query);
    if (query.lastError().isValid())
        return connection.error(query);
    return {};
}

} // namespace

Result<qint64> Store::decide(const QString &text, const DecisionSteps &steps)
{
    const SqliteConnection &connection = *d->connection;
    qint64 id = 0;
    const auto done = connection.transaction([&]() -> Result<void> {
        if (auto written = d->writeSteps(steps); !written)
            return written;
        if (auto forgotten = forgetUndone(connection); !forgotten)
            return forgotten;
        QSqlQuery decision(connection.database());
        if (!connection.prepare(decision, QStringLiteral("INSERT INTO decisions(text) VALUES(?)")))
            return connection.error(decision);
        decision.addBindValue(notNull(text));
        if (!connection.run(decision))
            return connection.error(decision);
        id = decision.lastInsertId().toLongLong();
        if (auto noted = noteSteps(connection, id, steps); !noted)
            return noted;
        return d->notePictureSteps(id, steps);
    });
    if (!done)
        return done.error();
    return id;
}

Result<void> Store::setUndone(qint64 id, bool undone, const DecisionSteps &steps)
{
    const SqliteConnection &connection = *d->connection;
    return connection.transaction([&]() -> Result<void> {
        if (auto written = d->writeSteps(steps); !written)
            return written;
        if (auto turned = d->turnPictures(id, undone, steps); !turned)
            return turned;
        DecisionSteps files; // done again they lie elsewhere
        files.trash = steps.trash;
        if (auto noted = noteSteps(connection, id, files); !noted)
            return noted;
        return connection.execute(QStringLiteral("UPDATE decisions SET undone = ? WHERE id = ?"),
                                  {undone ? 1 : 0, id});
    });
}

Result<QList<Decision>> Store::decisions() const
{
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(
            query, QStringLiteral("SELECT id, text, undone FROM decisions ORDER BY id")) ||
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

Result<DecisionSteps> Store::stepsOf(qint64 id) const
{
    DecisionSteps steps;
    const auto labels =
        readAll(*d->connection,
                QStringLiteral("SELECT frame, kind_before, labels_before, shown_before, kind_after,"
                               " labels_after, shown_after FROM decision_steps WHERE decision = ?"),
                id, [&](const QSqlQuery &row) {
                    LabelStep step;
                    step.change.key = row.value(0).toString();
                    step.change.before = labelFrom(row.value(1).toInt(), row.value(2).toString());
                    step.shownBefore = row.value(3).toString();
                    step.change.after = labelFrom(row.value(4).toInt(), row.value(5).toString());
                    step.change.shownPrediction = row.value(6).toString();
                    steps.labels.append(step);
                });
    if (!labels)
        return labels.error();
    const auto marks = readAll(
        *d->connection,
        QStringLiteral("SELECT frame, flagged_before, comment_before, flagged_after, comment_after"
                       " FROM decision_marks WHERE decision = ?"),
        id, [&](const QSqlQuery &row) {
            steps.marks.append({row.value(0).toString(),
                                {row.value(1).toBool(), row.value(2).toString()},
                                {row.value(3).toBool(), row.value(4).toString()}});
        });
    if (!marks)
        return marks.error();
    const auto trash =
        readAll(*d->connection,
                QStringLiteral("SELECT frame, in_trash FROM decision_trash WHERE decision = ?"), id,
                [&](const QSqlQuery &row) {
                    steps.trash.append({row.value(0).toString(), row.value(1).toString()});
                });
    if (!trash)
        return trash.error();
    const auto pictures = readAll(
        *d->connection, QStringLiteral("SELECT frame FROM decision_pictures WHERE decision = ?"),
        id, [&](const QSqlQuery &row) { steps.pictures.append(row.value(0).toString()); });
    if (!pictures)
        return pictures.error();
    return steps;
}

Result<QSet<QString>> Store::trashed() const
{
    QSet<QString> keys;
    const auto read =
        readAll(*d->connection,
                QStringLiteral("SELECT frame FROM decision_trash JOIN decisions"
                               " ON decisions.id = decision_trash.decision WHERE undone = ?"),
                0, [&](const QSqlQuery &row) { keys.insert(row.value(0).toString()); });
    if (!read)
        return read.error();
    return keys;
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
