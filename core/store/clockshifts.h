// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"

#include <QHash>
#include <QList>
#include <QString>

#include <optional>

namespace birblens {

/** What a decision did to the clock of one frame, or of the day; milliseconds. */
struct ClockStep
{
    QString key;                  ///< empty: the whole day, also frames that arrive later
    std::optional<qint64> before; ///< nothing: no correction of its own
    std::optional<qint64> after;
};

/**
 * How a person corrected a camera's clock. Milliseconds that are added to a frame's capture time
 * and UTC; neither the file nor Birb Cam's row knows of it.
 */
struct ClockShifts
{
    qint64 day = 0; ///< of every frame of the day that is not named below, also later
    QHash<QString, qint64> frames; ///< by key: the whole correction of that frame, not one more
    /** Likewise of pictures that another one has replaced, by the name that the store keeps them
     * under: it holds again when the picture comes back. */
    QHash<QString, qint64> aside;

    bool isEmpty() const { return day == 0 && frames.isEmpty(); } ///< whether no frame has any
    qint64 of(const QString &key) const { return frames.isEmpty() ? day : frames.value(key, day); }
    bool operator==(const ClockShifts &) const = default;

    /** Does what @p steps say. */
    void take(const QList<ClockStep> &steps);
};

/** Sets the frame's correction to @p milliseconds, whatever it was. */
inline void setClockShift(Frame &frame, qint64 milliseconds)
{
    const qint64 more = milliseconds - frame.clockShift;
    if (more == 0)
        return;
    if (frame.captureTime.isValid())
        frame.captureTime = frame.captureTime.addMSecs(more);
    if (frame.utc.isValid())
        frame.utc = frame.utc.addMSecs(more);
    frame.clockShift = milliseconds;
}

/** The wall clock as the camera had it. */
inline QDateTime originalTime(const Frame &frame)
{
    return frame.captureTime.isValid() ? frame.captureTime.addMSecs(-frame.clockShift)
                                       : frame.captureTime;
}

/**
 * An amount of time as a person writes it, in milliseconds: `-1h`, `+90m`, `1h30m`, `2d`, `45s`,
 * `-0:02:30` (hours, minutes, seconds), `+1:00`. Nothing for what is none, and for more than a
 * hundred years.
 */
std::optional<qint64> shiftFromText(const QString &text);

} // namespace birblens
