// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoanimals.h"

#include <array>
#include <cmath>

namespace birblens::demo {

namespace {

struct Coat
{
    QColor back;
    QColor side;
    QColor belly;
    QColor tailTip;
};

Coat coatOf(Dice &dice)
{
    static const std::array<Coat, 3> coats{
        Coat{QColor(52, 44, 42), QColor(40, 35, 34), QColor(58, 48, 44), QColor(74, 64, 60)},
        Coat{QColor(118, 108, 98), QColor(134, 116, 96), QColor(222, 216, 208),
             QColor(196, 194, 190)},
        Coat{QColor(132, 84, 52), QColor(150, 92, 54), QColor(214, 176, 136),
             QColor(178, 132, 92)}};
    const double pick = dice.unit();
    return coats[pick < 0.45 ? 0 : pick < 0.8 ? 1 : 2];
}

struct Lump
{
    QPointF centre;
    double rx;
    double ry;
    double angle;
};

void hair(QPainter &painter, QPointF from, QPointF along, const QColor &colour, int alpha,
          double width)
{
    QColor tone = colour;
    tone.setAlpha(alpha);
    painter.setPen(QPen(tone, width, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(from, from + along);
    painter.setPen(Qt::NoPen);
}

void furryLump(QPainter &painter, const Lump &lump, const QColor &base, Dice &dice)
{
    painter.save();
    painter.translate(lump.centre);
    painter.rotate(lump.angle);
    QRadialGradient round(QPointF(-0.1, -0.35), 1.35);
    round.setColorAt(0, base.lighter(122));
    round.setColorAt(0.6, base);
    round.setColorAt(1, base.darker(150));
    painter.save();
    painter.scale(lump.rx, lump.ry);
    painter.setBrush(round);
    painter.drawEllipse(QPointF(0, 0), 1, 1);
    painter.restore();
    for (int i = 0; i < 130; ++i) {
        const double turn = dice.range(0, 6.283);
        const double out = std::sqrt(dice.unit());
        const QPointF at(std::cos(turn) * out * lump.rx, std::sin(turn) * out * lump.ry);
        const QPointF along(std::cos(turn) * 0.022 * out - 0.016,
                            std::sin(turn) * 0.022 * out + 0.010);
        hair(painter, at, along, dice.chance(0.5) ? base.lighter(155) : base.darker(160),
             60 + dice.below(80), 0.007);
    }
    painter.restore();
}

void paintTail(QPainter &painter, const QPainterPath &line, double thickness, const Coat &coat,
               Dice &dice)
{
    for (int i = 0; i <= 60; ++i) {
        const double part = i / 60.0;
        const double r = thickness * (0.50 + 0.62 * std::sin(0.25 + part * 2.45)) *
                         (1.0 + 0.10 * smoothNoise(part * 9.0, 0, 3));
        const QPointF at = line.pointAtPercent(part);
        QRadialGradient fluff(at, r);
        QColor inner = coat.side;
        inner.setAlpha(235);
        QColor outer = coat.tailTip;
        outer.setAlpha(0);
        fluff.setColorAt(0, inner);
        fluff.setColorAt(0.40, inner);
        fluff.setColorAt(1, outer);
        painter.setBrush(fluff);
        painter.drawEllipse(at, r, r);
        const double angle = line.angleAtPercent(part) * 3.14159265 / 180.0;
        for (int k = 0; k < 22; ++k) {
            const double side = dice.chance(0.5) ? 1 : -1;
            const double lean = angle + side * dice.range(0.5, 1.4);
            const QPointF out(std::cos(lean), -std::sin(lean));
            hair(painter, at + out * r * dice.range(0.1, 0.6), out * r * dice.range(0.35, 0.70),
                 dice.chance(0.45) ? coat.tailTip : coat.side.darker(125), 46 + dice.below(80),
                 0.006);
        }
    }
}

void paintHead(QPainter &painter, QPointF at, double angle, const Coat &coat, Dice &dice)
{
    painter.save();
    painter.translate(at);
    painter.rotate(angle);
    QPainterPath ear;
    ear.moveTo(-0.075, -0.045);
    ear.quadTo(-0.085, -0.15, -0.035, -0.145);
    ear.quadTo(-0.005, -0.10, -0.012, -0.06);
    painter.fillPath(ear.translated(0.045, 0.004), coat.side.darker(140));
    furryLump(painter, {{0, 0}, 0.105, 0.082, 12}, coat.back, dice);
    furryLump(painter, {{0.082, 0.026}, 0.052, 0.042, 20}, coat.side.lighter(108), dice);
    painter.fillPath(ear, coat.back.darker(112));
    painter.setBrush(QColor(16, 14, 14));
    painter.drawEllipse(QPointF(0.038, -0.018), 0.017, 0.017);
    painter.setBrush(QColor(240, 240, 244));
    painter.drawEllipse(QPointF(0.043, -0.024), 0.005, 0.005);
    painter.setBrush(QColor(30, 24, 24));
    painter.drawEllipse(QPointF(0.130, 0.026), 0.010, 0.009);
    painter.restore();
}

void paintLimb(QPainter &painter, QPointF from, QPointF bend, QPointF to, double width,
               const QColor &colour)
{
    QPainterPath limb;
    limb.moveTo(from);
    limb.quadTo(bend, to);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, width, Qt::SolidLine, Qt::RoundCap));
    painter.drawPath(limb);
    painter.setPen(QPen(colour.darker(120), width * 0.7, Qt::SolidLine, Qt::RoundCap));
    painter.drawLine(to, to + QPointF(0.04, 0.003));
    painter.setPen(Qt::NoPen);
}

void paintSitting(QPainter &painter, const Coat &coat, Dice &dice)
{
    const double sway = dice.range(-0.05, 0.05);
    QPainterPath tail;
    tail.moveTo(-0.14, -0.06);
    tail.cubicTo(-0.46 + sway, -0.02, -0.30 + sway, -0.46, -0.27 + sway, -0.62);
    tail.cubicTo(-0.24 + sway, -0.82, -0.38 + sway, -0.88, -0.46 + sway, -0.76);
    paintTail(painter, tail, 0.125, coat, dice);
    furryLump(painter, {{-0.02, -0.19}, 0.185, 0.185, -10}, coat.back, dice);
    furryLump(painter, {{0.07, -0.36}, 0.125, 0.20, 14}, coat.back, dice);
    furryLump(painter, {{0.125, -0.33}, 0.068, 0.165, 10}, coat.belly, dice);
    furryLump(painter, {{0.01, -0.13}, 0.125, 0.115, -24}, coat.side, dice);
    paintLimb(painter, {0.00, -0.05}, {0.05, -0.01}, {0.13, -0.012}, 0.045, coat.side.darker(112));
    paintLimb(painter, {0.10, -0.44}, {0.13, -0.34}, {0.205, -0.46}, 0.048, coat.side);
    paintHead(painter, {0.145, -0.585}, dice.range(-16, 14), coat, dice);
}

void paintStooping(QPainter &painter, const Coat &coat, double tilt, Dice &dice)
{
    const double lift = dice.range(-0.08, 0.10);
    QPainterPath tail;
    tail.moveTo(-0.25, -0.14);
    tail.cubicTo(-0.46, -0.08, -0.44, -0.40 - lift, -0.56, -0.46 - lift);
    tail.cubicTo(-0.62, -0.50 - lift, -0.70, -0.44 - lift, -0.72, -0.36 - lift);
    paintTail(painter, tail, 0.105, coat, dice);
    paintLimb(painter, {0.16, -0.13}, {0.19, -0.07}, {0.18, -0.012}, 0.044, coat.side.darker(140));
    paintLimb(painter, {-0.20, -0.10}, {-0.24, -0.04}, {-0.16, -0.010}, 0.046,
              coat.side.darker(140));
    furryLump(painter, {{0.02, -0.19}, 0.265, 0.128, -3 + tilt * 0.4}, coat.back, dice);
    furryLump(painter, {{0.04, -0.125}, 0.20, 0.060, -2}, coat.belly, dice);
    furryLump(painter, {{-0.13, -0.155}, 0.150, 0.142, 0}, coat.side, dice);
    paintLimb(painter, {-0.10, -0.06}, {-0.08, -0.01}, {-0.02, -0.010}, 0.050, coat.side);
    paintLimb(painter, {0.21, -0.15}, {0.25, -0.08}, {0.24, -0.012}, 0.046, coat.side);
    paintHead(painter, {0.29, -0.235 + tilt * 0.002}, 22 + tilt, coat, dice);
}

void paintFacing(QPainter &painter, const Coat &coat, Dice &dice)
{
    const double sway = dice.range(-0.12, 0.12);
    QPainterPath tail;
    tail.moveTo(0.06, -0.10);
    tail.cubicTo(0.30 + sway, -0.16, 0.26 + sway, -0.55, 0.16 + sway, -0.74);
    tail.cubicTo(0.12 + sway, -0.84, 0.22 + sway, -0.90, 0.28 + sway, -0.84);
    paintTail(painter, tail, 0.12, coat, dice);
    furryLump(painter, {{0, -0.19}, 0.175, 0.185, 0}, coat.back, dice);
    furryLump(painter, {{0, -0.36}, 0.125, 0.20, 0}, coat.side, dice);
    furryLump(painter, {{0, -0.30}, 0.078, 0.20, 0}, coat.belly, dice);
    for (const double side : {-1.0, 1.0}) {
        paintLimb(painter, {side * 0.10, -0.06}, {side * 0.14, -0.02}, {side * 0.11, -0.01}, 0.05,
                  coat.side);
        paintLimb(painter, {side * 0.10, -0.43}, {side * 0.12, -0.34}, {side * 0.02, -0.36}, 0.045,
                  coat.side.darker(110));
        QPainterPath ear;
        ear.addEllipse(QPointF(side * 0.072, -0.665), 0.028, 0.046);
        painter.fillPath(ear, coat.back.darker(118));
    }
    furryLump(painter, {{0, -0.585}, 0.095, 0.092, 0}, coat.back, dice);
    furryLump(painter, {{0, -0.545}, 0.048, 0.044, 0}, coat.side.lighter(115), dice);
    painter.setBrush(QColor(16, 14, 14));
    for (const double side : {-1.0, 1.0})
        painter.drawEllipse(QPointF(side * 0.056, -0.598), 0.016, 0.018);
    painter.drawEllipse(QPointF(0, -0.548), 0.012, 0.009);
}

} // namespace

void paintSquirrel(QPainter &painter, const DemoAnimal &animal)
{
    Dice dice(mixSeed(animal.seed, 0x5c1eU));
    const Coat coat = coatOf(dice);
    switch (animal.pose) {
    case DemoAnimal::Pose::Perched:
        paintSitting(painter, coat, dice);
        break;
    case DemoAnimal::Pose::Facing:
        paintFacing(painter, coat, dice);
        break;
    case DemoAnimal::Pose::Pecking:
    case DemoAnimal::Pose::Landing:
        paintStooping(painter, coat, animal.tilt, dice);
        break;
    }
}

} // namespace birblens::demo
