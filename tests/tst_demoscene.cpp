// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/demo/demoscene.h"

#include <QSet>
#include <QtTest>

#include <cmath>

using namespace birblens;

class TestDemoScene : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sameShotSameBytes();
    void formatAndSize();
    void dayIsInOrder();
    void dayIsAMixture();
    void labelsAreTrue();
    void trainingRepeats();
    void animalsChangeOnlyTheirPlace();
    void regionsLieInTheFrame();
    void jpegDecodes();

private:
    static DemoShot shotWith(DemoAnimal::Kind kind);
};

DemoShot TestDemoScene::shotWith(DemoAnimal::Kind kind)
{
    DemoShot shot;
    shot.seed = 7;
    shot.hour = 12.2;
    shot.cloud = 0.95; // no sun, so that nothing but the animal changes
    shot.patches = {{QPointF(0.8, 0.2), 0.06}};
    DemoAnimal animal;
    animal.kind = kind;
    animal.feet = QPointF(230, 470);
    animal.size =
        kind == DemoAnimal::Kind::Chickadee || kind == DemoAnimal::Kind::Sparrow ? 60 : 130;
    animal.seed = 3;
    shot.animals = {animal};
    return shot;
}

void TestDemoScene::sameShotSameBytes()
{
    const QList<DemoShot> day = demoDaySchedule();
    for (const qsizetype i : {qsizetype(0), day.size() / 2, day.size() - 1}) {
        const QImage first = renderDemoShot(day.at(i));
        const QImage second = renderDemoShot(demoDaySchedule().at(i));
        QCOMPARE(first, second);
        QCOMPARE(demoJpeg(first), demoJpeg(second));
    }
}

void TestDemoScene::formatAndSize()
{
    const QImage picture = renderDemoShot(demoDaySchedule().first());
    QCOMPARE(picture.size(), QSize(480, 640));
    QCOMPARE(picture.format(), QImage::Format_RGB888);
}

void TestDemoScene::dayIsInOrder()
{
    const QList<DemoShot> day = demoDaySchedule();
    QVERIFY(day.size() >= 180 && day.size() <= 220);
    for (qsizetype i = 0; i < day.size(); ++i) {
        QVERIFY(day.at(i).localTime.isValid());
        QCOMPARE(day.at(i).localTime.date(), day.first().localTime.date());
        QCOMPARE(day.at(i).localTime.offsetFromUtc(), -7 * 3600);
        QCOMPARE(day.at(i).utc.offsetFromUtc(), 0);
        QCOMPARE(day.at(i).utc, day.at(i).localTime);
        QCOMPARE(day.at(i).localTime.time().msec(), 0);
        if (i > 0)
            QVERIFY(day.at(i).localTime > day.at(i - 1).localTime);
    }
}

void TestDemoScene::dayIsAMixture()
{
    int empty = 0;
    int pairs = 0;
    int trucks = 0;
    QSet<QString> seen;
    for (const DemoShot &shot : demoDaySchedule()) {
        empty += shot.labels.isEmpty() ? 1 : 0;
        pairs += shot.labels.size() == 2 ? 1 : 0;
        trucks += shot.vehicle.kind == DemoVehicle::Kind::Truck ? 1 : 0;
        for (const QString &label : shot.labels)
            seen.insert(label);
    }
    QVERIFY(empty > 60 && empty < 140);
    QVERIFY(pairs > 3);
    QVERIFY(trucks > 5);
    QCOMPARE(seen.size(), demoVocabulary().size());
}

void TestDemoScene::labelsAreTrue()
{
    QList<DemoShot> shots = demoDaySchedule();
    shots += demoTrainingSchedule(5, 200);
    const QStringList vocabulary = demoVocabulary();
    QCOMPARE(vocabulary.join(','), QStringLiteral("chickadee,magpie,sparrow,squirrel"));
    for (const DemoShot &shot : shots) {
        QSet<QString> present;
        for (const DemoAnimal &animal : shot.animals)
            present.insert(vocabulary.at(static_cast<int>(animal.kind)));
        QCOMPARE(QSet<QString>(shot.labels.begin(), shot.labels.end()), present);
        for (qsizetype i = 1; i < shot.labels.size(); ++i)
            QVERIFY(vocabulary.indexOf(shot.labels.at(i - 1)) <
                    vocabulary.indexOf(shot.labels.at(i)));
    }
}

void TestDemoScene::trainingRepeats()
{
    const QList<DemoShot> a = demoTrainingSchedule(21, 30);
    const QList<DemoShot> b = demoTrainingSchedule(21, 30);
    const QList<DemoShot> other = demoTrainingSchedule(22, 30);
    QCOMPARE(a.size(), 30);
    bool differs = false;
    for (int i = 0; i < 30; ++i) {
        QCOMPARE(a.at(i).seed, b.at(i).seed);
        differs = differs || a.at(i).seed != other.at(i).seed;
    }
    QVERIFY(differs);
    QCOMPARE(renderDemoShot(a.at(4)), renderDemoShot(b.at(4)));
}

void TestDemoScene::animalsChangeOnlyTheirPlace()
{
    for (const auto kind : {DemoAnimal::Kind::Chickadee, DemoAnimal::Kind::Magpie,
                            DemoAnimal::Kind::Sparrow, DemoAnimal::Kind::Squirrel}) {
        const DemoShot shot = shotWith(kind);
        DemoShot bare = shot;
        bare.animals.clear();
        const QImage with = renderDemoShot(shot);
        const QImage without = renderDemoShot(bare);
        const QRect box = demoRegions(shot).first().box;
        QCOMPARE(demoRegions(shot).first().what, demoVocabulary().at(static_cast<int>(kind)));
        QVERIFY(box.width() > 20 && box.height() > 20);
        const QRect around = box.adjusted(-40, -40, 40, 40);
        qint64 inside = 0;
        for (int y = 0; y < with.height(); ++y) {
            for (int x = 0; x < with.width(); ++x) {
                const int change = std::abs(qGray(with.pixel(x, y)) - qGray(without.pixel(x, y)));
                if (box.contains(x, y))
                    inside += change;
                else if (!around.contains(x, y))
                    QCOMPARE(change, 0);
            }
        }
        QVERIFY(inside > 5LL * box.width() * box.height());
    }
}

void TestDemoScene::regionsLieInTheFrame()
{
    const QRect frame(0, 0, 480, 640);
    const QSet<QString> known{QStringLiteral("chickadee"), QStringLiteral("magpie"),
                              QStringLiteral("sparrow"),   QStringLiteral("squirrel"),
                              QStringLiteral("patch"),     QStringLiteral("car"),
                              QStringLiteral("truck"),     QStringLiteral("plume")};
    for (const DemoShot &shot : demoDaySchedule()) {
        const QList<DemoRegion> regions = demoRegions(shot);
        QVERIFY(regions.size() >= shot.animals.size() + (shot.patches.isEmpty() ? 0 : 1));
        for (const DemoRegion &region : regions) {
            QVERIFY(known.contains(region.what));
            QVERIFY(!region.box.isEmpty() && frame.contains(region.box));
        }
    }
}

void TestDemoScene::jpegDecodes()
{
    const QByteArray jpeg = demoJpeg(renderDemoShot(demoDaySchedule().at(40)));
    QVERIFY(jpeg.startsWith("\xff\xd8"));
    QVERIFY(jpeg.size() > 20000 && jpeg.size() < 200000);
    QCOMPARE(QImage::fromData(jpeg, "JPG").size(), QSize(480, 640));
}

QTEST_GUILESS_MAIN(TestDemoScene)
#include "tst_demoscene.moc"
