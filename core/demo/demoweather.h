// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopixels.h"
#include "core/demo/demoscene.h"

namespace birblens::demo {

/// The light of a moment. The camera looks south: the sun moves from left to right behind the
/// scene.
struct Daylight
{
    double height = 0;  ///< of the sun, radians
    double azimuth = 0; ///< from south, positive to the west (right), radians
    Light sun;          ///< direct light on a surface that faces the sun
    Light sky;          ///< light from everywhere else
    Light skyHigh;      ///< the sky itself, at the top of the frame
    Light skyLow;       ///< and at the horizon
    double shade = 0;   ///< how deep shadows are, 0 .. 1
};
Daylight daylightOf(const DemoShot &shot);

/// Where the shadow of a point goes, in pixels of the frame per pixel of its height above the box.
QPointF shadowShift(const Daylight &light);

/// What the direct sun reaches: 8-bit, 255 = all of it. Shadows of the railing and of the
/// neighbouring houses; animals add theirs.
QImage sunMask(const DemoShot &shot, const Daylight &light);

/// The plumes of a shot as a layer of the frame's size (see linearLayer), for light of strength 1;
/// empty when there are none.
cv::Mat plumeLayer(const DemoShot &shot);
/// Rectangles around the plumes.
QList<QRect> plumeBoxes(const DemoShot &shot);

/// Falling flakes as a layer; empty when it does not snow.
cv::Mat flakeLayer(const DemoShot &shot);

} // namespace birblens::demo
