// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/exiforientation.h"
#include "core/frames/decode/imagedecoder.h"

#include <QtEndian>

#include <memory>
#include <webp/decode.h>
#include <webp/demux.h>

namespace birblens {

namespace {

WebPData dataOf(const QByteArray &bytes)
{
    return {reinterpret_cast<const uint8_t *>(bytes.constData()),
            static_cast<size_t>(bytes.size())};
}

/** The chunks of a RIFF file, one after the other: name, where its content begins, its length. */
template <class Take>
void forEachChunk(const QByteArray &bytes, Take take)
{
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    for (qint64 at = 12; at + 8 <= bytes.size();) {
        const qint64 length = qFromLittleEndian<quint32>(data + at + 4);
        take(bytes.mid(at, 4), at + 8, length);
        at += 8 + length + (length & 1);
    }
}

} // namespace

ImageHeader inspectWebP(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::WebP;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    facts.noEnd = qint64(qFromLittleEndian<quint32>(data + 4)) + 8 > bytes.size();
    WebPBitstreamFeatures features;
    const WebPData all = dataOf(bytes);
    if (WebPGetFeatures(all.bytes, all.size, &features) == VP8_STATUS_OK)
        facts.stored = QSize(features.width, features.height);
    forEachChunk(bytes, [&](const QByteArray &name, qint64 at, qint64 length) {
        if (name != "EXIF" || at + length > bytes.size())
            return;
        QByteArrayView exif = QByteArrayView(bytes).sliced(at, length);
        if (exif.startsWith(QByteArrayView("Exif\0\0", 6))) // some writers leave JPEG's prefix
            exif = exif.sliced(6);
        facts.orientation = exifOrientation(exif);
    });
    // Lossless: four bytes a pixel beside the picture.
    facts.cost = 7 * qint64(facts.stored.width()) * facts.stored.height();
    return facts;
}

Decoded decodeWebP(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    decoded.image = blankImage(header.stored);
    if (decoded.image.isNull())
        return decoded;
    WebPData picture = dataOf(bytes);
    QPoint where;
    // Of an animation the first picture.
    const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> demuxer(
        WebPDemuxPartial(&picture, nullptr), WebPDemuxDelete);
    WebPIterator first = {};
    const bool found = demuxer && WebPDemuxGetFrame(demuxer.get(), 1, &first) != 0;
    if (found) {
        picture = first.fragment;
        where = QPoint(first.x_offset, first.y_offset);
    }
    WebPDecoderConfig config;
    VP8StatusCode status = VP8_STATUS_INVALID_PARAM;
    const bool inside =
        !found ||
        QRect(QPoint(), header.stored).contains(QRect(where, QSize(first.width, first.height)));
    if (WebPInitDecoderConfig(&config) != 0 && inside) {
        config.output.colorspace = MODE_RGB;
        config.output.is_external_memory = 1;
        config.output.u.RGBA.stride = static_cast<int>(decoded.image.bytesPerLine());
        config.output.u.RGBA.rgba =
            decoded.image.bits() + where.y() * decoded.image.bytesPerLine() + 3 * where.x();
        config.output.u.RGBA.size = static_cast<size_t>(
            decoded.image.sizeInBytes() - where.y() * decoded.image.bytesPerLine() - 3 * where.x());
        status = WebPDecode(picture.bytes, picture.size, &config);
    }
    WebPDemuxReleaseIterator(&first);
    if (header.noEnd || status == VP8_STATUS_NOT_ENOUGH_DATA)
        decoded.damage =
            QStringLiteral("The image is cut off after %1 KB").arg((bytes.size() + 1023) / 1024);
    else if (status == VP8_STATUS_OUT_OF_MEMORY)
        decoded.image = QImage();
    else if (status != VP8_STATUS_OK)
        decoded.damage = QStringLiteral("This WebP file is damaged inside");
    return decoded;
}

} // namespace birblens
