// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QImage>
#include <QList>
#include <QPointF>
#include <QRect>
#include <QString>
#include <QStringList>

namespace birblens {

/// An animal in a demo frame.
struct DemoAnimal
{
    enum class Kind { Chickadee, Magpie, Sparrow, Squirrel };
    enum class Pose { Perched, Pecking, Facing, Landing };

    Kind kind = Kind::Chickadee;
    Pose pose = Pose::Perched;
    QPointF feet;     ///< where it stands, in pixels of the frame
    double size = 60; ///< from end to end, in pixels of the frame
    bool facesLeft = false;
    bool onGround = true; ///< in the planter box, so that it throws a shadow there
    double tilt = 0;      ///< degrees, positive lowers the head
    QPointF motion;       ///< how far it moved while the shutter was open, in pixels
    quint32 seed = 0;     ///< plumage and small differences in shape
};

/// A place in the planter box where the snow has melted.
struct DemoPatch
{
    QPointF place;     ///< across (0 left, 1 right) and towards the camera (0 back, 1 front)
    double radius = 0; ///< in widths of the box
};

struct DemoVehicle
{
    enum class Kind { None, Car, Truck };

    Kind kind = Kind::None;
    double x = 0; ///< its centre, in pixels of the frame
    bool towardsRight = true;
    quint32 seed = 0; ///< paint
};

/// One frame of the demo day or of the training set, complete: a shot always renders to the same
/// pixels.
struct DemoShot
{
    QDateTime localTime; ///< seven hours behind UTC
    QDateTime utc;
    QStringList labels; ///< what is truly in the picture, in vocabulary order; empty = nothing
    quint32 seed = 0;   ///< noise and everything small

    double hour = 12;    ///< decides the sun, the shadows and the colour of the light
    double cloud = 0.3;  ///< 0 clear .. 1 overcast
    double snow = 1;     ///< on rails and roofs: 0 none .. 1 thick
    double boxSnow = 1;  ///< in the planter box: 0 bare soil .. 1 covered but for the patches
    double wind = 0;     ///< -1 to the left .. 1 to the right
    double exhaust = 0;  ///< 0 none .. 1 thick plumes
    double snowfall = 0; ///< 0 none .. 1 dense
    quint32 day = 0;     ///< form of the patches and position of the camera, the same all day
    QList<DemoPatch> patches;
    DemoVehicle vehicle;
    QList<DemoAnimal> animals;
};

/// A known object of a shot and the rectangle around it.
struct DemoRegion
{
    QString what; ///< chickadee, magpie, sparrow, squirrel, patch, car, truck, plume
    QRect box;    ///< in pixels of the frame, clipped to it
};

/// chickadee, magpie, sparrow, squirrel.
QStringList demoVocabulary();

/// The demo day: about 200 shots of one winter day, in order of capture.
QList<DemoShot> demoDaySchedule();

/// Shots of other days and other weather, to train or to test a model. How these differ from the
/// demo day is written in resources/demo/README.md.
QList<DemoShot> demoTrainingSchedule(quint32 seed, int count);

/// The picture of a shot: 480 x 640, QImage::Format_RGB888. Safe to call from several threads.
QImage renderDemoShot(const DemoShot &shot);

/// The picture as the camera stores it.
QByteArray demoJpeg(const QImage &picture);

/// Where the animals, patches, vehicle and plumes of a shot are.
QList<DemoRegion> demoRegions(const DemoShot &shot);

} // namespace birblens
