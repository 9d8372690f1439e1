// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"

#include <QImage>
#include <QString>

namespace birblens {

enum class ScaleMode {
    PerFrame, ///< each map from its own minimum to its own maximum, as in the article
    Shared,   ///< one range for all frames of the day or of a selection, see RangeBook
    Fixed     ///< the range the person typed
};

enum class Alignment {
    ReceptiveField, ///< each cell at the centre of what it sees; stretched where that is unknown
    Stretch         ///< the grid over the whole input, as most libraries do
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
    Alignment align = Alignment::ReceptiveField;
    bool operator==(const HeatStyle &) const = default;
};

/** The map's own range; a constant map gives [v, v + 1] so that it is drawn in the lowest colour.
 */
ScaleRange ownRange(const RawMap &map);
/** @p range as @p colorMap needs it: symmetric around zero for a diverging one. */
ScaleRange rangeFor(const ScaleRange &range, const QString &colorMap);

/** Where a map lies on a frame. */
struct MapPlace
{
    QSize frame;       ///< pixels of the picture that is drawn
    QRect inputRect;   ///< the part of it that the network saw
    QSize input;       ///< of the network
    GridGeometry grid; ///< over that input; known
};

/** @param frame and @param inputRect in the pixels of the picture that is drawn. */
MapPlace placeOf(const ClassMap &map, const QSize &frame, const QRect &inputRect,
                 const QSize &input, Alignment align);

/** A picture of the map alone, of @p size. */
MapPlace stretchedOver(const RawMap &map, const QSize &size);

/**
 * The heat layer: the map between its cells' centres bilinear, outside the outermost ones constant,
 * and coloured. @return ARGB32_Premultiplied of place.frame, opaque inside place.inputRect,
 * transparent outside (nothing is drawn where the network did not look). Alpha is applied by the
 * painter.
 */
QImage renderHeat(const RawMap &map, const MapPlace &place, const ScaleRange &range,
                  const QString &colorMap);

} // namespace birblens
