// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/hourcounts.h"

#include <QSet>

#include <algorithm>
#include <numeric>

namespace birblens {

HourCounts hourCounts(const SampleSet &set)
{
    HourCounts counts;
    counts.classes.fill({}, set.names.size());
    QSet<qint64> days;
    for (const Sample &sample : set.samples) {
        const QList<int> &labels = sample.shownLabels();
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

int sumOf(const std::array<int, 24> &hours)
{
    return std::accumulate(hours.begin(), hours.end(), 0);
}

QList<HourStack> hourStacks(const HourCounts &counts, bool withNone)
{
    constexpr int mostClasses = 12;
    const auto none = static_cast<int>(counts.classes.size()) - 1;
    QList<HourStack> stacks;
    for (int i = 0; i < none; ++i) {
        if (sumOf(counts.classes.at(i)) > 0)
            stacks.append({i, 1, counts.classes.at(i)});
    }
    std::stable_sort(stacks.begin(), stacks.end(), [](const HourStack &a, const HourStack &b) {
        return sumOf(a.hours) > sumOf(b.hours);
    });
    if (stacks.size() > mostClasses + 1) {
        HourStack rest{-1, static_cast<int>(stacks.size()) - mostClasses, {}};
        for (qsizetype place = mostClasses; place < stacks.size(); ++place) {
            for (size_t hour = 0; hour < 24; ++hour)
                rest.hours.at(hour) += stacks.at(place).hours.at(hour);
        }
        stacks.resize(mostClasses);
        stacks.append(rest);
    }
    if ((withNone || stacks.isEmpty()) && sumOf(counts.classes.at(none)) > 0)
        stacks.append({none, 1, counts.classes.at(none)});
    return stacks;
}

} // namespace birblens
