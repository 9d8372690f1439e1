// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QString>

namespace birblens {

/**
 * Tells one picture from another, 32 hexadecimal digits: BLAKE2b over the coded picture without its
 * metadata, so that a new EXIF date, an orientation flag, a comment, or padding behind the end
 * change nothing. JPEG: every segment but APPn and COM, and the scans, up to EOI (ITU-T T.81,
 * annex B). PNG: IHDR, PLTE, tRNS, and IDAT. WebP: VP8, VP8L, ALPH, ANIM, and ANMF. Other formats:
 * size and decoded pixels.
 * A JPEG or PNG without its end is an error: it may be being written.
 * @param path for errors.
 */
Result<QString> pictureFingerprint(const QString &path, const QByteArray &bytes);

/** The same, reading the file. Thread-safe. */
Result<QString> pictureFingerprint(const QString &path);

} // namespace birblens
