// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/sample.h"

namespace birblens {

/** What was taken for what. Rows are true, columns predicted; both as SampleSet::names. */
struct Confusion
{
    int size = 0;
    int frames = 0;      ///< judged frames in it
    QList<double> cells; ///< size x size, row by row

    double at(int truth, int predicted) const { return cells.at(truth * size + predicted); }
    double rowSum(int truth) const;
};

/**
 * The confusion matrix of judged frames (predicted and labelled), `none` a class of its own. A
 * frame may have several true labels T and several predicted ones P; there is no one standard for
 * that case, so this is ours:
 * - A class in both T and P counts 1 on the diagonal.
 * - Missed = T without P, surplus = P without T. When both are there, every missed class was taken
 *   for the surplus ones: its 1 is shared equally among them, so cells may hold fractions.
 * - Missed without surplus: the class was not seen, 1 in the column `none`.
 * - Surplus without missed: it was seen where there was none of it, 1 in the row `none`.
 *
 * So the diagonal is the true positives; the row of a class sums to the frames that truly hold it;
 * the row of `none` sums to the frames with nothing there plus the surplus classes of the last
 * case. With one label per frame it is the usual matrix.
 */
Confusion confusionOf(const SampleSet &set);

} // namespace birblens
