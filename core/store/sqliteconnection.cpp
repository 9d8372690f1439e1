// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/sqliteconnection.h"

#include <QSqlError>
#include <QUrl>
#include <QUuid>

#include <chrono>
#include <thread>

namespace birblens {

namespace {

constexpr int busyCode = 5;
const QString lockedText = QStringLiteral("The database is locked by another program");
constexpr std::chrono::microseconds lockPause{700};
constexpr std::chrono::milliseconds lockRest{150};

int primaryCode(const QSqlError &error)
{
    return error.nativeErrorCode().toInt() & 0xFF; // extended codes keep it in the low byte
}

} // namespace

SqliteConnection::SqliteConnection(const QString &path, int busyMilliseconds)
    : m_path(path)
    , m_busyMilliseconds(busyMilliseconds)
    , m_name(QUuid::createUuid().toString(QUuid::WithoutBraces))
    , m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_name))
{
}

SqliteConnection::~SqliteConnection()
{
    m_database.close();
    m_database = QSqlDatabase(); // the last copy must go before its name does
    QSqlDatabase::removeDatabase(m_name);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const QString &path, Mode mode,
                                                                 int busyMilliseconds)
{
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(path, busyMilliseconds));
    if (!connection->m_database.isValid())
        return Error{QStringLiteral("Qt's SQLite driver is missing"), path,
                     QStringLiteral("Install libqt6sql6-sqlite")};
    // As an address, because only that can say "never make a new file".
    const QString address =
        QString::fromLatin1(QUrl::fromLocalFile(path).toEncoded(QUrl::FullyEncoded)) +
        (mode == Mode::Create ? QStringLiteral("?mode=rwc") : QStringLiteral("?mode=rw"));
    connection->m_database.setDatabaseName(address);
    connection->m_database.setConnectOptions(
        QStringLiteral("QSQLITE_OPEN_URI;QSQLITE_BUSY_TIMEOUT=0")); // patiently() waits
    if (!connection->m_database.open())
        return connection->error(connection->m_database.lastError());
    return connection;
}

Result<void> SqliteConnection::execute(const QString &sql, const QVariantList &values) const
{
    QSqlQuery query(m_database);
    if (!prepare(query, sql))
        return error(query);
    for (const QVariant &value : values)
        query.addBindValue(value);
    if (!run(query))
        return error(query);
    return {};
}

Result<QVariant> SqliteConnection::value(const QString &sql, const QVariantList &values) const
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!prepare(query, sql))
        return error(query);
    for (const QVariant &value : values)
        query.addBindValue(value);
    if (!run(query))
        return error(query);
    return query.next() ? query.value(0) : QVariant();
}

Result<void> SqliteConnection::transaction(const std::function<Result<void>()> &work) const
{
    if (auto begun = execute(QStringLiteral("BEGIN IMMEDIATE")); !begun)
        return begun;
    Result<void> done = work();
    if (done)
        done = execute(QStringLiteral("COMMIT"));
    if (!done) // also after a COMMIT that found the database busy or the disk full
        (void)execute(QStringLiteral("ROLLBACK"));
    return done;
}

bool SqliteConnection::patiently(const std::function<bool()> &attempt, const QSqlQuery &query) const
{
    // SQLite's own waiting pauses longer and longer, so that a program which writes without a break
    // can keep us out for good. Short pauses find the gap between two of its transactions.
    // Several calls in a row, each of which waits, would add up.
    const QDeadlineTimer deadline(m_noWaiting.hasExpired() ? m_busyMilliseconds : 0);
    while (!attempt()) {
        if (primaryCode(query.lastError()) != busyCode)
            return false;
        if (deadline.hasExpired()) {
            m_noWaiting.setRemainingTime(lockRest);
            return false;
        }
        std::this_thread::sleep_for(lockPause);
    }
    m_noWaiting.setRemainingTime(0);
    return true;
}

bool SqliteConnection::prepare(QSqlQuery &query, const QString &sql) const
{
    return patiently([&] { return query.prepare(sql); }, query);
}

bool SqliteConnection::run(QSqlQuery &query) const
{
    return patiently([&] { return query.exec(); }, query);
}

Error SqliteConnection::error(const QSqlQuery &query) const
{
    return error(query.lastError());
}

Error SqliteConnection::error(const QSqlError &error) const
{
    const int code =
        error.nativeErrorCode().toInt() & 0xFF; // extended codes keep it in the low byte
    switch (code) {
    case busyCode:
    case 6:
        return {lockedText, m_path,
                QStringLiteral("It will work again when that program has finished")};
    case 8:
        return {QStringLiteral("The database cannot be written: it is read-only"), m_path,
                QStringLiteral("Check the permissions of the file and its folder")};
    case 10:
        return {QStringLiteral("The disk cannot be read or written"), m_path,
                QStringLiteral("Check the disk and its free space")};
    case 11:
    case 26:
        return {QStringLiteral("The database is damaged"), m_path,
                QStringLiteral("Move the file away or put a copy of it back")};
    case 13:
        return {QStringLiteral("The disk is full"), m_path, QStringLiteral("Free some space")};
    case 14:
        return {QStringLiteral("The database cannot be opened"), m_path,
                QStringLiteral("Check that the file is there and may be read")};
    default:
        return {QStringLiteral("Database error: %1").arg(error.databaseText()), m_path, {}};
    }
}

bool isLocked(const Error &error)
{
    return error.what == lockedText;
}

} // namespace birblens
