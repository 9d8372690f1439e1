// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demopixels.h"

#include <array>
#include <cmath>

namespace birblens::demo {

namespace {

quint64 scramble(quint64 value)
{
    value += 0x9e3779b97f4a7c15ULL;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
    return value ^ (value >> 31U);
}

float latticeValue(int x, int y, quint32 seed)
{
    quint32 h = seed * 0x9e3779b1U;
    h ^= static_cast<quint32>(x) * 0x85ebca6bU;
    h = (h << 13U) | (h >> 19U);
    h ^= static_cast<quint32>(y) * 0xc2b2ae35U;
    h *= 0x27d4eb2fU;
    h ^= h >> 15U;
    h *= 0x2c1b3c6dU;
    h ^= h >> 13U;
    return static_cast<float>(h & 0xffffU) / 32767.5F - 1.0F;
}

std::array<float, 256> makeLinearTable()
{
    std::array<float, 256> table{};
    for (int i = 0; i < 256; ++i) {
        const double s = i / 255.0;
        table[static_cast<size_t>(i)] =
            static_cast<float>(s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4));
    }
    return table;
}

const std::array<float, 256> &linearTable()
{
    static const std::array<float, 256> table = makeLinearTable();
    return table;
}

} // namespace

Dice::Dice(quint64 seed)
    : m_state(scramble(seed))
{
}

quint64 Dice::next()
{
    m_state += 0x9e3779b97f4a7c15ULL;
    return scramble(m_state);
}

double Dice::unit()
{
    return static_cast<double>(next() >> 11U) / 9007199254740992.0;
}

double Dice::range(double low, double high)
{
    return low + (high - low) * unit();
}

double Dice::normal()
{
    // The sum of twelve uniform numbers: no transcendental functions, so the same everywhere.
    double sum = -6.0;
    for (int i = 0; i < 12; ++i)
        sum += unit();
    return sum;
}

int Dice::below(int count)
{
    return static_cast<int>(next() % static_cast<quint64>(count));
}

quint32 mixSeed(quint32 a, quint32 b)
{
    return static_cast<quint32>(scramble((static_cast<quint64>(a) << 32U) | b) >> 16U);
}

float smoothNoise(double x, double y, quint32 seed)
{
    const double fx = std::floor(x);
    const double fy = std::floor(y);
    const int ix = static_cast<int>(fx);
    const int iy = static_cast<int>(fy);
    auto tx = static_cast<float>(x - fx);
    auto ty = static_cast<float>(y - fy);
    tx = tx * tx * (3.0F - 2.0F * tx);
    ty = ty * ty * (3.0F - 2.0F * ty);
    const float a = latticeValue(ix, iy, seed);
    const float b = latticeValue(ix + 1, iy, seed);
    const float c = latticeValue(ix, iy + 1, seed);
    const float d = latticeValue(ix + 1, iy + 1, seed);
    const float top = a + (b - a) * tx;
    const float bottom = c + (d - c) * tx;
    return top + (bottom - top) * ty;
}

float layeredNoise(double x, double y, quint32 seed, int octaves)
{
    float sum = 0;
    float weight = 0.5F;
    for (int i = 0; i < octaves; ++i) {
        sum += weight * smoothNoise(x, y, seed + static_cast<quint32>(i) * 101U);
        weight *= 0.5F;
        x *= 2.03;
        y *= 2.03;
    }
    return sum;
}

float smoothStep(float from, float to, float value)
{
    const float t = std::clamp((value - from) / (to - from), 0.0F, 1.0F);
    return t * t * (3.0F - 2.0F * t);
}

double mix(double a, double b, double part)
{
    return a + (b - a) * part;
}

float linearLevel(int level)
{
    return linearTable()[static_cast<size_t>(std::clamp(level, 0, 255))];
}

Light linearColour(int r, int g, int b)
{
    return {linearLevel(r), linearLevel(g), linearLevel(b)};
}

cv::Mat linearLayer(const QImage &premultiplied)
{
    const QImage straight = premultiplied.convertToFormat(QImage::Format_ARGB32);
    cv::Mat layer(straight.height(), straight.width(), CV_32FC4);
    for (int y = 0; y < straight.height(); ++y) {
        const auto *line = reinterpret_cast<const QRgb *>(straight.constScanLine(y));
        auto *out = layer.ptr<cv::Vec4f>(y);
        for (int x = 0; x < straight.width(); ++x) {
            const float alpha = static_cast<float>(qAlpha(line[x])) / 255.0F;
            out[x] = {linearLevel(qRed(line[x])) * alpha, linearLevel(qGreen(line[x])) * alpha,
                      linearLevel(qBlue(line[x])) * alpha, alpha};
        }
    }
    return layer;
}

void layOver(cv::Mat &canvas, const cv::Mat &layer, QPoint at, const Light &light)
{
    const int left = std::max(0, at.x());
    const int right = std::min(canvas.cols, at.x() + layer.cols);
    const int top = std::max(0, at.y());
    const int bottom = std::min(canvas.rows, at.y() + layer.rows);
    for (int y = top; y < bottom; ++y) {
        auto *out = canvas.ptr<cv::Vec3f>(y);
        const auto *in = layer.ptr<cv::Vec4f>(y - at.y());
        for (int x = left; x < right; ++x) {
            const cv::Vec4f &p = in[x - at.x()];
            if (p[3] <= 0.0F)
                continue;
            const float keep = 1.0F - p[3];
            out[x][0] = out[x][0] * keep + p[0] * light.r;
            out[x][1] = out[x][1] * keep + p[1] * light.g;
            out[x][2] = out[x][2] * keep + p[2] * light.b;
        }
    }
}

cv::Mat viewOf(QImage &image)
{
    const int type = image.depth() == 8 ? CV_8UC1 : CV_8UC4;
    return {image.height(), image.width(), type, image.bits(),
            static_cast<size_t>(image.bytesPerLine())};
}

QImage blankImage(int width, int height)
{
    QImage image(width, height, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    return image;
}

QTransform toCorners(const QRectF &from, const QPolygonF &corners)
{
    QTransform transform;
    const QPolygonF rectangle{
        {from.topLeft(), from.topRight(), from.bottomRight(), from.bottomLeft()}};
    QTransform::quadToQuad(rectangle, corners, transform);
    return transform;
}

} // namespace birblens::demo
