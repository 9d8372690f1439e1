// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoweather.h"

#include "core/demo/demostage.h"
#include "core/demo/demostreet.h"

#include <opencv2/imgproc.hpp>

#include <cmath>

namespace birblens::demo {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kLatitude = 51.0 * kPi / 180.0;
constexpr double kDeclination = -15.5 * kPi / 180.0;
constexpr double kNoon = 12.85; // of the sun, in local time

struct Puff
{
    QPointF place;
    double radius;
    double alpha;
};

QList<QList<Puff>> plumesOf(const DemoShot &shot)
{
    QList<QList<Puff>> plumes;
    if (shot.exhaust < 0.05)
        return plumes;
    QList<QPointF> vents = ventPlaces();
    if (shot.exhaust > 0.45)
        vents.append(QPointF(46, 236)); // of the camera's own house, behind the wall
    Dice dice(mixSeed(shot.seed, 0x504c55U));
    for (int v = 0; v < vents.size(); ++v) {
        const bool near = v == 3;
        const double strength = shot.exhaust * dice.range(0.55, 1.15);
        const double scale = near ? 2.1 : 1.0;
        QList<Puff> puffs;
        double x = vents.at(v).x();
        double y = vents.at(v).y();
        double radius = 3.2 * scale;
        const double drift = shot.wind * 4.2 + (near ? 3.4 : dice.range(-0.6, 0.6));
        const int count = 10 + static_cast<int>(18 * strength);
        for (int i = 0; i < count; ++i) {
            const double age = static_cast<double>(i) / count;
            puffs.append({QPointF(x + dice.range(-1, 1) * radius * 0.45,
                                  y + dice.range(-1, 1) * radius * 0.45),
                          radius * dice.range(0.8, 1.25),
                          (near ? 0.34 : 0.42) * std::min(1.0, strength + 0.2) * (1.0 - age)});
            x += drift * (0.5 + age) * dice.range(0.7, 1.3) * scale;
            y -= (near ? 1.6 : 3.0) * (1.15 - age) * dice.range(0.6, 1.3) *
                 (1.0 - 0.45 * std::abs(shot.wind));
            radius += (0.75 + 0.35 * dice.unit()) * scale * (0.7 + 0.5 * strength);
        }
        plumes.append(puffs);
    }
    return plumes;
}

float rampAt(double hour, double from, double to)
{
    return smoothStep(static_cast<float>(from), static_cast<float>(to), static_cast<float>(hour));
}

} // namespace

Daylight daylightOf(const DemoShot &shot)
{
    Daylight light;
    const double angle = (shot.hour - kNoon) * kPi / 12.0;
    const double sine = std::sin(kLatitude) * std::sin(kDeclination) +
                        std::cos(kLatitude) * std::cos(kDeclination) * std::cos(angle);
    light.height = std::asin(sine);
    light.azimuth = std::atan2(std::sin(angle) * std::cos(kDeclination),
                               std::cos(angle) * std::cos(kDeclination) * std::sin(kLatitude) -
                                   std::sin(kDeclination) * std::cos(kLatitude));
    const double degrees = light.height * 180.0 / kPi;
    const float up = smoothStep(-1.0F, 11.0F, static_cast<float>(degrees));
    const float day = smoothStep(-7.0F, 9.0F, static_cast<float>(degrees));
    const float low = 1.0F - smoothStep(2.0F, 17.0F, static_cast<float>(degrees));
    const auto cloud = static_cast<float>(shot.cloud);
    const float clear = 1.0F - smoothStep(0.15F, 0.85F, cloud);
    light.shade = static_cast<double>(up * clear);

    const float beam = 1.55F * up * clear;
    light.sun = {beam * 1.0F, beam * (0.86F - 0.26F * low), beam * (0.70F - 0.36F * low)};
    const float dome = 0.10F + day * (0.42F + 0.20F * cloud);
    light.sky = {dome * (0.86F + 0.14F * cloud), dome * (0.96F + 0.03F * cloud),
                 dome * (1.16F - 0.14F * cloud)};
    const float glow = 0.5F * low * up * clear;
    light.skyHigh = {dome * (1.05F + 0.5F * cloud) + glow * 0.25F,
                     dome * (1.42F + 0.2F * cloud) + glow * 0.14F, dome * (2.0F - 0.35F * cloud)};
    light.skyLow = {dome * 2.1F + glow, dome * 2.1F + glow * 0.66F, dome * 2.12F + glow * 0.3F};
    return light;
}

QPointF shadowShift(const Daylight &light)
{
    const double height = std::max(light.height, 0.10);
    const double reach = std::min(1.0 / std::tan(height), 4.2);
    return {-std::sin(light.azimuth) * reach * 0.9, std::cos(light.azimuth) * reach * 0.52};
}

QImage sunMask(const DemoShot &shot, const Daylight &light)
{
    QImage mask(kWidth, kHeight, QImage::Format_Grayscale8);
    mask.fill(255);
    if (light.shade < 0.03)
        return mask;
    QPainter painter(&mask);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const double reach = std::min(1.0 / std::tan(std::max(light.height, 0.06)), 6.0);
    const double du = -std::sin(light.azimuth) * reach / 1.25;
    const double dv = std::cos(light.azimuth) * reach / 0.95;
    const auto place = [](double u, double v) { return boxToFrame().map(QPointF(u, v)); };
    painter.setBrush(QColor(40, 40, 40));
    const double back = -0.10;
    const double top = 0.185;
    for (int i = -14; i < 34; ++i) {
        const double u = i * 0.073;
        const double half = 0.0105;
        painter.drawPolygon(QPolygonF{{place(u - half, back), place(u + half, back),
                                       place(u + half + du * top, back + dv * top),
                                       place(u - half + du * top, back + dv * top)}});
    }
    for (const double from : {0.02, 0.175}) {
        const double to = from + (from > 0.1 ? 0.032 : 0.012);
        painter.drawPolygon(QPolygonF{
            {place(-0.4 + du * from, back + dv * from), place(1.4 + du * from, back + dv * from),
             place(1.4 + du * to, back + dv * to), place(-0.4 + du * to, back + dv * to)}});
    }
    // The houses to the east and to the west.
    const double east = mix(1.5, -0.6, rampAt(shot.hour, 9.1, 10.7));
    const double west = mix(1.6, -0.6, rampAt(shot.hour, 15.0, 16.6));
    painter.setBrush(QColor(14, 14, 14));
    const auto wing = [&](double u, double lean, double side) {
        const QPointF far = place(u, 0.0);
        const QPointF near = place(u + lean, 1.0);
        painter.drawPolygon(QPolygonF{
            {{far.x() + 14 * lean, 0}, far, near, {near.x(), 700}, {side, 700}, {side, 0}}});
    };
    if (east > -0.5)
        wing(east, 0.32, -900);
    if (west < 1.5)
        wing(west, -0.32, 1400);
    painter.end();
    cv::Mat view = viewOf(mask);
    cv::GaussianBlur(view, view, {}, 2.3);
    return mask;
}

cv::Mat plumeLayer(const DemoShot &shot)
{
    const QList<QList<Puff>> plumes = plumesOf(shot);
    if (plumes.isEmpty())
        return {};
    QImage half(kWidth / 2, kHeight / 2, QImage::Format_Grayscale8);
    half.fill(0);
    QPainter painter(&half);
    painter.scale(0.5, 0.5);
    painter.setPen(Qt::NoPen);
    for (const QList<Puff> &puffs : plumes) {
        for (const Puff &puff : puffs) {
            QRadialGradient soft(puff.place, puff.radius);
            const int alpha = std::clamp(static_cast<int>(255 * puff.alpha), 0, 255);
            soft.setColorAt(0, QColor(255, 255, 255, alpha));
            soft.setColorAt(0.55, QColor(255, 255, 255, alpha * 6 / 10));
            soft.setColorAt(1, QColor(255, 255, 255, 0));
            painter.setBrush(soft);
            painter.drawEllipse(puff.place, puff.radius, puff.radius);
        }
    }
    painter.end();
    cv::Mat alpha;
    viewOf(half).convertTo(alpha, CV_32FC1, 1.0 / 255.0);
    cv::GaussianBlur(alpha, alpha, {}, 1.1);
    cv::resize(alpha, alpha, {kWidth, kHeight}, 0, 0, cv::INTER_LINEAR);
    cv::Mat layer;
    cv::merge(std::vector<cv::Mat>{alpha * 0.94, alpha * 0.96, alpha, alpha}, layer);
    return layer;
}

QList<QRect> plumeBoxes(const DemoShot &shot)
{
    QList<QRect> boxes;
    for (const QList<Puff> &puffs : plumesOf(shot)) {
        QRectF box;
        for (const Puff &puff : puffs) {
            if (puff.alpha < 0.06)
                continue;
            const double r = puff.radius * 0.8;
            box |= QRectF(puff.place.x() - r, puff.place.y() - r, 2 * r, 2 * r);
        }
        const QRect clipped = box.toAlignedRect().intersected(QRect(0, 0, kWidth, kHeight));
        if (clipped.width() > 8 && clipped.height() > 8)
            boxes.append(clipped);
    }
    return boxes;
}

cv::Mat flakeLayer(const DemoShot &shot)
{
    if (shot.snowfall < 0.03)
        return {};
    QImage image = blankImage(kWidth, kHeight);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    Dice dice(mixSeed(shot.seed, 0xf1a4eU));
    const int count = static_cast<int>(420 * shot.snowfall);
    for (int i = 0; i < count; ++i) {
        const double depth = dice.unit();
        const double size = mix(0.8, 3.4, depth * depth * depth);
        const QPointF at(dice.range(0, kWidth), dice.range(0, kHeight));
        const QPointF fall(shot.wind * size * 3.0 + dice.range(-1, 1), size * dice.range(1.4, 3.2));
        const int alpha = static_cast<int>(mix(150, 70, depth));
        painter.setPen(QPen(QColor(244, 246, 250, alpha), size, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(at, at + fall);
    }
    painter.end();
    cv::Mat layer = linearLayer(image);
    cv::GaussianBlur(layer, layer, {}, 0.7);
    return layer;
}

} // namespace birblens::demo
