// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/timelinelayout.h"

#include <algorithm>

namespace birblens {

double timelineX(const QDateTime &time, bool overlaid)
{
    return overlaid ? time.time().msecsSinceStartOfDay() / 1000.0
                    : static_cast<double>(time.toMSecsSinceEpoch()) / 1000.0;
}

TimelineLayout timelineLayout(const SampleSet &set, bool overlaid)
{
    TimelineLayout layout;
    layout.timeline = timelineOf(set);
    layout.dots.reserve(layout.timeline.marks.size());
    for (const TimelineMark &mark : layout.timeline.marks) {
        const Sample &sample = set.samples.at(mark.sample);
        layout.dots.append({timelineX(sample.captureTime, overlaid), mark.lane, sample.frame,
                            sample.state, mark.probability});
    }
    std::stable_sort(layout.dots.begin(), layout.dots.end(),
                     [](const TimelineDot &a, const TimelineDot &b) { return a.x < b.x; });
    return layout;
}

} // namespace birblens
