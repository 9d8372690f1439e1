// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store.h"

#include "core/filepath.h"
#include "core/store/migrations.h"
#include "core/store/storefiles.h"
#include "core/store/storemerge.h"
#include "core/store/storeprivate.h"
#include "core/store/storevalues.h"

#include <QDir>
#include <QFileInfo>
#include <QSqlError>

#include <utility>

namespace birblens {

Result<void> Store::Private::durable(bool on) const
{
    return connection->execute(on ? QStringLiteral("PRAGMA synchronous = FULL")
                                  : QStringLiteral("PRAGMA synchronous = NORMAL"));
}

Result<void> Store::Private::writeLabels(const QList<LabelChange> &changes) const
{
    // What the label was before is what the store has, not what somebody remembers.
    QSqlQuery history(connection->database());
    if (!connection->prepare(
            history,
            QStringLiteral("INSERT INTO label_history(utc, who, frame, kind_before, labels_before,"
                           " kind_after, labels_after, shown_prediction)"
                           " SELECT ?, ?, changed.frame, coalesce(labels.kind, 0),"
                           " coalesce(labels.labels, '[]'), ?, ?, ?"
                           " FROM (SELECT ? AS frame) AS changed"
                           " LEFT JOIN labels ON labels.frame = changed.frame")))
        return connection->error(history);
    QSqlQuery label(connection->database());
    if (!connection->prepare(
            label,
            QStringLiteral("INSERT INTO labels(frame, kind, labels, shown_prediction, decision)"
                           " VALUES(?, ?, ?, ?, NULL) ON CONFLICT(frame) DO UPDATE SET"
                           " kind = excluded.kind, labels = excluded.labels,"
                           " shown_prediction = excluded.shown_prediction, decision = NULL")))
        return connection->error(label);
    for (const LabelChange &change : changes) {
        const QString after = toJson(change.after.labels);
        const int kind = kindNumber(change.after);
        history.bindValue(0, utcText(change.when));
        history.bindValue(1, notNull(change.who));
        history.bindValue(2, kind);
        history.bindValue(3, after);
        history.bindValue(4, notNull(change.shownPrediction));
        history.bindValue(5, change.key);
        if (!connection->run(history))
            return connection->error(history);
        label.bindValue(0, change.key);
        label.bindValue(1, kind);
        label.bindValue(2, after);
        label.bindValue(3, notNull(change.shownPrediction));
        if (!connection->run(label))
            return connection->error(label);
    }
    return {};
}

Result<void> Store::Private::writeStates(const QList<CameraState> &states) const
{
    QSqlQuery query(connection->database());
    if (!connection->prepare(
            query, QStringLiteral(
                       "INSERT INTO labels(frame, kind, labels, shown_prediction, camera_seen, "
                       "pending,"
                       " conflict) VALUES(?, 0, '[]', '', ?, ?, ?) ON CONFLICT(frame) DO UPDATE SET"
                       " camera_seen = excluded.camera_seen, pending = excluded.pending,"
                       " conflict = excluded.conflict")))
        return connection->error(query);
    for (const CameraState &state : states) {
        query.bindValue(0, state.key);
        query.bindValue(1, nullableText(state.seen));
        query.bindValue(2, state.pending ? 1 : 0);
        query.bindValue(3, nullableText(state.conflict));
        if (!connection->run(query))
            return connection->error(query);
    }
    return {};
}

Result<TrueLabel> Store::Private::label(const QString &key) const
{
    QSqlQuery query(connection->database());
    if (!connection->prepare(query,
                             QStringLiteral("SELECT kind, labels FROM labels WHERE frame = ?")))
        return connection->error(query);
    query.addBindValue(key);
    if (!connection->run(query))
        return connection->error(query);
    return query.next() ? labelFrom(query.value(0).toInt(), query.value(1).toString())
                        : TrueLabel::unreviewed();
}

Store::Store(std::unique_ptr<Private> priv)
    : d(std::move(priv))
{
}

Store::~Store() = default;

QString Store::pathFor(const QString &dayFolder)
{
    if (isWritableFolder(dayFolder))
        return QDir(dayFolder).absoluteFilePath(QStringLiteral("birblens.db"));
    return fallbackStorePath(dayFolder);
}

Result<std::unique_ptr<Store>> Store::open(const QString &dayFolder, StoreOpening opening,
                                           int busyMilliseconds)
{
    const QString path = pathFor(dayFolder);
    const QString own = QDir(dayFolder).absoluteFilePath(QStringLiteral("birblens.db"));
    if (!QDir().mkpath(QFileInfo(path).path()))
        return Error{QStringLiteral("There is no place to keep labels"), path,
                     QStringLiteral("Make the day's folder writable")};
    bool seeded = false;
    if (path != own && !QFileInfo::exists(path) && QFileInfo(own).isFile()) {
        if (auto copied = seedStore(own, path); !copied)
            return copied.error();
        seeded = true;
    }
    if (isLink(path))
        return Error{
            QStringLiteral("The labels' database is a link to another place, where nothing "
                           "is written"),
            path, QStringLiteral("Put the database itself here, or remove the link")};
    const bool existed = QFileInfo(path).size() > 0;
    if (opening == StoreOpening::Checked) {
        if (auto sound = checkStoreFile(path); !sound)
            return sound.error();
    }

    auto connection =
        SqliteConnection::open(path, SqliteConnection::Mode::Create, busyMilliseconds);
    if (!connection)
        return connection.error();
    auto priv = std::make_unique<Private>();
    priv->connection = std::move(*connection);
    priv->identity = identityOf(path).value_or(FileIdentity{});
    const SqliteConnection &database = *priv->connection;
    // Before the journal mode: a database that is not ours, or too new, is not touched at all.
    const auto version = database.value(QStringLiteral("PRAGMA user_version"));
    if (!version)
        return version.error();
    if (version->toInt() != newestSchemaVersion()) {
        if (auto migrated = migrate(database); !migrated)
            return migrated.error();
    }
    if (seeded) {
        if (auto noted = noteParting(database); !noted)
            return noted.error();
    }
    // Some network file systems cannot do it and keep the older journal: just as safe.
    const auto mode = database.value(QStringLiteral("PRAGMA journal_mode = WAL"));
    if (!mode)
        return mode.error();
    if (auto full = priv->durable(true); !full)
        return full.error();

    priv->size = QFileInfo(path).size();

    if (existed && opening == StoreOpening::Checked) {
        // A copy that cannot be made must not keep anybody from working.
        if (const auto copied = copyStore(path, QDate::currentDate()); !copied)
            qWarning("%s", qPrintable(copied.error().sentence()));
    }
    return std::unique_ptr<Store>(new Store(std::move(priv)));
}

Result<std::unique_ptr<Store>> Store::openAgain(const QString &storePath)
{
    auto connection = SqliteConnection::open(storePath, SqliteConnection::Mode::Existing, 5000);
    if (!connection)
        return connection.error();
    auto priv = std::make_unique<Private>();
    priv->connection = std::move(*connection);
    priv->identity = identityOf(storePath).value_or(FileIdentity{});
    return std::unique_ptr<Store>(new Store(std::move(priv)));
}

QString Store::path() const
{
    return d->connection->path();
}

Result<qint64> Store::dataVersion() const
{
    const auto value = d->connection->value(QStringLiteral("PRAGMA data_version"));
    if (!value)
        return value.error();
    return value->toLongLong();
}

void Store::setMemory(std::function<RememberedDay()> memory)
{
    d->memory = std::move(memory);
}

Result<void> Store::canWrite() const
{
    return d->write([]() -> Result<void> { return {}; });
}

Result<QHash<QString, LabelRecord>> Store::labels() const
{
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(
            query, QStringLiteral("SELECT frame, kind, labels, shown_prediction, camera_seen,"
                                  " pending, conflict FROM labels")) ||
        !d->connection->run(query))
        return d->connection->error(query);
    QHash<QString, LabelRecord> records;
    while (query.next()) {
        LabelRecord record;
        record.label = labelFrom(query.value(1).toInt(), query.value(2).toString());
        record.shownPrediction = query.value(3).toString();
        record.cameraSeen = optionalText(query.value(4));
        record.pending = query.value(5).toBool();
        record.conflict = optionalText(query.value(6));
        records.insert(query.value(0).toString(), record);
    }
    if (query.lastError().isValid())
        return d->connection->error(query);
    return records;
}

Result<void> Store::setLabels(const QList<LabelChange> &changes)
{
    if (changes.isEmpty())
        return {};
    return d->write([&] { return d->writeLabels(changes); });
}

Result<void> Store::setCameraState(const QString &key, const std::optional<QString> &seen,
                                   bool pending, const std::optional<QString> &conflict)
{
    return setCameraStates({{key, seen, pending, conflict}});
}

Result<void> Store::setCameraStates(const QList<CameraState> &states)
{
    if (states.isEmpty())
        return {};
    // Lost in a power cut, it is found again by comparing with the camera's database.
    if (auto relaxed = d->durable(false); !relaxed)
        return relaxed;
    const auto done = d->write([&] { return d->writeStates(states); });
    const auto full = d->durable(true);
    return done ? full : done;
}

Result<QStringList> Store::takeFromCamera(const QList<LabelChange> &changes,
                                          const QList<CameraState> &states)
{
    QStringList refused;
    const auto done = d->write([&]() -> Result<void> {
        QList<LabelChange> taken;
        for (const LabelChange &change : changes) {
            const auto now = d->label(change.key);
            if (!now)
                return now.error();
            if (*now == change.before)
                taken.append(change);
            else
                refused.append(change.key);
        }
        if (auto written = d->writeLabels(taken); !written)
            return written;
        QList<CameraState> noted;
        for (const CameraState &state : states) {
            if (!refused.contains(state.key))
                noted.append(state);
        }
        return d->writeStates(noted);
    });
    if (!done)
        return done.error();
    return refused;
}

Result<QList<LabelChange>> Store::history(const QString &key) const
{
    QSqlQuery query(d->connection->database());
    query.setForwardOnly(true);
    if (!d->connection->prepare(
            query, QStringLiteral("SELECT utc, who, kind_before, labels_before, kind_after,"
                                  " labels_after, shown_prediction FROM label_history"
                                  " WHERE frame = ? ORDER BY utc, id")))
        return d->connection->error(query);
    query.addBindValue(key);
    if (!d->connection->run(query))
        return d->connection->error(query);
    QList<LabelChange> changes;
    while (query.next()) {
        LabelChange change;
        change.key = key;
        change.when = QDateTime::fromString(query.value(0).toString(), Qt::ISODateWithMs);
        change.who = query.value(1).toString();
        change.before = labelFrom(query.value(2).toInt(), query.value(3).toString());
        change.after = labelFrom(query.value(4).toInt(), query.value(5).toString());
        change.shownPrediction = query.value(6).toString();
        changes.append(change);
    }
    if (query.lastError().isValid())
        return d->connection->error(query);
    return changes;
}

} // namespace birblens
