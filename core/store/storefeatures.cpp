// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/storefeatures.h"

#include "core/store/sqliteconnection.h"

#include <QSqlError>

namespace birblens {

Result<void> writeFeatures(const SqliteConnection &connection, const QString &modelId,
                           const QHash<QString, Classified> &classified)
{
    QSqlQuery query(connection.database());
    if (!connection.prepare(query,
                            QStringLiteral("INSERT INTO features(model, frame, vector)"
                                           " VALUES(?, ?, ?) ON CONFLICT(model, frame) DO UPDATE"
                                           " SET vector = excluded.vector")))
        return connection.error(query);
    for (auto it = classified.cbegin(); it != classified.cend(); ++it) {
        if (it->features.isEmpty())
            continue;
        query.bindValue(0, modelId);
        query.bindValue(1, it.key());
        query.bindValue(2, it->features);
        if (!connection.run(query))
            return connection.error(query);
    }
    return {};
}

namespace {

Result<void> read(const SqliteConnection &connection, const QString &columns,
                  const QString &modelId, const std::function<bool(const QSqlQuery &)> &take)
{
    QSqlQuery query(connection.database());
    query.setForwardOnly(true);
    if (!connection.prepare(query, QStringLiteral("SELECT %1 FROM features WHERE model IN"
                                                  " (SELECT id FROM models WHERE key = ?)")
                                       .arg(columns)))
        return connection.error(query);
    query.addBindValue(modelId);
    if (!connection.run(query))
        return connection.error(query);
    while (query.next() && take(query)) {
    }
    if (query.lastError().isValid())
        return connection.error(query);
    return {};
}

} // namespace

Result<QSet<QString>> featureKeys(const SqliteConnection &connection, const QString &modelId)
{
    QSet<QString> keys;
    const Result<void> done =
        read(connection, QStringLiteral("frame"), modelId, [&keys](const QSqlQuery &row) {
            keys.insert(row.value(0).toString());
            return true;
        });
    if (!done)
        return done.error();
    return keys;
}

Result<void>
readFeatures(const SqliteConnection &connection, const QString &modelId,
             const std::function<bool(const QString &key, const QByteArray &features)> &take)
{
    return read(connection, QStringLiteral("frame, vector"), modelId,
                [&take](const QSqlQuery &row) {
                    return take(row.value(0).toString(), row.value(1).toByteArray());
                });
}

} // namespace birblens
