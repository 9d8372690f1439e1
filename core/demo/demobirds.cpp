// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoanimals.h"
#include "core/demo/demoplumage.h"

#include <cmath>

namespace birblens::demo {

namespace {

void soft(QPainter &painter, QPointF centre, double rx, double ry, QColor colour, double angle = 0)
{
    painter.save();
    painter.translate(centre);
    painter.rotate(angle);
    painter.scale(rx, ry);
    QRadialGradient fade(QPointF(0, 0), 1);
    fade.setColorAt(0, colour);
    fade.setColorAt(0.72, colour);
    colour.setAlpha(0);
    fade.setColorAt(1, colour);
    painter.setBrush(fade);
    painter.drawEllipse(QPointF(0, 0), 1, 1);
    painter.restore();
}

void paintFeathers(QPainter &painter, QPointF centre, double rx, double ry, double strength,
                   Dice &dice)
{
    painter.save();
    painter.setCompositionMode(QPainter::CompositionMode_SourceAtop);
    for (int i = 0; i < 110; ++i) {
        const QPointF at(centre.x() + dice.range(-rx, rx), centre.y() + dice.range(-ry, ry));
        const int alpha = static_cast<int>(strength * dice.range(10, 46));
        painter.setPen(
            QPen(dice.chance(0.5) ? QColor(255, 250, 240, alpha) : QColor(20, 16, 14, alpha),
                 dice.range(0.006, 0.014), Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(at, at + QPointF(-dice.range(0.02, 0.06), dice.range(0.0, 0.03)));
    }
    painter.restore();
}

void paintLegs(QPainter &painter, const Plumage &plumage, double from, double spread)
{
    painter.setPen(QPen(plumage.leg, 0.017, Qt::SolidLine, Qt::RoundCap));
    for (const double x : {-spread, spread}) {
        painter.drawLine(QPointF(x * 0.7 - 0.015, -from), QPointF(x, -0.01));
        painter.drawLine(QPointF(x, -0.01), QPointF(x + 0.05, 0.004));
        painter.drawLine(QPointF(x, -0.01), QPointF(x + 0.035, 0.016));
        painter.drawLine(QPointF(x, -0.01), QPointF(x - 0.03, 0.006));
    }
    painter.setPen(Qt::NoPen);
}

void paintTail(QPainter &painter, const Plumage &plumage, const Shape &shape, QPointF root,
               double angle)
{
    painter.save();
    painter.translate(root);
    painter.rotate(angle);
    QPainterPath tail;
    const double w = shape.tailWidth / 2;
    tail.moveTo(0.05, -w * 0.7);
    tail.cubicTo(-shape.tail * 0.4, -w * 0.9, -shape.tail * 0.8, -w * 1.1, -shape.tail, -w * 0.45);
    tail.lineTo(-shape.tail * 0.985, w * 0.6);
    tail.cubicTo(-shape.tail * 0.7, w * 1.1, -shape.tail * 0.3, w, 0.05, w * 0.8);
    tail.closeSubpath();
    QLinearGradient sheen(0, -w, 0, w);
    sheen.setColorAt(0, plumage.tail.lighter(125));
    sheen.setColorAt(0.5, plumage.tail);
    sheen.setColorAt(1, plumage.tail.darker(160));
    painter.fillPath(tail, sheen);
    painter.setPen(QPen(plumage.tail.darker(170), 0.008));
    painter.drawLine(QPointF(0, 0), QPointF(-shape.tail * 0.96, 0.1 * w));
    painter.setPen(Qt::NoPen);
    painter.restore();
}

void paintWing(QPainter &painter, const Plumage &plumage, const Shape &shape, bool magpie)
{
    const double a = shape.bodyLength;
    const double b = shape.bodyDepth;
    QPainterPath wing;
    wing.moveTo(a * 0.52, -b * 0.30);
    wing.cubicTo(a * 0.30, -b * 0.86, -a * 0.35, -b * 0.72, -a * 1.22, b * 0.02);
    wing.cubicTo(-a * 0.85, b * 0.30, -a * 0.2, b * 0.52, a * 0.24, b * 0.34);
    wing.cubicTo(a * 0.5, b * 0.2, a * 0.58, -b * 0.1, a * 0.52, -b * 0.30);
    QLinearGradient tone(0, -b, 0, b * 0.5);
    tone.setColorAt(0, magpie ? plumage.back : plumage.wing.lighter(112));
    tone.setColorAt(0.6, plumage.wing);
    tone.setColorAt(1, plumage.wing.darker(135));
    painter.fillPath(wing, tone);
    if (magpie) {
        QPainterPath patch;
        patch.moveTo(a * 0.50, -b * 0.42);
        patch.cubicTo(a * 0.1, -b * 0.66, -a * 0.3, -b * 0.52, -a * 0.52, -b * 0.30);
        patch.cubicTo(-a * 0.2, -b * 0.06, a * 0.2, -b * 0.10, a * 0.50, -b * 0.42);
        painter.fillPath(patch, plumage.wingEdge);
        return;
    }
    painter.setBrush(Qt::NoBrush);
    for (int i = 0; i < 5; ++i) {
        QColor edge = plumage.wingEdge;
        edge.setAlpha(190 - i * 26);
        painter.setPen(QPen(edge, 0.012));
        QPainterPath feather;
        feather.moveTo(a * (0.12 - i * 0.10), b * (0.30 - i * 0.12));
        feather.quadTo(-a * 0.4, b * (0.34 - i * 0.12), -a * (1.12 - i * 0.06),
                       b * (0.05 - i * 0.05));
        painter.drawPath(feather);
    }
    painter.setPen(QPen(plumage.wingEdge, 0.022));
    painter.drawLine(QPointF(a * 0.28, -b * 0.02), QPointF(a * 0.02, b * 0.24));
    painter.setPen(Qt::NoPen);
    if (!plumage.streaked)
        return;
    for (int i = 0; i < 7; ++i) {
        painter.setPen(QPen(QColor(54, 36, 24, 200), 0.018, Qt::SolidLine, Qt::RoundCap));
        const double x = a * (0.40 - i * 0.17);
        painter.drawLine(QPointF(x, -b * 0.52 + i * 0.008), QPointF(x - a * 0.16, -b * 0.32));
    }
    painter.setPen(Qt::NoPen);
}

void paintHead(QPainter &painter, const Plumage &plumage, const Shape &shape, bool magpie)
{
    const double r = shape.head;
    QPainterPath beak;
    beak.moveTo(r * 0.86, -shape.beakDepth * 0.62);
    beak.quadTo(r + shape.beak * 0.62, -shape.beakDepth * 0.55, r + shape.beak, r * 0.10);
    beak.quadTo(r + shape.beak * 0.4, shape.beakDepth * 0.75, r * 0.84, shape.beakDepth * 0.7);
    beak.closeSubpath();
    painter.fillPath(beak, plumage.beak);
    paintPart(painter, [&](QPainter &head) {
        head.setBrush(plumage.cheek);
        head.drawEllipse(QPointF(0, 0), r * 1.04, r * 0.97);
        head.setCompositionMode(QPainter::CompositionMode_SourceAtop);
        QPainterPath cap;
        cap.moveTo(r * 1.2, -r * 0.12);
        cap.quadTo(r * 0.2, -r * 0.22, -r * 0.35, r * 0.02);
        cap.quadTo(-r * 0.8, r * 0.4, -r * 0.9, r * 1.1);
        cap.lineTo(-r * 1.4, r * 1.1);
        cap.lineTo(-r * 1.4, -r * 1.4);
        cap.lineTo(r * 1.4, -r * 1.4);
        cap.closeSubpath();
        head.fillPath(cap, plumage.cap);
        soft(head, {-r * 0.86, r * 0.25}, r * 0.46, r * 0.8, plumage.nape, 14);
        soft(head, {r * 0.72, r * 0.70}, r * 0.62 * plumage.bibSize, r * 0.46 * plumage.bibSize,
             plumage.bib, 24);
        if (plumage.streaked)
            soft(head, {r * 0.62, -r * 0.02}, r * 0.36, r * 0.16, QColor(40, 32, 28), 0);
    });
    painter.setBrush(QColor(10, 10, 12));
    const QPointF eye(r * 0.42, magpie ? -r * 0.22 : -r * 0.15);
    painter.drawEllipse(eye, r * 0.15, r * 0.15);
    painter.setBrush(QColor(240, 244, 250, 230));
    painter.drawEllipse(eye + QPointF(r * 0.04, -r * 0.06), r * 0.05, r * 0.05);
}

struct Stance
{
    double body;  ///< degrees, positive lowers the breast
    double head;  ///< degrees, beyond the body's
    double tail;  ///< degrees, beyond the body's
    double stoop; ///< how much lower the body is carried
};

Stance stanceOf(const DemoAnimal &animal, Dice &dice)
{
    switch (animal.pose) {
    case DemoAnimal::Pose::Pecking:
        return {24 + animal.tilt, 34 + dice.range(-6, 10), dice.range(-6, 12), 0.0};
    case DemoAnimal::Pose::Landing:
        return {-34 + animal.tilt, 22, -18, 0.02};
    case DemoAnimal::Pose::Perched:
    case DemoAnimal::Pose::Facing:
        break;
    }
    return {-26 + animal.tilt, 22 + dice.range(-8, 8), dice.range(-8, 14), 0.0};
}

void paintSide(QPainter &painter, const DemoAnimal &animal, const Plumage &plumage,
               const Shape &shape, Dice &dice)
{
    const bool magpie = animal.kind == DemoAnimal::Kind::Magpie;
    const Stance stance = stanceOf(animal, dice);
    const double a = shape.bodyLength;
    const double b = shape.bodyDepth * dice.range(0.96, 1.08);
    paintLegs(painter, plumage, shape.leg + b * 0.6, magpie ? 0.04 : 0.045);
    painter.translate(-0.01, -(shape.leg + b * 0.94) + stance.stoop);
    painter.rotate(stance.body);
    paintTail(painter, plumage, shape, {-a * 0.82, b * 0.05}, -stance.tail);
    const QPointF neck(a * 0.74, -b * 0.42);
    const QPointF head(a * 0.74 + shape.neck, -b * 0.42 - shape.neck * 0.9);
    paintPart(painter, [&](QPainter &body) {
        QPainterPath trunk;
        trunk.moveTo(a * 1.02, -b * 0.1);
        trunk.cubicTo(a * 1.04, b * 0.62, a * 0.4, b * 1.06, -a * 0.12, b * 0.98);
        trunk.cubicTo(-a * 0.6, b * 0.9, -a * 0.95, b * 0.42, -a * 1.06, b * 0.16);
        trunk.cubicTo(-a * 0.96, -b * 0.2, -a * 0.5, -b * 0.82, a * 0.08, -b * 0.96);
        trunk.cubicTo(a * 0.5, -b * 1.06, a * 1.0, -b * 0.7, a * 1.02, -b * 0.1);
        body.fillPath(trunk, plumage.breast);
        QPainterPathStroker stroker;
        stroker.setWidth(shape.head * 1.75);
        stroker.setCapStyle(Qt::RoundCap);
        QPainterPath spine;
        spine.moveTo(neck - QPointF(a * 0.2, -b * 0.2));
        spine.lineTo(head - QPointF(shape.head * 0.1, 0));
        body.fillPath(stroker.createStroke(spine), magpie ? plumage.bib : plumage.breast);
        body.setCompositionMode(QPainter::CompositionMode_SourceAtop);
        soft(body, {-a * 0.25, b * 0.62}, a * 0.7, b * 0.5, plumage.flank, -4);
        soft(body, {-a * 0.2, -b * 0.95}, a * 1.3, b * 0.72, plumage.back, 8);
        if (magpie) {
            soft(body, {a * 0.86, -b * 0.1}, a * 0.52, b * 0.98, plumage.bib, -8);
            soft(body, {-a * 0.92, b * 0.42}, a * 0.42, b * 0.52, plumage.bib, 12);
        } else {
            soft(body, head + QPointF(-shape.head * 0.9, shape.head * 0.3), shape.head * 0.8,
                 shape.head * 0.6, plumage.nape, 40);
        }
    });
    paintWing(painter, plumage, shape, magpie);
    painter.save();
    painter.translate(head);
    painter.rotate(stance.head + (stance.body < 0 ? 6 : -12));
    paintHead(painter, plumage, shape, magpie);
    painter.restore();
    if (animal.pose == DemoAnimal::Pose::Landing) {
        painter.save();
        painter.translate(a * 0.1, -b * 0.5);
        painter.rotate(-dice.range(48, 78));
        const double w = magpie ? 0.34 : 0.46;
        for (int i = 7; i >= 0; --i) { // quills, fanned from the leading edge backwards
            painter.save();
            painter.rotate(i * 13.0);
            QPainterPath quill;
            const double length = w * (1.0 - 0.055 * i) * dice.range(0.95, 1.05);
            quill.moveTo(-0.02, -0.02);
            quill.cubicTo(length * 0.4, -0.05, length * 0.85, -0.05, length, -0.005);
            quill.cubicTo(length * 0.85, 0.035, length * 0.4, 0.045, -0.02, 0.03);
            QLinearGradient tone(0, 0, length, 0);
            QColor root = plumage.wing.darker(105);
            QColor tip = magpie ? QColor(226, 230, 236) : plumage.wing.lighter(128);
            root.setAlpha(235);
            tip.setAlpha(190);
            tone.setColorAt(0, root);
            tone.setColorAt(magpie ? 0.45 : 0.6, magpie ? root : tip);
            tone.setColorAt(1, tip);
            painter.fillPath(quill, tone);
            painter.restore();
        }
        painter.restore();
    }
}

void paintFront(QPainter &painter, const Plumage &plumage, const Shape &shape, bool magpie,
                Dice &dice)
{
    const double r = shape.bodyDepth * (magpie ? 1.05 : 1.14);
    const double turn = dice.range(-0.35, 0.35);
    const QPointF centre(0, -shape.leg - r * 0.98);
    painter.save();
    painter.translate(centre + QPointF(0.02, r * 0.55));
    painter.rotate(-82 + turn * 30);
    Shape shortened = shape;
    shortened.tail *= magpie ? 0.75 : 0.5;
    paintTail(painter, plumage, shortened, {0, 0}, 0);
    painter.restore();
    paintLegs(painter, plumage, shape.leg + r * 0.4, 0.06);
    const QPointF head(turn * 0.10, centre.y() - r * 0.86 - shape.head * 0.34);
    paintPart(painter, [&](QPainter &body) {
        body.setBrush(plumage.breast);
        body.drawEllipse(centre, r * 0.98, r * 1.06);
        body.drawEllipse((centre + head) / 2, r * 0.82, r * 0.62);
        body.setCompositionMode(QPainter::CompositionMode_SourceAtop);
        for (const double side : {-1.0, 1.0}) {
            soft(body, centre + QPointF(side * r * 0.98, r * 0.1), r * 0.38, r * 0.9, plumage.wing,
                 side * 8);
            soft(body, centre + QPointF(side * r * 0.62, r * 0.35), r * 0.3, r * 0.6,
                 plumage.flank);
        }
        if (magpie)
            soft(body, (centre + head) / 2 - QPointF(0, r * 0.2), r * 1.2, r * 0.8, plumage.bib);
    });
    paintPart(painter, [&](QPainter &face) {
        const double h = shape.head;
        face.translate(head);
        face.setBrush(plumage.cheek);
        face.drawEllipse(QPointF(0, 0), h * 1.04, h * 0.98);
        face.setCompositionMode(QPainter::CompositionMode_SourceAtop);
        soft(face, {turn * h, -h * 0.78}, h * 1.3, h * 0.72, plumage.cap);
        soft(face, {turn * h, h * 0.78}, h * 0.6 * plumage.bibSize, h * 0.62 * plumage.bibSize,
             plumage.bib);
        face.setBrush(QColor(10, 10, 12));
        for (const double side : {-1.0, 1.0})
            face.drawEllipse(QPointF(turn * h + side * h * 0.46, -h * 0.2), h * 0.13, h * 0.13);
        QPainterPath beak;
        beak.moveTo(turn * h - h * 0.16, -h * 0.06);
        beak.lineTo(turn * h + h * 0.16, -h * 0.06);
        beak.lineTo(turn * h + turn * h * 0.5, h * 0.26 + shape.beak * 0.3);
        beak.closeSubpath();
        face.fillPath(beak, plumage.beak);
    });
}

} // namespace

void paintBird(QPainter &painter, const DemoAnimal &animal)
{
    Dice dice(mixSeed(animal.seed, 0xb19dU));
    const bool magpie = animal.kind == DemoAnimal::Kind::Magpie;
    const bool sparrow = animal.kind == DemoAnimal::Kind::Sparrow;
    const Plumage plumage = magpie    ? magpiePlumage()
                            : sparrow ? sparrowPlumage(dice)
                                      : chickadeePlumage(dice);
    const Shape shape = magpie ? Shape{0.205, 0.118, 0.078, 0.50, 0.075, 0.075, 0.042, 0.10, 0.045}
                        : sparrow
                            ? Shape{0.285, 0.185, 0.138, 0.32, 0.105, 0.085, 0.085, 0.075, 0.045}
                            : Shape{0.270, 0.188, 0.150, 0.36, 0.095, 0.055, 0.045, 0.075, 0.035};
    if (animal.pose == DemoAnimal::Pose::Facing)
        paintFront(painter, plumage, shape, magpie, dice);
    else
        paintSide(painter, animal, plumage, shape, dice);
    painter.resetTransform();
    painter.scale(painter.device()->width(), painter.device()->height());
    paintFeathers(painter, {0.5, 0.5}, 0.4, 0.4, magpie ? 0.6 : 1.0, dice);
}

} // namespace birblens::demo
