// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/classscores.h"

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr double z = 1.959963984540054; ///< 97.5 % of the normal distribution lie below

double halfWidthOf(double p, double n)
{
    return z * std::sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)) / (1.0 + z * z / n);
}

} // namespace

std::optional<Share> wilsonShare(qint64 hits, qint64 total)
{
    if (total <= 0)
        return std::nullopt;
    const auto n = static_cast<double>(total);
    const double p = static_cast<double>(hits) / n;
    const double middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    const double half = halfWidthOf(p, n);
    // At 0 and 1 one end is exact; rounding must not leave the observed share outside.
    return Share{p, hits == 0 ? 0.0 : std::max(0.0, middle - half),
                 hits == total ? 1.0 : std::min(1.0, middle + half)};
}

int trialsUntil(qint64 hits, qint64 total, double halfWidth)
{
    const double p = total > 0 ? static_cast<double>(hits) / static_cast<double>(total) : 0.5;
    // The half width falls as n grows: look for the first n that is enough.
    qint64 enough = std::max<qint64>(total, 1);
    while (halfWidthOf(p, static_cast<double>(enough)) > halfWidth && enough < (qint64(1) << 30))
        enough *= 2;
    qint64 low = std::max<qint64>(total, 1);
    while (low < enough) {
        const qint64 middle = (low + enough) / 2;
        if (halfWidthOf(p, static_cast<double>(middle)) > halfWidth)
            low = middle + 1;
        else
            enough = middle;
    }
    return static_cast<int>(enough - total);
}

std::optional<Share> f1Share(qint64 truePositives, qint64 falsePositives, qint64 missed)
{
    const std::optional<Share> j =
        wilsonShare(truePositives, truePositives + falsePositives + missed);
    if (!j)
        return std::nullopt;
    const auto f1 = [](double share) { return 2.0 * share / (1.0 + share); };
    return Share{f1(j->value), f1(j->low), f1(j->high)};
}

QList<ClassScore> classScores(const SampleSet &set)
{
    QList<ClassScore> scores(set.names.size());
    for (int i = 0; i < scores.size(); ++i)
        scores[i].index = i;
    for (const Sample &sample : set.samples) {
        for (const int index : sample.predicted) {
            ClassScore &score = scores[index];
            ++score.predicted;
            score.toReview += int(!sample.reviewed);
            if (sample.judged())
                ++(sample.truth.contains(index) ? score.truePositives : score.falsePositives);
        }
        if (!sample.judged())
            continue;
        for (const int index : sample.truth)
            scores[index].missed += int(!sample.predicted.contains(index));
    }
    for (ClassScore &score : scores) {
        const int tp = score.truePositives;
        const int judged = tp + score.falsePositives;
        score.precision = wilsonShare(tp, judged);
        score.recall = wilsonShare(tp, tp + score.missed);
        score.f1 = f1Share(tp, score.falsePositives, score.missed);
        score.reviewsForPrecision = std::min(score.toReview, trialsUntil(tp, judged, 0.05));
    }
    return scores;
}

} // namespace birblens
