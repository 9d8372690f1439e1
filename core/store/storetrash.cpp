// SPDX-License-Identifier: GPL-3.0-or-later

// Store: files that decisions moved to the desktop's trash.

#include "core/frames/trash.h"
#include "core/store/storeprivate.h"
#include "core/store/storevalues.h"

#include <QFileInfo>
#include <QSqlError>

namespace birblens {

namespace {

Result<QList<std::pair<qint64, TrashStep>>> readTrash(const SqliteConnection &connection,
                                                      const QString &condition,
                                                      const QVariantList &values = {})
{
    QSqlQuery query(connection.database());
    query.setForwardOnly(true);
    if (!connection.prepare(query, QStringLiteral("SELECT decision, frame, in_trash, path"
                                                  " FROM decision_trash WHERE undone = 0%1")
                                       .arg(condition)))
        return connection.error(query);
    for (const QVariant &value : values)
        query.addBindValue(value);
    if (!connection.run(query))
        return connection.error(query);
    QList<std::pair<qint64, TrashStep>> steps;
    while (query.next())
        steps.append(
            {query.value(0).toLongLong(),
             {query.value(1).toString(), query.value(2).toString(), query.value(3).toString()}});
    if (query.lastError().isValid())
        return connection.error(query);
    return steps;
}

/** Also where the step is not there any more: the file is in the trash whatever the table says. */
Result<void> writePlaces(const SqliteConnection &connection, qint64 id,
                         const QList<TrashStep> &moved)
{
    QSqlQuery query(connection.database());
    if (!connection.prepare(query, QStringLiteral("INSERT OR REPLACE INTO decision_trash(decision,"
                                                  " frame, in_trash, path) VALUES(?, ?, ?, ?)")))
        return connection.error(query);
    for (const TrashStep &step : moved) {
        query.bindValue(0, id);
        query.bindValue(1, step.key);
        query.bindValue(2, notNull(step.inTrash));
        query.bindValue(3, notNull(step.path));
        if (!connection.run(query))
            return connection.error(query);
    }
    return {};
}

} // namespace

Result<QList<TrashStep>> Store::trashOf(qint64 id) const
{
    const auto found =
        readTrash(*d->connection, QStringLiteral(" AND decision = ? ORDER BY frame"), {id});
    if (!found)
        return found.error();
    QList<TrashStep> steps;
    for (const auto &step : *found)
        steps.append(step.second);
    return steps;
}

Result<QSet<QString>> Store::trashed() const
{
    const auto found = readTrash(*d->connection, QString());
    if (!found)
        return found.error();
    QSet<QString> keys;
    for (const auto &step : *found)
        keys.insert(step.second.key);
    return keys;
}

Result<void> Store::noteTrash(qint64 id, const QList<TrashStep> &moved, const QStringList &stayed)
{
    const SqliteConnection &connection = *d->connection;
    return d->write([&]() -> Result<void> {
        if (auto written = writePlaces(connection, id, moved); !written)
            return written;
        for (const QString &key : stayed) {
            auto removed = connection.execute(
                QStringLiteral("DELETE FROM decision_trash WHERE decision = ? AND frame = ?"),
                {id, key});
            if (!removed)
                return removed;
        }
        return connection.execute(
            QStringLiteral("DELETE FROM decisions WHERE id = ?"
                           " AND id NOT IN (SELECT decision FROM decision_trash)"
                           " AND id NOT IN (SELECT decision FROM decision_steps)"
                           " AND id NOT IN (SELECT decision FROM decision_marks)"),
            {id});
    });
}

Result<void> Store::findLostTrash()
{
    const auto lost = readTrash(*d->connection, QStringLiteral(" AND in_trash = ''"));
    if (!lost)
        return lost.error();
    QStringList paths;
    for (const auto &[id, step] : *lost) {
        if (!step.path.isEmpty() && !QFileInfo::exists(step.path)) // else it never went
            paths.append(step.path);
    }
    const QHash<QString, QString> places = findInTrash(paths);
    if (places.isEmpty())
        return {};
    return d->write([&]() -> Result<void> {
        for (const auto &[id, step] : *lost) {
            const QString place = places.value(step.path);
            if (place.isEmpty())
                continue;
            if (auto written = writePlaces(*d->connection, id, {{step.key, place, step.path}});
                !written)
                return written;
        }
        return {};
    });
}

} // namespace birblens
