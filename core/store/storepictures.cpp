// SPDX-License-Identifier: GPL-3.0-or-later

// Store: which picture a label or a prediction is for.

#include "core/store/storeprivate.h"
#include "core/store/storevalues.h"

#include <QSqlError>

namespace birblens {

namespace {

/** Stands for the picture of a frame whose fingerprint had not been taken when it was replaced. */
const QString unknownPicture = QStringLiteral("unknown");

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

/** Frames of which a person said something. */
const QString recordedFrames =
    QStringLiteral("SELECT frame FROM labels WHERE kind <> 0 UNION ALL"
                   " SELECT frame FROM marks WHERE flagged OR comment <> '' UNION ALL"
                   " SELECT frame FROM clock WHERE shift IS NOT NULL AND frame <> ''"
                   " AND frame NOT LIKE '%?picture=%'");

/** Puts @p pairs, of which no name stands on both sides, where renameFrames() looks for them. */
Result<void> noteMoves(const SqliteConnection &connection,
                       const QList<std::pair<QString, QString>> &pairs)
{
    for (const char *statement : {"CREATE TEMP TABLE IF NOT EXISTS moves("
                                  "source TEXT NOT NULL PRIMARY KEY, target TEXT NOT NULL)",
                                  "DELETE FROM temp.moves"}) {
        if (auto done = connection.execute(QString::fromLatin1(statement)); !done)
            return done;
    }
    Statement note(connection, QStringLiteral("INSERT OR REPLACE INTO temp.moves VALUES(?, ?)"));
    for (const auto &[source, target] : pairs) {
        if (auto done = note.run({source, target}); !done)
            return done;
    }
    return {};
}

/**
 * One statement for all of them: tables of steps have no index on the frame, and are to be read
 * once only. @p narrowed: a condition that lets a table's index be used.
 */
Result<void> renameFrames(const SqliteConnection &connection, const char *table,
                          const char *narrowed = "")
{
    return connection.execute(
        QStringLiteral("UPDATE OR REPLACE %1 SET frame = (SELECT target FROM temp.moves"
                       " WHERE source = frame) WHERE %2frame IN (SELECT source FROM temp.moves)")
            .arg(QLatin1String(table), QLatin1String(narrowed)));
}

/** Of one frame the newest only. */
QList<Picture> lastOfEach(const QList<Picture> &seen)
{
    QList<Picture> last;
    QSet<QString> keys;
    for (auto picture = seen.crbegin(); picture != seen.crend(); ++picture) {
        if (keys.contains(picture->key))
            continue;
        keys.insert(picture->key);
        last.prepend(*picture);
    }
    return last;
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
    const auto read = readRows(*d->connection, recordedFrames,
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
        news = {};
        QList<std::pair<QString, QString>> aside;
        QList<std::pair<QString, QString>> again;
        Statement find(connection, pictureColumns + QStringLiteral(", labelled FROM pictures"
                                                                   " WHERE frame = ?"));
        Statement write(connection,
                        QStringLiteral("INSERT OR REPLACE INTO pictures(frame, fingerprint, size,"
                                       " modified, labelled) VALUES(?, ?, ?, ?, ?)"));
        PredictionMover predictions(connection);
        for (const Picture &now : lastOfEach(seen)) {
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
            aside.append({now.key, keptAside(now.key, old)});
            again.append({keptAside(now.key, now.fingerprint), now.key});
            for (const auto &[from, to] : {aside.constLast(), again.constLast()}) {
                if (auto moved = predictions.move(from, to); !moved)
                    return moved;
            }
            (back ? news.restored : news.changed).append(now.key);
        }
        if (aside.isEmpty())
            return {};
        // A correction of this frame's clock was meant for the picture, as a label is.
        for (const auto &moves : {aside, again}) {
            if (auto noted = noteMoves(connection, moves); !noted)
                return noted;
            for (const char *table : {"clock", "decision_clock"}) {
                if (auto renamed = renameFrames(connection, table); !renamed)
                    return renamed;
            }
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
        moved.clear();
        if (auto noted = noteMoves(connection, pairs); !noted)
            return noted;
        // Somebody may have labelled it meanwhile.
        auto done = connection.execute(
            QStringLiteral("DELETE FROM temp.moves WHERE target IN (%1)").arg(recordedFrames));
        if (!done)
            return done;
        done = readRows(
            connection,
            QStringLiteral("SELECT source, target, coalesce(kind, 0), coalesce(labels, '[]'),"
                           " coalesce(shown_prediction, ''), camera_seen, coalesce(pending, 0),"
                           " conflict, coalesce(flagged, 0), coalesce(comment, ''),"
                           " coalesce(labelled <> fingerprint, 0) FROM temp.moves"
                           " LEFT JOIN labels ON labels.frame = source"
                           " LEFT JOIN marks ON marks.frame = source"
                           " LEFT JOIN pictures ON pictures.frame = source"),
            [&](const QSqlQuery &row) {
                MovedRecord record{row.value(0).toString(), {}, {}};
                record.record.label = labelFrom(row.value(2).toInt(), row.value(3).toString());
                record.record.shownPrediction = row.value(4).toString();
                record.record.cameraSeen = optionalText(row.value(5));
                record.record.pending = row.value(6).toBool();
                record.record.conflict = optionalText(row.value(7));
                record.mark = {row.value(8).toBool(), row.value(9).toString()};
                record.otherPicture = row.value(10).toBool();
                moved.insert(row.value(1).toString(), record);
            });
        if (!done)
            return done;
        done = connection.execute(
            QStringLiteral("INSERT INTO label_history(frame, utc, who, kind_before, labels_before,"
                           " kind_after, labels_after, shown_prediction)"
                           " SELECT target, ?, ? || source, 0, '[]', coalesce(kind, 0),"
                           " coalesce(labels, '[]'), coalesce(shown_prediction, '')"
                           " FROM temp.moves LEFT JOIN labels ON labels.frame = source"),
            {utcText({}), QString::fromLatin1(movedFrom)});
        if (!done)
            return done;
        // What can be undone finds its frame by its new name.
        for (const char *table : {"labels", "marks", "pictures", "clock", "decision_steps",
                                  "decision_marks", "decision_pictures", "decision_clock"}) {
            if (done = renameFrames(connection, table); !done)
                return done;
        }
        for (const char *table : {"predictions", "features"}) {
            if (done = renameFrames(connection, table, "model IN (SELECT id FROM models) AND ");
                !done)
                return done;
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
