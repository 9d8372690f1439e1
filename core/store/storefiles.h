// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QDate>
#include <QString>
#include <QStringList>

namespace birblens {

class SqliteConnection;

inline constexpr int keptStoreCopies = 5;

/** A file can be made in this folder: tried, because permissions alone do not tell. */
bool isWritableFolder(const QString &folder);

/** Where a day's store is when its own folder cannot be written: under XDG data, by a hash of the
 * path. */
QString fallbackStorePath(const QString &dayFolder);

/** Copies a store that lies in an unwritable folder to @p target, so that its labels go on being
 * known. */
Result<void> seedStore(const QString &source, const QString &target);

/** An error when the file exists and is no sound SQLite database. Changes nothing. */
Result<void> checkStoreFile(const QString &path);

/**
 * Makes `.birblens-backups/birblens-YYYY-MM-DD.db.bak` beside the store unless today's is the
 * newest one there, and removes the oldest beyond keptStoreCopies, but never the only one that
 * holds labels. The copy is complete or not there. Which is older is counted inside the copies: a
 * clock may be wrong, also for a while.
 */
Result<void> copyStore(const QString &storePath, const QDate &today);

/** Paths of the daily copies of a store, the one that was made last first. */
QStringList storeCopies(const QString &storePath);

/**
 * Copies all that a person entered, and what can be undone, from one attached database to another,
 * which is empty; both of the newest schema. Without a transaction of its own.
 */
Result<void> copyEntered(const SqliteConnection &connection, const QString &from,
                         const QString &to);

/**
 * Puts @p copy in the place of a store that cannot be used; empty: nothing, so that an empty one is
 * begun. What is there is kept under the name `birblens.db.damaged-<time>`. No store may be open.
 * @return the path it is kept under; empty when there was none.
 */
Result<QString> replaceStore(const QString &storePath, const QString &copy);

} // namespace birblens
