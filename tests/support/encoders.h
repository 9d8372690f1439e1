#pragma once

// Pictures in formats that Qt does not write, made for a test by the formats' own libraries.

#include <QByteArray>
#include <QImage>

namespace testing {

/** HEIC, or AVIF. */
QByteArray heif(const QImage &image, bool avif);
QByteArray jxl(const QImage &image, int orientation = 1);
QByteArray jpeg2000(const QImage &image);
QByteArray tiff(const QImage &image, int orientation = 1, int pages = 1);
QByteArray webp(const QImage &image, bool lossless);
/** Four components as Adobe writes them, inverted. */
QByteArray cmykJpeg(const QImage &image);

} // namespace testing
