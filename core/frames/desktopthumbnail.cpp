// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/desktopthumbnail.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QStandardPaths>
#include <QUrl>

#include <algorithm>
#include <utility>

namespace birblens {

QImage desktopThumbnail(const QString &path, const FileStamp &stamp, const QSize &bound)
{
    const QByteArray address =
        QUrl::fromLocalFile(QFileInfo(path).absoluteFilePath()).toEncoded(QUrl::FullyEncoded);
    const QString name =
        QString::fromLatin1(QCryptographicHash::hash(address, QCryptographicHash::Md5).toHex());
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) +
                           QStringLiteral("/thumbnails");
    const int needed = std::max(bound.width(), bound.height());
    for (const auto &[size, side] : {std::pair(QStringLiteral("normal"), 128),
                                     {QStringLiteral("large"), 256},
                                     {QStringLiteral("x-large"), 512}}) {
        if (side < needed)
            continue;
        QImage image;
        if (!image.load(QStringLiteral("%1/%2/%3.png").arg(folder, size, name), "PNG"))
            continue;
        const QString bytes = image.text(QStringLiteral("Thumb::Size"));
        if (image.text(QStringLiteral("Thumb::URI")) != QLatin1String(address) ||
            image.text(QStringLiteral("Thumb::MTime")).toLongLong() != stamp.modified / 1000 ||
            (!bytes.isEmpty() && bytes.toLongLong() != stamp.bytes) ||
            std::max(image.width(), image.height()) < needed)
            continue;
        return image.scaled(bound, Qt::KeepAspectRatio, Qt::SmoothTransformation)
            .convertToFormat(QImage::Format_RGB888);
    }
    return {};
}

} // namespace birblens
