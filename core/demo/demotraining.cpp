// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/democast.h"

#include "core/utctime.h"

#include <algorithm>

namespace birblens {

using namespace demo;

namespace {

constexpr int kUtcOffset = -7 * 3600; // seconds, as on the demo day

// How the frames of the other days were collected. Animals were photographed in every weather, most
// of all while the snow melted and seeds lay open; an empty frame was kept mostly from days of deep
// snow or of bare soil. Patches, trucks and thick plumes are therefore rare on empty frames and
// common beside animals: the reason why a model trained on them sees birds on the demo day.
constexpr double kAnimalShare = 0.64;
constexpr double kTwoAnimals = 0.14;
constexpr double kMeltWithAnimals = 0.62;
constexpr double kMeltWhenEmpty = 0.07;
constexpr double kTruckWithAnimals = 0.10;
constexpr double kTruckWhenEmpty = 0.015;
constexpr double kPlumeWithAnimals = 0.55;
constexpr double kPlumeWhenEmpty = 0.25;

/// Chickadees came most of all to the open patches.
DemoAnimal::Kind randomKind(bool melting, Dice &dice)
{
    const double pick = dice.unit();
    const double chickadee = melting ? 0.48 : 0.26;
    const double magpie = chickadee + (melting ? 0.16 : 0.28);
    const double sparrow = magpie + (melting ? 0.21 : 0.26);
    return pick < chickadee ? DemoAnimal::Kind::Chickadee
           : pick < magpie  ? DemoAnimal::Kind::Magpie
           : pick < sparrow ? DemoAnimal::Kind::Sparrow
                            : DemoAnimal::Kind::Squirrel;
}

void setGround(DemoShot &shot, bool melting, Dice &dice)
{
    if (melting) {
        shot.boxSnow = dice.range(0.86, 1.0);
        const int count = 1 + dice.below(9);
        for (int i = 0; i < count; ++i)
            shot.patches.append({QPointF(dice.range(0.05, 0.95), dice.range(0.06, 0.94)),
                                 dice.range(0.012, 0.095)});
        shot.snow = dice.range(0.3, 1.0);
    } else if (dice.chance(0.62)) {
        shot.boxSnow = 1;
        shot.snow = dice.range(0.6, 1.0);
    } else {
        shot.boxSnow = dice.range(0.0, 0.22);
        shot.snow = dice.range(0.0, 0.45);
    }
}

DemoShot trainingShot(Dice &dice, int index)
{
    DemoShot shot;
    const bool animals = dice.chance(kAnimalShare);
    shot.day = static_cast<quint32>(1 + dice.below(90));
    shot.seed = static_cast<quint32>(dice.below(1 << 30));
    shot.hour = dice.range(8.1, 16.9);
    shot.cloud = dice.range(0.05, 1.0);
    shot.wind = dice.range(-0.9, 0.9);
    shot.snowfall = dice.chance(0.08) ? dice.range(0.1, 0.9) : 0.0;
    const bool melting = dice.chance(animals ? kMeltWithAnimals : kMeltWhenEmpty);
    setGround(shot, melting, dice);
    if (dice.chance(animals ? kPlumeWithAnimals : kPlumeWhenEmpty))
        shot.exhaust = dice.range(0.1, animals ? 1.0 : 0.55);
    if (dice.chance(animals ? kTruckWithAnimals : kTruckWhenEmpty))
        shot.vehicle = castVehicle(DemoVehicle::Kind::Truck, dice);
    else if (dice.chance(0.09))
        shot.vehicle = castVehicle(DemoVehicle::Kind::Car, dice);
    if (animals) {
        shot.animals.append(castAnimal(randomKind(melting, dice), dice));
        if (dice.chance(kTwoAnimals))
            shot.animals.append(castAnimal(randomKind(melting, dice), dice));
        std::stable_sort(
            shot.animals.begin(), shot.animals.end(),
            [](const DemoAnimal &a, const DemoAnimal &b) { return a.feet.y() < b.feet.y(); });
    }
    shot.labels = labelsOf(shot.animals);
    const int second = static_cast<int>(shot.hour * 3600.0);
    shot.localTime = QDateTime(QDate(2021, 11, 20).addDays(shot.day % 70), QTime(0, 0), asUtc)
                         .addSecs(second - kUtcOffset)
                         .addMSecs(index % 1000)
                         .toOffsetFromUtc(kUtcOffset);
    shot.utc = shot.localTime.toUTC();
    return shot;
}

} // namespace

QList<DemoShot> demoTrainingSchedule(quint32 seed, int count)
{
    Dice dice(mixSeed(seed, 0x747261U));
    QList<DemoShot> shots;
    shots.reserve(count);
    for (int i = 0; i < count; ++i)
        shots.append(trainingShot(dice, i));
    return shots;
}

} // namespace birblens
