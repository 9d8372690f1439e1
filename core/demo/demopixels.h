// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <QPainterPath>
#include <QTransform>

#include <opencv2/core.hpp>

// What every file of the demo renderer shares: a random source that gives the same numbers on every
// machine, smooth noise, and pictures in linear light.
namespace birblens::demo {

constexpr int kWidth = 480;
constexpr int kHeight = 640;

/// A small random number source with its own distributions (those of <random> differ between
/// libraries, and the demo day must not).
class Dice
{
public:
    explicit Dice(quint64 seed);
    /// Uniform in [0, 1).
    double unit();
    /// Uniform in [low, high).
    double range(double low, double high);
    /// Normal with mean 0 and deviation 1.
    double normal();
    /// One of 0 .. count - 1.
    int below(int count);
    bool chance(double probability) { return unit() < probability; }

private:
    quint64 next();
    quint64 m_state;
};

/// Mixes two numbers into a seed.
quint32 mixSeed(quint32 a, quint32 b);

/// Smooth noise in [-1, 1] with cells of size 1.
float smoothNoise(double x, double y, quint32 seed);
/// Sum of `octaves` smooth noises, each twice as fine and half as strong; about [-1, 1].
float layeredNoise(double x, double y, quint32 seed, int octaves);

float smoothStep(float from, float to, float value);
double mix(double a, double b, double part);

/// A colour or light in linear units.
struct Light
{
    float r = 0;
    float g = 0;
    float b = 0;
    Light operator*(float factor) const { return {r * factor, g * factor, b * factor}; }
    Light operator+(const Light &other) const { return {r + other.r, g + other.g, b + other.b}; }
};

/// The linear value of an 8-bit sRGB level.
float linearLevel(int level);
Light linearColour(int r, int g, int b);

/// Four float channels, red first, premultiplied, in linear light.
cv::Mat linearLayer(const QImage &premultiplied);

/// Lays a layer (four channels, see linearLayer) lit by `light` over the canvas (three channels);
/// the part outside the canvas is dropped.
void layOver(cv::Mat &canvas, const cv::Mat &layer, QPoint at, const Light &light);

/// A view of a grey or ARGB image as a matrix; the image must outlive it.
cv::Mat viewOf(QImage &image);

/// A transparent picture.
QImage blankImage(int width, int height);

/// The transform that carries a rectangle to four corners (clockwise from the upper left).
QTransform toCorners(const QRectF &from, const QPolygonF &corners);

} // namespace birblens::demo
