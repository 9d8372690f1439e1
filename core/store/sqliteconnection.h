// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QDeadlineTimer>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>
#include <QVariantList>

#include <functional>
#include <memory>

namespace birblens {

/**
 * One SQLite connection under a name of its own, closed and removed with the object. Belongs to the
 * thread that opened it.
 */
class SqliteConnection
{
public:
    enum class Mode {
        Existing, ///< never makes a file
        Create    ///< makes an empty file when there is none
    };
    static Result<std::unique_ptr<SqliteConnection>> open(const QString &path, Mode mode,
                                                          int busyMilliseconds);
    ~SqliteConnection();
    SqliteConnection(const SqliteConnection &) = delete;
    SqliteConnection &operator=(const SqliteConnection &) = delete;

    QString path() const { return m_path; }
    /** For queries; a query must not outlive the connection. */
    const QSqlDatabase &database() const { return m_database; }

    /** Like the query's own prepare() and exec(), but wait while another program holds a lock. */
    bool prepare(QSqlQuery &query, const QString &sql) const;
    bool run(QSqlQuery &query) const;

    Result<void> execute(const QString &sql, const QVariantList &values = {}) const;
    /** First column of the first row; an invalid QVariant when there is no row. */
    Result<QVariant> value(const QString &sql, const QVariantList &values = {}) const;
    /** Takes the write lock at once (BEGIN IMMEDIATE), commits when @p work is ok, else rolls back.
     */
    Result<void> transaction(const std::function<Result<void>()> &work) const;

    /** What a failed query means, for a person. */
    Error error(const QSqlQuery &query) const;
    Error error(const QSqlError &error) const;

private:
    SqliteConnection(const QString &path, int busyMilliseconds);
    bool patiently(const std::function<bool()> &attempt, const QSqlQuery &query) const;

    QString m_path;
    int m_busyMilliseconds;
    mutable QDeadlineTimer m_noWaiting; ///< until then a lock is not waited for again
    QString m_name;
    QSqlDatabase m_database;
};

/** Whether the error says no more than that another process holds a lock: try again later. */
bool isLocked(const Error &error);

} // namespace birblens
