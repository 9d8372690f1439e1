// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QSize>
#include <QString>

namespace birblens {

enum class ImageFormat { Unknown, Jpeg, Png, WebP, Tiff, Bmp, Jpeg2000, Heif, Jxl };

/** What the bytes of an image file say before they are decoded. */
struct ImageHeader
{
    ImageFormat format = ImageFormat::Unknown;
    QSize stored;         ///< in pixels, before @c orientation; empty when it cannot be told
    int orientation = 1;  ///< 1 to 8 as EXIF has it: how the stored picture is to be turned
    bool noEnd = false;   ///< the file ends before the format's end
    bool layered = false; ///< a JPEG in several scans: decoding holds all coefficients
    qint64 cost = 0;      ///< bytes that decoding takes at most, the picture itself included
    QString problem;      ///< why it is not to be decoded; empty when it may be

    /** As it is seen. */
    QSize upright() const { return orientation >= 5 ? stored.transposed() : stored; }
};

/** Bytes that one picture may take while it is decoded; a larger one is refused. */
inline constexpr qint64 maxDecodeBytes = 640LL * 1024 * 1024;
inline constexpr qint64 maxPixels = 100LL * 1000 * 1000;

/**
 * Tells the format by content, never by name, and reads its header, so that size and cost are known
 * before anything is allocated. Animations and files of several pages count by their first picture.
 * Unknown content, and what would cost too much, has a @c problem. Thread-safe.
 */
ImageHeader inspectImage(const QByteArray &bytes);

/** By how the file begins; 64 bytes are enough. */
ImageFormat formatOf(const QByteArray &beginning);

/** "JPEG"; "image" when it is not known. */
QString formatName(ImageFormat format);
/** "image/jpeg", by how the file begins; `application/octet-stream` when it is not known. */
QString mediaType(const QByteArray &beginning);

// One reader per family of formats; each fills in all but the limits.
ImageHeader inspectJpeg(const QByteArray &bytes);
ImageHeader inspectPng(const QByteArray &bytes);
ImageHeader inspectWebP(const QByteArray &bytes);
ImageHeader inspectTiff(const QByteArray &bytes);
ImageHeader inspectBmp(const QByteArray &bytes);
ImageHeader inspectJpeg2000(const QByteArray &bytes);
ImageHeader inspectHeif(const QByteArray &bytes);
ImageHeader inspectJxl(const QByteArray &bytes);

} // namespace birblens
