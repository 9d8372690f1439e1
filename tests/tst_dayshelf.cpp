// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/dayshelf.h"
#include "core/review/reviewsession.h"

#include "support/birbcamfolder.h"
#include "support/openedday.h"

#include <QSignalSpy>
#include <QTest>

using namespace birblens;
using testing::BirbCamFolder;
using testing::encoded;
using testing::Opened;
using testing::picture;
using testing::writeFile;

namespace {

QString canonical(const QString &path)
{
    return QFileInfo(path).canonicalFilePath();
}

void capture(const QTemporaryDir &folder, const QString &time)
{
    writeFile(folder.filePath(time + "_none.jpg"), encoded(picture(), "jpg"));
}

} // namespace

class TestDayShelf : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void severalFoldersAreOneList();
    void neighbours();
    void listingMakesNoStore();
    void theOpenDayTellsItsOwnNumbers();
    void saysWhatIsNoDay();
    void removedAndAddedAgain();
    void goesInTheMiddle();
    void everyFrameInTheTrash();
    void replacedPicturesAreUnreviewed();
};

void TestDayShelf::severalFoldersAreOneList()
{
    const QTemporaryDir plain;
    capture(plain, "2021-02-09T08:00:00");
    capture(plain, "2021-02-07T08:00:00");
    capture(plain, "2021-02-09T09:00:00");
    const BirbCamFolder camera({{"2021-02-08T10:56:58", "chickadee"}});
    {
        Opened day(plain.path());
        day.session.setNone({"2021-02-09T08:00:00_none.jpg"});
    }
    DayShelf shelf;
    shelf.add(plain.path());
    shelf.add(camera.path() + "/model_results.db");
    QVERIFY(shelf.isListing());
    QTRY_VERIFY(!shelf.isListing());
    const QString one = canonical(plain.path());
    const QString two = canonical(camera.path());
    QCOMPARE(shelf.folders(), QStringList({one, two}));
    const QList<ListedDay> wanted{{one, QDate(2021, 2, 7), 1, 0},
                                  {two, QDate(2021, 2, 8), 1, 0},
                                  {one, QDate(2021, 2, 9), 2, 1}};
    QCOMPARE(shelf.days(), wanted);
}

void TestDayShelf::neighbours()
{
    const QTemporaryDir a;
    const QTemporaryDir b;
    capture(a, "2021-02-07T08:00:00");
    capture(b, "2021-02-08T08:00:00");
    capture(a, "2021-02-09T08:00:00");
    DayShelf shelf;
    shelf.add(a.path());
    shelf.add(b.path());
    QTRY_VERIFY(!shelf.isListing());
    const auto next = shelf.neighbour(canonical(a.path()), QDate(2021, 2, 7), 1);
    QVERIFY(next);
    QCOMPARE(next->folder, canonical(b.path()));
    QCOMPARE(shelf.neighbour(next->folder, next->date, 1)->date, QDate(2021, 2, 9));
    QCOMPARE(shelf.neighbour(next->folder, next->date, -1)->date, QDate(2021, 2, 7));
    QVERIFY(!shelf.neighbour(canonical(a.path()), QDate(2021, 2, 9), 1));
    QVERIFY(!shelf.neighbour(canonical(a.path()), QDate(2021, 2, 7), -1));
    QVERIFY(!shelf.neighbour(canonical(a.path()), QDate(2021, 2, 8), 1)); // that date is b's
}

void TestDayShelf::listingMakesNoStore()
{
    const QTemporaryDir folder;
    capture(folder, "2021-02-07T08:00:00");
    DayShelf shelf;
    shelf.add(folder.path());
    QTRY_VERIFY(!shelf.isListing());
    QCOMPARE(shelf.days().size(), 1);
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files | QDir::Hidden),
             QStringList{"2021-02-07T08:00:00_none.jpg"});
}

void TestDayShelf::theOpenDayTellsItsOwnNumbers()
{
    const BirbCamFolder camera(
        {{"2021-02-08T10:56:58", "chickadee"}, {"2021-02-09T10:57:04", "none", 0.8}});
    Opened day(camera.path());
    DayShelf shelf;
    QSignalSpy changed(&shelf, &DayShelf::changed);
    shelf.show(day.session.day());
    QCOMPARE(shelf.days().size(), 2);
    QCOMPARE(shelf.days().first().reviewed, 0);
    QCOMPARE(changed.size(), 1);
    shelf.show(day.session.day()); // nothing is new
    QCOMPARE(changed.size(), 1);
    day.session.setNone({day.session.day().at(1).frame.key});
    shelf.show(day.session.day());
    QCOMPARE(shelf.days().at(1).reviewed, 1);
    QCOMPARE(shelf.days().at(0).reviewed, 0);
}

void TestDayShelf::saysWhatIsNoDay()
{
    const QTemporaryDir empty;
    DayShelf shelf;
    QSignalSpy failed(&shelf, &DayShelf::failed);
    shelf.add(empty.path());
    shelf.add(empty.filePath("nosuch"));
    QTRY_VERIFY(!shelf.isListing());
    QCOMPARE(failed.size(), 2);
    QVERIFY(failed[0][0].value<Error>().sentence().contains("no images"));
    QVERIFY(failed[1][0].value<Error>().sentence().contains("nosuch"));
    QVERIFY(shelf.folders().isEmpty());
}

void TestDayShelf::removedAndAddedAgain()
{
    const QTemporaryDir folder;
    capture(folder, "2021-02-07T08:00:00");
    DayShelf shelf;
    shelf.add(folder.path());
    shelf.add(folder.path());
    QTRY_VERIFY(!shelf.isListing());
    QCOMPARE(shelf.folders().size(), 1);
    shelf.remove(canonical(folder.path()));
    QVERIFY(shelf.days().isEmpty());
    shelf.add(folder.path());
    QTRY_COMPARE(shelf.days().size(), 1);
}

void TestDayShelf::goesInTheMiddle()
{
    const QTemporaryDir folder;
    for (int i = 10; i < 60; ++i)
        capture(folder, QString("2021-02-07T08:00:%1").arg(i));
    QSignalSpy *changed = nullptr;
    {
        DayShelf shelf;
        changed = new QSignalSpy(&shelf, &DayShelf::changed);
        shelf.add(folder.path());
    }
    QTest::qWait(50);
    QCOMPARE(changed->size(), 1); // when it began
    delete changed;
}

void TestDayShelf::everyFrameInTheTrash()
{
    const QTemporaryDir plain;
    capture(plain, "2021-02-09T08:00:00");
    const BirbCamFolder camera({{"2021-02-08T10:56:58", "chickadee"}});
    for (const QString &path : {plain.path(), camera.path()}) {
        Opened day(path);
        DecisionSteps steps; // as when the files are in the trash
        for (const QString &key : day.session.day().keys())
            steps.trash.append({key, "/nowhere/in/the/trash.jpg", path + '/' + key});
        const auto store = Store::open(path, StoreOpening::Quick);
        QVERIFY((*store)->decide("Move to the trash", steps).ok());
        for (const TrashStep &step : std::as_const(steps.trash))
            QVERIFY(QFile::remove(step.path));
    }
    DayShelf shelf;
    QSignalSpy failed(&shelf, &DayShelf::failed);
    shelf.add(plain.path());
    shelf.add(camera.path());
    QTRY_VERIFY(!shelf.isListing());
    QCOMPARE(failed.size(), 0);
    QCOMPARE(shelf.folders(), QStringList({canonical(plain.path()), canonical(camera.path())}));
    QVERIFY(shelf.days().isEmpty());
}

void TestDayShelf::replacedPicturesAreUnreviewed()
{
    const QTemporaryDir plain;
    capture(plain, "2021-02-09T08:00:00");
    capture(plain, "2021-02-09T09:00:00");
    const QString key = "2021-02-09T08:00:00_none.jpg";
    {
        Opened day(plain.path());
        day.session.setNone({key, "2021-02-09T09:00:00_none.jpg"});
    }
    {
        const auto store = Store::open(plain.path(), StoreOpening::Quick);
        QVERIFY((*store)->notePictures({{key, "one", 1, 1}}).ok());
        QVERIFY((*store)->notePictures({{key, "another", 2, 2}}).ok());
    }
    DayShelf shelf;
    shelf.add(plain.path());
    QTRY_VERIFY(!shelf.isListing());
    QCOMPARE(shelf.days().size(), 1);
    QCOMPARE(shelf.days().first().frames, 2);
    QCOMPARE(shelf.days().first().reviewed, 1);
}

QTEST_GUILESS_MAIN(TestDayShelf)
#include "tst_dayshelf.moc"
