// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"

#include <QList>

#include <functional>

namespace birblens {

/** A visit: frames in capture order, each less than a gap after the one before. */
struct Event
{
    int first = 0; ///< row of the first frame
    int last = 0;  ///< row of the last frame
    int count() const { return last - first + 1; }

    bool operator==(const Event &) const = default;
};

/** Seconds from the moment of @p a to that of @p b; never negative in the order of Frame::earlier.
 */
double secondsBetween(const Frame &a, const Frame &b);

/**
 * Cuts @p count frames, in the order of Frame::earlier, into events. @param frame the frame of a
 * row. @param gapSeconds a frame this long or longer after the one before begins a new event;
 * 0 or less: every frame is its own.
 * @return in order, without holes: every row is in exactly one event.
 */
QList<Event> eventsOf(int count, const std::function<const Frame &(int row)> &frame,
                      double gapSeconds);

} // namespace birblens
