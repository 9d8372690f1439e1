// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/decode/imageheader.h"
#include "core/result.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <functional>
#include <mutex>

namespace birblens {

/** Whether it ends like one of the image formats that are read. */
bool isImageName(const QString &fileName);

/**
 * Decodes a whole frame, upright by its EXIF orientation. The pixels equal PIL's for JPEG and PNG.
 * The format is told by the content. Whatever the file is, decoding it stays below maxDecodeBytes.
 * @return Format_RGB888, or an Error naming the file when it is missing, empty, cut off, damaged
 * inside, too large or no image. A JPEG that lacks nothing but its end marker is whole.
 * Thread-safe.
 */
Result<QImage> loadImage(const QString &path);

/** The same of a file that was read with readImageFile(); @p path is for errors. */
Result<QImage> loadImage(const QString &path, const QByteArray &bytes);

/**
 * Like loadImage, made smaller by @p shrink before anything else may take its place: of frames that
 * are loaded ahead no more are whole in memory than are decoded at once.
 */
Result<QImage> loadShrunk(const QString &path, const std::function<QImage(const QImage &)> &shrink);

/** A frame to look at while its full resolution is not there. */
struct FramePreview
{
    QImage image;   ///< Format_RGB888; the whole frame, upright
    QSize size;     ///< of the frame itself, upright; image.size() when it was not reduced
    QString damage; ///< a sentence, when the file is damaged and this is what could be decoded
    QString remark; ///< a sentence about what is odd although the picture is whole; mostly empty
};

/**
 * Like loadImage, but a JPEG is decoded at the largest reduction by 2, 4 or 8 whose longer side
 * keeps at least @p side pixels, and a damaged one comes as far as it goes. Thread-safe.
 */
Result<FramePreview> loadPreview(const QString &path, int side);

/** Decodes at reduced JPEG scale where possible; fits into @p bound, aspect kept. Thread-safe. */
Result<QImage> loadThumbnail(const QString &path, const QSize &bound);

/** What an image file is. */
struct ImageFacts
{
    QSize size; ///< upright, in pixels
    ImageFormat format = ImageFormat::Unknown;
};

/**
 * The size and format of a frame that decodes without a fault, with the errors of loadImage. A JPEG
 * is decoded at an eighth, which reads all of it. Thread-safe.
 */
Result<ImageFacts> checkImage(const QString &path);

/**
 * What kind of image a file is by its content, "image/webp"; where it cannot be read, by its name;
 * `image/jpeg`, as nearly every camera writes, where that tells nothing. Reads a few bytes.
 */
QString mediaTypeOf(const QString &path);

/**
 * Whether a library may read the file's metadata by its path: a regular file of at most 512 MB that
 * begins like a format of frames. Such libraries go by more formats than ours and know no limits.
 */
bool mayReadMetadata(const QString &path);

/**
 * Held while a file's bytes are read and in memory: those of large files take turns, so that two
 * are never there at once. What takes a path here takes its own turn: not to be called meanwhile.
 */
class LargeFileTurn
{
public:
    explicit LargeFileTurn(const QString &path);

private:
    std::unique_lock<std::mutex> m_lock; ///< of nothing for an ordinary file
};

/** The file's bytes, at most 512 MB of a regular file; never waits for a FIFO. Thread-safe. Where
 * several threads may ask, under a LargeFileTurn. */
Result<QByteArray> readImageFile(const QString &path);

} // namespace birblens
