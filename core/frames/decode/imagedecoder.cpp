// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/imagedecoder.h"

#include <new>

namespace birblens {

QImage blankImage(const QSize &size)
{
    QImage image(size, QImage::Format_RGB888);
    image.fill(Qt::black);
    return image;
}

Decoded decodeImage(const QByteArray &bytes, const ImageHeader &header, int reduction)
{
    try {
        switch (header.format) {
        case ImageFormat::Jpeg:
            return decodeJpeg(bytes, header, reduction);
        case ImageFormat::Png:
            return decodePng(bytes, header);
        case ImageFormat::WebP:
            return decodeWebP(bytes, header);
        case ImageFormat::Tiff:
            return decodeTiff(bytes, header);
        case ImageFormat::Bmp:
            return decodeBmp(bytes, header);
        case ImageFormat::Jpeg2000:
            return decodeJpeg2000(bytes, header);
        case ImageFormat::Heif:
            return decodeHeif(bytes, header);
        case ImageFormat::Jxl:
            return decodeJxl(bytes, header);
        case ImageFormat::Unknown:
            break;
        }
    } catch (const std::bad_alloc &) {
        return {{}, QStringLiteral("There is not enough memory for this image"), {}};
    } catch (const std::exception &error) {
        return {{},
                QStringLiteral("This %1 file cannot be decoded: %2")
                    .arg(formatName(header.format), QString::fromUtf8(error.what())),
                {}};
    }
    return {{}, QStringLiteral("This is not an image that can be decoded"), {}};
}

} // namespace birblens
