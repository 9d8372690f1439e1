// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopixels.h"

#include <QBrush>
#include <QPainter>

namespace birblens::demo {

/// A layer of the scene in linear light and, beside it, how much of the direct sun each pixel
/// takes.
struct LitLayer
{
    cv::Mat colour; ///< four channels, see linearLayer
    cv::Mat sunny;  ///< one channel, 0 turned away .. 1 facing the sun
};

/// Paints a layer of the size of the frame.
class LayerPainter
{
public:
    LayerPainter();

    void fill(const QPainterPath &path, const QBrush &brush, double sunny);
    void stroke(const QPainterPath &path, const QPen &pen, double sunny);
    /// Stretches a texture over four corners (clockwise from the upper left).
    void board(const QPolygonF &corners, const QImage &texture, double sunny);

    /// The finished layer, blurred as by a lens that is focused elsewhere.
    LitLayer finish(double blur);

private:
    static void prepare(QPainter &painter);

    QImage m_colour;
    QImage m_sunny;
};

/// Boards with long grain, knots and saw marks.
QImage woodTexture(int width, int height, QColor light, QColor dark, quint32 seed);
/// Rows of bricks.
QImage brickTexture(int width, int height, QColor brick, QColor mortar, int course, quint32 seed);
/// Horizontal laps, each with a shadow line.
QImage sidingTexture(int width, int height, QColor paint, double lap, quint32 seed);
/// Grain of one colour: plaster, asphalt, trodden snow.
QImage grainTexture(int width, int height, QColor colour, double contrast, double cell,
                    quint32 seed);

/// A polygon as a path.
QPainterPath polygonPath(const QPolygonF &corners);

} // namespace birblens::demo
