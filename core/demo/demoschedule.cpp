// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/democast.h"

#include "core/utctime.h"

#include <algorithm>
#include <cmath>

namespace birblens {

using namespace demo;

namespace {

using Kind = DemoAnimal::Kind;

constexpr quint32 kDaySeed = 20220205;
constexpr int kUtcOffset = -7 * 3600;

/// What the day is like at an hour: the weather, the snow, the patches.
DemoShot stateAt(double hour)
{
    DemoShot shot;
    shot.hour = hour;
    shot.day = kDaySeed;
    const auto at = static_cast<float>(hour);
    const float overcast = smoothStep(12.1F, 12.5F, at) * (1.0F - smoothStep(13.0F, 13.4F, at));
    shot.cloud = std::clamp(0.22 + 0.5 * static_cast<double>(overcast) +
                                0.16 * smoothNoise(hour * 2.3, 0, 5),
                            0.05, 0.9);
    shot.snow = mix(1.0, 0.45, smoothStep(10.5F, 16.0F, at));
    shot.boxSnow = mix(1.0, 0.90, smoothStep(10.0F, 16.0F, at));
    shot.wind = 0.6 * smoothNoise(hour * 1.7, 3, 9);
    struct Melting
    {
        QPointF place;
        double radius;
        double from;
    };
    static const Melting patches[] = {
        {{0.88, 0.36}, 0.100, 9.9},  {{0.30, 0.66}, 0.060, 10.6}, {{0.62, 0.22}, 0.048, 11.0},
        {{0.16, 0.12}, 0.080, 11.2}, {{0.47, 0.80}, 0.072, 11.6}, {{0.71, 0.47}, 0.085, 12.1},
        {{0.24, 0.40}, 0.045, 12.8}, {{0.55, 0.58}, 0.040, 13.2}, {{0.40, 0.30}, 0.052, 13.9}};
    for (const Melting &patch : patches) {
        const double grown =
            smoothStep(static_cast<float>(patch.from), static_cast<float>(patch.from + 3.6), at);
        if (grown > 0.05)
            shot.patches.append({patch.place, patch.radius * (0.30 + 0.70 * grown)});
    }
    return shot;
}

void addShot(QList<DemoShot> &day, DemoShot shot, double second, Dice &dice)
{
    shot.hour = second / 3600.0;
    shot.seed = static_cast<quint32>(dice.below(1 << 30));
    shot.labels = labelsOf(shot.animals);
    shot.localTime = QDateTime(QDate(2022, 2, 5), QTime(0, 0), asUtc)
                         .addSecs(static_cast<qint64>(second) - kUtcOffset)
                         .toOffsetFromUtc(kUtcOffset);
    shot.utc = shot.localTime.toUTC();
    day.append(shot);
}

double exhaustAt(double hour, Dice &dice)
{
    const auto at = static_cast<float>(hour);
    const double cold = 0.25 + 0.6 * (1.0 - static_cast<double>(smoothStep(8.5F, 11.5F, at))) +
                        0.35 * static_cast<double>(smoothStep(15.3F, 17.0F, at));
    return dice.chance(0.72) ? std::clamp(cold * dice.range(0.3, 1.1), 0.0, 1.0) : 0.0;
}

/// A visit: the animals stay a few frames, hop about, and leave.
void addVisit(QList<DemoShot> &day, double hour, int frames, const QList<Kind> &kinds, Dice &dice)
{
    QList<DemoAnimal> animals;
    for (const Kind kind : kinds)
        animals.append(castAnimal(kind, dice));
    double second = hour * 3600.0;
    for (int i = 0; i < frames; ++i) {
        DemoShot shot = stateAt(second / 3600.0);
        shot.exhaust = exhaustAt(shot.hour, dice);
        shot.animals = animals;
        // The first of two comes a little earlier than the second.
        if (animals.size() > 1 && i == 0 && frames > 3)
            shot.animals.removeLast();
        std::stable_sort(
            shot.animals.begin(), shot.animals.end(),
            [](const DemoAnimal &a, const DemoAnimal &b) { return a.feet.y() < b.feet.y(); });
        addShot(day, shot, second, dice);
        for (DemoAnimal &animal : animals)
            moveAnimal(animal, dice);
        second += 2 + dice.below(9);
    }
}

/// The camera fired and nothing was there.
void addEmpty(QList<DemoShot> &day, double hour, Dice &dice)
{
    double second = hour * 3600.0;
    const double cause = dice.unit();
    const bool truck = cause < 0.24;
    const bool car = !truck && cause < 0.42;
    const int frames = truck ? 2 + dice.below(2) : 1 + dice.below(2);
    DemoVehicle vehicle = castVehicle(truck ? DemoVehicle::Kind::Truck
                                      : car ? DemoVehicle::Kind::Car
                                            : DemoVehicle::Kind::None,
                                      dice);
    for (int i = 0; i < frames; ++i) {
        DemoShot shot = stateAt(second / 3600.0);
        shot.exhaust =
            cause > 0.42 && cause < 0.62 ? dice.range(0.6, 1.0) : exhaustAt(shot.hour, dice);
        if (cause > 0.8)
            shot.wind = dice.chance(0.5) ? 0.9 : -0.9;
        shot.vehicle = vehicle;
        addShot(day, shot, second, dice);
        const int pause = 1 + dice.below(3);
        second += pause;
        vehicle.x += (vehicle.towardsRight ? 1 : -1) * (70 + 40 * pause);
        if (vehicle.x < 10 || vehicle.x > 470)
            vehicle.kind = DemoVehicle::Kind::None;
    }
}

} // namespace

QList<DemoShot> demoDaySchedule()
{
    struct Visit
    {
        double hour;
        int frames;
        QList<Kind> kinds;
    };
    const Kind c = Kind::Chickadee;
    const Kind m = Kind::Magpie;
    const Kind s = Kind::Sparrow;
    const Kind q = Kind::Squirrel;
    const QList<Visit> visits{
        {8.31, 3, {c}},     {8.62, 4, {c}},     {9.05, 4, {m}},     {9.24, 3, {c, s}},
        {9.58, 4, {s}},     {9.87, 5, {q}},     {10.16, 3, {c}},    {10.42, 4, {c, c}},
        {10.71, 3, {s}},    {10.98, 4, {m}},    {11.22, 4, {c}},    {11.55, 5, {q}},
        {11.83, 3, {c, s}}, {12.17, 3, {s}},    {12.49, 4, {m, c}}, {12.92, 3, {c}},
        {13.21, 4, {s, s}}, {13.57, 4, {q}},    {13.94, 3, {c}},    {14.28, 4, {m}},
        {14.66, 3, {c}},    {15.02, 4, {s, c}}, {15.38, 4, {q}},    {15.81, 3, {c}},
        {16.12, 3, {m}},    {16.55, 3, {s}}};
    QList<DemoShot> day;
    Dice dice(kDaySeed);
    for (const Visit &visit : visits)
        addVisit(day, visit.hour + dice.range(-0.02, 0.02), visit.frames, visit.kinds, dice);
    for (int i = 0; i < 66; ++i)
        addEmpty(day, mix(8.15, 16.95, (i + dice.range(0.1, 0.9)) / 66.0), dice);
    std::stable_sort(day.begin(), day.end(), [](const DemoShot &a, const DemoShot &b) {
        return a.localTime < b.localTime;
    });
    for (int i = 1; i < day.size(); ++i) {
        if (day.at(i).localTime > day.at(i - 1).localTime)
            continue;
        day[i].localTime = day.at(i - 1).localTime.addSecs(1);
        day[i].utc = day.at(i).localTime.toUTC();
    }
    return day;
}

} // namespace birblens
