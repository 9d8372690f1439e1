// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/fingerprint.h"

#include "core/frames/decode/jpegsegments.h"
#include "core/frames/imageloader.h"

#include <QCryptographicHash>
#include <QtEndian>

#include <algorithm>
#include <optional>

namespace birblens {

namespace {

constexpr qsizetype digits = 32;

class Digest
{
public:
    explicit Digest(const char *format) { m_hash.addData(QByteArrayView(format)); }
    void add(QByteArrayView part) { m_hash.addData(part); }
    QString result() { return QString::fromLatin1(m_hash.result().toHex().left(digits)); }

private:
    QCryptographicHash m_hash{QCryptographicHash::Blake2b_256};
};

std::optional<QString> ofJpeg(QByteArrayView bytes)
{
    if (!bytes.startsWith("\xff\xd8"))
        return std::nullopt;
    Digest digest("jpeg");
    bool scan = false;
    forEachJpegSegment(bytes, [&](const JpegSegment &segment) {
        const uchar marker = segment.marker;
        const bool metadata = (marker >= 0xE0 && marker <= 0xEF) || marker == 0xFE;
        scan = scan || marker == 0xDA;
        if (!metadata)
            digest.add(bytes.sliced(segment.at, segment.end - segment.at));
    });
    return scan ? std::optional(digest.result()) : std::nullopt;
}

std::optional<QString> ofPng(QByteArrayView bytes)
{
    if (!bytes.startsWith("\x89PNG\r\n\x1a\n"))
        return std::nullopt;
    Digest digest("png");
    bool pixels = false;
    for (qsizetype i = 8; i + 12 <= bytes.size();) {
        const qsizetype length = qFromBigEndian<quint32>(bytes.data() + i);
        const QByteArrayView type = bytes.sliced(i + 4, 4);
        const QByteArrayView data =
            bytes.sliced(i + 8, std::min<qsizetype>(length, bytes.size() - i - 8));
        if (type == "IDAT") {
            // However the stream is cut into chunks.
            digest.add(data);
            pixels = true;
        } else if (type == "IHDR" || type == "PLTE" || type == "tRNS") {
            digest.add(type);
            digest.add(data);
        } else if (type == "IEND") {
            break;
        }
        i += 12 + length;
    }
    return pixels ? std::optional(digest.result()) : std::nullopt;
}

/** https://developers.google.com/speed/webp/docs/riff_container */
std::optional<QString> ofWebP(QByteArrayView bytes)
{
    if (bytes.size() < 12 || !bytes.startsWith("RIFF") || bytes.sliced(8, 4) != "WEBP")
        return std::nullopt;
    Digest digest("webp");
    bool pixels = false;
    for (qsizetype i = 12; i + 8 <= bytes.size();) {
        const qsizetype length = qFromLittleEndian<quint32>(bytes.data() + i + 4);
        const QByteArrayView type = bytes.sliced(i, 4);
        if (type == "VP8 " || type == "VP8L" || type == "ALPH" || type == "ANIM" ||
            type == "ANMF") {
            digest.add(type);
            digest.add(bytes.sliced(i + 8, std::min<qsizetype>(length, bytes.size() - i - 8)));
            pixels = true;
        }
        i += 8 + length + (length & 1);
    }
    return pixels ? std::optional(digest.result()) : std::nullopt;
}

Result<QString> ofPixels(const QString &path, const QByteArray &bytes)
{
    const Result<QImage> image = loadImage(path, bytes);
    if (!image)
        return image.error();
    Digest digest("pixels");
    digest.add(QByteArray::number(image->width()) + 'x' + QByteArray::number(image->height()));
    for (int y = 0; y < image->height(); ++y)
        digest.add({reinterpret_cast<const char *>(image->constScanLine(y)), 3L * image->width()});
    return digest.result();
}

} // namespace

Result<QString> pictureFingerprint(const QString &path, const QByteArray &bytes)
{
    // Whether more than the end marker is missing only decoding can tell.
    if (inspectImage(bytes).noEnd)
        return ofPixels(path, bytes);
    for (const auto coded : {ofJpeg, ofPng, ofWebP}) {
        if (const auto fingerprint = coded(bytes))
            return *fingerprint;
    }
    return ofPixels(path, bytes);
}

Result<QString> pictureFingerprint(const QString &path)
{
    const LargeFileTurn turn(path);
    const Result<QByteArray> bytes = readImageFile(path);
    if (!bytes)
        return bytes.error();
    return pictureFingerprint(path, *bytes);
}

} // namespace birblens
