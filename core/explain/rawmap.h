#pragma once

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

/** One explained class of one frame. */
struct ClassMap
{
    int classIndex = -1;
    QString layer;
    QString method;
    RawMap map;
};

} // namespace birblens
