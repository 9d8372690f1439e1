#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QSize>
#include <QString>

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

/** When the picture was taken, as EXIF says; both invalid when it does not. Thread-safe. */
struct ExifTime
{
    QDateTime captureTime; ///< wall clock, Qt::UTC as "no zone"
    QDateTime utc;         ///< only when the camera recorded its offset
};
ExifTime readExifTime(const QString &path);

} // namespace birblens
