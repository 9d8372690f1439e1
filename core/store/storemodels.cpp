// SPDX-License-Identifier: GPL-3.0-or-later

// Store: models and what they said of frames.

#include "core/model/filehash.h"
#include "core/store/storefeatures.h"
#include "core/store/storeprivate.h"
#include "core/store/storevalues.h"

#include <QSqlError>

namespace birblens {

namespace {

/** Predictions of this model and of others with the same key, that is, the same logits. */
const QString idsOfKey = QStringLiteral("(SELECT id FROM models WHERE key = ?)");

/** The row under which an older Birblens kept what it had of that file; empty when it had none. */
Result<QString> olderId(const SqliteConnection &connection, const ModelInfo &model)
{
    const auto any = connection.value(
        QStringLiteral("SELECT 1 FROM models WHERE key IS NULL AND json_array_length(vocabulary)"
                       " = ? LIMIT 1"),
        {model.vocabulary.size()});
    if (!any)
        return any.error();
    if (any->isNull() || model.path.isEmpty())
        return QString();
    const Result<QString> hash = fileHash(model.path);
    if (!hash)
        return QString(); // the file is gone: whose predictions they are cannot be told
    const auto found = connection.value(
        QStringLiteral("SELECT id FROM models WHERE key IS NULL AND id = ?"), {*hash});
    if (!found)
        return found.error();
    return found->toString();
}

Result<void> readLogits(const SqliteConnection &connection, const QString &sql, const QString &id,
                        const std::function<void(const QString &key, QList<float> logits)> &take)
{
    QSqlQuery query(connection.database());
    query.setForwardOnly(true);
    if (!connection.prepare(query, sql))
        return connection.error(query);
    query.addBindValue(id);
    if (!connection.run(query))
        return connection.error(query);
    while (query.next())
        take(query.value(0).toString(), logitsFromBlob(query.value(1).toByteArray()));
    if (query.lastError().isValid())
        return connection.error(query);
    return {};
}

} // namespace

Result<void> Store::adoptPredictions(const ModelInfo &model)
{
    if (!model.settingsInFile)
        return {};
    const Result<QString> older = olderId(*d->connection, model);
    if (!older)
        return older.error();
    if (older->isEmpty())
        return {};
    return d->connection->execute(
        QStringLiteral("UPDATE models SET key = ?, metadata = ? WHERE id = ? AND key IS NULL"),
        {model.id, QString::fromUtf8(modelInfoToJson(model)), *older});
}

Result<std::optional<ModelInfo>> Store::lastModel() const
{
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(
            query,
            QStringLiteral("SELECT id, key, name, path, vocabulary, metadata FROM models"
                           " WHERE EXISTS (SELECT 1 FROM predictions WHERE model = models.id)"
                           " ORDER BY coalesce(last_classified, first_used) DESC LIMIT 1")) ||
        !d->connection->run(query))
        return d->connection->error(query);
    if (!query.next())
        return std::optional<ModelInfo>();
    ModelInfo model;
    const Result<ModelInfo> known =
        modelInfoFromJson(query.value(5).toString().toUtf8(), d->connection->path());
    if (known) {
        model = *known;
    } else {
        // Of an older Birblens: names are all that it kept.
        model.vocabulary = fromJson(query.value(4).toString());
        model.thresholds.fill(0.5, model.vocabulary.size());
    }
    model.id = query.value(query.value(1).isNull() ? 0 : 1).toString();
    model.name = query.value(2).toString();
    model.path = query.value(3).toString();
    return std::optional<ModelInfo>(model);
}

Result<QHash<QString, Prediction>> Store::predictions(const ModelInfo &model) const
{
    QHash<QString, Prediction> predictions;
    const Result<void> done =
        readPredictions(model, [&predictions](const QString &key, Prediction said) {
            predictions.insert(key, std::move(said));
        });
    if (!done)
        return done.error();
    return predictions;
}

Result<void>
Store::readPredictions(const ModelInfo &model,
                       const std::function<void(const QString &key, Prediction said)> &take) const
{
    const SqliteConnection &connection = *d->connection;
    // By its id where it is the model that an older Birblens classified with, see lastModel().
    Result<QString> older = olderId(connection, model);
    if (!older)
        return older.error();
    if (older->isEmpty()) {
        const auto itself = connection.value(
            QStringLiteral("SELECT id FROM models WHERE key IS NULL AND id = ?"), {model.id});
        if (!itself)
            return itself.error();
        older = itself->toString();
    }
    QSet<QString> known;
    const auto read = readLogits(
        connection,
        QStringLiteral("SELECT frame, logits FROM predictions WHERE model IN ") + idsOfKey,
        model.id, [&](const QString &key, QList<float> logits) {
            if (logits.size() != model.vocabulary.size())
                return; // of other metadata: classified again
            if (!older->isEmpty())
                known.insert(key);
            Prediction said = predict(model, std::move(logits));
            if (said.isFinite())
                take(key, std::move(said));
        });
    if (!read || older->isEmpty())
        return read;
    return readLogits(connection,
                      QStringLiteral("SELECT frame, logits FROM predictions WHERE model = ?"),
                      *older, [&](const QString &key, QList<float> logits) {
                          if (logits.size() != model.vocabulary.size() || known.contains(key))
                              return;
                          Prediction said = predict(model, std::move(logits));
                          said.settingsUnknown = true;
                          if (said.isFinite())
                              take(key, std::move(said));
                      });
}

Result<QSet<QString>> Store::featureKeys(const QString &modelId) const
{
    return birblens::featureKeys(*d->connection, modelId);
}

Result<void> Store::readFeatures(
    const QString &modelId,
    const std::function<bool(const QString &key, const QByteArray &features)> &take) const
{
    return birblens::readFeatures(*d->connection, modelId, take);
}

Result<void> Store::savePredictions(const ModelInfo &model,
                                    const QHash<QString, Classified> &classified)
{
    if (classified.isEmpty())
        return {};
    if (auto relaxed = d->durable(false); !relaxed)
        return relaxed;
    const SqliteConnection &connection = *d->connection;
    const auto done = d->write([&]() -> Result<void> {
        const auto known = connection.value(
            QStringLiteral("SELECT id FROM models WHERE key = ? ORDER BY id LIMIT 1"), {model.id});
        if (!known)
            return known.error();
        const QString id = known->isNull() ? model.id : known->toString();
        auto noted = connection.execute(
            QStringLiteral(
                "INSERT INTO models(id, key, name, path, vocabulary, metadata,"
                " first_used, last_classified) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT(id) DO UPDATE SET key = excluded.key, name = excluded.name,"
                " path = excluded.path, vocabulary = excluded.vocabulary,"
                " metadata = excluded.metadata,"
                " last_classified = excluded.last_classified"),
            {id, model.id, notNull(model.name), notNull(model.path), toJson(model.vocabulary),
             QString::fromUtf8(modelInfoToJson(model)), utcText({}), utcText({})});
        if (!noted)
            return noted;
        QSqlQuery query(connection.database());
        if (!connection.prepare(
                query, QStringLiteral("INSERT OR REPLACE INTO predictions(model, frame, logits)"
                                      " VALUES(?, ?, ?)")))
            return connection.error(query);
        for (auto it = classified.cbegin(); it != classified.cend(); ++it) {
            query.bindValue(0, id);
            query.bindValue(1, it.key());
            query.bindValue(2, logitsToBlob(it->prediction.logits));
            if (!connection.run(query))
                return connection.error(query);
        }
        return writeFeatures(connection, id, classified);
    });
    const auto full = d->durable(true);
    return done ? full : done;
}

} // namespace birblens
