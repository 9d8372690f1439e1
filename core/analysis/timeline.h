// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/sample.h"

namespace birblens {

/** A frame in the lane of one of its labels. */
struct TimelineMark
{
    int sample = 0; ///< index into SampleSet::samples
    int lane = 0;
    /** 0..1: of `none` its confidence, of a class the model's probability, else the camera's
     * confidence. */
    float probability = 0.0F;
};

/**
 * Frames in lanes, one per label that occurs: the true ones where a person gave them, else the
 * predicted ones; a frame with two labels is in both lanes. `none` is the last lane.
 */
struct Timeline
{
    QList<int> lanes;          ///< label of each lane, into SampleSet::names; -1: the rarest ones
    QList<TimelineMark> marks; ///< in the order of the samples
    int timeless = 0;          ///< frames whose capture time is not known; not in a lane
    int mute = 0;              ///< frames with a time and neither prediction nor label
    int days = 0;              ///< dates with a frame
};

/** More than 20 classes share their last lane. */
Timeline timelineOf(const SampleSet &set);

} // namespace birblens
