// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/events.h"
#include "core/frames/utcoffset.h"

#include <QRandomGenerator>
#include <QTest>

using namespace birblens;

namespace {

QDateTime at(const char *text)
{
    return QDateTime::fromString(QString::fromLatin1(text) + QLatin1Char('Z'), Qt::ISODate);
}

/** @p utc null: not known. */
Frame frame(const char *wall, const char *utc = nullptr)
{
    Frame made;
    made.key = QString::fromLatin1(wall);
    made.captureTime = at(wall);
    made.timeSource = utc ? TimeSource::Exif : TimeSource::Name;
    if (utc)
        made.utc = at(utc);
    return made;
}

QString offsetText(const Frame &frame)
{
    return QStringLiteral("%1 %2").arg(frame.assumedOffset / 3600).arg(int(frame.offsetBasis));
}

QString text(int hours, OffsetBasis basis)
{
    return QStringLiteral("%1 %2").arg(hours).arg(int(basis));
}

QStringList keys(const QList<Frame> &frames)
{
    QStringList list;
    for (const Frame &frame : frames)
        list.append(frame.key);
    return list;
}

} // namespace

class TestUtcOffset : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { useZone("Europe/Berlin"); }
    void everyHourOfTheYear();
    void springSkips();
    void springSkippedByACameraOnWinterTime();
    void aCorrectedTimeIsNoProofOfWinterTime();
    void autumnRepeats();
    void autumnWithUtc();
    void neighboursElsewhere();
    void neighboursHere();
    void fileDatesAreNoNeighbours();
    void orderIsStrictAndWeak_data();
    void orderIsStrictAndWeak();
    void secondsAgreeWithTheOrder();

private:
    static void useZone(const char *zone)
    {
        qputenv("TZ", zone);
        tzset();
    }
};

void TestUtcOffset::everyHourOfTheYear()
{
    for (const char *name : {"Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC",
                             "Africa/Casablanca", "CET-1CEST,M3.5.0,M10.5.0/3"}) {
        useZone(name);
        const qint64 from = at("2022-01-01T00:00:00").toSecsSinceEpoch();
        const LocalZone zone(from, from + 365 * 86400);
        for (int hour = 0; hour < 365 * 24; ++hour) {
            const qint64 utc = from + hour * 3600;
            const QDateTime local = QDateTime::fromSecsSinceEpoch(utc);
            QCOMPARE(zone.offsetAtUtc(utc), local.offsetFromUtc());
            const qint64 wall = utc + local.offsetFromUtc();
            if (!zone.oddAt(wall))
                QCOMPARE(zone.offsetAtWall(wall), local.offsetFromUtc());
        }
    }
}

void TestUtcOffset::springSkips()
{
    QList<Frame> frames{frame("2022-03-27T01:30:00"), frame("2022-03-27T03:30:00")};
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[0]), text(1, OffsetBasis::Zone));
    QCOMPARE(offsetText(frames[1]), text(2, OffsetBasis::Zone));
}

void TestUtcOffset::springSkippedByACameraOnWinterTime()
{
    // Its clock shows the hour that does not exist: it was not put forward, not later either.
    QList<Frame> frames{frame("2022-03-27T01:30:00"), frame("2022-03-27T02:30:00"),
                        frame("2022-03-27T03:30:00"), frame("2022-07-01T12:00:00"),
                        frame("2022-10-30T02:30:00"), frame("2022-12-01T12:00:00"),
                        frame("2023-07-01T12:00:00")};
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[0]), text(1, OffsetBasis::Zone));
    QCOMPARE(offsetText(frames[1]), text(1, OffsetBasis::Skipped));
    for (const int row : {2, 3, 4, 5})
        QCOMPARE(offsetText(frames[row]), text(1, OffsetBasis::Zone));
    QCOMPARE(offsetText(frames[6]), text(2, OffsetBasis::Zone)); // it may have been set since
    QCOMPARE(secondsBetween(frames[1], frames[2]), 3600.0);
}

void TestUtcOffset::aCorrectedTimeIsNoProofOfWinterTime()
{
    // A person has moved it into the hour that no clock shows; the camera never was there.
    QList<Frame> frames{frame("2022-03-27T02:30:00"), frame("2022-07-01T12:00:00")};
    frames[0].clockShift = 3600 * 1000;
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[1]), text(2, OffsetBasis::Zone));
}

void TestUtcOffset::autumnRepeats()
{
    QList<Frame> frames{frame("2022-10-30T01:59:59"), frame("2022-10-30T02:00:00"),
                        frame("2022-10-30T02:59:59"), frame("2022-10-30T03:00:00")};
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[0]), text(2, OffsetBasis::Zone));
    QCOMPARE(offsetText(frames[1]), text(2, OffsetBasis::Repeated));
    QCOMPARE(offsetText(frames[2]), text(2, OffsetBasis::Repeated));
    QCOMPARE(offsetText(frames[3]), text(1, OffsetBasis::Zone));
}

void TestUtcOffset::autumnWithUtc()
{
    QList<Frame> frames{frame("2022-10-30T02:50:00", "2022-10-30T00:50:00"),
                        frame("2022-10-30T02:10:00", "2022-10-30T01:10:00"),
                        frame("2022-10-30T02:12:00"), frame("2022-10-30T02:45:00")};
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[0]), text(2, OffsetBasis::Known));
    QCOMPARE(offsetText(frames[1]), text(1, OffsetBasis::Known));
    QCOMPARE(offsetText(frames[2]), text(1, OffsetBasis::Neighbour));
    QCOMPARE(offsetText(frames[3]), text(2, OffsetBasis::Neighbour));
    std::sort(frames.begin(), frames.end(), Frame::earlier);
    QCOMPARE(keys(frames), (QStringList{"2022-10-30T02:45:00", "2022-10-30T02:50:00",
                                        "2022-10-30T02:10:00", "2022-10-30T02:12:00"}));
}

void TestUtcOffset::neighboursElsewhere()
{
    // The camera is in Denver, this computer in Berlin.
    QList<Frame> frames{frame("2021-02-08T10:56:58", "2021-02-08T17:56:58"),
                        frame("2021-02-08T11:00:00"), frame("2021-07-08T11:00:00")};
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[1]), text(-7, OffsetBasis::Neighbour));
    QCOMPARE(offsetText(frames[2]), text(-7, OffsetBasis::Neighbour));
}

void TestUtcOffset::neighboursHere()
{
    // It agrees with this computer's zone: then the zone's rule holds for the time in between.
    QList<Frame> frames{frame("2021-02-08T10:56:58", "2021-02-08T09:56:58"),
                        frame("2021-02-08T11:00:00"), frame("2021-07-08T11:00:00")};
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[1]), text(1, OffsetBasis::Neighbour));
    QCOMPARE(offsetText(frames[2]), text(2, OffsetBasis::Neighbour));
}

void TestUtcOffset::fileDatesAreNoNeighbours()
{
    QList<Frame> frames{frame("2021-02-08T10:56:58", "2021-02-08T17:56:58"),
                        frame("2021-02-08T12:00:00"),
                        frame("2021-02-08T12:00:01", "2021-02-08T11:00:01")};
    frames[2].timeSource = TimeSource::FileDate;
    assumeOffsets(frames);
    QCOMPARE(offsetText(frames[1]), text(-7, OffsetBasis::Neighbour));
}

void TestUtcOffset::orderIsStrictAndWeak_data()
{
    QTest::addColumn<bool>("assumed");
    QTest::newRow("as they are made") << false;
    QTest::newRow("after assumeOffsets") << true;
}

void TestUtcOffset::orderIsStrictAndWeak()
{
    QFETCH(bool, assumed);
    QRandomGenerator random(20221030);
    const QDateTime night = at("2022-10-30T01:30:00");
    for (int round = 0; round < 60; ++round) {
        QList<Frame> frames;
        for (int i = 0; i < 24; ++i) {
            Frame made;
            made.key = QString::number(random.bounded(12)); // equal keys, too
            if (random.bounded(10) > 0)
                made.captureTime = night.addSecs(random.bounded(90) * 120);
            // Unknown, known here, known elsewhere, known and a second off.
            const int kind = random.bounded(5);
            if (kind > 0 && made.captureTime.isValid())
                made.utc = made.captureTime.addSecs(kind == 1   ? -7200
                                                    : kind == 2 ? -3600
                                                    : kind == 3 ? 7 * 3600
                                                                : -7201);
            made.timeSource = static_cast<TimeSource>(random.bounded(5));
            frames.append(made);
        }
        if (assumed)
            assumeOffsets(frames);
        const auto less = Frame::earlier;
        const auto same = [&less](const Frame &a, const Frame &b) {
            return !less(a, b) && !less(b, a);
        };
        for (const Frame &a : frames) {
            QVERIFY(!less(a, a));
            for (const Frame &b : frames) {
                QVERIFY(!less(a, b) || !less(b, a));
                for (const Frame &c : frames) {
                    QVERIFY(!less(a, b) || !less(b, c) || less(a, c));
                    QVERIFY(!same(a, b) || !same(b, c) || same(a, c));
                }
            }
        }
    }
}

void TestUtcOffset::secondsAgreeWithTheOrder()
{
    QRandomGenerator random(7);
    const QDateTime night = at("2022-10-30T01:30:00");
    QList<Frame> frames;
    for (int i = 0; i < 500; ++i) {
        Frame made;
        made.key = QString::number(i);
        made.captureTime = night.addSecs(random.bounded(7200));
        if (random.bounded(2) == 0) {
            made.utc = made.captureTime.addSecs(random.bounded(2) == 0 ? -7200 : -3600);
            made.timeSource = TimeSource::Exif;
        }
        frames.append(made);
    }
    assumeOffsets(frames);
    std::sort(frames.begin(), frames.end(), Frame::earlier);
    double total = 0.0;
    for (qsizetype i = 1; i < frames.size(); ++i) {
        const double gap = secondsBetween(frames[i - 1], frames[i]);
        QVERIFY(gap >= 0.0);
        total += gap;
    }
    QCOMPARE(total, secondsBetween(frames.first(), frames.last()));
}

QTEST_GUILESS_MAIN(TestUtcOffset)
#include "tst_utcoffset.moc"
