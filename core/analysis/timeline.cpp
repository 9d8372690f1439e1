// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/timeline.h"

#include <QSet>

#include <algorithm>

namespace birblens {

namespace {

constexpr int mostLanes = 20; ///< more classes than this share the last one

float probabilityOf(const Sample &sample, int label, int none)
{
    return label == none || sample.probabilities.isEmpty() ? sample.confidence
                                                           : sample.probabilities.value(label);
}

} // namespace

Timeline timelineOf(const SampleSet &set)
{
    QList<int> uses(set.names.size(), 0);
    for (const Sample &sample : set.samples) {
        for (const int label : sample.shownLabels())
            ++uses[label];
    }
    Timeline timeline;
    QList<int> &lanes = timeline.lanes;
    for (int label = 0; label < set.none(); ++label) {
        if (uses.at(label) > 0 || (label < set.vocabulary && set.vocabulary <= mostLanes / 2))
            lanes.append(label);
    }
    const bool crowded = lanes.size() > mostLanes;
    if (crowded) {
        std::stable_sort(lanes.begin(), lanes.end(),
                         [&](int a, int b) { return uses.at(a) > uses.at(b); });
        lanes.resize(mostLanes - 1);
        std::sort(lanes.begin(), lanes.end());
    }
    QList<int> laneOf(set.names.size(), static_cast<int>(lanes.size()));
    for (int lane = 0; lane < lanes.size(); ++lane)
        laneOf[lanes.at(lane)] = lane;
    if (crowded)
        lanes.append(-1);
    laneOf[set.none()] = static_cast<int>(lanes.size());
    lanes.append(set.none());

    QSet<qint64> days;
    timeline.marks.reserve(set.samples.size());
    for (int i = 0; i < set.samples.size(); ++i) {
        const Sample &sample = set.samples.at(i);
        if (!sample.captureTime.isValid()) {
            ++timeline.timeless;
            continue;
        }
        days.insert(sample.captureTime.date().toJulianDay());
        timeline.mute += int(sample.shownLabels().isEmpty());
        for (const int label : sample.shownLabels())
            timeline.marks.append({i, laneOf.at(label), probabilityOf(sample, label, set.none())});
    }
    timeline.days = static_cast<int>(days.size());
    return timeline;
}

} // namespace birblens
