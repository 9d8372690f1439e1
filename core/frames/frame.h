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

/** One captured image of a day. A value: what the listing knows without decoding the file. */
struct Frame
{
    QString key;           ///< path relative to the day's folder, '/' separated; unique in the day
    QString folder;        ///< the day's, absolute; one text shared by all its frames
    QDateTime captureTime; ///< the camera's wall clock, stored with Qt::UTC as "no zone"
    QDateTime utc;         ///< Qt::UTC; invalid when unknown
    std::optional<CameraPrediction> camera;
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

    /** Order of capture: by UTC where both know it, else by wall clock, then by key. */
    static bool earlier(const Frame &a, const Frame &b)
    {
        const bool byUtc = a.utc.isValid() && b.utc.isValid();
        const QDateTime &ta = byUtc ? a.utc : a.captureTime;
        const QDateTime &tb = byUtc ? b.utc : b.captureTime;
        return ta != tb ? ta < tb : a.key < b.key;
    }
};

} // namespace birblens

Q_DECLARE_METATYPE(birblens::Frame)
