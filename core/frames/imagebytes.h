#pragma once

#include <QByteArray>
#include <QSize>

namespace birblens {

/** What an image file's bytes say before they are decoded. */
struct ImageBytes
{
    bool jpeg = false;
    bool truncated = false; ///< a JPEG or PNG without its end: the decoder would make up the rest
    QSize size;             ///< stored size, before EXIF orientation; empty when unknown
};

/**
 * Walks the segments of a JPEG (so that a thumbnail inside is no end of the picture) or the chunks
 * of a PNG; other formats only tell their size. Bytes after the end are allowed: some cameras pad.
 */
ImageBytes inspectImage(const QByteArray &bytes);

} // namespace birblens
