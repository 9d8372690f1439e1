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

/** A frame to look at while its full resolution is not there. */
struct FramePreview
{
    QImage image; ///< Format_RGB888; the whole frame, upright
    QSize size;   ///< of the frame itself, upright; image.size() when it was not reduced
};

/**
 * Like loadImage, but a JPEG is decoded at the largest reduction by 2, 4 or 8 whose longer side
 * keeps at least @p side pixels. Thread-safe.
 */
Result<FramePreview> loadPreview(const QString &path, int side);

/** Decodes at reduced JPEG scale where possible; fits into @p bound, aspect kept. Thread-safe. */
Result<QImage> loadThumbnail(const QString &path, const QSize &bound);

} // namespace birblens
