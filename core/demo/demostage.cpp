// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demostage.h"

#include <array>
#include <cmath>

namespace birblens::demo {

namespace {

const QColor kRailTop(150, 152, 150);
const QColor kRailFace(112, 117, 119);
const QColor kSnow(230, 234, 242);
const QColor kSnowShade(178, 190, 212);

QPainterPath snowCap(double x0, double y0, double x1, double y1, double thickness, quint32 seed)
{
    QPainterPath cap;
    cap.moveTo(x0, y0);
    const int steps = std::max(8, static_cast<int>(std::abs(x1 - x0) + std::abs(y1 - y0)) / 6);
    for (int i = 0; i <= steps; ++i) {
        const double part = static_cast<double>(i) / steps;
        const double swell = 0.72 + 0.30 * smoothNoise(part * steps * 0.21, 1, seed) +
                             0.10 * smoothNoise(part * steps * 0.8, 2, seed);
        const double ends = std::min(1.0, std::min(part, 1 - part) * steps * 0.5 + 0.35);
        cap.lineTo(mix(x0, x1, part), mix(y0, y1, part) - thickness * swell * ends);
    }
    for (int i = steps; i >= 0; --i) {
        const double part = static_cast<double>(i) / steps;
        const double drip = 1.2 * smoothNoise(part * steps * 0.33, 5, seed);
        cap.lineTo(mix(x0, x1, part), mix(y0, y1, part) + 1.4 + drip);
    }
    cap.closeSubpath();
    return cap;
}

QLinearGradient snowShading(double top, double bottom)
{
    QLinearGradient shade(0, top, 0, bottom);
    shade.setColorAt(0, kSnow);
    shade.setColorAt(0.55, QColor(218, 225, 237));
    shade.setColorAt(1, kSnowShade);
    return shade;
}

void paintRailing(LayerPainter &painter, double snow)
{
    const double low = 74; // from the top of the hand rail to the lower rail
    for (int i = 0; i < 20; ++i) {
        const double x = 44 + i * 24.5;
        const double top = railTop(x) + 10;
        QLinearGradient round(x - 4, 0, x + 4, 0);
        round.setColorAt(0, kRailFace.darker(128));
        round.setColorAt(0.4, kRailFace.lighter(106));
        round.setColorAt(1, kRailFace.darker(150));
        QPainterPath baluster;
        baluster.addRect(x - 3.6, top, 7.2, low);
        painter.fill(baluster, round, 0.10);
    }
    const auto rail = [&](double drop, double face, double upper) {
        const double l = railTop(0) + drop;
        const double r = railTop(480) + drop;
        const QImage grain = woodTexture(700, 16, kRailTop.lighter(108), kRailTop.darker(118), 71);
        const QImage front = woodTexture(700, 24, kRailFace, kRailFace.darker(130), 72);
        painter.board(
            {{{0, l + upper}, {480, r + upper}, {480, r + upper + face}, {0, l + upper + face}}},
            front, 0.08);
        painter.board({{{0, l}, {480, r}, {480, r + upper}, {0, l + upper}}}, grain, 0.75);
    };
    rail(low, 7, 3.5);
    rail(0, 11, 6.5);
    if (snow <= 0)
        return;
    painter.fill(snowCap(48, railTop(48) + low + 2, 480, railTop(480) + low + 2, 5 * snow, 83),
                 snowShading(railTop(240) + low - 4, railTop(240) + low + 5), 0.5);
    painter.fill(snowCap(48, railTop(48) + 5, 480, railTop(480) + 5, 13 * snow, 84),
                 snowShading(railTop(240) - 9, railTop(240) + 8), 0.8);
}

void paintWall(LayerPainter &painter)
{
    painter.board({{{0, 0}, {44, 0}, {52, 360}, {0, 372}}},
                  sidingTexture(90, 640, QColor(70, 104, 100), 26, 91), 0.22);
    painter.board({{{40, 0}, {50, 0}, {58, 356}, {47, 361}}},
                  woodTexture(24, 640, QColor(196, 194, 184), QColor(164, 162, 154), 92), 0.35);
}

void paintBoards(LayerPainter &painter, double snow)
{
    const QColor light(196, 152, 98);
    const QColor dark(122, 82, 48);
    const QImage back = woodTexture(700, 44, light.darker(112), dark.darker(115), 11);
    const QImage top = woodTexture(900, 30, light, dark.lighter(120), 12);
    const QImage side = woodTexture(900, 60, light.darker(108), dark, 13);
    const QImage front = woodTexture(900, 80, light.lighter(104), dark.lighter(112), 14);
    // Far board: its upper edge, then the face that looks at the camera.
    painter.board({{{64, 334}, {426, 329}, {420, 338}, {72, 343}}}, top, 0.85);
    painter.board({{{72, 343}, {420, 338}, {414, 353}, {77, 358}}}, back, 0.06);
    // Left board, inner face and top.
    painter.board({{{72, 343}, {78, 358}, {-62, 577}, {-90, 577}}},
                  side.transformed(QTransform().rotate(-90)), 0.25);
    painter.board({{{64, 334}, {73, 342}, {-70, 560}, {-120, 560}}},
                  top.transformed(QTransform().rotate(-90)), 0.80);
    // Right board.
    painter.board({{{420, 338}, {414, 353}, {560, 594}, {590, 594}}},
                  side.transformed(QTransform().rotate(90)), 0.45);
    painter.board({{{426, 329}, {419, 338}, {575, 580}, {620, 580}}},
                  top.transformed(QTransform().rotate(90)), 0.80);
    // Near board: broad top.
    painter.board({{{-10, 597}, {490, 590}, {490, 650}, {-10, 650}}}, front, 0.80);
    QPainterPath edge;
    edge.moveTo(-10, 597.5);
    edge.lineTo(490, 590.5);
    painter.stroke(edge, QPen(QColor(74, 48, 28, 150), 2.2), 0.3);
    for (const QPointF screw : {QPointF(28, 622), QPointF(452, 617), QPointF(240, 630)}) {
        QPainterPath head;
        head.addEllipse(screw, 3.2, 2.6);
        painter.fill(head, QColor(74, 70, 68), 0.6);
    }
    if (snow <= 0)
        return;
    painter.fill(snowCap(64, 341, 426, 336, 11 * snow, 85), snowShading(322, 342), 0.85);
    if (snow > 0.5)
        painter.fill(snowCap(-10, 612, 200, 609, 12 * snow, 86), snowShading(596, 614), 0.85);
    painter.fill(snowCap(330, 605, 490, 603, 10 * snow, 87), snowShading(592, 608), 0.85);
}

void paintStem(LayerPainter &painter, QPointF foot, QPointF head, double snow, quint32 seed)
{
    Dice dice(seed);
    QPainterPath stem;
    stem.moveTo(foot);
    const QPointF bend = (foot + head) / 2 + QPointF(dice.range(-9, 9), 0);
    stem.quadTo(bend, head);
    painter.stroke(stem, QPen(QColor(104, 82, 58), 2.1, Qt::SolidLine, Qt::RoundCap), 0.4);
    for (int i = 0; i < 3; ++i) {
        const QPointF at = stem.pointAtPercent(dice.range(0.25, 0.8));
        QPainterPath leaf;
        leaf.moveTo(at);
        const double side = dice.chance(0.5) ? 1 : -1;
        leaf.cubicTo(at + QPointF(side * 7, -4), at + QPointF(side * 12, 3),
                     at + QPointF(side * dice.range(8, 14), dice.range(8, 16)));
        leaf.cubicTo(at + QPointF(side * 8, 6), at + QPointF(side * 4, 4), at);
        painter.fill(leaf, QColor(116, 90, 60), 0.35);
    }
    QPainterPath cone;
    cone.addEllipse(head, 5.4, 6.2);
    painter.fill(cone, QColor(58, 44, 34), 0.3);
    for (int i = 0; i < 26; ++i) {
        QPainterPath spike;
        const QPointF at = head + QPointF(dice.range(-5, 5), dice.range(-6, 5));
        spike.moveTo(at);
        spike.lineTo(at + QPointF(dice.range(-2.2, 2.2), -2.2));
        painter.stroke(spike, QPen(QColor(96 + dice.below(30), 72, 46), 0.9), 0.5);
    }
    if (snow > 0.2) {
        QPainterPath hat;
        hat.addEllipse(head + QPointF(0, -6.0), 5.4, 3.4 * snow + 0.6);
        painter.fill(hat, kSnow, 0.8);
    }
}

void paintBranch(LayerPainter &painter, double snow)
{
    const QColor bark(94, 78, 66);
    const auto limb = [&](QPointF from, QPointF bend, QPointF to, double wide, double thin) {
        const int steps = 40;
        QPainterPath line;
        line.moveTo(from);
        line.quadTo(bend, to);
        for (int i = 0; i < steps; ++i) {
            const double part = static_cast<double>(i) / steps;
            QPainterPath piece;
            piece.moveTo(line.pointAtPercent(part));
            piece.lineTo(line.pointAtPercent(std::min(1.0, part + 1.4 / steps)));
            const double width = mix(wide, thin, part);
            painter.stroke(piece, QPen(bark.darker(135), width, Qt::SolidLine, Qt::RoundCap), 0.2);
        }
        for (int i = 0; i < steps; ++i) {
            const double part = static_cast<double>(i) / steps;
            QPainterPath piece;
            piece.moveTo(line.pointAtPercent(part));
            piece.lineTo(line.pointAtPercent(std::min(1.0, part + 1.4 / steps)));
            const double width = mix(wide, thin, part);
            const int tone = 106 + static_cast<int>(22 * smoothNoise(i * 0.45, wide, 19));
            painter.stroke(piece.translated(-0.16 * width, -0.2 * width),
                           QPen(bark.lighter(tone), width * 0.55, Qt::SolidLine, Qt::RoundCap),
                           0.7);
        }
        if (snow > 0.2) {
            for (int i = 2; i < 158; ++i) {
                const double part = i / 160.0;
                const double width = mix(wide, thin, part);
                const double r = snow * width * (0.20 + 0.42 * smoothNoise(i * 0.07, wide, 29));
                if (r < 0.45)
                    continue;
                QPainterPath load;
                load.addEllipse(line.pointAtPercent(part) + QPointF(-0.1 * width, -0.40 * width),
                                r * 1.2 + 0.6, r);
                painter.fill(load, kSnow, 0.8);
            }
        }
    };
    limb({128, 470}, {204, 384}, branchPlace(1.0), 9.0, 3.6);
    limb({196, 400}, {196, 356}, {174, 318}, 4.6, 1.8);
    limb({258, 348}, {290, 346}, {322, 356}, 4.0, 1.6);
    limb({186, 338}, {200, 322}, {204, 306}, 2.4, 1.2);
    limb({296, 347}, {312, 332}, {330, 330}, 2.0, 1.0);
}

void paintDish(LayerPainter &painter, double snow)
{
    const QPointF centre(352, 486);
    QPainterPath shadow;
    shadow.addEllipse(centre + QPointF(2, 11), 47, 17);
    painter.fill(shadow, QColor(30, 26, 28, 105), 0.3);
    QPainterPath bowl;
    bowl.moveTo(centre.x() - 44, centre.y());
    bowl.cubicTo(centre.x() - 40, centre.y() + 20, centre.x() - 26, centre.y() + 27, centre.x(),
                 centre.y() + 27);
    bowl.cubicTo(centre.x() + 26, centre.y() + 27, centre.x() + 40, centre.y() + 20,
                 centre.x() + 44, centre.y());
    bowl.closeSubpath();
    QLinearGradient clay(centre.x() - 44, 0, centre.x() + 44, 0);
    clay.setColorAt(0, QColor(176, 96, 62));
    clay.setColorAt(0.5, QColor(190, 112, 76));
    clay.setColorAt(1, QColor(132, 70, 46));
    painter.fill(bowl, clay, 0.25);
    QPainterPath rim;
    rim.addEllipse(centre, 44, 16);
    painter.fill(rim, QColor(198, 124, 88), 0.8);
    QPainterPath hollow;
    hollow.addEllipse(centre + QPointF(0, 1.4), 38, 12.5);
    painter.fill(hollow, QColor(112, 66, 46), 0.4);
    QPainterPath food;
    food.addEllipse(centre + QPointF(0, 3.2), 35, 10.4);
    painter.fill(food, QColor(98, 78, 58), 0.6);
    Dice dice(64);
    for (int i = 0; i < 150; ++i) {
        const double angle = dice.range(0, 6.283);
        const double r = std::sqrt(dice.unit());
        QPainterPath seed;
        seed.addEllipse(centre + QPointF(std::cos(angle) * r * 33, 3 + std::sin(angle) * r * 9.4),
                        1.9, 1.1);
        const int tone = dice.below(90);
        painter.fill(seed, QColor(64 + tone, 52 + tone, 40 + tone * 3 / 4), 0.7);
    }
    if (snow > 0.5) {
        QPainterPath edge;
        edge.moveTo(centre.x() - 43, centre.y() - 1);
        edge.cubicTo(centre.x() - 30, centre.y() - 19, centre.x() + 30, centre.y() - 19,
                     centre.x() + 43, centre.y() - 1);
        edge.cubicTo(centre.x() + 28, centre.y() - 12, centre.x() - 28, centre.y() - 12,
                     centre.x() - 43, centre.y() - 1);
        painter.fill(edge, kSnow, 0.85);
    }
}

LitLayer paintStage(int level)
{
    const double snow = static_cast<double>(level) / (kSnowLevels - 1);
    LayerPainter painter;
    paintRailing(painter, snow);
    paintWall(painter);
    paintBoards(painter, snow);
    paintStem(painter, {98, 388}, {88, 300}, snow, 301);
    paintStem(painter, {112, 396}, {122, 322}, snow, 302);
    paintStem(painter, {404, 384}, {412, 312}, snow, 303);
    paintStem(painter, {394, 378}, {386, 328}, snow, 305);
    paintDish(painter, snow);
    paintBranch(painter, snow);
    return painter.finish(0.0);
}

} // namespace

QPolygonF boxCorners()
{
    return {{{77, 358}, {414, 353}, {562, 596}, {-76, 604}}};
}

const QTransform &boxToFrame()
{
    static const QTransform transform = toCorners(QRectF(0, 0, 1, 1), boxCorners());
    return transform;
}

double railTop(double x)
{
    return 268 - x * 0.012;
}

QPointF branchPlace(double part)
{
    // The quadratic curve of the main limb in paintBranch().
    const QPointF a(128, 470);
    const QPointF b(204, 384);
    const QPointF c(306, 318);
    const double keep = 1 - part;
    return a * (keep * keep) + b * (2 * keep * part) + c * (part * part);
}

const LitLayer &stageLayer(int snowLevel)
{
    static const std::array<LitLayer, kSnowLevels> layers{paintStage(0), paintStage(1),
                                                          paintStage(2), paintStage(3)};
    return layers[static_cast<size_t>(std::clamp(snowLevel, 0, kSnowLevels - 1))];
}

} // namespace birblens::demo
