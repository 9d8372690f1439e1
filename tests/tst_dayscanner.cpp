// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/dayscanner.h"
#include "core/frames/capturename.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QTest>

#include <filesystem>

using namespace birblens;
using testing::BirbCamFolder;
using testing::encoded;
using testing::picture;
using testing::writeFile;

namespace {

QStringList keysOf(const QList<Frame> &frames)
{
    QStringList keys;
    for (const Frame &frame : frames)
        keys.append(frame.key);
    return keys;
}

DayListing listed(const QString &path, const ScanOptions &options = {})
{
    const auto source = locateDay(path);
    if (!source) {
        QTest::qFail(qPrintable(source.error().sentence()), __FILE__, __LINE__);
        return {};
    }
    const auto listing = listDay(*source, options);
    if (!listing) {
        QTest::qFail(qPrintable(listing.error().sentence()), __FILE__, __LINE__);
        return {};
    }
    return *listing;
}

/** A file that needs no decoding: only its name counts. */
void touch(const QString &path)
{
    writeFile(path, "x");
}

void copyFolder(const QString &from, const QString &to)
{
    std::filesystem::copy(from.toStdString(), to.toStdString(),
                          std::filesystem::copy_options::recursive);
    QDirIterator files(to, QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot,
                       QDirIterator::Subdirectories);
    while (files.hasNext())
        QFile::setPermissions(files.next(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

} // namespace

class TestDayScanner : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void locatesBirbCam();
    void locatesPlainFolder();
    void refuses_data();
    void refuses();
    void joinsRowsAndFiles();
    void rowWithoutFileIsGone();
    void fileWithoutRow();
    void oneFileTwoRows();
    void rowsOutsideOfTheDay();
    void ordersByUtc();
    void badDatabase_data();
    void badDatabase();
    void plainFolderRecursive();
    void leavesFoldersOut();
    void linksInACircle();
    void timesOfPlainFiles();
    void knownTimesAreNotReadAgain();
    void countersThatLookLikeOffsets();
    void datesInFolders();
    void suffixesThatAreNoPrediction();
    void suffixesThatADatabaseKnows();
    void emptyFolder();
    void folderVanishes();
    void cancels();
    void hundredThousandFiles();
    void referenceDay();
};

void TestDayScanner::locatesBirbCam()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    touch(folder.path() + "/species_map.json");
    for (const QString &path : {folder.path(), folder.path() + "/", folder.database(),
                                folder.path() + "/imgs", folder.path() + "/imgs/../"}) {
        const auto source = locateDay(path);
        QVERIFY(source.ok());
        QCOMPARE(source->folder, QFileInfo(folder.path()).canonicalFilePath());
        QCOMPARE(source->cameraDatabase, source->folder + "/model_results.db");
        QCOMPARE(source->imageFolder, source->folder + "/imgs");
        QCOMPARE(source->speciesMap, source->folder + "/species_map.json");
    }
}

void TestDayScanner::locatesPlainFolder()
{
    QTemporaryDir dir;
    touch(dir.filePath("imgs/2021-02-08T10:56:58_magpie.jpg"));
    for (const QString &path : {dir.path(), dir.filePath("imgs")}) {
        const auto source = locateDay(path);
        QVERIFY(source.ok());
        QCOMPARE(source->folder, QFileInfo(path).canonicalFilePath());
        QVERIFY(source->cameraDatabase.isEmpty());
        QCOMPARE(source->imageFolder, source->folder);
    }
    // A neighbour of that name that is no camera database does not matter to imgs itself.
    touch(dir.filePath("model_results.db"));
    const auto source = locateDay(dir.filePath("imgs"));
    QVERIFY(source.ok());
    QVERIFY(source->cameraDatabase.isEmpty());
}

void TestDayScanner::refuses_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("what");
    QTest::newRow("nothing") << ""
                             << "no such folder";
    QTest::newRow("missing") << "/nowhere/at/all"
                             << "no such folder";
    QTest::newRow("an image") << BIRBLENS_SOURCE_DIR "/CMakeLists.txt"
                              << "a file, not a day";
}

void TestDayScanner::refuses()
{
    QFETCH(QString, path);
    QFETCH(QString, what);
    const auto source = locateDay(path);
    QVERIFY(!source.ok());
    QVERIFY2(source.error().what.contains(what), qPrintable(source.error().what));
    QVERIFY(!source.error().hint.isEmpty());
}

void TestDayScanner::joinsRowsAndFiles()
{
    const BirbCamFolder folder({{"2021-02-08T10:57:04", "none", 0.75},
                                {"2021-02-08T10:56:58", "chickadee,magpie", 0.625, "magpie"}});
    const DayListing listing = listed(folder.path());
    QCOMPARE(keysOf(listing.frames), QStringList({"imgs/2021-02-08T10:56:58_chickadee_magpie.jpg",
                                                  "imgs/2021-02-08T10:57:04_none.jpg"}));
    const Frame &first = listing.frames.first();
    QCOMPARE(first.path(), QFileInfo(folder.path()).canonicalFilePath() + "/" + first.key);
    QVERIFY(QFileInfo::exists(first.path()));
    QCOMPARE(first.captureTime, QDateTime(QDate(2021, 2, 8), QTime(10, 56, 58), asUtc));
    QCOMPARE(first.utc, QDateTime(QDate(2021, 2, 8), QTime(17, 56, 58), asUtc));
    QVERIFY(first.camera);
    QCOMPARE(first.camera->labels, QStringList({"chickadee", "magpie"}));
    QCOMPARE(first.camera->confidence, 0.625);
    QVERIFY(!first.gone);
    QVERIFY(listing.frames.last().camera);
    QCOMPARE(listing.frames.last().camera->labels, QStringList());
    QCOMPARE(listing.frames.last().camera->confidence, 0.75);

    QCOMPARE(listing.cameraRows.size(), 2);
    QCOMPARE(listing.cameraRows.value(first.key),
             (CameraLabel{"2021-02-08T17:56:58", QString("magpie"), "chickadee,magpie", 5}));
    QCOMPARE(listing.cameraRows.value(listing.frames.last().key),
             (CameraLabel{"2021-02-08T17:57:04", std::nullopt, "none", 5}));
    QCOMPARE(keysOf(*scanDay(*locateDay(folder.path()))), keysOf(listing.frames));
}

void TestDayScanner::rowWithoutFileIsGone()
{
    const BirbCamFolder folder(
        {{"2021-02-08T10:56:58", "chickadee", 0.9, "", false}, {"2021-02-08T10:57:04", "magpie"}});
    const DayListing listing = listed(folder.path());
    QCOMPARE(listing.frames.size(), 2);
    QVERIFY(listing.frames.at(0).gone);
    QVERIFY(!listing.frames.at(1).gone);
    QCOMPARE(listing.cameraRows.size(), 2);
}

void TestDayScanner::fileWithoutRow()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    touch(folder.path() + "/imgs/2021-02-08T11:00:00_magpie_sparrow.jpg");
    touch(folder.path() + "/imgs/2021-02-08T11:00:01_none.jpg");
    touch(folder.path() + "/imgs/magpie_2021-02-08T11:00:02.jpg");
    touch(folder.path() + "/imgs/notes.txt");
    const DayListing listing = listed(folder.path());
    QCOMPARE(listing.frames.size(), 4);
    QCOMPARE(listing.frames.at(1).camera, (CameraPrediction{{"magpie", "sparrow"}, 0.0}));
    QCOMPARE(listing.frames.at(2).camera, (CameraPrediction{{}, 0.0}));
    QVERIFY(!listing.frames.at(3).camera); // a training name says what a person saw
    QVERIFY(!listing.frames.at(1).utc.isValid());
    QCOMPARE(listing.cameraRows.size(), 1);
}

void TestDayScanner::oneFileTwoRows()
{
    // The autumn hour: the second frame of the same local second replaced the first one's file.
    BirbCamFolder folder({{"2021-11-07T01:30:00", "none", 0.9}});
    QVERIFY(testing::sql(folder.database(),
                         {"INSERT INTO results VALUES('2021-11-07T09:30:00','2021-11-07T01:30:00',"
                          "'2021-11-07T01:30:00_none.jpg','none',0.8,'magpie',NULL)"}));
    const DayListing listing = listed(folder.path());
    QCOMPARE(listing.frames.size(), 2);
    QVERIFY(listing.frames.at(0).gone);
    QCOMPARE(listing.frames.at(0).utc.time(), QTime(8, 30));
    QVERIFY(!listing.frames.at(1).gone);
    QCOMPARE(listing.frames.at(1).key, "imgs/2021-11-07T01:30:00_none.jpg");
    QCOMPARE(listing.frames.at(1).utc.time(), QTime(9, 30));
    QVERIFY(listing.frames.at(0).key != listing.frames.at(1).key);
    QCOMPARE(listing.cameraRows.value(listing.frames.at(0).key).utc, "2021-11-07T08:30:00");
    QCOMPARE(listing.cameraRows.value(listing.frames.at(1).key).trueLabel, QString("magpie"));
}

void TestDayScanner::rowsOutsideOfTheDay()
{
    BirbCamFolder folder;
    for (const char *name : {"../../etc/passwd.jpg", "/etc/passwd.jpg", "", "../2021.jpg"})
        QVERIFY(testing::sql(
            folder.database(),
            {QString("INSERT INTO results VALUES('%1','2021-11-07T01:30:00','%1','none',"
                     "0.8,NULL,NULL)")
                 .arg(name)}));
    const DayListing listing = listed(folder.path());
    for (const Frame &frame : listing.frames)
        QVERIFY2(!frame.key.contains("..") &&
                     frame.path().startsWith(QFileInfo(folder.path()).canonicalFilePath()),
                 qPrintable(frame.path()));
}

void TestDayScanner::ordersByUtc()
{
    // 01:45 summer time is before 01:15 winter time, an hour of clock later.
    BirbCamFolder folder;
    const auto insert = [&](const char *utc, const char *local, const char *file) {
        QVERIFY(
            testing::sql(folder.database(),
                         {QString("INSERT INTO results VALUES('%1','%2','%3','none',0.9,NULL,NULL)")
                              .arg(utc, local, file)}));
        touch(folder.path() + "/imgs/" + file);
    };
    insert("2021-11-07T08:15:00", "2021-11-07T01:15:00", "winter.jpg");
    insert("2021-11-07T07:45:00", "2021-11-07T01:45:00", "summer.jpg");
    QCOMPARE(keysOf(listed(folder.path()).frames),
             QStringList({"imgs/summer.jpg", "imgs/winter.jpg"}));
}

void TestDayScanner::badDatabase_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("statements");
    QTest::addColumn<QString>("what");
    QTest::newRow("no database") << QByteArray(4096, 'x') << QStringList() << "damaged";
    QTest::newRow("empty file") << QByteArray("") << QStringList() << "no table";
    QTest::newRow("other table") << QByteArray() << QStringList{"CREATE TABLE x(a)"} << "no table";
    QTest::newRow("missing columns")
        << QByteArray() << QStringList{"CREATE TABLE results(utc_datetime TEXT, file_name TEXT)"}
        << "lacks datetime, prediction, confidence, true_label";
}

void TestDayScanner::badDatabase()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, statements);
    QFETCH(QString, what);
    QTemporaryDir dir;
    const QString path = dir.filePath("model_results.db");
    if (!bytes.isNull())
        writeFile(path, bytes);
    if (!statements.isEmpty())
        QVERIFY(testing::sql(path, statements));
    const QByteArray before = testing::readFile(path);
    const auto source = locateDay(dir.path());
    QVERIFY(source.ok());
    const auto listing = listDay(*source);
    QVERIFY(!listing.ok());
    QVERIFY2(listing.error().what.contains(what), qPrintable(listing.error().what));
    QCOMPARE(listing.error().where, source->cameraDatabase);
    QCOMPARE(testing::readFile(path), before);
}

void TestDayScanner::plainFolderRecursive()
{
    QTemporaryDir dir;
    touch(dir.filePath("b/2021-02-08T10:00:00_a.jpg"));
    touch(dir.filePath("a/deep/er/2021-02-08T11:00:00_a.JPG"));
    touch(dir.filePath("dotted.folder/2021-02-08T12:00:00.png"));
    touch(dir.filePath("2021-02-08T09:00:00.webp"));
    touch(dir.filePath("readme.txt"));
    touch(dir.filePath(
        "training/magpie_2021-02-08T13:00:00.jpg")); // no Birb Cam folder: images like any
    const DayListing listing = listed(dir.path());
    QCOMPARE(
        keysOf(listing.frames),
        QStringList({"2021-02-08T09:00:00.webp", "b/2021-02-08T10:00:00_a.jpg",
                     "a/deep/er/2021-02-08T11:00:00_a.JPG", "dotted.folder/2021-02-08T12:00:00.png",
                     "training/magpie_2021-02-08T13:00:00.jpg"}));
    QCOMPARE(listing.frames.first().fileName(), "2021-02-08T09:00:00.webp");
    const QString deepest = QFileInfo(dir.path()).canonicalFilePath() + "/a/deep/er";
    QVERIFY(listing.folders.contains(ReadFolder{deepest, QFileInfo(deepest).lastModified()}));
    QVERIFY(listing.cameraRows.isEmpty());
}

void TestDayScanner::leavesFoldersOut()
{
    QTemporaryDir dir;
    touch(dir.filePath("2021-02-08T09:00:00.jpg"));
    touch(dir.filePath(".hidden/2021-02-08T10:00:00.jpg"));
    touch(dir.filePath("figures/2021-02-08T09:00:00.chickadee.png"));
    touch(dir.filePath("figures/.birblens-export"));
    touch(dir.filePath("folder.jpg/2021-02-08T11:00:00.jpg")); // a folder named like an image
    QCOMPARE(keysOf(listed(dir.path()).frames),
             QStringList({"2021-02-08T09:00:00.jpg", "folder.jpg/2021-02-08T11:00:00.jpg"}));

    // Without an imgs folder the images lie beside the database; its training set does not count.
    BirbCamFolder folder;
    QVERIFY(QDir(folder.path() + "/imgs").removeRecursively());
    touch(folder.path() + "/2021-02-08T09:00:00_magpie.jpg");
    touch(folder.path() + "/training/magpie_2021-02-08T09:00:00.jpg");
    touch(folder.path() + "/more/training/2021-02-08T10:00:00_magpie.jpg");
    QCOMPARE(keysOf(listed(folder.path()).frames),
             QStringList({"2021-02-08T09:00:00_magpie.jpg",
                          "more/training/2021-02-08T10:00:00_magpie.jpg"}));
}

void TestDayScanner::linksInACircle()
{
    QTemporaryDir dir;
    touch(dir.filePath("a/2021-02-08T09:00:00.jpg"));
    QVERIFY(QFile::link(dir.path(), dir.filePath("a/back")));
    QVERIFY(QFile::link(dir.filePath("a/2021-02-08T09:00:00.jpg"),
                        dir.filePath("2021-02-08T10:00:00.jpg")));
    QCOMPARE(listed(dir.path()).frames.size(), 2);
}

void TestDayScanner::timesOfPlainFiles()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("DSC_0042.jpg");
    writeFile(path, encoded(picture(), "jpg"));
    const QDateTime modified(QDate(2020, 5, 6), QTime(7, 8, 9));
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(modified, QFileDevice::FileModificationTime));
    }
    const QList<Frame> frames = listed(dir.path()).frames;
    QCOMPARE(frames.size(), 1);
    QCOMPARE(frames.first().captureTime, QDateTime(QDate(2020, 5, 6), QTime(7, 8, 9), asUtc));
    QCOMPARE(frames.first().utc, modified.toUTC());
    QVERIFY(!frames.first().camera);
    QVERIFY(frames.first().timeUncertain());
}

void TestDayScanner::knownTimesAreNotReadAgain()
{
    QTemporaryDir dir;
    touch(dir.filePath("DSC_0042.jpg"));
    ScanOptions options;
    Frame known;
    known.key = "DSC_0042.jpg";
    known.captureTime = QDateTime(QDate(2001, 1, 1), QTime(1, 1, 1), asUtc);
    known.timeSource = TimeSource::MakerNote;
    options.known.insert(known.key, known);
    options.timesFrom = listed(dir.path()).timesFrom;
    QCOMPARE(options.timesFrom.keys(), QStringList{known.key});
    QCOMPARE(listed(dir.path(), options).frames.first().captureTime, known.captureTime);
    QCOMPARE(listed(dir.path(), options).frames.first().timeSource, TimeSource::MakerNote);
    // The file was half written, or is another one now.
    writeFile(dir.filePath("DSC_0042.jpg"), "x, and more");
    const DayListing again = listed(dir.path(), options);
    QCOMPARE(again.frames.first().timeSource, TimeSource::FileDate);
    QCOMPARE(again.timesFrom.value(known.key).bytes, 11);
}

void TestDayScanner::countersThatLookLikeOffsets()
{
    QTemporaryDir dir;
    touch(dir.filePath("20210208_105658-0100.jpg"));
    QVERIFY(listed(dir.path()).frames.first().utc.isValid());
    touch(dir.filePath("20210208_105657-0099.jpg"));
    for (const Frame &frame : listed(dir.path()).frames) {
        QVERIFY2(!frame.utc.isValid(), qPrintable(frame.key));
        QVERIFY2(frame.captureTime.isValid(), qPrintable(frame.key));
    }
}

void TestDayScanner::datesInFolders()
{
    QTemporaryDir dir;
    touch(dir.filePath("2021-02-08/10-56-58.jpg"));
    touch(dir.filePath("2021-02-08/001/jpg/10/57/04[M][0@0][0].jpg"));
    const QDateTime time(QDate(2021, 2, 8), QTime(10, 56, 58), asUtc);
    const QList<Frame> frames = listed(dir.path()).frames;
    QCOMPARE(keysOf(frames), QStringList({"2021-02-08/10-56-58.jpg",
                                          "2021-02-08/001/jpg/10/57/04[M][0@0][0].jpg"}));
    QCOMPARE(frames.first().captureTime, time);
    QCOMPARE(frames.last().captureTime, time.addSecs(6));
    QCOMPARE(frames.first().timeSource, TimeSource::Name);
    // The folder of the date is opened itself.
    const QList<Frame> inside = listed(dir.filePath("2021-02-08")).frames;
    QCOMPARE(inside.first().key, "10-56-58.jpg");
    QCOMPARE(inside.first().captureTime, time);
}

void TestDayScanner::suffixesThatAreNoPrediction()
{
    QTemporaryDir dir;
    for (const char *name :
         {"2022-08-16_23-55-14_123_tapo.jpg", "20230101_120000_001.jpg", "20230101_120001_1.jpg",
          "2023-01-02_10-56-58_cam1.jpg", "20230103_105659_HDR.jpg", "20230104_105659_tapir.jpg"})
        touch(dir.filePath(QString::fromLatin1(name)));
    touch(dir.filePath("20230105_105659_magpie_none.jpg"));
    const QList<Frame> frames = listed(dir.path()).frames;
    QCOMPARE(frames.size(), 7);
    for (const Frame &frame : frames.mid(0, 6))
        QVERIFY2(!frame.camera && frame.suffixAt > 0, qPrintable(frame.key));
    QCOMPARE(frames.last().camera->labels, QStringList({"magpie"}));
    // What an opened model knows is settled later: the frame knows where its text is.
    QCOMPARE(predictionInName(frames.at(5), {"tapir"})->labels, QStringList({"tapir"}));
}

void TestDayScanner::suffixesThatADatabaseKnows()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "great tit"}});
    touch(folder.path() + "/imgs/2021-02-08T11:00:00_great tit.jpg");
    touch(folder.path() + "/imgs/2021-02-08T11:00:01_blue tit.jpg");
    const QList<Frame> frames = listed(folder.path()).frames;
    QCOMPARE(frames.size(), 3);
    QCOMPARE(frames.at(1).camera->labels, QStringList({"great tit"}));
    QVERIFY(!frames.at(2).camera);
    // Without UTC of its own: that of the row beside it, seven hours behind.
    QCOMPARE(frames.at(1).assumedOffset, -7 * 3600);
    QCOMPARE(frames.at(0).timeSource, TimeSource::CameraDatabase);
}

void TestDayScanner::emptyFolder()
{
    QTemporaryDir dir;
    QVERIFY(listed(dir.path()).frames.isEmpty());
    QVERIFY(listed(BirbCamFolder().path()).frames.isEmpty());
}

void TestDayScanner::folderVanishes()
{
    QTemporaryDir dir;
    touch(dir.filePath("day/2021-02-08T10:00:00.jpg"));
    const auto source = locateDay(dir.filePath("day"));
    QVERIFY(source.ok());
    QVERIFY(QDir(dir.filePath("day")).removeRecursively());
    QVERIFY(!listDay(*source).ok());
}

void TestDayScanner::cancels()
{
    QTemporaryDir dir;
    for (int i = 0; i < 600; ++i)
        touch(dir.filePath(QString("x%1.jpg").arg(i)));
    ScanOptions options;
    int asked = 0;
    options.cancelled = [&asked] { return ++asked > 1; };
    const auto listing = listDay(*locateDay(dir.path()), options);
    QVERIFY(!listing.ok());
    QVERIFY(listing.error().what.contains("cancelled"));
}

void TestDayScanner::hundredThousandFiles()
{
    // Links to one file: names are what costs.
    QTemporaryDir dir;
    touch(dir.filePath("one"));
    QVERIFY(QDir(dir.path()).mkdir("imgs"));
    const std::filesystem::path one(dir.filePath("one").toStdString());
    QDateTime time(QDate(2021, 1, 1), QTime(0, 0), asUtc);
    constexpr int count = 100000;
    for (int i = 0; i < count; ++i) {
        const QString name =
            time.addSecs(i * 7LL).toString("yyyy-MM-ddTHH:mm:ss") + "_chickadee.jpg";
        std::error_code error;
        std::filesystem::create_hard_link(one, dir.filePath("imgs/" + name).toStdString(), error);
        if (error) // a file system that allows few links
            touch(dir.filePath("imgs/" + name));
    }
    QElapsedTimer timer;
    timer.start();
    const DayListing listing = listed(dir.path());
    const qint64 elapsed = timer.elapsed();
    QCOMPARE(listing.frames.size(), count);
    QVERIFY(std::is_sorted(listing.frames.cbegin(), listing.frames.cend(), Frame::earlier));
    qInfo("100000 files listed in %lld ms", static_cast<long long>(elapsed));
    QVERIFY2(elapsed < 10000, "listing takes too long");
}

void TestDayScanner::referenceDay()
{
    const QString reference = BIRBLENS_SOURCE_DIR "/../shared/reference/birbcam";
    if (!QFileInfo::exists(reference))
        return; // the real folder is not part of the project
    QTemporaryDir dir;
    copyFolder(reference, dir.filePath("day"));
    const DayListing listing = listed(dir.filePath("day"));
    QCOMPARE(keysOf(listing.frames), QStringList({"imgs/2021-01-18T12:03:10_magpie.jpg",
                                                  "imgs/2021-01-20T14:21:42_squirrel.jpg",
                                                  "imgs/2021-02-08T10:56:58_chickadee.jpg"}));
    QCOMPARE(listing.frames.last().camera, (CameraPrediction{{"chickadee"}, 0.8952}));
    QCOMPARE(listing.frames.last().utc, QDateTime(QDate(2021, 2, 8), QTime(17, 56, 58), asUtc));
    QCOMPARE(listing.cameraRows.value(listing.frames.first().key).trueLabel, QString("magpie"));
}

QTEST_GUILESS_MAIN(TestDayScanner)
#include "tst_dayscanner.moc"
