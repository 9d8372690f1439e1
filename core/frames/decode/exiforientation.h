// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>

namespace birblens {

/**
 * Orientation (1 to 8, EXIF 2.3 section 4.6.4) of a block of EXIF: a TIFF header and its first
 * directory. 1 when it says none or is damaged.
 */
int exifOrientation(QByteArrayView tiff);

} // namespace birblens
