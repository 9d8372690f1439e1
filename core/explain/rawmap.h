// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/target.h"

#include <QMetaType>
#include <QRectF>
#include <QString>

#include <optional>
#include <vector>

namespace birblens {

/** A CAM before any scaling: signed, in the layer's grid, row-major, units of the logit. */
struct RawMap
{
    int height = 0;
    int width = 0;
    std::vector<float> values; ///< height * width

    bool isEmpty() const { return values.empty(); }
    float min() const;
    float max() const;
    /** Some cell speaks for the class. When none does: "no positive evidence". */
    bool positive() const { return !isEmpty() && max() > 0.0F; }
};

/** One explained target of one frame. */
struct ClassMap
{
    Target target;
    QString layer;
    QString method;
    RawMap map;
    GridGeometry grid = {}; ///< where the cells lie over the network's input
    double value = 0.0;     ///< of the explained quantity: the logit, a difference, a sum
    /**
     * For HiResCAM, where it costs little: the quantity with the layer's activation set to zero. If
     * what follows the layer is linear, value = sum of the map + atZero.
     */
    std::optional<double> atZero = {};
};

/** In units of the logit for maps that are. */
double sumOf(const RawMap &map);

/**
 * What part of the explained quantity the map accounts for, as a sentence; empty for methods whose
 * map does not add up to it.
 */
QString shareSentence(const ClassMap &map);

} // namespace birblens
