// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

namespace birblens {

class SqliteConnection;

/** The schema this Birblens writes: the `user_version` of an up-to-date birblens.db. */
int newestSchemaVersion();

/**
 * Brings a store up to newestSchemaVersion(), each step in a transaction of its own. An error, and
 * an untouched file, when it is newer than that or is some other program's database.
 */
Result<void> migrate(const SqliteConnection &connection);

} // namespace birblens
