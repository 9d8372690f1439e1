// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDateTime>
#include <QMetaType>
#include <QString>
#include <QStringBuilder>
#include <QStringList>

#include <optional>

namespace birblens {

/** What the camera process itself wrote about a frame when it captured it. */
struct CameraPrediction
{
    QStringList labels;      ///< classes over the camera's threshold; empty means `none`
    double confidence = 0.0; ///< 0..1, Birb Cam's rule; 0 when only the file name is known

    bool operator==(const CameraPrediction &) const = default;
};

/** Where a capture time comes from, the surest first. */
enum class TimeSource : quint8 {
    CameraDatabase,
    Name, ///< of the file, with that of its folders
    Exif, ///< or XMP
    MakerNote,
    FileDate ///< when the file was written last, perhaps by a copy: uncertain
};

/** How a frame's offset from UTC is known; see assumeOffsets(). */
enum class OffsetBasis : quint8 {
    Known,     ///< from its own UTC
    Neighbour, ///< recorded by the frame nearest to it
    Zone,      ///< this computer's time zone
    Skipped,   ///< the same, in the hour that spring skips: the camera kept winter time
    Repeated   ///< the same, in the hour that autumn repeats: its first pass is assumed
};

/** One captured image of a day. A value: what the listing knows without decoding the file. */
struct Frame
{
    QString key;           ///< path relative to the day's folder, '/' separated; unique in the day
    QString folder;        ///< the day's, absolute; one text shared by all its frames
    QDateTime captureTime; ///< the camera's wall clock, stored with Qt::UTC as "no zone"
    QDateTime utc;         ///< Qt::UTC; invalid when unknown
    std::optional<CameraPrediction> camera;
    qint64 clockShift = 0; ///< milliseconds by which a person corrected both times; see ClockShifts
    int assumedOffset = 0; ///< seconds east of UTC of the wall clock; of the day's other frames or
                           ///< of this computer where utc does not tell it
    /** Where in the key a text begins that may be the camera's prediction; 0: there is none, or it
     * is settled. See predictionInName(). */
    quint16 suffixAt = 0;
    TimeSource timeSource = TimeSource::Name;
    OffsetBasis offsetBasis = OffsetBasis::Zone;
    bool gone = false; ///< known to the database, but the camera deleted the file

    bool operator==(const Frame &) const = default;

    QString fileName() const { return key.section(QLatin1Char('/'), -1); }
    /**
     * Absolute path of the image file; nothing is there when it is gone. Made when asked for: a
     * large day has many.
     */
    QString path() const
    {
        return folder.endsWith(QLatin1Char('/')) ? folder + key : folder % QLatin1Char('/') % key;
    }

    /** Its date is only that of the file. */
    bool timeUncertain() const { return timeSource == TimeSource::FileDate; }

    /** The moment of capture, milliseconds since 1970 in UTC; assumed where UTC is not known. */
    qint64 moment() const
    {
        return utc.isValid() ? utc.toMSecsSinceEpoch()
                             : captureTime.toMSecsSinceEpoch() - qint64(assumedOffset) * 1000;
    }

    /**
     * Order of capture: by moment, then by key. One number per frame, so that it is a strict weak
     * order (even a total one) whatever is known of UTC, and autumn's double hour is in order where
     * it is known.
     */
    static bool earlier(const Frame &a, const Frame &b)
    {
        const qint64 ta = a.moment();
        const qint64 tb = b.moment();
        return ta != tb ? ta < tb : a.key < b.key;
    }
};

} // namespace birblens

Q_DECLARE_METATYPE(birblens::Frame)
