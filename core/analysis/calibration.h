// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/classscores.h"

namespace birblens {

/** Frames whose predicted probability lies in one bin. */
struct CalibrationBin
{
    double low = 0.0; ///< the bin is [low, high), the last one [low, 1]
    double high = 0.0;
    int count = 0;
    int positives = 0;        ///< of them, those where the class was there
    double meanPredicted = 0; ///< mean of the probabilities in it; 0 when empty
    std::optional<Share> observed = {};
};

struct Calibration
{
    QList<CalibrationBin> bins;
    int count = 0; ///< probabilities in all bins: frames, or frames x classes for all classes
    /**
     * Expected calibration error: sum over bins of count/total |observed - mean predicted|, 0..1
     * (M. P. Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning, AAAI
     * 2015), here of the probability that a class is there, class by class.
     */
    double expectedError = 0.0;
};

/**
 * Predicted probability against observed frequency on labelled frames that the model has
 * classified, in @p bins bins of equal width. @p classIndex -1 pools all classes of the vocabulary,
 * each (frame, class) by itself.
 */
Calibration calibrationOf(const SampleSet &set, int classIndex, int bins = 10);

} // namespace birblens
