// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/heatmap.h"

#include "core/explain/colormap.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace birblens {

ScaleRange ownRange(const RawMap &map)
{
    const float low = map.min();
    const float high = map.max();
    return {low, high > low ? high : low + 1.0F};
}

ScaleRange rangeFor(const ScaleRange &range, const QString &colorMap)
{
    if (!isDiverging(colorMap))
        return range;
    const float most = std::max(std::abs(range.low), std::abs(range.high));
    return {-most, most};
}

MapPlace placeOf(const ClassMap &map, const QSize &frame, const QRect &inputRect,
                 const QSize &input, Alignment align)
{
    const bool stretch = align == Alignment::Stretch || !map.grid.known;
    return {frame, inputRect, input, stretch ? stretchedOver(map.map, input).grid : map.grid};
}

MapPlace stretchedOver(const RawMap &map, const QSize &size)
{
    return {size, QRect(QPoint(), size), size,
            stretchedGrid({std::max(1, map.width), std::max(1, map.height)}, size)};
}

namespace {

/** Between which two cells a pixel lies, and how far from the first. */
struct Between
{
    int first = 0;
    int second = 0;
    float share = 0.0F;
};

/** For each of @p length pixels of the input rectangle, along one direction. */
std::vector<Between> between(int length, int input, double offset, double stride, int cells)
{
    std::vector<Between> result(static_cast<size_t>(length));
    for (int i = 0; i < length; ++i) {
        const double pixel = (i + 0.5) * input / length - 0.5;
        const double cell = std::clamp((pixel - offset) / stride, 0.0, cells - 1.0);
        Between &b = result[static_cast<size_t>(i)];
        b.first = static_cast<int>(cell);
        b.second = std::min(b.first + 1, cells - 1);
        b.share = static_cast<float>(cell - b.first);
    }
    return result;
}

} // namespace

QImage renderHeat(const RawMap &map, const MapPlace &place, const ScaleRange &range,
                  const QString &colorMap)
{
    QImage heat(place.frame, QImage::Format_ARGB32_Premultiplied);
    heat.fill(Qt::transparent);
    const QRect visible = place.inputRect.intersected(heat.rect());
    if (map.isEmpty() || visible.isEmpty())
        return heat;
    const GridGeometry &grid = place.grid;
    const std::vector<Between> columns = between(place.inputRect.width(), place.input.width(),
                                                 grid.offsetX, grid.strideX, map.width);
    const std::vector<Between> rows = between(place.inputRect.height(), place.input.height(),
                                              grid.offsetY, grid.strideY, map.height);

    const ColorTable &colours = colorTable(colorMap);
    const float span = range.high > range.low ? range.high - range.low : 1.0F;
    const float factor = 255.0F / span;
    std::vector<float> line(static_cast<size_t>(map.width));
    for (int y = visible.top(); y <= visible.bottom(); ++y) {
        const Between &row = rows[static_cast<size_t>(y - place.inputRect.top())];
        const float *above = map.values.data() + static_cast<ptrdiff_t>(row.first) * map.width;
        const float *below = map.values.data() + static_cast<ptrdiff_t>(row.second) * map.width;
        for (int x = 0; x < map.width; ++x)
            line[static_cast<size_t>(x)] = above[x] + (below[x] - above[x]) * row.share;
        auto *to = reinterpret_cast<QRgb *>(heat.scanLine(y));
        for (int x = visible.left(); x <= visible.right(); ++x) {
            const Between &column = columns[static_cast<size_t>(x - place.inputRect.left())];
            const float left = line[static_cast<size_t>(column.first)];
            const float right = line[static_cast<size_t>(column.second)];
            const float value = left + (right - left) * column.share;
            const float level = (value - range.low) * factor + 0.5F;
            to[x] = colours[static_cast<size_t>(std::clamp(level, 0.0F, 255.0F))];
        }
    }
    return heat;
}

} // namespace birblens
