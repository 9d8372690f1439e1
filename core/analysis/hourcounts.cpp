#include "core/analysis/hourcounts.h"

#include <QSet>

namespace birblens {

HourCounts hourCounts(const SampleSet &set)
{
    HourCounts counts;
    counts.classes.fill({}, set.names.size());
    QSet<qint64> days;
    for (const Sample &sample : set.samples) {
        const QList<int> &labels = sample.labelled() ? sample.truth : sample.predicted;
        if (!sample.captureTime.isValid()) {
            ++counts.withoutTime;
            continue;
        }
        if (labels.isEmpty()) {
            ++counts.withoutLabel;
            continue;
        }
        days.insert(sample.captureTime.date().toJulianDay());
        const auto hour = static_cast<size_t>(sample.captureTime.time().hour());
        for (const int index : labels)
            ++counts.classes[index][hour];
    }
    counts.days = static_cast<int>(days.size());
    return counts;
}

} // namespace birblens
