// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/trainingpictures.h"

#include "core/exporting/formats.h"
#include "core/frames/imageloader.h"

#include <QFile>

namespace birblens {

namespace {

constexpr int jpegQuality = 95;

} // namespace

Result<QByteArray> trainingBytes(const QString &path)
{
    const LargeFileTurn turn(path);
    auto bytes = readImageFile(path);
    if (!bytes)
        return bytes.error();
    const auto image = loadImage(path, *bytes);
    if (!image)
        return image.error();
    const ImageHeader header = inspectImage(*bytes);
    if (header.format == ImageFormat::Jpeg) {
        if (header.noEnd) // the end marker is all that is missing
            *bytes += bytes->endsWith('\xFF') ? "\xD9" : "\xFF\xD9";
        return bytes;
    }
    return encodePicture(*image, "jpg", jpegQuality);
}

bool hasContent(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    return file.size() == bytes.size() && file.open(QIODevice::ReadOnly) && file.readAll() == bytes;
}

} // namespace birblens
