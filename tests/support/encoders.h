// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Pictures in formats that Qt does not write, made for a test by the formats' own libraries.

#include <QByteArray>
#include <QImage>

namespace testing {

/** HEIC, or AVIF. */
QByteArray heif(const QImage &image, bool avif);
QByteArray jxl(const QImage &image, int orientation = 1);
/** With frames before it that are never shown, and kept for those that follow. */
QByteArray jxlWithHiddenFrames(const QSize &picture, const QSize &hidden, int count);
/** A white frame of a size of its own in an empty picture. */
QByteArray jxlFrame(const QSize &picture, const QSize &frame);
QByteArray jpeg2000(const QImage &image);
/** @p planes: each colour for itself, in one strip. */
QByteArray tiff(const QImage &image, int orientation = 1, int pages = 1, bool planes = false);
QByteArray webp(const QImage &image, bool lossless);
/** A JPEG that is not progressive, with each component in a scan of its own. */
QByteArray sequentialScans(const QImage &image);
/** Four components as Adobe writes them, inverted. */
QByteArray cmykJpeg(const QImage &image);

} // namespace testing
