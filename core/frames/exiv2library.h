// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

namespace birblens {

/**
 * Prepares Exiv2, whose XMP part is not thread-safe before, and names our namespace, `birblens`.
 * Call it before any other use of the library; further calls do nothing. Thread-safe.
 */
void prepareExiv2();

} // namespace birblens
