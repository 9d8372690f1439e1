// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QHash>
#include <QString>
#include <QStringList>

namespace birblens {

/**
 * Moves a file to the desktop's trash (freedesktop.org Trash specification 1.0), from where any
 * file manager can bring it back. A disk without a trash is an error and the file stays: nothing is
 * ever deleted. @return its absolute path there.
 */
Result<QString> moveToTrash(const QString &path);

/**
 * Moves a file from its path in the trash back to @p path. Never over another file. An error when
 * it is not in the trash any more.
 */
Result<void> restoreFromTrash(const QString &inTrash, const QString &path);

/**
 * Looks for files by the path they had, in the trash of the account and in that of the disks they
 * were on (the notes "*.trashinfo" of the specification). Of several the one that went last.
 * @return absolute path in the trash, by path; those that are not there are missing.
 */
QHash<QString, QString> findInTrash(const QStringList &paths);

} // namespace birblens
