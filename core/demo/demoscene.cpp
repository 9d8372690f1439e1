// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoscene.h"

#include "core/demo/demoanimals.h"
#include "core/demo/demoground.h"
#include "core/demo/demostage.h"
#include "core/demo/demostreet.h"
#include "core/demo/demoweather.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <cmath>

namespace birblens {

using namespace demo;

namespace {

QString nameOf(DemoAnimal::Kind kind)
{
    return demoVocabulary().at(static_cast<int>(kind));
}

void paintSky(cv::Mat &canvas, const Daylight &light, const DemoShot &shot)
{
    const int bottom = 200;
    for (int y = 0; y < bottom; ++y) {
        const float part = smoothStep(-20.0F, 110.0F, static_cast<float>(y));
        auto *row = canvas.ptr<cv::Vec3f>(y);
        for (int x = 0; x < kWidth; ++x) {
            float veil = 1.0F;
            if (y < 112)
                veil += 0.22F * static_cast<float>(1.0 - shot.cloud * 0.5) *
                        layeredNoise(x * 0.011 + shot.hour, y * 0.05, 7, 3);
            row[x] = {veil * (light.skyHigh.r + (light.skyLow.r - light.skyHigh.r) * part),
                      veil * (light.skyHigh.g + (light.skyLow.g - light.skyHigh.g) * part),
                      veil * (light.skyHigh.b + (light.skyLow.b - light.skyHigh.b) * part)};
        }
    }
}

/// Lays a layer of the frame's size, lit by sky and sun; `weight` fades it (to mix two forms).
void layLit(cv::Mat &canvas, const LitLayer &layer, const Daylight &light, const QImage *mask,
            float sunShare)
{
    for (int y = 0; y < kHeight; ++y) {
        auto *out = canvas.ptr<cv::Vec3f>(y);
        const auto *in = layer.colour.ptr<cv::Vec4f>(y);
        const auto *sunny = layer.sunny.ptr<float>(y);
        const uchar *lit = mask != nullptr ? mask->constScanLine(y) : nullptr;
        for (int x = 0; x < kWidth; ++x) {
            const cv::Vec4f &p = in[x];
            if (p[3] <= 0.002F)
                continue;
            float sun = sunny[x] * sunShare;
            if (lit != nullptr)
                sun *= static_cast<float>(lit[x]) / 255.0F;
            const float keep = 1.0F - p[3];
            out[x][0] = out[x][0] * keep + p[0] * (light.sky.r + sun * light.sun.r);
            out[x][1] = out[x][1] * keep + p[1] * (light.sky.g + sun * light.sun.g);
            out[x][2] = out[x][2] * keep + p[2] * (light.sky.b + sun * light.sun.b);
        }
    }
}

/// The camera's own choice of exposure, from the street and the state of the box.
float exposureOf(const cv::Mat &canvas, const DemoShot &shot, const Daylight &light)
{
    double sum = 0;
    int count = 0;
    for (int y = 8; y < 250; y += 6) {
        const auto *row = canvas.ptr<cv::Vec3f>(y);
        for (int x = 60; x < kWidth; x += 8, ++count)
            sum += std::min(1.4, 0.3 * row[x][0] + 0.6 * row[x][1] + 0.1 * row[x][2]);
    }
    const double cover = std::clamp(shot.boxSnow * 1.4 - 0.4, 0.0, 1.0);
    const double ground =
        mix(0.10, 0.72, cover) *
        (static_cast<double>(light.sky.g) + 0.45 * light.shade * static_cast<double>(light.sun.g));
    const double mean = 0.55 * sum / count + 0.45 * ground;
    return static_cast<float>(std::pow(0.36 / std::max(mean, 0.01), 0.82));
}

/// Shadows of the animals in the box: one where the sun is kept off, one close around the feet.
void castShadows(const QList<DemoAnimal> &animals, const QList<AnimalSprite> &sprites,
                 const Daylight &light, QImage &sunlit, QImage &open)
{
    QPainter close(&open);
    close.setRenderHint(QPainter::Antialiasing);
    QPainter sun(&sunlit);
    sun.setRenderHint(QPainter::SmoothPixmapTransform);
    const QPointF shift = shadowShift(light);
    for (int i = 0; i < animals.size(); ++i) {
        const DemoAnimal &animal = animals.at(i);
        if (!animal.onGround)
            continue;
        const double wide = animal.size * (animal.kind == DemoAnimal::Kind::Squirrel ? 0.34 : 0.27);
        close.save();
        close.translate(animal.feet);
        close.scale(wide, wide * 0.36);
        QRadialGradient soft(QPointF(0, 0), 1);
        soft.setColorAt(0, QColor(0, 0, 0, 150));
        soft.setColorAt(1, QColor(0, 0, 0, 0));
        close.setBrush(soft);
        close.setPen(Qt::NoPen);
        close.drawEllipse(QPointF(0, 0), 1, 1);
        close.restore();
        if (light.shade < 0.1)
            continue;
        const AnimalSprite &sprite = sprites.at(i);
        QImage shape(sprite.layer.cols, sprite.layer.rows, QImage::Format_ARGB32_Premultiplied);
        for (int y = 0; y < sprite.layer.rows; ++y) {
            auto *line = reinterpret_cast<QRgb *>(shape.scanLine(y));
            for (int x = 0; x < sprite.layer.cols; ++x)
                line[x] =
                    qRgba(0, 0, 0, static_cast<int>(205.0F * sprite.layer.at<cv::Vec4f>(y, x)[3]));
        }
        const double foot = animal.feet.y() - sprite.at.y();
        QTransform fall;
        fall.translate(animal.feet.x(), animal.feet.y());
        fall = QTransform(1, 0, -shift.x(), -shift.y(), 0, 0) * fall;
        fall = QTransform::fromTranslate(-sprite.layer.cols / 2.0, -foot) * fall;
        sun.setTransform(fall);
        sun.drawImage(0, 0, shape);
    }
}

/// How light falls off towards the corners.
const cv::Mat &vignette()
{
    static const cv::Mat map = [] {
        cv::Mat m(kHeight, kWidth, CV_32FC1);
        for (int y = 0; y < kHeight; ++y)
            for (int x = 0; x < kWidth; ++x) {
                const double dx = (x - 250.0) / 400.0;
                const double dy = (y - 300.0) / 400.0;
                const double square = dx * dx + dy * dy;
                m.at<float>(y, x) =
                    static_cast<float>(1.0 / (1.0 + 0.42 * square + 0.25 * square * square));
            }
        return m;
    }();
    return map;
}

/// Linear light to the camera's 8-bit levels: a curve with a soft shoulder, a little contrast.
const std::vector<uchar> &toneTable()
{
    static const std::vector<uchar> table = [] {
        std::vector<uchar> t(4096);
        for (size_t i = 0; i < t.size(); ++i) {
            const double v = 2.0 * static_cast<double>(i) / 4095.0;
            const double soft = v < 0.5 ? v : 0.5 + 0.5 * (1.0 - std::exp(-(v - 0.5) / 0.5));
            const double s =
                soft <= 0.0031308 ? 12.92 * soft : 1.055 * std::pow(soft, 1.0 / 2.4) - 0.055;
            const double curve = s * s * (3.0 - 2.0 * s);
            t[i] =
                static_cast<uchar>(std::lround(255.0 * std::clamp(mix(s, curve, 0.34), 0.0, 1.0)));
        }
        return t;
    }();
    return table;
}

/// Sensor noise, a tile larger than the frame so that every shot takes another part of it.
const cv::Mat &noiseSheet()
{
    static const cv::Mat sheet = [] {
        cv::Mat fine(kHeight + 256, kWidth + 256, CV_32FC3);
        Dice dice(90210);
        for (int y = 0; y < fine.rows; ++y)
            for (int x = 0; x < fine.cols; ++x) {
                const double grey = dice.normal();
                fine.at<cv::Vec3f>(y, x) = {static_cast<float>(grey + 0.7 * dice.normal()),
                                            static_cast<float>(grey + 0.4 * dice.normal()),
                                            static_cast<float>(grey + 0.9 * dice.normal())};
            }
        cv::Mat coarse;
        cv::GaussianBlur(fine, coarse, {}, 2.6);
        cv::GaussianBlur(fine, fine, {}, 0.6);
        cv::Mat both = fine * 3.6 + coarse * 9.0;
        return both;
    }();
    return sheet;
}

QImage develop(const cv::Mat &canvas, float exposure, const Daylight &light, quint32 seed)
{
    const std::vector<uchar> &tone = toneTable();
    const cv::Mat &fall = vignette();
    // The white balance follows the light only half of the way.
    const Light all = light.sky + light.sun * 0.35F;
    const float red = exposure * std::pow(all.g / all.r, 0.55F);
    const float green = exposure;
    const float blue = exposure * std::pow(all.g / all.b, 0.55F);
    cv::Mat levels(kHeight, kWidth, CV_8UC3);
    const auto level = [&tone](float value) {
        return tone[static_cast<size_t>(std::clamp(value * 2047.5F, 0.0F, 4095.0F))];
    };
    for (int y = 0; y < kHeight; ++y) {
        const auto *in = canvas.ptr<cv::Vec3f>(y);
        const auto *v = fall.ptr<float>(y);
        auto *out = levels.ptr<cv::Vec3b>(y);
        for (int x = 0; x < kWidth; ++x)
            out[x] = {level(in[x][0] * v[x] * red + 0.013F),
                      level(in[x][1] * v[x] * green + 0.014F),
                      level(in[x][2] * v[x] * blue + 0.019F)};
    }
    cv::Mat wide;
    cv::GaussianBlur(levels, levels, {5, 5}, 0.85);
    cv::GaussianBlur(levels, wide, {7, 7}, 1.6);
    cv::addWeighted(levels, 1.55, wide, -0.55, 0, levels);

    QImage picture(kWidth, kHeight, QImage::Format_RGB888);
    Dice dice(mixSeed(seed, 0x4e4f49U));
    const int ox = dice.below(256);
    const int oy = dice.below(256);
    const float gain = std::clamp(0.95F * std::sqrt(exposure), 0.75F, 2.8F);
    const cv::Mat &sheet = noiseSheet();
    for (int y = 0; y < kHeight; ++y) {
        const auto *in = levels.ptr<cv::Vec3b>(y);
        const auto *n = sheet.ptr<cv::Vec3f>(y + oy) + ox;
        uchar *out = picture.scanLine(y);
        for (int x = 0; x < kWidth; ++x)
            for (int c = 0; c < 3; ++c)
                *out++ = cv::saturate_cast<uchar>(static_cast<float>(in[x][c]) + gain * n[x][c]);
    }
    return picture;
}

double sunlightAt(const QImage &mask, QPointF place, const Daylight &light)
{
    const int x = std::clamp(static_cast<int>(place.x()), 0, kWidth - 1);
    const int y = std::clamp(static_cast<int>(place.y()) - 4, 0, kHeight - 1);
    return light.shade * mask.constScanLine(y)[x] / 255.0;
}

} // namespace

QStringList demoVocabulary()
{
    return {QStringLiteral("chickadee"), QStringLiteral("magpie"), QStringLiteral("sparrow"),
            QStringLiteral("squirrel")};
}

QImage renderDemoShot(const DemoShot &shot)
{
    const Daylight light = daylightOf(shot);
    cv::Mat canvas(kHeight, kWidth, CV_32FC3, cv::Scalar::all(0.02));
    QImage sunlit = sunMask(shot, light);
    QImage open(kWidth, kHeight, QImage::Format_Grayscale8);
    open.fill(255);

    paintSky(canvas, light, shot);
    layLit(canvas, streetLayer(shot.snow > 0.3 ? 1 : 0), light, nullptr,
           static_cast<float>(0.8 * std::sqrt(light.shade)));
    if (shot.vehicle.kind != DemoVehicle::Kind::None) {
        const PlacedLayer vehicle = vehicleLayer(shot.vehicle);
        layOver(canvas, vehicle.layer, vehicle.at, light.sky * 1.05F + light.sun * 0.22F);
    }
    const cv::Mat plumes = plumeLayer(shot);
    if (!plumes.empty())
        layOver(canvas, plumes, {0, 0}, light.sky * 1.25F + light.sun * 0.5F);
    const float exposure = exposureOf(canvas, shot, light);

    QList<AnimalSprite> sprites;
    const double side = std::clamp(std::sin(light.azimuth) * 1.6, -1.0, 1.0);
    for (const DemoAnimal &animal : shot.animals)
        sprites.append(animalSprite(animal, side, sunlightAt(sunlit, animal.feet, light)));
    castShadows(shot.animals, sprites, light, sunlit, open);

    drawGround(canvas, shot, light, sunlit, open);
    const int snowLevel = static_cast<int>(std::lround(shot.snow * (kSnowLevels - 1)));
    layLit(canvas, stageLayer(snowLevel), light, &sunlit, 0.75F);
    for (int i = 0; i < sprites.size(); ++i) {
        const double sun = sunlightAt(sunlit, shot.animals.at(i).feet, light);
        layOver(canvas, sprites.at(i).layer, sprites.at(i).at,
                light.sky * 1.0F + light.sun * static_cast<float>(0.10 + 0.26 * sun));
    }
    const cv::Mat flakes = flakeLayer(shot);
    if (!flakes.empty())
        layOver(canvas, flakes, {0, 0}, light.sky * 1.1F);
    return develop(canvas, exposure, light, shot.seed);
}

QByteArray demoJpeg(const QImage &picture)
{
    QImage rgb = picture.convertToFormat(QImage::Format_RGB888);
    const cv::Mat view(rgb.height(), rgb.width(), CV_8UC3, rgb.bits(),
                       static_cast<size_t>(rgb.bytesPerLine()));
    cv::Mat bgr;
    cv::cvtColor(view, bgr, cv::COLOR_RGB2BGR);
    std::vector<uchar> bytes;
    cv::imencode(".jpg", bgr, bytes, {cv::IMWRITE_JPEG_QUALITY, 84});
    return QByteArray(reinterpret_cast<const char *>(bytes.data()),
                      static_cast<qsizetype>(bytes.size()));
}

QList<DemoRegion> demoRegions(const DemoShot &shot)
{
    QList<DemoRegion> regions;
    for (const DemoAnimal &animal : shot.animals)
        regions.append({nameOf(animal.kind), animalSprite(animal, 0, 0).box});
    for (const QRect &box : patchBoxes(shot))
        regions.append({QStringLiteral("patch"), box});
    if (shot.vehicle.kind != DemoVehicle::Kind::None) {
        const QRect box = vehicleBox(shot.vehicle);
        if (!box.isEmpty())
            regions.append({shot.vehicle.kind == DemoVehicle::Kind::Car ? QStringLiteral("car")
                                                                        : QStringLiteral("truck"),
                            box});
    }
    for (const QRect &box : plumeBoxes(shot))
        regions.append({QStringLiteral("plume"), box});
    return regions;
}

} // namespace birblens
