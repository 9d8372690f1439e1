// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/reviewsession.h"
#include "core/store/clockshifts.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"
#include "support/openedday.h"

#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTest>

#include <ctime>

using namespace birblens;
using testing::BirbCamFolder;
using testing::CameraRow;
using testing::encoded;
using testing::Opened;
using testing::picture;
using testing::readFile;
using testing::writeFile;

namespace {

constexpr qint64 hour = 3600 * 1000;

/** A plain folder of three frames whose names tell the time. */
struct Folder
{
    Folder()
    {
        for (const char *name :
             {"20210208_100000.jpg", "20210208_100100.jpg", "20210208_100200.jpg"})
            add(QString::fromLatin1(name));
    }
    void add(const QString &name) const
    {
        writeFile(dir.filePath(name), encoded(picture(16, 12), "jpg"));
    }
    QTemporaryDir dir;
};

const QString firstKey = QStringLiteral("20210208_100000.jpg");
const QString secondKey = QStringLiteral("20210208_100100.jpg");
const QString thirdKey = QStringLiteral("20210208_100200.jpg");

QTime timeOf(const ReviewSession &session, const QString &key)
{
    const int row = session.day().rowOf(key);
    return row < 0 ? QTime() : session.day().at(row).frame.captureTime.time();
}

} // namespace

class TestClock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void amounts_data();
    void amounts();
    void wholeDay();
    void framesThatArriveLater();
    void offsetsOfFramesThatArriveLater();
    void selectionOnly();
    void timeOfAFrame();
    void undoLeavesWhatAnotherWindowCorrected();
    void outlivesTheProgram();
    void clearing();
};

void TestClock::amounts_data()
{
    QTest::addColumn<qint64>("seconds");
    const auto row = [](const char *text, qint64 seconds) { QTest::newRow(text) << seconds; };
    row("-1h", -3600);
    row("1h", 3600);
    row("+90m", 5400);
    row("1h30m", 5400);
    row("2d", 172800);
    row("1d2h3m4s", 93784);
    row("45s", 45);
    row("-0:02:30", -150);
    row("+1:00", 3600);
    row("2d 1:00:00", 176400);
    row("\u22121:00:00", -3600);
    for (const char *text : {"", "-", "1", "1x", "1:60", "h", "99999999999d", "yesterday"})
        row(text, -1);
}

void TestClock::amounts()
{
    QFETCH(qint64, seconds);
    const auto shift = shiftFromText(QString::fromUtf8(QTest::currentDataTag()));
    QCOMPARE(shift.value_or(-1000), seconds * 1000);
}

void TestClock::wholeDay()
{
    const CameraRow seen{"2021-02-08T10:56:58", "chickadee"};
    BirbCamFolder folder;
    folder.add({seen});
    const QString key = BirbCamFolder::key(seen);
    Opened day(folder.path());
    const Frame before = day.session.day().at(0).frame;
    const QByteArray file = readFile(before.path());
    QVERIFY(day.session.shiftClock({}, -hour));
    const Frame &frame = day.session.day().at(0).frame;
    QCOMPARE(frame.captureTime, before.captureTime.addSecs(-3600));
    QCOMPARE(frame.utc, before.utc.addSecs(-3600));
    QCOMPARE(originalTime(frame), before.captureTime);
    QVERIFY(day.session.shiftClock({}, -hour)); // on top of it
    QCOMPARE(day.session.day().at(0).frame.captureTime, before.captureTime.addSecs(-7200));
    QCOMPARE(readFile(before.path()), file);
    QCOMPARE(testing::sqlValue(folder.database(), "SELECT datetime FROM results").toString(),
             "2021-02-08T10:56:58");
    day.session.undoStack().undo();
    QCOMPARE(timeOf(day.session, key), QTime(9, 56, 58));
    day.session.undoStack().undo();
    QCOMPARE(day.session.day().at(0).frame, before);
    day.session.undoStack().redo();
    QCOMPARE(timeOf(day.session, key), QTime(9, 56, 58));
}

void TestClock::framesThatArriveLater()
{
    Folder folder;
    Opened day(folder.dir.path());
    QVERIFY(day.session.shiftClock({firstKey}, 10 * hour));
    folder.add("20210208_100300.jpg");
    QTRY_COMPARE(day.session.day().size(), 4);
    QCOMPARE(timeOf(day.session, "20210208_100300.jpg"), QTime(10, 3)); // a selection was meant
    QVERIFY(day.session.shiftClock({}, hour));
    folder.add("20210208_100030.jpg");
    QTRY_COMPARE(day.session.day().size(), 5);
    QCOMPARE(timeOf(day.session, "20210208_100030.jpg"), QTime(11, 0, 30));
    QCOMPARE(day.session.day().keys(), (QStringList{"20210208_100030.jpg", secondKey, thirdKey,
                                                    "20210208_100300.jpg", firstKey}));
    QCOMPARE(timeOf(day.session, firstKey), QTime(21, 0));
}

/** From winter time into summer time: what arrives then has the offset of its corrected time. */
void TestClock::offsetsOfFramesThatArriveLater()
{
    const QByteArray zone = qgetenv("TZ");
    const auto useZone = [](const QByteArray &name) {
        name.isNull() ? qunsetenv("TZ") : qputenv("TZ", name);
        tzset();
    };
    useZone("Europe/Berlin");
    const auto back = qScopeGuard([&] { useZone(zone); });
    Folder folder;
    Opened day(folder.dir.path());
    QVERIFY(day.session.shiftClock({}, 160 * 24 * hour));
    const QString late = QStringLiteral("20210208_100030.jpg");
    folder.add(late);
    QTRY_COMPARE(day.session.day().size(), 4);
    for (int row = 0; row < 4; ++row)
        QCOMPARE(day.session.day().at(row).frame.assumedOffset, 2 * 3600);
    QCOMPARE(day.session.day().keys(), (QStringList{firstKey, late, secondKey, thirdKey}));
}

void TestClock::selectionOnly()
{
    Folder folder;
    Opened day(folder.dir.path());
    day.session.setCurrentKey(firstKey);
    QVERIFY(day.session.shiftClock({firstKey}, hour));
    // The row moves; the current frame stays the same one.
    QCOMPARE(day.session.day().keys(), (QStringList{secondKey, thirdKey, firstKey}));
    QCOMPARE(day.session.day().rowOf(firstKey), 2);
    QCOMPARE(day.session.currentKey(), firstKey);
    QCOMPARE(timeOf(day.session, firstKey), QTime(11, 0));
    QCOMPARE(timeOf(day.session, secondKey), QTime(10, 1));
    day.session.undoStack().undo();
    QCOMPARE(day.session.day().keys(), (QStringList{firstKey, secondKey, thirdKey}));
    QVERIFY(day.session.day().clock().isEmpty());
}

void TestClock::timeOfAFrame()
{
    Folder folder;
    Opened day(folder.dir.path());
    const QDateTime real(QDate(2022, 7, 1), QTime(6, 30, 5), asUtc);
    QVERIFY(day.session.setTimeOf(secondKey, real, {}));
    QCOMPARE(day.session.day().at(1).frame.captureTime, real);
    QCOMPARE(day.session.day().at(0).frame.captureTime, real.addSecs(-60));
    QVERIFY(!day.session.setTimeOf("nosuch.jpg", real, {}));
    QVERIFY(!day.session.setTimeOf(secondKey, QDateTime(), {}));
}

void TestClock::undoLeavesWhatAnotherWindowCorrected()
{
    Folder folder;
    Opened day(folder.dir.path());
    QVERIFY(day.session.shiftClock({firstKey, secondKey}, hour));
    Opened other(folder.dir.path());
    QCOMPARE(timeOf(other.session, firstKey), QTime(11, 0));
    QVERIFY(other.session.shiftClock({firstKey}, 2 * hour));
    day.session.undoStack().undo();
    QCOMPARE(timeOf(day.session, secondKey), QTime(10, 1));
    QVERIFY(day.heard(firstKey, Message::Level::Warning));
    QTRY_COMPARE(timeOf(day.session, firstKey), QTime(13, 0)); // what the other one set
}

void TestClock::outlivesTheProgram()
{
    Folder folder;
    {
        Opened day(folder.dir.path());
        QVERIFY(day.session.shiftClock({}, hour));
        QVERIFY(day.session.shiftClock({thirdKey}, -4 * hour));
    }
    Opened day(folder.dir.path());
    QCOMPARE(day.session.day().keys(), (QStringList{thirdKey, firstKey, secondKey}));
    QCOMPARE(timeOf(day.session, thirdKey), QTime(7, 2));
    QCOMPARE(timeOf(day.session, firstKey), QTime(11, 0));
    day.session.undoStack().undo();
    day.session.undoStack().undo();
    QCOMPARE(timeOf(day.session, thirdKey), QTime(10, 2));
    QVERIFY(day.session.day().clock().isEmpty());
}

void TestClock::clearing()
{
    Folder folder;
    Opened day(folder.dir.path());
    QVERIFY(day.session.shiftClock({}, hour));
    QVERIFY(day.session.shiftClock({secondKey}, hour));
    QVERIFY(day.session.clearClock({secondKey})); // although the day is corrected
    QCOMPARE(timeOf(day.session, secondKey), QTime(10, 1));
    QCOMPARE(timeOf(day.session, firstKey), QTime(11, 0));
    QVERIFY(day.session.clearClock({}));
    QVERIFY(day.session.day().clock().isEmpty());
    QCOMPARE(timeOf(day.session, firstKey), QTime(10, 0));
    day.session.undoStack().undo();
    QCOMPARE(timeOf(day.session, firstKey), QTime(11, 0));
    QCOMPARE(timeOf(day.session, secondKey), QTime(10, 1));
}

QTEST_GUILESS_MAIN(TestClock)
#include "tst_clock.moc"
