// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"

#include <QDateTime>
#include <QString>

#include <optional>

namespace birblens {

/** When a picture was taken, as its metadata say; invalid times when they do not. */
struct ExifTime
{
    QDateTime captureTime; ///< wall clock, Qt::UTC as "no zone"; with milliseconds where recorded
    QDateTime utc;         ///< Qt::UTC; only where an offset or a GPS clock was recorded
    TimeSource source = TimeSource::Exif; ///< or MakerNote
};

/**
 * Reads the file's metadata. In order: DateTimeOriginal, DateTimeDigitized, the maker note,
 * DateTime, XMP. Offset: OffsetTime of the same kind, else any; else TimeZoneOffset; else the GPS
 * clock, where it lies whole quarters of an hour from the wall clock, give or take a minute. A time
 * that cannot be, such as 0000:00:00, and one before 1990, as of a clock that lost its battery, is
 * none: the next tag is asked. Thread-safe.
 */
ExifTime readExifTime(const QString &path);

/** A time as cameras write it into EXIF. */
struct ExifText
{
    QDateTime captureTime;     ///< invalid when the text is no time
    std::optional<int> offset; ///< seconds east of UTC, where one is glued to it
};

/**
 * `2021:02:08 10:56:58`, with dashes, slashes or dots in the date, an ISO `T`, parts of one digit,
 * a fraction, AM or PM, an offset behind it; `20210208T105658` too.
 */
ExifText parseExifText(const QString &text);

} // namespace birblens
