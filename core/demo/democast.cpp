// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/democast.h"

#include "core/demo/demostage.h"

namespace birblens::demo {

namespace {

using Kind = DemoAnimal::Kind;
using Pose = DemoAnimal::Pose;

bool isSmall(Kind kind)
{
    return kind == Kind::Chickadee || kind == Kind::Sparrow;
}

double lengthOf(Kind kind, Dice &dice)
{
    switch (kind) {
    case Kind::Chickadee:
        return dice.range(48, 66);
    case Kind::Sparrow:
        return dice.range(54, 72);
    case Kind::Magpie:
        return dice.range(122, 160);
    case Kind::Squirrel:
        return dice.range(112, 152);
    }
    return 60;
}

void placeAnimal(DemoAnimal &animal, double length, Dice &dice)
{
    const bool small = isSmall(animal.kind);
    const double where = dice.unit();
    animal.onGround = false;
    if (where < 0.22 && animal.kind != Kind::Squirrel) {
        const double x = dice.range(84, 462);
        animal.feet = QPointF(x, railTop(x) + 4);
        animal.size = length * 0.92;
    } else if (where < 0.40 && small) {
        animal.feet = branchPlace(dice.range(0.25, 0.97)) - QPointF(0, 2);
        animal.size = length * 0.96;
    } else if (where < 0.52 && small) {
        animal.feet = QPointF(352 + dice.range(-34, 34), 483 + dice.range(-2, 6));
        animal.size = length * 1.06;
    } else if (where < 0.60) {
        animal.feet = QPointF(dice.range(90, 410), dice.range(606, 620));
        animal.size = length * 1.18;
    } else {
        const double v = dice.range(0.10, 0.92);
        const double u = dice.range(0.10, 0.90);
        animal.feet = boxToFrame().map(QPointF(u, v));
        animal.feet.setX(std::clamp(animal.feet.x(), 40.0, 440.0));
        animal.size = length * mix(0.86, 1.20, v);
        animal.onGround = true;
    }
}

} // namespace

DemoAnimal castAnimal(DemoAnimal::Kind kind, Dice &dice)
{
    DemoAnimal animal;
    animal.kind = kind;
    animal.seed = static_cast<quint32>(dice.below(1 << 30));
    placeAnimal(animal, lengthOf(kind, dice), dice);
    animal.facesLeft = dice.chance(0.5);
    moveAnimal(animal, dice);
    return animal;
}

void moveAnimal(DemoAnimal &animal, Dice &dice)
{
    const double pick = dice.unit();
    animal.pose = pick < 0.48   ? Pose::Perched
                  : pick < 0.80 ? Pose::Pecking
                  : pick < 0.94 ? Pose::Facing
                                : Pose::Landing;
    if (dice.chance(0.3))
        animal.facesLeft = !animal.facesLeft;
    animal.tilt = dice.range(-12, 12);
    animal.motion = {};
    if (animal.pose == Pose::Landing)
        animal.motion = QPointF(dice.range(-7, 7), dice.range(-5, 5));
    else if (dice.chance(0.18))
        animal.motion = QPointF(dice.range(-5, 5), dice.range(-2, 2));
    if (!animal.onGround) {
        animal.feet.rx() += dice.range(-2, 2);
        return;
    }
    const QPointF moved = animal.feet + QPointF(dice.range(-26, 26), dice.range(-11, 11));
    const QPointF inBox = boxToFrame().inverted().map(moved);
    if (inBox.x() > 0.08 && inBox.x() < 0.92 && inBox.y() > 0.08 && inBox.y() < 0.93 &&
        moved.x() > 36 && moved.x() < 444)
        animal.feet = moved;
}

DemoVehicle castVehicle(DemoVehicle::Kind kind, Dice &dice)
{
    DemoVehicle vehicle;
    vehicle.kind = kind;
    vehicle.x = dice.range(60, 440);
    vehicle.towardsRight = dice.chance(0.5);
    vehicle.seed = static_cast<quint32>(dice.below(1 << 20));
    return vehicle;
}

QStringList labelsOf(const QList<DemoAnimal> &animals)
{
    QStringList labels;
    const QStringList vocabulary = demoVocabulary();
    for (int i = 0; i < vocabulary.size(); ++i)
        for (const DemoAnimal &animal : animals)
            if (static_cast<int>(animal.kind) == i && !labels.contains(vocabulary.at(i)))
                labels.append(vocabulary.at(i));
    return labels;
}

} // namespace birblens::demo
