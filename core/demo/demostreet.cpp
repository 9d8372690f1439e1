// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demostreet.h"

#include <cmath>

namespace birblens::demo {

namespace {

const QColor kSnow(226, 231, 240);
const QColor kSnowShade(188, 199, 218);

struct House
{
    double left;
    double right;
    double eaves;
    double ridge;
    QImage wall;
    QColor roof;
    QColor trim;
    bool gable; ///< the gable end looks at the street
    quint32 seed;
};

constexpr double kGround = 224;

void paintWindow(LayerPainter &painter, const QRectF &frame, QColor trim, Dice &dice)
{
    QPainterPath outer;
    outer.addRect(frame.adjusted(-1.8, -1.8, 1.8, 2.6));
    painter.fill(outer, trim, 0.12);
    QPainterPath pane;
    pane.addRect(frame);
    const bool lamp = dice.chance(0.22);
    QLinearGradient glass(frame.topLeft(), frame.bottomRight());
    glass.setColorAt(0, lamp ? QColor(236, 190, 116) : QColor(112, 130, 150));
    glass.setColorAt(0.5, lamp ? QColor(190, 140, 80) : QColor(46, 54, 66));
    glass.setColorAt(1, lamp ? QColor(150, 104, 60) : QColor(66, 76, 90));
    painter.fill(pane, glass, 0.05);
    QPainterPath bar;
    bar.addRect(frame.center().x() - 0.7, frame.top(), 1.4, frame.height());
    painter.fill(bar, trim, 0.1);
}

void paintRoof(LayerPainter &painter, const House &house, int snowy)
{
    const double over = 5;
    QPolygonF roof;
    if (house.gable) {
        const double middle = (house.left + house.right) / 2;
        roof = {{{house.left - over, house.eaves + 4},
                 {middle, house.ridge},
                 {house.right + over, house.eaves + 4},
                 {house.right + over - 4, house.eaves + 8},
                 {middle, house.ridge + 10},
                 {house.left - over + 4, house.eaves + 8}}};
    } else {
        roof = {{{house.left + 12, house.ridge},
                 {house.right - 12, house.ridge},
                 {house.right + over, house.eaves + 3},
                 {house.left - over, house.eaves + 3}}};
    }
    QLinearGradient tiles(0, house.ridge, 0, house.eaves);
    tiles.setColorAt(0, house.roof.lighter(112));
    tiles.setColorAt(1, house.roof.darker(118));
    painter.fill(polygonPath(roof), tiles, 0.35);
    if (snowy == 0)
        return;
    if (house.gable) {
        QPainterPath cap;
        const double middle = (house.left + house.right) / 2;
        cap.moveTo(house.left - over, house.eaves + 3);
        cap.lineTo(middle, house.ridge - 4);
        cap.lineTo(house.right + over, house.eaves + 3);
        painter.stroke(cap, QPen(kSnow, 6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin), 0.6);
        return;
    }
    QPainterPath cover;
    cover.moveTo(house.left + 11, house.ridge - 3);
    cover.lineTo(house.right - 11, house.ridge - 3);
    cover.lineTo(house.right + over, house.eaves - 1);
    const int steps = 24;
    for (int i = 0; i <= steps; ++i) {
        const double part = static_cast<double>(i) / steps;
        const double x = mix(house.right + over, house.left - over, part);
        cover.lineTo(x, house.eaves - 1 + 2.4 * smoothNoise(x * 0.14, 0, house.seed));
    }
    cover.closeSubpath();
    QLinearGradient snow(0, house.ridge, 0, house.eaves);
    snow.setColorAt(0, kSnow);
    snow.setColorAt(1, kSnowShade);
    painter.fill(cover, snow, 0.7);
}

void paintHouse(LayerPainter &painter, const House &house, int snowy)
{
    Dice dice(house.seed);
    QPolygonF wall{{{house.left, house.eaves},
                    {house.right, house.eaves},
                    {house.right, kGround},
                    {house.left, kGround}}};
    painter.board(wall, house.wall, 0.10);
    if (house.gable) {
        const double middle = (house.left + house.right) / 2;
        QBrush brush(house.wall);
        brush.setTransform(
            QTransform::fromTranslate(house.left, house.eaves - house.wall.height()));
        painter.fill(polygonPath({{{house.left, house.eaves + 1},
                                   {middle, house.ridge + 4},
                                   {house.right, house.eaves + 1}}}),
                     brush, 0.10);
        paintWindow(painter, {middle - 8, mix(house.eaves, house.ridge, 0.42), 16, 17}, house.trim,
                    dice);
    }
    const double width = house.right - house.left;
    const int columns = std::max(2, static_cast<int>(width / 36));
    for (int row = 0; row < 2; ++row) {
        const double y = mix(house.eaves, kGround, row == 0 ? 0.12 : 0.56);
        const double h = (kGround - house.eaves) * 0.27;
        for (int column = 0; column < columns; ++column) {
            const double x = house.left + width * (column + 0.5) / columns;
            if (row == 1 && column == columns / 2) {
                QPainterPath door;
                door.addRect(x - 7, y - 2, 14, kGround - y + 2);
                painter.fill(door, house.trim.darker(135), 0.1);
                QPainterPath leaf;
                leaf.addRect(x - 5, y + 1, 10, kGround - y - 1);
                painter.fill(leaf, QColor(92, 42, 36), 0.1);
                continue;
            }
            paintWindow(painter, {x - 8.5, y, 17, h}, house.trim, dice);
        }
    }
    paintRoof(painter, house, snowy);
}

void paintChimney(LayerPainter &painter, QPointF top, double bottom, bool brick, int snowy)
{
    const double half = brick ? 7 : 2.2;
    QPainterPath stack;
    stack.addRect(top.x() - half, top.y(), 2 * half, bottom - top.y());
    if (brick)
        painter.fill(
            stack, QBrush(brickTexture(16, 40, QColor(128, 70, 58), QColor(150, 140, 132), 4, 77)),
            0.15);
    else
        painter.fill(stack, QColor(146, 150, 156), 0.3);
    QPainterPath cap;
    cap.addRect(top.x() - half - 1.6, top.y() - 3, 2 * half + 3.2, 3.4);
    painter.fill(cap, snowy != 0 && brick ? kSnow : QColor(92, 90, 92), 0.4);
}

void paintSpruce(LayerPainter &painter, QPointF foot, double height, int snowy, quint32 seed)
{
    Dice dice(seed);
    const int tiers = 13;
    for (int i = tiers; i >= 0; --i) {
        const double part = static_cast<double>(i) / tiers;
        const double y = foot.y() - height * (1.0 - 0.92 * part);
        const double half = height * (0.03 + 0.25 * part) * dice.range(0.85, 1.1);
        QPainterPath bough;
        bough.moveTo(foot.x(), y - height * 0.09);
        const int teeth = 7;
        for (int t = 0; t <= teeth; ++t) {
            const double side = mix(half, -half, static_cast<double>(t) / teeth);
            const double droop = height * 0.05 * (1.0 - std::abs(side) / half * 0.3);
            bough.lineTo(foot.x() + side, y + droop + dice.range(-1.5, 2.5));
            bough.lineTo(foot.x() + side - half / teeth, y + droop - dice.range(1.0, 4.0));
        }
        bough.closeSubpath();
        painter.fill(bough, QColor(38 + dice.below(12), 54 + dice.below(12), 44 + dice.below(8)),
                     0.10);
        if (snowy == 0)
            continue;
        for (int s = 0; s < 5; ++s) {
            const double side = dice.range(-half, half) * 0.85;
            QPainterPath load;
            load.addEllipse(QPointF(foot.x() + side, y + dice.range(-1, 3)), dice.range(1.5, 5.0),
                            dice.range(0.8, 1.8));
            painter.fill(load, QColor(206, 214, 226, 190), 0.4);
        }
    }
}

void paintBareTree(LayerPainter &painter, QPointF from, double angle, double length, double width,
                   Dice &dice)
{
    if (length < 4.5 || width < 0.25)
        return;
    const QPointF to(from.x() + std::sin(angle) * length, from.y() - std::cos(angle) * length);
    QPainterPath limb;
    limb.moveTo(from);
    limb.quadTo(from + (to - from) * 0.5 + QPointF(dice.range(-0.1, 0.1) * length, 0), to);
    painter.stroke(limb, QPen(QColor(74, 63, 58), width, Qt::SolidLine, Qt::RoundCap), 0.15);
    const int count = 2 + dice.below(2);
    for (int i = 0; i < count; ++i)
        paintBareTree(painter, to, angle + dice.range(-0.62, 0.62), length * dice.range(0.62, 0.85),
                      width * 0.66, dice);
}

void paintStreet(LayerPainter &painter, int snowy)
{
    const QColor lawn = snowy != 0 ? QColor(218, 224, 235) : QColor(136, 122, 88);
    painter.board({{{0, 218}, {480, 216}, {480, 340}, {0, 346}}},
                  grainTexture(480, 100, lawn, 0.10, 22, 5), snowy != 0 ? 0.8 : 0.5);
    painter.board(
        {{{0, 229}, {480, 227}, {480, 262}, {0, 264}}},
        grainTexture(480, 36, snowy != 0 ? QColor(118, 118, 124) : QColor(96, 95, 97), 0.22, 9, 15),
        0.55);
    // The balcony's own floor, to the left and right of the box.
    painter.board({{{0, 344}, {480, 338}, {480, 640}, {0, 640}}},
                  woodTexture(480, 300, QColor(112, 104, 96), QColor(76, 70, 66), 93), 0.3);
    if (snowy == 0)
        return;
    painter.board({{{0, 347}, {480, 341}, {480, 640}, {0, 640}}},
                  grainTexture(480, 300, QColor(196, 204, 218), 0.2, 14, 94), 0.5);
    for (int track = 0; track < 4; ++track) {
        const double y = 232.5 + track * 8.0;
        QPainterPath ridge;
        ridge.moveTo(0, y + 1);
        for (int x = 0; x <= 480; x += 12)
            ridge.lineTo(x, y - x * 0.004 + 1.6 * smoothNoise(x * 0.05, track, 41));
        painter.stroke(ridge, QPen(QColor(192, 197, 208, 170), 2.6), 0.7);
    }
    QPainterPath bank;
    bank.moveTo(0, 229);
    for (int x = 0; x <= 480; x += 8)
        bank.lineTo(x, 226 - x * 0.004 + 2.2 * smoothNoise(x * 0.07, 3, 43));
    bank.lineTo(480, 230);
    bank.closeSubpath();
    painter.fill(bank, QColor(222, 228, 238), 0.8);
}

LitLayer paintAll(int snowy)
{
    LayerPainter painter;
    // Hills and the roofs of the town, pale with distance.
    for (int range = 0; range < 3; ++range) {
        QPainterPath hill;
        hill.moveTo(0, 230);
        for (int x = 0; x <= 480; x += 4)
            hill.lineTo(x, 82 + range * 17 +
                               (15 - 3 * range) *
                                   layeredNoise(x * (0.010 + 0.012 * range), range, 61, 4));
        hill.lineTo(480, 230);
        hill.closeSubpath();
        const int fade = 40 - range * 20;
        painter.fill(hill, QColor(116 + fade, 130 + fade, 146 + fade), 0.25);
    }
    Dice dice(9);
    for (int i = 0; i < 46; ++i) {
        const double x = dice.range(-5, 485);
        paintSpruce(painter, {x, 148 + dice.range(0, 14)}, dice.range(22, 44), snowy,
                    static_cast<quint32>(100 + i));
    }
    paintStreet(painter, snowy);
    paintSpruce(painter, {176, 222}, 150, snowy, 31);
    paintSpruce(painter, {462, 220}, 172, snowy, 33);
    const House houses[] = {
        {46, 158, 150, 92, sidingTexture(112, 74, QColor(186, 170, 138), 5, 3), QColor(86, 80, 82),
         QColor(226, 222, 212), true, 201},
        {196, 330, 140, 96, brickTexture(134, 84, QColor(142, 80, 62), QColor(168, 150, 138), 4, 8),
         QColor(74, 70, 74), QColor(214, 206, 194), false, 202},
        {352, 452, 156, 104, sidingTexture(100, 68, QColor(116, 138, 156), 5, 4),
         QColor(92, 84, 80), QColor(230, 232, 234), true, 203},
    };
    paintChimney(painter, ventPlaces().at(1), 104, true, snowy);
    paintChimney(painter, ventPlaces().at(0), 126, false, snowy);
    paintChimney(painter, ventPlaces().at(2), 134, false, snowy);
    for (const House &house : houses)
        paintHouse(painter, house, snowy);
    Dice treeDice(52);
    paintBareTree(painter, {340, 226}, 0.03, 44, 6.0, treeDice);
    paintBareTree(painter, {92, 228}, -0.05, 28, 3.4, treeDice);
    return painter.finish(1.25);
}

} // namespace

QList<QPointF> ventPlaces()
{
    return {{126, 108}, {288, 78}, {380, 118}};
}

const LitLayer &streetLayer(int snowy)
{
    static const LitLayer layers[] = {paintAll(0), paintAll(1)};
    return layers[snowy != 0 ? 1 : 0];
}

} // namespace birblens::demo
