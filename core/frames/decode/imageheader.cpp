// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/imageheader.h"

#include <QList>

namespace birblens {

namespace {

struct Kind
{
    ImageFormat format;
    const char *name;
    const char *mediaType;
    ImageHeader (*inspect)(const QByteArray &bytes);
};

const QList<Kind> &kinds()
{
    static const QList<Kind> table{
        {ImageFormat::Jpeg, "JPEG", "image/jpeg", inspectJpeg},
        {ImageFormat::Png, "PNG", "image/png", inspectPng},
        {ImageFormat::WebP, "WebP", "image/webp", inspectWebP},
        {ImageFormat::Tiff, "TIFF", "image/tiff", inspectTiff},
        {ImageFormat::Bmp, "BMP", "image/bmp", inspectBmp},
        {ImageFormat::Jpeg2000, "JPEG 2000", "image/jp2", inspectJpeg2000},
        {ImageFormat::Heif, "HEIF", "image/heif", inspectHeif},
        {ImageFormat::Jxl, "JPEG XL", "image/jxl", inspectJxl},
    };
    return table;
}

const Kind *kindOf(ImageFormat format)
{
    for (const Kind &kind : kinds()) {
        if (kind.format == format)
            return &kind;
    }
    return nullptr;
}

bool isHeifBrand(QByteArrayView brand)
{
    for (const char *known : {"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2",
                              "msf1", "avif", "avis", "MA1A", "MA1B"}) {
        if (brand == QByteArrayView(known, 4))
            return true;
    }
    return false;
}

/** `ftyp` (ISO/IEC 14496-12, 4.3): the major brand, else one of those that it is compatible with.
 */
bool isHeif(const QByteArray &bytes)
{
    if (bytes.size() < 16 || bytes.mid(4, 4) != "ftyp")
        return false;
    const qsizetype length = std::min<qsizetype>(bytes.size(), uchar(bytes[3]));
    for (qsizetype at = 8; at + 4 <= length; at += at == 8 ? 8 : 4) {
        if (isHeifBrand(QByteArrayView(bytes).sliced(at, 4)))
            return true;
    }
    return false;
}

/** What a file is that is no picture of a frame, where a name can be given to it. */
QString otherContent(const QByteArray &bytes)
{
    if (bytes.startsWith("GIF8"))
        return QStringLiteral("This is a GIF animation, not an image that can be decoded");
    if (bytes.mid(4, 4) == "ftyp" || bytes.startsWith("RIFF"))
        return QStringLiteral("This is a film, not an image that can be decoded");
    return QStringLiteral("This is not an image that can be decoded");
}

QString limitProblem(const ImageHeader &header, qint64 fileBytes)
{
    const qint64 width = header.stored.width();
    const qint64 height = header.stored.height();
    if (header.stored.isEmpty())
        return header.noEnd ? QStringLiteral("The image is cut off after %1 KB")
                                  .arg((fileBytes + 1023) / 1024)
                            : QStringLiteral("This is not an image that can be decoded");
    const qint64 turned = header.orientation != 1 ? 3 * width * height : 0;
    if (width > 65535 || height > 65535 || width * height > maxPixels ||
        header.cost + turned + fileBytes > maxDecodeBytes)
        return QStringLiteral("The image is too large: %1 x %2 pixels").arg(width).arg(height);
    return {};
}

} // namespace

ImageFormat formatOf(const QByteArray &bytes)
{
    const auto begins = [&bytes](const char *magic, qsizetype length) {
        return bytes.startsWith(QByteArrayView(magic, length));
    };
    if (begins("\xFF\xD8", 2))
        return ImageFormat::Jpeg;
    if (begins("\x89PNG\r\n\x1A\n", 8))
        return ImageFormat::Png;
    if (begins("RIFF", 4) && bytes.mid(8, 4) == "WEBP")
        return ImageFormat::WebP;
    if (begins("II*\0", 4) || begins("MM\0*", 4) || begins("II+\0", 4) || begins("MM\0+", 4))
        return ImageFormat::Tiff;
    if (begins("\0\0\0\x0CjP  \r\n\x87\n", 12) || begins("\xFF\x4F\xFF\x51", 4))
        return ImageFormat::Jpeg2000;
    if (begins("\xFF\x0A", 2) || begins("\0\0\0\x0CJXL \r\n\x87\n", 12))
        return ImageFormat::Jxl;
    if (isHeif(bytes))
        return ImageFormat::Heif;
    if (begins("BM", 2) && bytes.size() >= 26 && uchar(bytes[14]) >= 12 && bytes[15] == 0)
        return ImageFormat::Bmp;
    return ImageFormat::Unknown;
}

ImageHeader inspectImage(const QByteArray &bytes)
{
    const Kind *kind = kindOf(formatOf(bytes));
    if (kind == nullptr) {
        ImageHeader unknown;
        unknown.problem = otherContent(bytes);
        return unknown;
    }
    ImageHeader header = kind->inspect(bytes);
    if (header.problem.isEmpty())
        header.problem = limitProblem(header, bytes.size());
    if (header.orientation != 1)
        header.cost += 3 * qint64(header.stored.width()) * header.stored.height();
    return header;
}

QString formatName(ImageFormat format)
{
    const Kind *kind = kindOf(format);
    return kind ? QString::fromLatin1(kind->name) : QStringLiteral("image");
}

QString mediaType(const QByteArray &beginning)
{
    const Kind *kind = kindOf(formatOf(beginning));
    if (kind == nullptr)
        return QStringLiteral("application/octet-stream");
    // What is coded inside has types of its own, told by the major brand.
    const QByteArray brand = beginning.mid(8, 4);
    if (kind->format == ImageFormat::Heif && (brand == "avif" || brand == "avis"))
        return QStringLiteral("image/avif");
    if (kind->format == ImageFormat::Heif && brand.startsWith("hei"))
        return QStringLiteral("image/heic");
    if (kind->format == ImageFormat::Jpeg2000 && beginning.startsWith('\xFF'))
        return QStringLiteral("image/j2c"); // a code stream without its file
    return QString::fromLatin1(kind->mediaType);
}

} // namespace birblens
