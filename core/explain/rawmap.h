#pragma once

#include "core/explain/target.h"

#include <QMetaType>
#include <QRectF>
#include <QString>

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
};

} // namespace birblens
