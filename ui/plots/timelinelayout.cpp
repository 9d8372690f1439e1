#include "ui/plots/timelinelayout.h"

#include <QSet>

#include <algorithm>

namespace birblens {

namespace {

constexpr int kLanes = 20; ///< more classes than this share the last one

const QList<int> &labelsOf(const Sample &sample)
{
    return sample.labelled() ? sample.truth : sample.predicted;
}

/** For none its confidence, for a class the model's probability, else the camera's confidence. */
float probabilityOf(const Sample &sample, int label, int none)
{
    return label == none || sample.probabilities.isEmpty() ? sample.confidence
                                                           : sample.probabilities.value(label);
}

} // namespace

double timelineX(const QDateTime &time, bool overlaid)
{
    return overlaid ? time.time().msecsSinceStartOfDay() / 1000.0
                    : static_cast<double>(time.toMSecsSinceEpoch()) / 1000.0;
}

TimelineLayout timelineLayout(const SampleSet &set, bool overlaid)
{
    TimelineLayout layout;
    // The lanes: classes that occur, none last; the rarest share one when there are many.
    QList<int> uses(set.names.size(), 0);
    for (const Sample &sample : set.samples) {
        for (const int label : labelsOf(sample))
            ++uses[label];
    }
    for (int label = 0; label < set.none(); ++label) {
        if (uses.at(label) > 0 || (label < set.vocabulary && set.vocabulary <= kLanes / 2))
            layout.labels.append(label);
    }
    const bool crowded = layout.labels.size() > kLanes;
    if (crowded) {
        std::stable_sort(layout.labels.begin(), layout.labels.end(),
                         [&](int a, int b) { return uses.at(a) > uses.at(b); });
        layout.labels.resize(kLanes - 1);
        std::sort(layout.labels.begin(), layout.labels.end());
    }
    QList<int> laneOf(set.names.size(), static_cast<int>(layout.labels.size()));
    for (int lane = 0; lane < layout.labels.size(); ++lane)
        laneOf[layout.labels.at(lane)] = lane;
    if (crowded)
        layout.labels.append(TimelineLayout::otherClasses);
    laneOf[set.none()] = static_cast<int>(layout.labels.size());
    layout.labels.append(set.none());

    QSet<qint64> days;
    layout.dots.reserve(set.samples.size());
    for (const Sample &sample : set.samples) {
        if (!sample.captureTime.isValid()) {
            ++layout.timeless;
            continue;
        }
        days.insert(sample.captureTime.date().toJulianDay());
        layout.mute += int(labelsOf(sample).isEmpty());
        const double x = timelineX(sample.captureTime, overlaid);
        for (const int label : labelsOf(sample))
            layout.dots.append({x, laneOf.at(label), sample.frame, sample.state,
                                probabilityOf(sample, label, set.none())});
    }
    layout.days = static_cast<int>(days.size());
    std::stable_sort(layout.dots.begin(), layout.dots.end(),
                     [](const TimelineDot &a, const TimelineDot &b) { return a.x < b.x; });
    return layout;
}

} // namespace birblens
