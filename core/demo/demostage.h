// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopaint.h"

namespace birblens::demo {

/// The ground of the planter box: across 0 .. 1, towards the camera 0 .. 1.
const QTransform &boxToFrame();
QPolygonF boxCorners();
/// The height of the hand rail's upper edge at a place across the frame.
double railTop(double x);
/// Where birds sit on the branch that leans over the box, from 0 (low end) to 1.
QPointF branchPlace(double part);

constexpr int kSnowLevels = 4;
/// Railing, wall, boards, branch and dish, with snow on them from 0 (none) to kSnowLevels - 1; the
/// ground of the box is left transparent.
const LitLayer &stageLayer(int snowLevel);

} // namespace birblens::demo
