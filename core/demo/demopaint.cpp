// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demopaint.h"

#include <opencv2/imgproc.hpp>

#include <cmath>

namespace birblens::demo {

namespace {

QRgb shaded(const QColor &colour, double factor)
{
    const auto channel = [factor](int value) {
        return std::clamp(static_cast<int>(std::lround(value * factor)), 0, 255);
    };
    return qRgb(channel(colour.red()), channel(colour.green()), channel(colour.blue()));
}

QColor between(const QColor &a, const QColor &b, double part)
{
    part = std::clamp(part, 0.0, 1.0);
    return QColor(static_cast<int>(mix(a.red(), b.red(), part)),
                  static_cast<int>(mix(a.green(), b.green(), part)),
                  static_cast<int>(mix(a.blue(), b.blue(), part)));
}

template <typename PixelAt>
QImage texture(int width, int height, PixelAt pixelAt)
{
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(y));
        for (int x = 0; x < width; ++x)
            line[x] = pixelAt(x, y);
    }
    return image;
}

} // namespace

LayerPainter::LayerPainter()
    : m_colour(blankImage(kWidth, kHeight))
    , m_sunny(kWidth, kHeight, QImage::Format_RGB32)
{
    m_sunny.fill(Qt::black);
}

void LayerPainter::prepare(QPainter &painter)
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setPen(Qt::NoPen);
}

void LayerPainter::fill(const QPainterPath &path, const QBrush &brush, double sunny)
{
    QPainter colour(&m_colour);
    prepare(colour);
    colour.fillPath(path, brush);
    QPainter light(&m_sunny);
    prepare(light);
    const int level = std::clamp(static_cast<int>(sunny * 255.0), 0, 255);
    light.fillPath(path, QColor(level, level, level));
}

void LayerPainter::stroke(const QPainterPath &path, const QPen &pen, double sunny)
{
    QPainterPathStroker stroker(pen);
    fill(stroker.createStroke(path), pen.brush(), sunny);
}

void LayerPainter::board(const QPolygonF &corners, const QImage &texture, double sunny)
{
    QPainter colour(&m_colour);
    prepare(colour);
    QBrush brush(texture);
    brush.setTransform(toCorners(QRectF(texture.rect()), corners));
    colour.fillPath(polygonPath(corners), brush);
    QPainter light(&m_sunny);
    prepare(light);
    const int level = std::clamp(static_cast<int>(sunny * 255.0), 0, 255);
    light.fillPath(polygonPath(corners), QColor(level, level, level));
}

LitLayer LayerPainter::finish(double blur)
{
    LitLayer layer;
    layer.colour = linearLayer(m_colour);
    const QImage grey = m_sunny.convertToFormat(QImage::Format_Grayscale8);
    layer.sunny.create(kHeight, kWidth, CV_32FC1);
    for (int y = 0; y < kHeight; ++y) {
        const uchar *line = grey.constScanLine(y);
        auto *out = layer.sunny.ptr<float>(y);
        for (int x = 0; x < kWidth; ++x)
            out[x] = static_cast<float>(line[x]) / 255.0F;
    }
    if (blur > 0.0) {
        cv::GaussianBlur(layer.colour, layer.colour, {}, blur);
        cv::GaussianBlur(layer.sunny, layer.sunny, {}, blur);
    }
    return layer;
}

QImage woodTexture(int width, int height, QColor light, QColor dark, quint32 seed)
{
    return texture(width, height, [&](int x, int y) {
        const double bend = 3.0 * layeredNoise(x * 0.012, y * 0.05, seed, 2);
        const double rings = 0.5 + 0.5 * std::sin((y + 6.0 * bend) * 0.55 + bend);
        const double fibre = layeredNoise(x * 0.035, y * 0.9, seed + 7, 3);
        const double stain = layeredNoise(x * 0.01, y * 0.03, seed + 11, 3);
        const double knot =
            std::max(0.0F, smoothNoise(x * 0.016, y * 0.04, seed + 23) - 0.72F) * 2.4;
        const double part = 0.30 * rings + 0.35 * (0.5 + fibre) + 0.5 * stain + knot;
        const double edge = std::min(y, height - 1 - y) < height / 24 ? 0.86 : 1.0;
        return shaded(between(light, dark, part), edge);
    });
}

QImage brickTexture(int width, int height, QColor brick, QColor mortar, int course, quint32 seed)
{
    return texture(width, height, [&](int x, int y) {
        const int row = y / course;
        const int length = course * 5 / 2;
        const int shifted = x + (row % 2) * length / 2;
        const int column = shifted / length;
        const bool joint = y % course == 0 || shifted % length == 0;
        const double one = smoothNoise(column * 1.7, row * 1.9, seed) * 0.16;
        const double grain = layeredNoise(x * 0.5, y * 0.5, seed + 3, 2) * 0.10;
        const double weather = layeredNoise(x * 0.03, y * 0.02, seed + 5, 3) * 0.25;
        return shaded(joint ? mortar : brick, 1.0 + (joint ? 0.3 : 1.0) * one + grain + weather);
    });
}

QImage sidingTexture(int width, int height, QColor paint, double lap, quint32 seed)
{
    return texture(width, height, [&](int x, int y) {
        const double within = std::fmod(y, lap) / lap;
        const double shade = within < 0.16 ? 0.68 : 0.93 + 0.10 * within;
        const double weather = layeredNoise(x * 0.02, y * 0.05, seed, 3) * 0.12;
        const double grain = layeredNoise(x * 0.11, y * 0.9, seed + 9, 2) * 0.07;
        return shaded(paint, shade + weather + grain);
    });
}

QImage grainTexture(int width, int height, QColor colour, double contrast, double cell,
                    quint32 seed)
{
    return texture(width, height, [&](int x, int y) {
        return shaded(colour, 1.0 + contrast * layeredNoise(x / cell, y / cell, seed, 4));
    });
}

QPainterPath polygonPath(const QPolygonF &corners)
{
    QPainterPath path;
    path.addPolygon(corners);
    path.closeSubpath();
    return path;
}

} // namespace birblens::demo
