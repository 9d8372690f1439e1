// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QDateTime>

namespace birblens {

/**
 * Capture time in the maker note of a trail camera: wall clock, Qt::UTC as "no zone"; invalid when
 * the note has none. @p note is the value of EXIF's tag 0x927c.
 *
 * Reconyx writes little-endian blocks without a directory. Layouts:
 * https://exiftool.org/TagNames/Reconyx.html; the HyperFire 4K's also in
 * https://github.com/drewnoakes/metadata-extractor-dotnet/issues/454.
 */
QDateTime makerNoteTime(const QByteArray &note);

} // namespace birblens
