// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/capturename.h"
#include "core/frames/capturetime.h"
#include "core/frames/exiftime.h"
#include "core/frames/makernotetime.h"
#include "core/utctime.h"

#include <QRegularExpression>
#include <QTest>
#include <QtEndian>

using namespace birblens;

namespace {

QString iso(const std::optional<NamedTime> &named)
{
    if (!named)
        return {};
    const QDateTime &time = named->utc.isValid() ? named->utc : named->captureTime;
    QString text = time.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz"));
    if (text.endsWith(QLatin1String(".000")))
        text.chop(4);
    return named->utc.isValid() ? text + QLatin1Char('Z') : text;
}

QByteArray words(QByteArray begin, int offset, const QList<int> &values, int size = 160)
{
    QByteArray note = begin + QByteArray(size - begin.size(), '\0');
    auto *at = reinterpret_cast<uchar *>(note.data()) + offset;
    for (const int value : values) {
        qToLittleEndian(static_cast<quint16>(value), at);
        at += 2;
    }
    return note;
}

QByteArray bytes(QByteArray begin, int offset, const QList<int> &values)
{
    QByteArray note = begin + QByteArray(160 - begin.size(), '\0');
    for (qsizetype i = 0; i < values.size(); ++i)
        note[offset + i] = static_cast<char>(values[i]);
    return note;
}

} // namespace

class TestCaptureTime : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("TZ", "America/Denver"); }
    void tableExamples();
    void reads_data();
    void reads();
    void rejects_data();
    void rejects();
    void localClockOfUnixTime();
    void offsetsInNames();
    void exifTexts_data();
    void exifTexts();
    void offsets_data();
    void offsets();
    void makerNotes_data();
    void makerNotes();
    void suffixes_data();
    void suffixes();
};

void TestCaptureTime::tableExamples()
{
    for (const TimePattern &pattern : timePatterns()) {
        QVERIFY2(QRegularExpression(QString::fromUtf8(pattern.regex)).isValid(), pattern.example);
        QVERIFY2(qstrlen(pattern.source) > 10, pattern.example);
        QCOMPARE(iso(timeInPath(QString::fromUtf8(pattern.example))),
                 QString::fromUtf8(pattern.time));
    }
}

void TestCaptureTime::reads_data()
{
    QTest::addColumn<QString>("time");
    const auto row = [](const char *path, const char *time) { QTest::newRow(path) << time; };
    const char *at = "2021-02-08T10:56:58";
    row("2021-02-08_10.56.58.jpg", at);
    row("2021-02-08 10.56.58.jpg", at);
    row("2021.02.08_10.56.58_garden.jpg", at);
    row("0250_London_2004.01.12_12.48.04_clip.jpg", "2004-01-12T12:48:04");
    row("2021_02_08_10_56_58.jpg", at);
    row("Entrance-2021-02-08@105658.jpg", at);
    row("20210208@105658.jpg", at);
    row("motion_2021-02-08_10.56.58_0.jpg", at);
    row("01-20210208105658-00.jpg", at);
    row("IMG20210208105658.jpg", at);
    row("MDAlarm_20210208-105658.jpg", at);
    row("20210208_10_56_58.jpg", at);
    row("CAM1.20210208_105658.jpg", at);
    row("2021-02-08 - 10_56_58_012 - zmNinja.jpg", at);
    row("2021-02-08--10-56-58.jpg", at);
    row("192.168.1.64_01_20210208105658123_MOTION_DETECTION.jpg", "2021-02-08T10:56:58.123");
    row("20210208105658123.jpg", "2021-02-08T10:56:58.123");
    row("IMG_20210208_105658123.jpg", "2021-02-08T10:56:58.123");
    row("picture_BY000105_2021-02-08_105658.431.jpg", "2021-02-08T10:56:58.431");
    row("Cam_00_20210208105658.jpg", at);
    row("car-2022-12-23 03:34:52 PM.jpg", "2022-12-23T15:34:52");
    row("2021-02-08_10-56-58_AM.jpg", at);
    row("2021-02-08_10-56-58pm.jpg", "2021-02-08T22:56:58");
    row("20210208_031522PM.jpg", "2021-02-08T15:15:22");
    row("2021-02-08 12.05.00 AM.jpg", "2021-02-08T00:05:00");
    row("2021-02-08 12.05.00 PM.jpg", "2021-02-08T12:05:00");
    row("2021-02-08 at 1.05.09 a.m..jpg", "2021-02-08T01:05:09");
    row("Screenshot 2021-02-08 at 1.05.09\u202fPM.png", "2021-02-08T13:05:09");
    row("2-8-2021 1-05-09 PM.jpg", "2021-02-08T13:05:09");
    row("13-02-2021 1-05-09 PM.jpg", "");
    row("1612780618.jpg", "2021-02-08T10:36:58Z");
    row("1612780618123.jpg", "2021-02-08T10:36:58.123Z");
    row("snapshot_1612780618.jpg", "2021-02-08T10:36:58Z");
    row("yourcamera.1512575538.00433.jpg", "2017-12-06T15:52:18.004Z");
    row("1671831417_chickadee.jpg", "2022-12-23T21:36:57Z");
    row("2021-02-08T105658Z.jpg", "2021-02-08T10:56:58Z");
    row("2021-02-08T08:02:17-05:00.jpg", "2021-02-08T13:02:17Z");
    row("20210208T105658+0100.jpg", "2021-02-08T09:56:58Z");
    // folders
    row("/srv/cam1-2021-02-08/10-56-58.jpg", at);
    row("/srv/2020/03/12/Corridor1_01-36-01.jpg", "2020-03-12T01:36:01");
    row("/srv/2021-02-08/cam/10-56-58-02.jpg", at);
    row("/srv/20210208/10.56.58.jpg", at);
    row("/srv/2021_02_08/10_56_58 PM.jpg", "2021-02-08T22:56:58");
    row("/ftp/2021-02-08/001/jpg/10/56/58[M][0@0][0].jpg", at);
    row("/ftp/AMC0001/2021-02-08/pic_001/10/56/58[R][0@0][0].jpg", at);
    row("/ftp/2021-02-08/001/dav/10/10.56.58-10.57.10[M][0@0][0].jpg", at);
    row("/srv/2021/02/08/10/56/58-snapshot.jpg", at);
    row("/srv/2021/02/08/10/56/58-03.jpg", at);
    row("/srv/2021/02/08/Cam_00_20210208105658.jpg", at);
    row("/srv/2021-02-08/10/front/56.58.jpg", at);
    row("/sd/2021Y02M08D10H/E156M58S60.jpg", "");
    row("/sd/2021Y02M08D10H/E1_56M58S60.jpg", at);
    // The name's own time counts before the folders'.
    row("/srv/2020-01-01/2021-02-08_10-56-58.jpg", at);
    row("/srv/2020-01-01/x/2021-02-08/10-56-58.jpg", at);
}

void TestCaptureTime::reads()
{
    QFETCH(QString, time);
    QCOMPARE(iso(timeInPath(QString::fromUtf8(QTest::currentDataTag()))), time);
}

void TestCaptureTime::rejects_data()
{
    QTest::addColumn<int>("nothing");
    for (const char *path :
         {// counters, serial numbers, identifiers, hashes
          "IMG_0042.jpg", "2021-02-08_0042.jpg", "20210208-0042.jpg", "/day/2021-02-08/000123.jpg",
          "/day/2021-02-08/IMG_123456.jpg", "10155123456789012_1612780618_n.jpg",
          "12345678_1612780618_98765432_n.jpg", "9876543210.jpg", "0123456789.jpg",
          "4006381333931.jpg", "a1612780618b.jpg", "16127806181.jpg", "161278061812.jpg",
          "16127806181234.jpg", "deadbeef20210208105658aa99.jpg", "3f20210208105658ce.jpg",
          "20210208105658123456789.jpg", "550e8400-e29b-41d4-a716-446655440000.jpg",
          "IMG-20210208-WA0001.jpg", "SN20991399123456.jpg",
          // an empty battery, and no such time
          "1970-01-01T00:00:10.jpg", "19700101_000010.jpg", "0000-00-00_00-00-00.jpg",
          "1980-01-01_00-00-00.jpg", "2021-02-30_10.56.58.jpg", "2021-02-08_24.56.58.jpg",
          "2021-02-08_10.60.58.jpg", "2021-02-08 13.05.00 AM.jpg",
          // month or day first: nobody knows
          "02-08-2021_10-56-58.jpg", "02_08_2021 105658.jpg",
          // an address, a version
          "/day/2021-02-08/192.10.12.13.jpg", "/day/v2021.02/08/shot.jpg", "/2021-02-08/bird.jpg",
          "/day/2021-02-08T10:56:58/bird.jpg", ""})
        QTest::newRow(path) << 0;
}

void TestCaptureTime::rejects()
{
    const auto named = timeInPath(QString::fromUtf8(QTest::currentDataTag()));
    QVERIFY2(!named, qPrintable(iso(named)));
}

void TestCaptureTime::localClockOfUnixTime()
{
    // Denver: -7 hours in February, -6 in July.
    QCOMPARE(timeInPath("1612780618.jpg")->captureTime,
             QDateTime(QDate(2021, 2, 8), QTime(3, 36, 58), asUtc));
    QCOMPARE(timeInPath("1625740618.jpg")->captureTime,
             QDateTime(QDate(2021, 7, 8), QTime(4, 36, 58), asUtc));
    QCOMPARE(timeInPath("PXL_20210208_105658123.jpg")->captureTime,
             QDateTime(QDate(2021, 2, 8), QTime(3, 56, 58, 123), asUtc));
}

void TestCaptureTime::offsetsInNames()
{
    // Some of VLC's milliseconds have no leading zeros.
    QCOMPARE(timeInPath("vlcsnap-2021-08-30-18h21m20s10.png")->captureTime,
             QDateTime(QDate(2021, 8, 30), QTime(18, 21, 20), asUtc));
    const auto named = timeInPath("2021-02-08T08:02:17-05:00.jpg");
    QCOMPARE(named->captureTime, QDateTime(QDate(2021, 2, 8), QTime(8, 2, 17), asUtc));
    QCOMPARE(named->utc, QDateTime(QDate(2021, 2, 8), QTime(13, 2, 17), asUtc));
    QVERIFY(!timeInPath("2021-02-08T08-02-17-0001.jpg")->utc.isValid()); // a counter
    for (const char *counter : {"0000", "0015", "0030", "0045", "0115", "0130", "1300", "1230"}) {
        const auto counted =
            timeInPath(QStringLiteral("20210208_105658-%1.jpg").arg(QLatin1String(counter)));
        QCOMPARE(counted->captureTime, QDateTime(QDate(2021, 2, 8), QTime(10, 56, 58), asUtc));
        QVERIFY2(!counted->utc.isValid(), counter);
    }
    for (const auto &[offset, seconds] :
         {std::pair("-0500", -18000), std::pair("-1200", -43200), std::pair("-0230", -9000),
          std::pair("-0330", -12600), std::pair("-0930", -34200), std::pair("+0545", 20700),
          std::pair("+0000", 0), std::pair("-00:45", -2700)}) {
        const auto here =
            timeInPath(QStringLiteral("20210208_105658%1.jpg").arg(QLatin1String(offset)));
        QVERIFY2(here->utc.isValid(), offset);
        QCOMPARE(here->utc.secsTo(here->captureTime), seconds);
    }
}

void TestCaptureTime::exifTexts_data()
{
    QTest::addColumn<QString>("time");
    QTest::addColumn<int>("offset");
    const auto row = [](const char *text, const char *time, int offset = -1) {
        QTest::newRow(text) << time << offset;
    };
    const char *at = "2021-02-08T10:56:58.000";
    row("2021:02:08 10:56:58", at);
    row("2021-02-08 10:56:58", at);
    row("2021/02/08 10:56:58", at);
    row("2021.02.08 10:56:58", at);
    row("2021-02-08T10:56:58", at);
    row("2021-02-08T10:56:58Z", at, 0);
    row("2021-02-08T10:56:58.25+01:00", "2021-02-08T10:56:58.250", 3600);
    row("2021:02:08 10:56:58+01:00", at, 3600);
    row("2021:02:08 10:56:58-0500", at, -5 * 3600);
    row("2021:2:8 1:6:8", "2021-02-08T01:06:08.000");
    row("2021:02:08 10:56", "2021-02-08T10:56:00.000");
    row("20210208T105658", at);
    row("20210208 105658", at);
    row("2017:05:16 1:48:24 pm", "2017-05-16T13:48:24.000");
    row("2021:02:08 03:15:22 PM", "2021-02-08T15:15:22.000");
    row("2021:02:08 12:05:00 AM", "2021-02-08T00:05:00.000");
    row("2021:02:08 12:05:00 a.m.", "2021-02-08T00:05:00.000");
    row("2021:02:08 13:05:00 PM", "2021-02-08T13:05:00.000");
    for (const char *text : {"0000:00:00 00:00:00", "    :  :     :  :  ", "2021:02:31 10:56:58",
                             "2021:02:08 25:00:00", "2021:02:08", "10:56:58", "yesterday", "",
                             "2021:02:08 13:05:00 AM"})
        row(text, "");
}

void TestCaptureTime::exifTexts()
{
    QFETCH(QString, time);
    QFETCH(int, offset);
    const ExifText said = parseExifText(QString::fromUtf8(QTest::currentDataTag()));
    QCOMPARE(said.captureTime.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss.zzz")), time);
    QCOMPARE(said.offset.value_or(-1), offset);
}

void TestCaptureTime::offsets_data()
{
    QTest::addColumn<bool>("known");
    QTest::addColumn<int>("seconds");
    const auto row = [](const char *text, bool known, int seconds = 0) {
        QTest::newRow(text) << known << seconds;
    };
    row("+01:00", true, 3600);
    row("-05:00", true, -18000);
    row("-5:00", true, -18000);
    row("+0100", true, 3600);
    row("+01", true, 3600);
    row("-5", true, -18000);
    row("+05:45", true, 20700);
    row("Z", true, 0);
    row("UTC", true, 0);
    row("UTC+2", true, 7200);
    row("+14:00", true, 50400);
    row("-12:00", true, -43200);
    row(" +01:00 ", true, 3600);
    for (const char *text :
         {"", "01:00", "+15:00", "-13:00", "+01:60", "   :  ", "+", "PST", "+1:0"})
        row(text, false);
}

void TestCaptureTime::offsets()
{
    QFETCH(bool, known);
    QFETCH(int, seconds);
    const auto offset = offsetFromText(QString::fromUtf8(QTest::currentDataTag()));
    QCOMPARE(offset.has_value(), known);
    QCOMPARE(offset.value_or(0), seconds);
}

void TestCaptureTime::makerNotes_data()
{
    QTest::addColumn<QByteArray>("note");
    QTest::addColumn<QString>("time");
    const QByteArray hyper("\x01\xf1\x03\x00", 4);
    const char *at = "2020-03-16T10:05:07";
    QTest::newRow("HyperFire") << words(hyper, 0x16, {7, 5, 10, 3, 16, 2020}) << at;
    QTest::newRow("HyperFire, words the other way round")
        << words(hyper, 0x16, {7 << 8, 5 << 8, 10 << 8, 3 << 8, 16 << 8, 0xe407}) << at;
    QTest::newRow("HyperFire, cut off") << words(hyper, 0x16, {7, 5}).left(30) << "";
    QTest::newRow("HyperFire, empty") << words(hyper, 0x16, {0, 0, 0, 0, 0, 0}) << "";
    QTest::newRow("HyperFire, dead battery") << words(hyper, 0x16, {0, 0, 0, 1, 1, 1970}) << "";
    const QByteArray second("RECONYXH2\0", 10);
    QTest::newRow("HyperFire 2") << words(second, 0x3e, {7, 5, 10, 16, 3, 2020}) << at;
    // 4 March 2020 is a Wednesday, 3 April a Friday: the weekday at 0x4a tells which.
    QTest::newRow("HyperFire 2, Wednesday")
        << words(second, 0x3e, {7, 5, 10, 4, 3, 2020, 3}) << "2020-03-04T10:05:07";
    QTest::newRow("HyperFire 2, Friday")
        << words(second, 0x3e, {7, 5, 10, 4, 3, 2020, 5}) << "2020-04-03T10:05:07";
    QTest::newRow("UltraFire") << bytes(QByteArray("RECONYXUF\0", 10), 0x3b,
                                        {7, 5, 10, 16, 3, 0xe4, 0x07})
                               << at;
    QTest::newRow("MicroFire") << words(QByteArray("RECONYXMF\0", 10), 0x4e,
                                        {7, 5, 10, 3, 16, 2020})
                               << at;
    QTest::newRow("HyperFire 4K") << bytes(QByteArray("RECONYXHF4K\0", 12), 0x2f,
                                           {7, 5, 10, 16, 3, 0xe4, 0x07})
                                  << at;
    QTest::newRow("another maker's") << words("Nikon", 0x16, {7, 5, 10, 3, 16, 2020}) << "";
    QTest::newRow("nothing") << QByteArray() << "";
}

void TestCaptureTime::makerNotes()
{
    QFETCH(QByteArray, note);
    QFETCH(QString, time);
    QCOMPARE(makerNoteTime(note).toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")), time);
}

void TestCaptureTime::suffixes_data()
{
    QTest::addColumn<QStringList>("known");
    QTest::addColumn<bool>("predicted");
    QTest::addColumn<QStringList>("labels");
    const auto row = [](const char *suffix, const QStringList &known, bool predicted,
                        const QStringList &labels = {}) {
        QTest::newRow(suffix) << known << predicted << labels;
    };
    row("_chickadee", {}, true, {"chickadee"});
    row("chickadee_magpie", {}, true, {"chickadee", "magpie"});
    row("none", {}, true);
    row("_great tit", {"great tit"}, true, {"great tit"});
    row("_great tit_magpie", {"great tit"}, true, {"great tit", "magpie"});
    row("_chickadee_great tit", {}, false);
    for (const char *suffix : {"_001", "_1", "_cam1", "_HDR", "_123_tapo", "_chickadee_2", "_", ""})
        row(suffix, {"great tit"}, false);
}

void TestCaptureTime::suffixes()
{
    QFETCH(QStringList, known);
    QFETCH(bool, predicted);
    QFETCH(QStringList, labels);
    const auto said = predictionInName(QString::fromUtf8(QTest::currentDataTag()),
                                       QSet<QString>(known.cbegin(), known.cend()));
    QCOMPARE(said.has_value(), predicted);
    if (said) {
        QCOMPARE(said->labels, labels);
        QCOMPARE(said->confidence, 0.0);
    }
}

QTEST_GUILESS_MAIN(TestCaptureTime)
#include "tst_capturetime.moc"
