// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/calibration.h"

#include <algorithm>
#include <cmath>

namespace birblens {

Calibration calibrationOf(const SampleSet &set, int classIndex, int bins)
{
    Calibration result;
    for (int i = 0; i < bins; ++i)
        result.bins.append({static_cast<double>(i) / bins, static_cast<double>(i + 1) / bins});
    const auto add = [&](const Sample &sample, int index) {
        if (index >= sample.probabilities.size())
            return;
        const auto p = static_cast<double>(sample.probabilities.at(index));
        CalibrationBin &bin = result.bins[std::clamp(static_cast<int>(p * bins), 0, bins - 1)];
        ++bin.count;
        bin.positives += int(sample.truth.contains(index));
        bin.meanPredicted += p; // the sum, until all are there
        ++result.count;
    };
    for (const Sample &sample : set.samples) {
        if (!sample.labelled())
            continue;
        if (classIndex >= 0) {
            add(sample, classIndex);
            continue;
        }
        for (int index = 0; index < set.vocabulary; ++index)
            add(sample, index);
    }
    for (CalibrationBin &bin : result.bins) {
        if (bin.count == 0)
            continue;
        bin.meanPredicted /= bin.count;
        bin.observed = wilsonShare(bin.positives, bin.count);
        result.expectedError += static_cast<double>(bin.count) / result.count *
                                std::abs(bin.observed->value - bin.meanPredicted);
    }
    return result;
}

} // namespace birblens
