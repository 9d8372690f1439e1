// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopixels.h"
#include "core/demo/demoscene.h"
#include "core/demo/demoweather.h"

namespace birblens::demo {

/// Draws snow and soil of the planter box. `sunlit` and `near` are 8-bit masks of the frame's size:
/// what the sun reaches, and how much of the sky (255 = all) is seen from the ground.
void drawGround(cv::Mat &canvas, const DemoShot &shot, const Daylight &light, const QImage &sunlit,
                const QImage &open);

/// Rectangles around the melted patches, in pixels of the frame.
QList<QRect> patchBoxes(const DemoShot &shot);

} // namespace birblens::demo
