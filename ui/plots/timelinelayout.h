#pragma once

#include "core/analysis/sample.h"
#include "ui/plots/timelinedots.h"

#include <QList>

namespace birblens {

/** Where the marks of the timeline are: a lane per class that occurs, `none` last. */
struct TimelineLayout
{
    QList<TimelineDot> dots; ///< ascending in x; TimelineDot::frame as Sample::frame
    QList<int> labels;       ///< by lane: index into SampleSet::names, or otherClasses
    int timeless = 0;        ///< frames without a capture time
    int mute = 0;            ///< frames with a time that nobody has labelled or predicted

    int days = 0; ///< dates with a frame

    static constexpr int otherClasses = -1;
};

/** @p overlaid: x is the time of the day instead of the moment, both in seconds. */
TimelineLayout timelineLayout(const SampleSet &set, bool overlaid);

/** Seconds on the timeline of a moment of the camera's clock. */
double timelineX(const QDateTime &time, bool overlaid);

} // namespace birblens
