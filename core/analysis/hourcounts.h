// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/sample.h"

#include <array>

namespace birblens {

/**
 * Frames per hour of the camera's clock and class; several days are added up. A frame counts for
 * its true labels where a person gave them, else for its predicted ones: a frame with two labels
 * counts for both.
 */
struct HourCounts
{
    QList<std::array<int, 24>> classes; ///< as SampleSet::names, `none` last
    int withoutTime = 0;                ///< frames whose capture time is not known
    int withoutLabel = 0;               ///< frames that nobody has labelled or predicted
    int days = 0;                       ///< dates with a counted frame
};

HourCounts hourCounts(const SampleSet &set);

int sumOf(const std::array<int, 24> &hours);

/** One colour of a stacked bar chart. */
struct HourStack
{
    int label = -1;  ///< into SampleSet::names; -1: the rarest classes together
    int classes = 1; ///< how many they are
    std::array<int, 24> hours{};
};

/**
 * From the bottom of the bars upwards: the commonest class first, what is over 12 classes together,
 * then `none` if it is wanted or there is nothing else.
 */
QList<HourStack> hourStacks(const HourCounts &counts, bool withNone);

} // namespace birblens
