// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoground.h"

#include "core/demo/demopaint.h"
#include "core/demo/demostage.h"

#include <opencv2/imgproc.hpp>

#include <cmath>

namespace birblens::demo {

namespace {

constexpr int kTop = 350; // first row of the frame with ground
constexpr int kRows = 606 - kTop;
constexpr int kNoise = 1024; // side of the tile of noise
constexpr int kSoilWidth = 1200;
constexpr int kSoilHeight = 900;
constexpr float kDepth = 0.76F; // depth of the box in widths

struct Spot
{
    float u;
    float v;
    bool inside;
};

struct GroundMaps
{
    std::vector<Spot> spots; ///< place in the box of every pixel, row by row
    cv::Mat soil;            ///< three channels, linear
    cv::Mat mid;             ///< noise tiles, one channel
    cv::Mat fine;
    cv::Mat relief; ///< slope of the snow towards the sun at the back, and sideways
    cv::Mat edge;   ///< how near the boards are: 0 at them .. 1
};

cv::Mat noiseTile(double cells, quint32 seed, int octaves)
{
    // Wraps around: four corners are faded into each other.
    cv::Mat tile(kNoise, kNoise, CV_32FC1);
    const double step = cells / kNoise;
    for (int y = 0; y < kNoise; ++y) {
        auto *row = tile.ptr<float>(y);
        const float ty = smoothStep(0.75F, 1.0F, static_cast<float>(y) / kNoise);
        for (int x = 0; x < kNoise; ++x) {
            const float tx = smoothStep(0.75F, 1.0F, static_cast<float>(x) / kNoise);
            const double nx = x * step;
            const double ny = y * step;
            float value = layeredNoise(nx, ny, seed, octaves);
            if (tx > 0)
                value += (layeredNoise(nx - cells, ny, seed, octaves) - value) * tx;
            if (ty > 0) {
                float above = layeredNoise(nx, ny - cells, seed, octaves);
                if (tx > 0)
                    above += (layeredNoise(nx - cells, ny - cells, seed, octaves) - above) * tx;
                value += (above - value) * ty;
            }
            row[x] = value;
        }
    }
    return tile;
}

cv::Mat paintSoil()
{
    QImage soil = grainTexture(kSoilWidth, kSoilHeight, QColor(78, 58, 44), 0.55, 26, 401)
                      .convertToFormat(QImage::Format_ARGB32_Premultiplied);
    QPainter painter(&soil);
    painter.setRenderHint(QPainter::Antialiasing);
    Dice dice(402);
    for (int i = 0; i < 5200; ++i) { // clumps, each with a lit and a shaded side
        const QPointF at(dice.range(0, kSoilWidth), dice.range(0, kSoilHeight));
        const double r = 2.0 + 8.0 * std::pow(dice.unit(), 3.0);
        const int tone = dice.below(26);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(24, 17, 13, 150));
        painter.drawEllipse(at + QPointF(0.8, r * 0.42), r * 1.1, r * 0.8);
        painter.setBrush(QColor(66 + tone, 46 + tone, 34 + tone * 2 / 3, 220));
        painter.drawEllipse(at, r, r * 0.72);
        painter.setBrush(QColor(116 + tone, 90 + tone, 70 + tone, 110));
        painter.drawEllipse(at - QPointF(0, r * 0.3), r * 0.62, r * 0.3);
    }
    for (int i = 0; i < 1500; ++i) { // chips of wood, husks
        const QPointF at(dice.range(0, kSoilWidth), dice.range(0, kSoilHeight));
        const double angle = dice.range(0, 6.283);
        const double length = dice.range(3, 13);
        const int tone = dice.below(80);
        painter.setPen(QPen(QColor(112 + tone, 86 + tone, 60 + tone * 3 / 4), dice.range(1.2, 3.2),
                            Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(at, at + QPointF(std::cos(angle) * length, std::sin(angle) * length));
    }
    for (int i = 0; i < 230; ++i) { // dead stems and leaves
        const QPointF at(dice.range(0, kSoilWidth), dice.range(0, kSoilHeight));
        const double angle = dice.range(0, 6.283);
        const QPointF to = at + QPointF(std::cos(angle), std::sin(angle)) * dice.range(18, 70);
        QPainterPath stem;
        stem.moveTo(at);
        stem.quadTo((at + to) / 2 + QPointF(dice.range(-14, 14), dice.range(-14, 14)), to);
        const int tone = dice.below(60);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(QColor(20, 14, 10, 130), 2.6));
        painter.drawPath(stem.translated(0.8, 1.8));
        painter.setPen(QPen(QColor(120 + tone, 98 + tone, 70 + tone / 2), dice.range(1.2, 2.6)));
        painter.drawPath(stem);
    }
    painter.end();
    cv::Mat straight = linearLayer(soil);
    cv::Mat three;
    cv::cvtColor(straight, three, cv::COLOR_RGBA2RGB);
    cv::Mat small;
    const QTransform map = QTransform::fromScale(1.0 / kSoilWidth, 1.0 / kSoilHeight) *
                           boxToFrame() * QTransform::fromTranslate(0, -kTop);
    const cv::Matx33d warp(map.m11(), map.m21(), map.m31(), map.m12(), map.m22(), map.m32(),
                           map.m13(), map.m23(), map.m33());
    cv::GaussianBlur(three, three, {}, 1.1);
    cv::warpPerspective(three, small, warp, {kWidth, kRows}, cv::INTER_LINEAR, cv::BORDER_REFLECT);
    return small;
}

GroundMaps makeMaps()
{
    GroundMaps maps;
    const QTransform toBox = boxToFrame().inverted();
    maps.spots.reserve(static_cast<size_t>(kWidth) * kRows);
    maps.edge.create(kRows, kWidth, CV_32FC1);
    maps.relief.create(kRows, kWidth, CV_32FC2);
    for (int y = 0; y < kRows; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            const QPointF p = toBox.map(QPointF(x + 0.5, y + kTop + 0.5));
            const bool inside = p.x() >= 0 && p.x() <= 1 && p.y() >= 0 && p.y() <= 1;
            maps.spots.push_back({static_cast<float>(p.x()), static_cast<float>(p.y()), inside});
            const double near = std::min(std::min(p.x(), 1 - p.x()), std::min(p.y(), 1 - p.y()));
            maps.edge.at<float>(y, x) = smoothStep(-0.005F, 0.06F, static_cast<float>(near));
            const auto height = [](double u, double v) {
                return 0.5 * layeredNoise(u * 7, v * 5, 511, 4) +
                       0.035 * layeredNoise(u * 48, v * 36, 513, 3);
            };
            const double e = 0.006;
            const double here = height(p.x(), p.y());
            maps.relief.at<cv::Vec2f>(y, x) = {
                static_cast<float>((height(p.x(), p.y() + e) - here) / e),
                static_cast<float>((height(p.x() + e, p.y()) - here) / e)};
        }
    }
    maps.soil = paintSoil();
    maps.mid = noiseTile(64, 521, 3);
    maps.fine = noiseTile(300, 523, 2);
    return maps;
}

const GroundMaps &groundMaps()
{
    static const GroundMaps maps = makeMaps();
    return maps;
}

float tileAt(const cv::Mat &tile, float u, float v, quint32 shift)
{
    const int x = (static_cast<int>(u * 620.0F) + static_cast<int>(shift & 1023U)) & (kNoise - 1);
    const int y =
        (static_cast<int>(v * 470.0F) + static_cast<int>((shift >> 10U) & 1023U)) & (kNoise - 1);
    return tile.at<float>(y, x);
}

/// Above zero where soil shows.
cv::Mat meltField(const DemoShot &shot)
{
    const GroundMaps &maps = groundMaps();
    const quint32 shift = mixSeed(shot.day, 0x6d656cU);
    cv::Mat field(kRows, kWidth, CV_32FC1);
    const auto spread = static_cast<float>((0.52 - shot.boxSnow) * 0.55);
    for (int y = 0; y < kRows; ++y) {
        auto *row = field.ptr<float>(y);
        for (int x = 0; x < kWidth; ++x) {
            const Spot &spot = maps.spots[static_cast<size_t>(y * kWidth + x)];
            float f = spread + 0.26F * tileAt(maps.mid, spot.u * 0.30F, spot.v * 0.30F, shift);
            for (const DemoPatch &patch : shot.patches) {
                const float du = spot.u - static_cast<float>(patch.place.x());
                const float dv = (spot.v - static_cast<float>(patch.place.y())) * kDepth;
                const auto r = static_cast<float>(patch.radius);
                const float square = du * du + dv * dv;
                const float reach = 1.45F * r + 0.10F;
                if (square > reach * reach)
                    continue;
                // A ragged outline: the patch's own noise, as strong as it is large.
                const float ragged =
                    tileAt(maps.mid, spot.u * 0.55F, spot.v * 0.55F, shift + 4177U);
                f = std::max(f, r * (1.0F + 0.95F * ragged) - std::sqrt(square));
            }
            row[x] = f +
                     std::min(0.030F, 0.02F + std::abs(f)) *
                         tileAt(maps.mid, spot.u, spot.v, shift + 77U) +
                     0.012F * tileAt(maps.fine, spot.u, spot.v, shift + 991U);
            // Clods and husks that stick out of the thin snow around a patch.
            const float speck = tileAt(maps.fine, spot.u * 0.8F, spot.v * 0.8F, shift + 5003U);
            if (speck > 0.46F && f > -0.075F)
                row[x] =
                    std::max(row[x], 0.12F * (speck - 0.46F) + 0.10F * std::min(f, 0.0F) + 0.002F);
        }
    }
    return field;
}

} // namespace

void drawGround(cv::Mat &canvas, const DemoShot &shot, const Daylight &light, const QImage &sunlit,
                const QImage &open)
{
    const GroundMaps &maps = groundMaps();
    const cv::Mat field = meltField(shot);
    const float toSun = static_cast<float>(std::sin(std::max(light.height, 0.05)));
    const auto side = static_cast<float>(std::sin(light.azimuth));
    for (int y = 0; y < kRows; ++y) {
        auto *out = canvas.ptr<cv::Vec3f>(y + kTop);
        const uchar *lit = sunlit.constScanLine(y + kTop);
        const uchar *free = open.constScanLine(y + kTop);
        const auto *here = field.ptr<float>(y);
        const auto *below = field.ptr<float>(std::min(y + 3, kRows - 1));
        const auto *above = field.ptr<float>(std::max(y - 3, 0));
        for (int x = 0; x < kWidth; ++x) {
            const Spot &spot = maps.spots[static_cast<size_t>(y * kWidth + x)];
            if (!spot.inside)
                continue;
            const cv::Vec2f slope = maps.relief.at<cv::Vec2f>(y, x);
            const float grain = tileAt(maps.fine, spot.u * 1.7F, spot.v * 1.5F, 333);
            const float soilPart = smoothStep(-0.004F, 0.006F, here[x]);
            const float sunPart = static_cast<float>(lit[x]) / 255.0F;
            const float skyPart =
                static_cast<float>(free[x]) / 255.0F * (0.62F + 0.38F * maps.edge.at<float>(y, x));
            // Snow: bright, rounded at the rim of a patch, blue in the shade.
            const float lip = std::clamp((below[x] - above[x]) * 16.0F, -0.9F, 0.9F) *
                              smoothStep(-0.075F, -0.004F, here[x]);
            const float facing = std::clamp(toSun + 0.42F + 0.085F * slope[0] -
                                                0.06F * side * slope[1] - 0.35F * lip,
                                            0.04F, 1.25F);
            const float bright = 0.84F + 0.07F * grain + 0.012F * slope[0];
            const float wet = 1.0F - 0.16F * smoothStep(-0.06F, 0.0F, here[x]);
            const float sunSnow = sunPart * facing * bright * wet;
            const float skySnow = skyPart * bright * wet * (1.0F - 0.25F * std::abs(lip));
            // Soil: dark, wet, in the hollow of the snow.
            const cv::Vec3f &soil = maps.soil.at<cv::Vec3f>(y, x);
            const float hollow = 0.58F + 0.42F * smoothStep(0.0F, 0.05F, here[x]);
            const float sunSoil = sunPart * (toSun + 0.25F) * hollow;
            const float skySoil = skyPart * hollow;
            const float keep = 1.0F - soilPart;
            out[x][0] = keep * (sunSnow * light.sun.r + skySnow * light.sky.r * 0.95F) +
                        soilPart * soil[0] * (sunSoil * light.sun.r + skySoil * light.sky.r);
            out[x][1] = keep * (sunSnow * light.sun.g + skySnow * light.sky.g * 0.98F) +
                        soilPart * soil[1] * (sunSoil * light.sun.g + skySoil * light.sky.g);
            out[x][2] = keep * (sunSnow * light.sun.b + skySnow * light.sky.b) +
                        soilPart * soil[2] * (sunSoil * light.sun.b + skySoil * light.sky.b);
        }
    }
}

QList<QRect> patchBoxes(const DemoShot &shot)
{
    QList<QRect> boxes;
    const QRect frame(0, 0, kWidth, kHeight);
    for (const DemoPatch &patch : shot.patches) {
        const double r = patch.radius;
        const double depth = r / static_cast<double>(kDepth);
        const double u0 = std::max(0.0, patch.place.x() - r);
        const double u1 = std::min(1.0, patch.place.x() + r);
        const double v0 = std::max(0.0, patch.place.y() - depth);
        const double v1 = std::min(1.0, patch.place.y() + depth);
        const QPolygonF around =
            boxToFrame().map(QPolygonF{{{u0, v0}, {u1, v0}, {u1, v1}, {u0, v1}}});
        const QRect box = around.boundingRect().toAlignedRect().intersected(frame);
        if (box.width() > 6 && box.height() > 4)
            boxes.append(box);
    }
    return boxes;
}

} // namespace birblens::demo
