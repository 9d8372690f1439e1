// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/events.h"

namespace birblens {

double secondsBetween(const Frame &a, const Frame &b)
{
    return static_cast<double>(b.moment() - a.moment()) / 1000.0;
}

QList<Event> eventsOf(int count, const std::function<const Frame &(int row)> &frame,
                      double gapSeconds)
{
    QList<Event> events;
    for (int row = 0; row < count; ++row) {
        if (row > 0 && secondsBetween(frame(row - 1), frame(row)) < gapSeconds)
            events.last().last = row;
        else
            events.append({row, row});
    }
    return events;
}

} // namespace birblens
