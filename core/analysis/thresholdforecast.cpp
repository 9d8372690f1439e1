// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/thresholdforecast.h"

#include <algorithm>

namespace birblens {

namespace {

/** How many lie over @p threshold. */
int over(const QList<float> &sorted, double threshold)
{
    const auto first =
        std::upper_bound(sorted.begin(), sorted.end(), threshold,
                         [](double limit, float p) { return limit < static_cast<double>(p); });
    return static_cast<int>(sorted.end() - first);
}

} // namespace

ClassForecast::ClassForecast(const SampleSet &set, int classIndex)
{
    for (const Sample &sample : set.samples) {
        if (!sample.labelled() || classIndex < 0 || classIndex >= sample.probabilities.size())
            continue;
        const float p = sample.probabilities.at(classIndex);
        const bool there = sample.truth.contains(classIndex);
        const bool predicted = sample.predicted.contains(classIndex);
        (there ? m_true : m_false).append(p);
        if (predicted)
            (there ? m_truePredicted : m_falsePredicted).append(p);
        else
            (there ? m_trueOther : m_falseOther).append(p);
    }
    for (QList<float> *list :
         {&m_true, &m_false, &m_truePredicted, &m_falsePredicted, &m_trueOther, &m_falseOther})
        std::sort(list->begin(), list->end());
}

Forecast ClassForecast::at(double threshold, bool single) const
{
    Forecast forecast;
    forecast.falseTotal = static_cast<int>(m_falsePredicted.size());
    forecast.trueTotal = static_cast<int>(m_truePredicted.size());
    forecast.falseRemoved = forecast.falseTotal - over(m_falsePredicted, threshold);
    forecast.trueLost = forecast.trueTotal - over(m_truePredicted, threshold);
    if (!single) {
        forecast.falseAdded = over(m_falseOther, threshold);
        forecast.trueFound = over(m_trueOther, threshold);
    }
    return forecast;
}

int ClassForecast::frames() const
{
    return static_cast<int>(m_true.size() + m_false.size());
}

QList<int> probabilityHistogram(const QList<float> &probabilities, int bins)
{
    QList<int> counts(bins, 0);
    for (const float p : probabilities)
        ++counts[std::clamp(static_cast<int>(static_cast<double>(p) * bins), 0, bins - 1)];
    return counts;
}

} // namespace birblens
