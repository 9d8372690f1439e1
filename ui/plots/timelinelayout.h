// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/timeline.h"
#include "ui/plots/timelinedots.h"

#include <QList>

namespace birblens {

/** The timeline with places on the x axis. */
struct TimelineLayout
{
    Timeline timeline;
    QList<TimelineDot> dots; ///< ascending in x; TimelineDot::frame as Sample::frame
};

/** @p overlaid: x is the time of the day instead of the moment, both in seconds. */
TimelineLayout timelineLayout(const SampleSet &set, bool overlaid);

/** Seconds on the timeline of a moment of the camera's clock. */
double timelineX(const QDateTime &time, bool overlaid);

} // namespace birblens
