// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/decode/imageheader.h"

#include <QImage>

namespace birblens {

/** What a decoder made of a file. */
struct Decoded
{
    QImage image;   ///< Format_RGB888, not yet turned upright; null when nothing could be decoded
    QString damage; ///< what the decoder found wrong, for a person; empty when the file is sound
    QString remark; ///< what is odd, while the picture is whole; empty mostly
};

/**
 * Decodes bytes whose header was inspected and has no problem. @p reduction is 1, 2, 4 or 8: a JPEG
 * is decoded at that fraction of its size; others ignore it. Nothing is written to standard error.
 * Thread-safe.
 */
Decoded decodeImage(const QByteArray &bytes, const ImageHeader &header, int reduction);

/** A black picture to decode into; null without the memory. */
QImage blankImage(const QSize &size);

Decoded decodeJpeg(const QByteArray &bytes, const ImageHeader &header, int reduction);
Decoded decodePng(const QByteArray &bytes, const ImageHeader &header);
Decoded decodeWebP(const QByteArray &bytes, const ImageHeader &header);
Decoded decodeTiff(const QByteArray &bytes, const ImageHeader &header);
Decoded decodeBmp(const QByteArray &bytes, const ImageHeader &header);
Decoded decodeJpeg2000(const QByteArray &bytes, const ImageHeader &header);
Decoded decodeHeif(const QByteArray &bytes, const ImageHeader &header);
Decoded decodeJxl(const QByteArray &bytes, const ImageHeader &header);

} // namespace birblens
