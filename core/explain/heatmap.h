#pragma once

#include "core/explain/explanation.h"

#include <QImage>
#include <QString>

namespace birblens {

enum class ScaleMode {
    PerFrame, ///< each map from its own minimum to its own maximum, as in the article
    Shared,   ///< one range for all frames: the union of the ranges seen in this day so far
    Fixed     ///< the range the person typed
};

/** Raw values at the two ends of the colour map; low < high. */
struct ScaleRange
{
    float low = 0.0F;
    float high = 1.0F;
    bool operator==(const ScaleRange &) const = default;
};

/** How a raw map becomes colours. Changing any of it never reruns the network. */
struct HeatStyle
{
    QString colorMap = QStringLiteral("magma");
    double alpha = 0.5; ///< 0..1, opacity of the heat over the photograph
    ScaleMode scale = ScaleMode::PerFrame;
    ScaleRange fixed{0.0F, 1.0F};
    bool operator==(const HeatStyle &) const = default;
};

/** The map's own range; a constant map gives [v, v + 1] so that it is drawn in the lowest colour.
 */
ScaleRange ownRange(const RawMap &map);

/**
 * The heat layer in frame pixels: the map stretched bilinearly over @p inputRect and coloured.
 * @return ARGB32_Premultiplied of @p frameSize, opaque inside inputRect, transparent outside
 * (nothing is drawn where the network did not look). Alpha is applied by the painter.
 */
QImage renderHeat(const RawMap &map, const QSize &frameSize, const QRect &inputRect,
                  const ScaleRange &range, const QString &colorMap);

} // namespace birblens
