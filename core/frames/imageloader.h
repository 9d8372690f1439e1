#pragma once

#include "core/result.h"

#include <QImage>
#include <QSize>
#include <QString>

namespace birblens {

/** File name patterns of the image formats that are read: "*.jpg", ... */
QStringList imageNameFilters();
bool isImageName(const QString &fileName);

/**
 * Decodes a whole frame, upright by its EXIF orientation. The pixels equal PIL's for JPEG and PNG.
 * @return Format_RGB888, or an Error naming the file when it is missing, empty, cut off or no
 * image. Thread-safe. A JPEG that ends early is an error, not a half-grey picture.
 */
Result<QImage> loadImage(const QString &path);

/** Decodes at reduced JPEG scale where possible; fits into @p bound, aspect kept. Thread-safe. */
Result<QImage> loadThumbnail(const QString &path, const QSize &bound);

} // namespace birblens
