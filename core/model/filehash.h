// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QString>

namespace birblens {

/**
 * SHA-256 of a file's bytes, the first 16 hexadecimal digits: what side-cars under XDG data are
 * named by, and what predictions were kept by until schema 4. Takes some 0.3 s for 100 MB; asked
 * again for a file that has not changed it answers at once. Thread-safe.
 */
Result<QString> fileHash(const QString &path);

} // namespace birblens
