// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/sample.h"

namespace birblens {

/** What another threshold would have done on the frames a person has labelled. Counts are frames.
 */
struct Forecast
{
    int falseRemoved = 0; ///< predicted now, wrong, and not predicted at the new threshold
    int falseTotal = 0;   ///< predicted now and wrong
    int trueLost = 0;     ///< predicted now, right, and not predicted at the new threshold
    int trueTotal = 0;    ///< predicted now and right
    int falseAdded = 0;   ///< not predicted now, predicted at the new threshold, and wrong
    int trueFound = 0;    ///< not predicted now, predicted at the new threshold, and right

    bool operator==(const Forecast &) const = default;
};

/**
 * Probabilities of one class on labelled frames, sorted, so that a forecast is a few searches.
 * Predicted means that the opened model's prediction contains the class, that is a probability over
 * its present threshold (of a single-label model: the most probable class). A new threshold keeps
 * what lies over it, as the model itself does: probability > threshold.
 */
class ClassForecast
{
public:
    ClassForecast(const SampleSet &set, int classIndex);

    /** @p threshold in 0..1. @p single: a class that was not predicted stays so at any threshold.
     */
    Forecast at(double threshold, bool single = false) const;
    int frames() const; ///< labelled frames that the model has classified

    const QList<float> &trueProbabilities() const { return m_true; }   ///< ascending
    const QList<float> &falseProbabilities() const { return m_false; } ///< ascending

private:
    QList<float> m_true; ///< the class is there, predicted or not
    QList<float> m_false;
    QList<float> m_truePredicted;
    QList<float> m_falsePredicted;
    QList<float> m_trueOther; ///< there, and not predicted
    QList<float> m_falseOther;
};

/**
 * Counts of probabilities in @p bins bins of equal width over 0..1; 1 belongs to the last bin.
 * Values outside are put into the nearest bin.
 */
QList<int> probabilityHistogram(const QList<float> &probabilities, int bins);

} // namespace birblens
