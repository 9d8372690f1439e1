// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"
#include "core/review/day.h"

#include <QHash>
#include <QString>
#include <QStringList>

namespace birblens {

/** Why a frame is worth a person's time, and how much. */
struct Look
{
    double score = 0.0;  ///< 0: nothing speaks for it
    QStringList reasons; ///< sentences without a full stop, the weightiest first
};

/**
 * What to look at first: unreviewed frames where the model is likely to be wrong.
 *
 * near a threshold: 1 - |p - threshold| / 0.25 of the class nearest to its threshold, nothing
 * beyond 0.25. Alone: 0.6 when a class is predicted in this frame and in no other of a visit of at
 * least three frames (an animal stays longer than a glitch). Rare at this hour: 0.4 when at most
 * 2 % of the frames with that class are of this hour of the day, for classes predicted at least 50
 * times.
 *
 * @param gapSeconds see Event. @return by row of the day; only frames with a score.
 */
QHash<int, Look> needsALook(const Day &day, const ModelInfo *model, double gapSeconds);

} // namespace birblens
