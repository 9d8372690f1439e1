// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoanimals.h"

#include <opencv2/imgproc.hpp>

#include <cmath>

namespace birblens::demo {

namespace {

// The picture of an animal of length 1: 0.85 to either side of the feet, 1.15 above, 0.25 below.
constexpr double kHalf = 0.85;
constexpr double kAbove = 1.15;
constexpr double kBelow = 0.25;

/// Light from above and from the sun's side, shade below.
void shade(QImage &image, double sunSide, double sunlight)
{
    QPainter painter(&image);
    painter.setCompositionMode(QPainter::CompositionMode_SourceAtop);
    const double h = image.height();
    QLinearGradient fall(0, h * 0.25, 0, h * 0.86);
    fall.setColorAt(0, QColor(255, 250, 240, 34));
    fall.setColorAt(0.45, QColor(0, 0, 0, 0));
    fall.setColorAt(1, QColor(8, 10, 20, 118));
    painter.fillRect(image.rect(), fall);
    const double w = image.width();
    const double towards = w * (0.5 + 0.34 * sunSide);
    QLinearGradient side(towards, 0, w - towards, h * 0.2);
    side.setColorAt(0, QColor(255, 236, 206, static_cast<int>(52 * sunlight)));
    side.setColorAt(1, QColor(10, 14, 30, static_cast<int>(46 * sunlight)));
    painter.fillRect(image.rect(), side);
}

void blurAlong(cv::Mat &layer, QPointF motion)
{
    const double length = std::hypot(motion.x(), motion.y());
    if (length < 1.0)
        return;
    const int reach = static_cast<int>(std::ceil(length / 2.0));
    cv::Mat kernel = cv::Mat::zeros(2 * reach + 1, 2 * reach + 1, CV_32FC1);
    const int steps = 4 * reach + 1;
    for (int i = 0; i < steps; ++i) {
        const double part = static_cast<double>(i) / (steps - 1) - 0.5;
        const int x = reach + static_cast<int>(std::lround(motion.x() * part));
        const int y = reach + static_cast<int>(std::lround(motion.y() * part));
        kernel.at<float>(std::clamp(y, 0, 2 * reach), std::clamp(x, 0, 2 * reach)) += 1.0F;
    }
    kernel /= cv::sum(kernel)[0];
    cv::filter2D(layer, layer, -1, kernel, {-1, -1}, 0, cv::BORDER_CONSTANT);
}

QRect visiblePart(const cv::Mat &layer)
{
    int left = layer.cols;
    int right = -1;
    int top = layer.rows;
    int bottom = -1;
    for (int y = 0; y < layer.rows; ++y) {
        const auto *row = layer.ptr<cv::Vec4f>(y);
        for (int x = 0; x < layer.cols; ++x) {
            if (row[x][3] < 0.15F)
                continue;
            left = std::min(left, x);
            right = std::max(right, x);
            top = std::min(top, y);
            bottom = std::max(bottom, y);
        }
    }
    return right < left ? QRect() : QRect(QPoint(left, top), QPoint(right, bottom));
}

} // namespace

AnimalSprite animalSprite(const DemoAnimal &animal, double sunSide, double sunlight)
{
    const double large = animal.size < 110 ? 3.0 : 2.0;
    const int width = static_cast<int>(std::ceil(2 * kHalf * animal.size));
    const int height = static_cast<int>(std::ceil((kAbove + kBelow) * animal.size));
    QImage image = blankImage(static_cast<int>(width * large), static_cast<int>(height * large));
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.translate(image.width() / 2.0, animal.size * kAbove * large);
    const double unit = animal.size * large;
    painter.scale(animal.facesLeft ? -unit : unit, unit);
    if (animal.kind == DemoAnimal::Kind::Squirrel)
        paintSquirrel(painter, animal);
    else
        paintBird(painter, animal);
    painter.end();
    shade(image, sunSide, sunlight);

    AnimalSprite sprite;
    sprite.layer =
        linearLayer(image.scaled(width, height, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
    blurAlong(sprite.layer, animal.motion);
    sprite.at = QPoint(static_cast<int>(std::lround(animal.feet.x() - width / 2.0)),
                       static_cast<int>(std::lround(animal.feet.y() - animal.size * kAbove)));
    sprite.box =
        visiblePart(sprite.layer).translated(sprite.at).intersected(QRect(0, 0, kWidth, kHeight));
    return sprite;
}

} // namespace birblens::demo
