#include "core/analysis/timeline.h"

#include <algorithm>

namespace birblens {

namespace {

constexpr int mostLanes = 20; ///< more classes than this share the last one

float probabilityOf(const FrameEntry &entry, int label, int none)
{
    if (entry.prediction) {
        if (label == none)
            return static_cast<float>(entry.prediction->confidence);
        return entry.prediction->probabilities.value(label, 0.0F);
    }
    return entry.frame.camera ? static_cast<float>(entry.frame.camera->confidence) : 0.0F;
}

} // namespace

Timeline timelineOf(const QList<const FrameEntry *> &frames, const SampleSet &set)
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

    timeline.marks.reserve(frames.size());
    for (int i = 0; i < frames.size(); ++i) {
        const Sample &sample = set.samples.at(i);
        if (!sample.captureTime.isValid()) {
            ++timeline.timeless;
            continue;
        }
        timeline.mute += int(sample.shownLabels().isEmpty());
        for (const int label : sample.shownLabels())
            timeline.marks.append(
                {i, laneOf.at(label), probabilityOf(*frames.at(i), label, set.none())});
    }
    return timeline;
}

} // namespace birblens
