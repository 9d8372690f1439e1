// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopaint.h"
#include "core/demo/demoscene.h"

namespace birblens::demo {

/// The chimneys and vents a plume rises from, in pixels of the frame.
QList<QPointF> ventPlaces();

/// Houses, trees and street without (0) or with (1) snow; the sky is left transparent.
const LitLayer &streetLayer(int snowy);

/// The vehicle as a layer (see linearLayer) and where its upper left corner belongs.
struct PlacedLayer
{
    cv::Mat layer;
    QPoint at;
};
PlacedLayer vehicleLayer(const DemoVehicle &vehicle);
/// The rectangle around the vehicle.
QRect vehicleBox(const DemoVehicle &vehicle);

} // namespace birblens::demo
