// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demostreet.h"

#include <opencv2/imgproc.hpp>

#include <array>

namespace birblens::demo {

namespace {

constexpr double kScale = 2.0; // painted larger, then reduced
constexpr int kMargin = 14;

QColor paintOf(const DemoVehicle &vehicle)
{
    static const std::array<QColor, 7> cars{
        QColor(150, 34, 34),   QColor(40, 62, 104), QColor(196, 198, 202), QColor(36, 38, 42),
        QColor(222, 222, 218), QColor(92, 100, 96), QColor(120, 112, 96)};
    static const std::array<QColor, 5> trucks{QColor(228, 228, 224), QColor(58, 60, 66),
                                              QColor(186, 140, 40), QColor(64, 100, 78),
                                              QColor(110, 60, 44)};
    return vehicle.kind == DemoVehicle::Kind::Car ? cars[vehicle.seed % cars.size()]
                                                  : trucks[vehicle.seed % trucks.size()];
}

void paintWheel(QPainter &painter, QPointF centre, double radius)
{
    painter.setBrush(QColor(24, 24, 26));
    painter.drawEllipse(centre, radius, radius);
    painter.setBrush(QColor(128, 130, 134));
    painter.drawEllipse(centre, radius * 0.5, radius * 0.5);
    painter.setBrush(QColor(58, 60, 64));
    painter.drawEllipse(centre, radius * 0.2, radius * 0.2);
}

void paintCar(QPainter &painter, const QColor &colour, double length)
{
    const double h = length * 0.36;
    QPainterPath body;
    body.moveTo(0, -h * 0.22);
    body.cubicTo(0, -h * 0.55, length * 0.02, -h * 0.58, length * 0.16, -h * 0.62);
    body.cubicTo(length * 0.26, -h * 0.98, length * 0.34, -h, length * 0.50, -h);
    body.cubicTo(length * 0.62, -h, length * 0.68, -h * 0.92, length * 0.78, -h * 0.62);
    body.cubicTo(length * 0.95, -h * 0.58, length, -h * 0.52, length, -h * 0.22);
    body.closeSubpath();
    QLinearGradient shine(0, -h, 0, 0);
    shine.setColorAt(0, colour.lighter(140));
    shine.setColorAt(0.45, colour);
    shine.setColorAt(0.55, colour.lighter(115));
    shine.setColorAt(1, colour.darker(190));
    painter.fillPath(body, shine);
    QPainterPath glass;
    glass.moveTo(length * 0.22, -h * 0.62);
    glass.cubicTo(length * 0.29, -h * 0.90, length * 0.36, -h * 0.91, length * 0.50, -h * 0.91);
    glass.cubicTo(length * 0.60, -h * 0.91, length * 0.65, -h * 0.86, length * 0.72, -h * 0.62);
    glass.closeSubpath();
    QLinearGradient pane(0, -h, length, -h * 0.6);
    pane.setColorAt(0, QColor(120, 134, 148));
    pane.setColorAt(0.6, QColor(44, 52, 62));
    painter.fillPath(glass, pane);
    painter.fillRect(QRectF(length * 0.46, -h * 0.92, length * 0.025, h * 0.34), colour);
    painter.fillRect(QRectF(0, -h * 0.50, length * 0.03, h * 0.12), QColor(200, 60, 50));
    painter.fillRect(QRectF(length * 0.965, -h * 0.50, length * 0.035, h * 0.11),
                     QColor(250, 240, 200));
    paintWheel(painter, {length * 0.19, -h * 0.20}, h * 0.24);
    paintWheel(painter, {length * 0.80, -h * 0.20}, h * 0.24);
}

void paintTruck(QPainter &painter, const QColor &colour, double length)
{
    const double h = length * 0.40;
    QLinearGradient shine(0, -h, 0, 0);
    shine.setColorAt(0, colour.lighter(118));
    shine.setColorAt(0.3, colour);
    shine.setColorAt(1, colour.darker(150));
    painter.fillRect(QRectF(0, -h, length * 0.72, h * 0.80), shine);
    painter.setPen(QPen(colour.darker(135), 1.6));
    for (int i = 1; i < 9; ++i)
        painter.drawLine(QPointF(length * 0.08 * i, -h), QPointF(length * 0.08 * i, -h * 0.22));
    painter.setPen(Qt::NoPen);
    painter.fillRect(QRectF(length * 0.04, -h * 0.66, length * 0.64, h * 0.14),
                     colour.lighter(140));
    painter.fillRect(QRectF(0, -h * 0.24, length * 0.98, h * 0.12), QColor(38, 38, 42));
    QPainterPath cab;
    cab.moveTo(length * 0.745, -h * 0.16);
    cab.lineTo(length * 0.745, -h * 0.80);
    cab.lineTo(length * 0.90, -h * 0.80);
    cab.cubicTo(length * 0.95, -h * 0.60, length * 0.97, -h * 0.48, length, -h * 0.44);
    cab.lineTo(length, -h * 0.16);
    cab.closeSubpath();
    painter.fillPath(cab, QColor(206, 208, 212));
    QPainterPath glass;
    glass.moveTo(length * 0.80, -h * 0.48);
    glass.lineTo(length * 0.80, -h * 0.74);
    glass.lineTo(length * 0.885, -h * 0.74);
    glass.lineTo(length * 0.945, -h * 0.48);
    glass.closeSubpath();
    painter.fillPath(glass, QColor(52, 60, 70));
    for (const double x : {0.13, 0.25, 0.85})
        paintWheel(painter, {length * x, -h * 0.14}, h * 0.15);
}

QSizeF sizeOf(const DemoVehicle &vehicle)
{
    if (vehicle.kind == DemoVehicle::Kind::Truck)
        return {170, 68};
    return {98, 36};
}

double baseOf(const DemoVehicle &vehicle)
{
    return vehicle.towardsRight ? 259 : 248;
}

} // namespace

QRect vehicleBox(const DemoVehicle &vehicle)
{
    if (vehicle.kind == DemoVehicle::Kind::None)
        return {};
    const QSizeF size = sizeOf(vehicle);
    const QRectF box(vehicle.x - size.width() / 2, baseOf(vehicle) - size.height(), size.width(),
                     size.height());
    return box.toAlignedRect().intersected(QRect(0, 0, kWidth, kHeight));
}

PlacedLayer vehicleLayer(const DemoVehicle &vehicle)
{
    const QSizeF size = sizeOf(vehicle);
    const int width = static_cast<int>(size.width()) + 2 * kMargin;
    const int height = static_cast<int>(size.height()) + 2 * kMargin;
    QImage large = blankImage(static_cast<int>(width * kScale), static_cast<int>(height * kScale));
    QPainter painter(&large);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.scale(kScale, kScale);
    painter.translate(kMargin, height - kMargin);
    QRadialGradient shadow(QPointF(0, 0), 1);
    shadow.setColorAt(0, QColor(14, 16, 22, 190));
    shadow.setColorAt(1, QColor(14, 16, 22, 0));
    painter.save();
    painter.translate(size.width() / 2, -1);
    painter.scale(size.width() * 0.56, 7);
    painter.setBrush(shadow);
    painter.drawEllipse(QPointF(0, 0), 1, 1);
    painter.restore();
    if (!vehicle.towardsRight) {
        painter.translate(size.width(), 0);
        painter.scale(-1, 1);
    }
    if (vehicle.kind == DemoVehicle::Kind::Truck)
        paintTruck(painter, paintOf(vehicle), size.width());
    else
        paintCar(painter, paintOf(vehicle), size.width());
    painter.end();

    PlacedLayer placed;
    placed.layer =
        linearLayer(large.scaled(width, height, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
    cv::GaussianBlur(placed.layer, placed.layer, {}, 2.2, 1.2);
    placed.at = QPoint(static_cast<int>(vehicle.x - size.width() / 2) - kMargin,
                       static_cast<int>(baseOf(vehicle) - size.height()) - kMargin);
    return placed;
}

} // namespace birblens::demo
