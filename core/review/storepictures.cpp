// Store: which picture a label or a prediction is for.

#include "core/review/storeprivate.h"
#include "core/review/storevalues.h"

#include <QSqlError>

namespace birblens {

namespace {

/** Stands for the picture of a frame whose fingerprint had not been taken when it was replaced. */
const QString unknownPicture = QStringLiteral("unknown");

/** Under which predictions of a picture are kept that is no longer there. */
QString keptAside(const QString &key, const QString &fingerprint)
{
    return key + QStringLiteral("?picture=") + fingerprint;
}

Picture pictureFrom(const QSqlQuery &row)
{
    return {row.value(0).toString(), row.value(1).toString(), row.value(2).toLongLong(),
            row.value(3).toLongLong()};
}

const QString pictureColumns = QStringLiteral("SELECT frame, fingerprint, size, modified");

/** One statement, run for many frames. */
class Statement
{
public:
    Statement(const SqliteConnection &connection, const QString &sql)
        : m_connection(connection)
        , m_query(connection.database())
        , m_prepared(connection.prepare(m_query, sql))
    {
    }

    Result<void> run(const QVariantList &values)
    {
        for (int i = 0; m_prepared && i < values.size(); ++i)
            m_query.bindValue(i, values.at(i));
        if (!m_prepared || !m_connection.run(m_query))
            return m_connection.error(m_query);
        return {};
    }
    /** After run(): whether there is a row. */
    bool next() { return m_query.next(); }
    QVariant value(int column) const { return m_query.value(column); }
    int changedRows() const { return m_query.numRowsAffected(); }

private:
    const SqliteConnection &m_connection;
    QSqlQuery m_query;
    bool m_prepared;
};

/** Gives what every model said of one frame another frame's name. */
class PredictionMover
{
public:
    explicit PredictionMover(const SqliteConnection &connection)
        : m_connection(connection)
        , m_predictions(connection, QStringLiteral("UPDATE OR REPLACE predictions SET frame = ?"
                                                   " WHERE model = ? AND frame = ?"))
        , m_features(connection, QStringLiteral("UPDATE OR REPLACE features SET frame = ?"
                                                " WHERE model = ? AND frame = ?"))
    {
    }

    Result<void> move(const QString &from, const QString &to)
    {
        if (!m_models) {
            m_models.emplace();
            Statement models(m_connection, QStringLiteral("SELECT id FROM models"));
            if (auto read = models.run({}); !read)
                return read;
            while (models.next())
                m_models->append(models.value(0).toString());
        }
        for (const QString &model : std::as_const(*m_models)) {
            for (Statement *table : {&m_predictions, &m_features}) {
                if (auto moved = table->run({to, model, from}); !moved)
                    return moved;
            }
        }
        return {};
    }

private:
    const SqliteConnection &m_connection;
    Statement m_predictions;
    Statement m_features;
    std::optional<QStringList> m_models;
};

template <class Take>
Result<void> readRows(const SqliteConnection &connection, const QString &sql, const Take &take)
{
    QSqlQuery query(connection.database());
    query.setForwardOnly(true);
    if (!connection.prepare(query, sql) || !connection.run(query))
        return connection.error(query);
    while (query.next())
        take(query);
    if (query.lastError().isValid())
        return connection.error(query);
    return {};
}

} // namespace

Result<QSet<QString>> Store::changedPictures() const
{
    QSet<QString> keys;
    const auto read =
        readRows(*d->connection,
                 QStringLiteral("SELECT frame FROM pictures WHERE labelled IS NOT NULL"
                                " AND labelled <> fingerprint"),
                 [&](const QSqlQuery &row) { keys.insert(row.value(0).toString()); });
    if (!read)
        return read.error();
    return keys;
}

Result<QStringList> Store::predictionsWithoutPicture() const
{
    QStringList keys;
    const auto read = readRows(
        *d->connection,
        QStringLiteral("SELECT DISTINCT frame FROM predictions WHERE NOT EXISTS"
                       " (SELECT 1 FROM pictures WHERE pictures.frame = predictions.frame)"),
        [&](const QSqlQuery &row) { keys.append(row.value(0).toString()); });
    if (!read)
        return read.error();
    return keys;
}

Result<void> Store::readPictures(const std::function<void(const Picture &known)> &take) const
{
    return readRows(*d->connection, pictureColumns + QStringLiteral(" FROM pictures"),
                    [&](const QSqlQuery &row) { take(pictureFrom(row)); });
}

Result<std::optional<Picture>> Store::picture(const QString &key) const
{
    QSqlQuery query(d->connection->database());
    if (!d->connection->prepare(query,
                                pictureColumns + QStringLiteral(" FROM pictures WHERE frame = ?")))
        return d->connection->error(query);
    query.addBindValue(key);
    if (!d->connection->run(query))
        return d->connection->error(query);
    return query.next() ? std::optional(pictureFrom(query)) : std::nullopt;
}

Result<QSet<QString>> Store::framesWithRecords() const
{
    QSet<QString> keys;
    const auto read =
        readRows(*d->connection,
                 QStringLiteral("SELECT frame FROM labels WHERE kind <> 0 UNION ALL"
                                " SELECT frame FROM marks WHERE flagged OR comment <> ''"),
                 [&](const QSqlQuery &row) { keys.insert(row.value(0).toString()); });
    if (!read)
        return read.error();
    return keys;
}

Result<PictureNews> Store::notePictures(const QList<Picture> &seen)
{
    PictureNews news;
    if (seen.isEmpty())
        return news;
    if (auto relaxed = d->durable(false); !relaxed)
        return relaxed.error();
    const SqliteConnection &connection = *d->connection;
    const auto done = d->write([&]() -> Result<void> {
        Statement find(connection, pictureColumns + QStringLiteral(", labelled FROM pictures"
                                                                   " WHERE frame = ?"));
        Statement write(connection,
                        QStringLiteral("INSERT OR REPLACE INTO pictures(frame, fingerprint, size,"
                                       " modified, labelled) VALUES(?, ?, ?, ?, ?)"));
        PredictionMover predictions(connection);
        for (const Picture &now : seen) {
            if (auto found = find.run({now.key}); !found)
                return found;
            const auto store = [&](const QString &fingerprint, const QVariant &labelled) {
                return write.run({now.key, notNull(fingerprint), now.size, now.modified, labelled});
            };
            if (!find.next()) {
                if (auto written = store(now.fingerprint, {}); !written)
                    return written;
                continue;
            }
            const QString before = find.value(1).toString();
            const bool sameFile = find.value(2).toLongLong() == now.size &&
                                  find.value(3).toLongLong() == now.modified;
            // One of both stays the same when a file is copied, or its metadata edited.
            const bool likely = find.value(2).toLongLong() == now.size ||
                                find.value(3).toLongLong() == now.modified;
            const QVariant labelled = find.value(4);
            if (now.fingerprint.isEmpty() || (sameFile && before == now.fingerprint))
                continue;
            if (before == now.fingerprint || (before.isEmpty() && likely)) {
                if (auto written = store(now.fingerprint, labelled); !written)
                    return written;
                continue;
            }
            const QString old = before.isEmpty() ? unknownPicture : before;
            const QString label = labelled.isNull() ? old : labelled.toString();
            const bool back = label == now.fingerprint;
            if (auto written = store(now.fingerprint, back ? QVariant() : QVariant(label));
                !written)
                return written;
            if (auto aside = predictions.move(now.key, keptAside(now.key, old)); !aside)
                return aside;
            if (auto again = predictions.move(keptAside(now.key, now.fingerprint), now.key); !again)
                return again;
            (back ? news.restored : news.changed).append(now.key);
        }
        return {};
    });
    const auto full = d->durable(true);
    if (!done)
        return done.error();
    if (!full)
        return full.error();
    return news;
}

Result<QHash<QString, MovedRecord>>
Store::moveRecords(const QList<std::pair<QString, QString>> &pairs)
{
    QHash<QString, MovedRecord> moved;
    const SqliteConnection &connection = *d->connection;
    const auto done = d->write([&]() -> Result<void> {
        Statement find(connection,
                       QStringLiteral("SELECT kind, labels, shown_prediction, camera_seen, pending,"
                                      " conflict FROM labels WHERE frame = ?"));
        Statement findMark(connection, QStringLiteral("SELECT flagged, comment FROM marks"
                                                      " WHERE frame = ? AND (flagged OR comment <>"
                                                      " '')"));
        Statement label(connection,
                        QStringLiteral("UPDATE OR REPLACE labels SET frame = ? WHERE frame = ?"));
        Statement mark(connection,
                       QStringLiteral("UPDATE OR REPLACE marks SET frame = ? WHERE frame = ?"));
        Statement picture(connection, QStringLiteral("UPDATE OR REPLACE pictures SET frame = ?"
                                                     " WHERE frame = ?"));
        // So that its steps of undo find it.
        // With its steps of undo, so that they find it.
        Statement clock(connection,
                        QStringLiteral("UPDATE OR REPLACE clock SET frame = ? WHERE frame = ?"));
        Statement clockStep(connection, QStringLiteral("UPDATE OR REPLACE decision_clock"
                                                       " SET frame = ? WHERE frame = ?"));
        Statement labelStep(connection, QStringLiteral("UPDATE OR REPLACE decision_steps"
                                                       " SET frame = ? WHERE frame = ?"));
        Statement markStep(connection, QStringLiteral("UPDATE OR REPLACE decision_marks"
                                                      " SET frame = ? WHERE frame = ?"));
        PredictionMover predictions(connection);
        for (const auto &[from, to] : pairs) {
            MovedRecord record{from, {}, {}};
            // Somebody may have labelled it meanwhile.
            if (auto found = find.run({to}); !found)
                return found;
            const bool labelled = find.next() && find.value(0).toInt() != 0;
            if (auto found = findMark.run({to}); !found)
                return found;
            if (labelled || findMark.next())
                continue;
            if (auto found = findMark.run({from}); !found)
                return found;
            if (findMark.next())
                record.mark = {findMark.value(0).toBool(), findMark.value(1).toString()};
            if (auto found = find.run({from}); !found)
                return found;
            if (find.next()) {
                record.record.label = labelFrom(find.value(0).toInt(), find.value(1).toString());
                record.record.shownPrediction = find.value(2).toString();
                record.record.cameraSeen = optionalText(find.value(3));
                record.record.pending = find.value(4).toBool();
                record.record.conflict = optionalText(find.value(5));
            }
            for (Statement *table :
                 {&label, &mark, &picture, &clock, &labelStep, &markStep, &clockStep}) {
                if (auto renamed = table->run({to, from}); !renamed)
                    return renamed;
            }
            if (auto renamed = predictions.move(from, to); !renamed)
                return renamed;
            LabelChange change;
            change.key = to;
            change.after = record.record.label;
            change.shownPrediction = record.record.shownPrediction;
            change.who = QLatin1String(movedFrom) + from;
            if (auto written = d->writeHistory(change); !written)
                return written;
            moved.insert(to, record);
        }
        return {};
    });
    if (!done)
        return done.error();
    return moved;
}

/** Before the labels are shown as those of the new pictures. Inside the caller's transaction. */
Result<void> Store::Private::notePictureSteps(qint64 decision, const DecisionSteps &steps) const
{
    if (steps.pictures.isEmpty())
        return {};
    Statement note(*connection,
                   QStringLiteral("INSERT INTO decision_pictures(decision, frame, labelled_before)"
                                  " SELECT ?, frame, labelled FROM pictures WHERE frame = ? AND"
                                  " labelled IS NOT NULL"));
    Statement turn(*connection,
                   QStringLiteral("UPDATE pictures SET labelled = NULL WHERE frame = ?"));
    for (const QString &key : steps.pictures) {
        if (auto noted = note.run({decision, key}); !noted)
            return noted;
        if (auto turned = turn.run({key}); !turned)
            return turned;
    }
    return {};
}

/** For the frames only whose label is turned as well. Inside the caller's transaction. */
Result<void> Store::Private::turnPictures(qint64 id, bool undone, TurnedDecision &turned) const
{
    QSet<QString> labelled;
    for (const LabelStep &step : std::as_const(turned.done.labels))
        labelled.insert(step.change.key);
    Statement all(*connection,
                  QStringLiteral("SELECT frame FROM decision_pictures WHERE decision = ?"));
    if (auto read = all.run({id}); !read)
        return read;
    while (all.next()) {
        if (const QString key = all.value(0).toString(); labelled.contains(key))
            turned.done.pictures.append(key);
    }
    Statement back(
        *connection,
        QStringLiteral("UPDATE pictures SET labelled = (SELECT labelled_before FROM"
                       " decision_pictures WHERE decision = ? AND frame = pictures.frame)"
                       " WHERE frame = ?"));
    Statement again(*connection,
                    QStringLiteral("UPDATE pictures SET labelled = NULL WHERE frame = ?"));
    for (const QString &key : std::as_const(turned.done.pictures)) {
        if (auto done = undone ? back.run({id, key}) : again.run({key}); !done)
            return done;
    }
    return {};
}

} // namespace birblens
