// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/sample.h"

#include <optional>

namespace birblens {

/** A share in 0..1 and the interval that holds the true one with 95 % confidence. */
struct Share
{
    double value = 0.0;
    double low = 0.0;
    double high = 1.0;
};

/**
 * Wilson's score interval for @p hits of @p total (E. B. Wilson, Probable Inference, the Law of
 * Succession, and Statistical Inference, JASA 22, 1927):
 * (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) with z = 1.959964. Unlike p -+ 2
 * standard errors it stays within 0..1 and says something sensible for 3 of 3. Nothing for none.
 */
std::optional<Share> wilsonShare(qint64 hits, qint64 total);

/**
 * How many more trials, at the share seen so far, until the interval's half width is at most
 * @p halfWidth (in 0..0.5, exclusive of 0). @p total may be 0: the share is then taken as 1/2.
 */
int trialsUntil(qint64 hits, qint64 total, double halfWidth);

/**
 * F1 = 2 TP / (2 TP + FP + FN) and its interval; nothing when all three are 0. F1 is 2 J / (1 + J)
 * of the share J = TP / (TP + FP + FN), which grows with J: the ends of J's interval (Wilson)
 * become its ends. J is the F* of D. J. Hand, P. Christen, N. Kirielle, F*: an interpretable
 * transformation of the F-measure, Machine Learning 110, 2021.
 */
std::optional<Share> f1Share(qint64 truePositives, qint64 falsePositives, qint64 missed);

/** How well one class is predicted. Counts are frames; each class is judged by itself. */
struct ClassScore
{
    int index = 0;          ///< into SampleSet::names; `none` is a class of its own
    int predicted = 0;      ///< frames whose prediction contains it, reviewed or not
    int truePositives = 0;  ///< judged: predicted and true
    int falsePositives = 0; ///< judged: predicted and not true
    int missed = 0;         ///< judged: true and not predicted
    int toReview = 0;       ///< predicted frames that nobody reviewed yet

    std::optional<Share> precision; ///< of the judged frames predicted as it, those that are
    std::optional<Share> recall;    ///< of the judged frames that are it, those predicted as it
    std::optional<Share> f1;        ///< see f1Share()
    /** Frames of toReview to review until precision is known to +-5 points, at most toReview. */
    int reviewsForPrecision = 0;
};

/** In the order of SampleSet::names, `none` last. Unsure frames judge nothing. */
QList<ClassScore> classScores(const SampleSet &set);

} // namespace birblens
