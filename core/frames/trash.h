#pragma once

#include "core/result.h"

#include <QString>

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

} // namespace birblens
