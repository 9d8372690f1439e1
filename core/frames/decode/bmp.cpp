// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/imagedecoder.h"

#include <QBuffer>
#include <QImageReader>
#include <QtEndian>

#include <cstdlib>

namespace birblens {

ImageHeader inspectBmp(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Bmp;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    if (bytes.size() < 54)
        return facts;
    const quint32 headerSize = qFromLittleEndian<quint32>(data + 14);
    qint64 bits = 0;
    quint32 compression = 0;
    if (headerSize == 12) { // BITMAPCOREHEADER
        facts.stored =
            QSize(qFromLittleEndian<quint16>(data + 18), qFromLittleEndian<quint16>(data + 20));
        bits = qFromLittleEndian<quint16>(data + 24);
    } else {
        const qint64 height = qFromLittleEndian<qint32>(data + 22); // negative: from the top
        facts.stored = QSize(qFromLittleEndian<qint32>(data + 18),
                             static_cast<int>(std::min<qint64>(std::abs(height), 0x7FFFFFFF)));
        bits = qFromLittleEndian<quint16>(data + 28);
        compression = qFromLittleEndian<quint32>(data + 30);
    }
    const qint64 width = facts.stored.width();
    if (compression == 0 || compression == 3) { // uncompressed: what is missing is known
        const qint64 row = (width * bits + 31) / 32 * 4;
        facts.noEnd =
            qFromLittleEndian<quint32>(data + 10) + row * facts.stored.height() > bytes.size();
    }
    facts.cost = 7 * width * facts.stored.height();
    return facts;
}

Decoded decodeBmp(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer, "bmp");
    reader.setDecideFormatFromContent(false);
    QImage image = reader.read();
    if (!image.isNull())
        decoded.image = std::move(image).convertToFormat(QImage::Format_RGB888);
    if (header.noEnd)
        decoded.damage =
            QStringLiteral("The image is cut off after %1 KB").arg((bytes.size() + 1023) / 1024);
    else if (decoded.image.isNull())
        decoded.damage = QStringLiteral("This BMP file is damaged inside");
    return decoded;
}

} // namespace birblens
