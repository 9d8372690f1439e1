#pragma once

#include <QDateTime>
#include <QString>

namespace birblens {

/** When the picture was taken, as EXIF says; both invalid when it does not. Thread-safe. */
struct ExifTime
{
    QDateTime captureTime; ///< wall clock, Qt::UTC as "no zone"
    QDateTime utc;         ///< only when the camera recorded its offset
};
ExifTime readExifTime(const QString &path);

} // namespace birblens
