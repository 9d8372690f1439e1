// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/demo/demopixels.h"
#include "core/demo/demoscene.h"

#include <QPainter>

namespace birblens::demo {

/// An animal, painted, blurred by its motion, ready to be laid over the frame.
struct AnimalSprite
{
    cv::Mat layer; ///< see linearLayer
    QPoint at;     ///< upper left corner in the frame
    QRect box;     ///< what can be seen of it, in the frame
};

/// `sunSide` is -1 when the sun stands on the left, 1 on the right; `sunlight` 0 .. 1.
AnimalSprite animalSprite(const DemoAnimal &animal, double sunSide, double sunlight);

/// Paints a bird that faces right, feet at the origin, in a picture where its length from beak to
/// tail is 1.
void paintBird(QPainter &painter, const DemoAnimal &animal);
/// The same for a squirrel.
void paintSquirrel(QPainter &painter, const DemoAnimal &animal);

/// Lets `paint` draw on a picture of its own, with what it draws inside the first shape only, and
/// lays that over the painter's picture.
template <typename Paint>
void paintPart(QPainter &painter, Paint paint)
{
    QImage image(painter.device()->width(), painter.device()->height(),
                 QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    QPainter part(&image);
    part.setRenderHint(QPainter::Antialiasing);
    part.setPen(Qt::NoPen);
    part.setTransform(painter.transform());
    paint(part);
    part.end();
    painter.save();
    painter.resetTransform();
    painter.drawImage(0, 0, image);
    painter.restore();
}

} // namespace birblens::demo
