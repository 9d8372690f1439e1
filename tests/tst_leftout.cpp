// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/birbcamdatabase.h"
#include "core/camera/dayscanner.h"
#include "core/camera/framerules.h"
#include "core/camera/leftout.h"
#include "core/frames/trash.h"
#include "core/review/dayloader.h"
#include "core/store/store.h"
#include "core/utctime.h"
#include "support/birbcamfolder.h"

#include <QTest>

#include <algorithm>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace birblens;
using testing::BirbCamFolder;
using testing::writeFile;

namespace {

QStringList keysOf(const DayListing &listing)
{
    QStringList keys;
    for (const Frame &frame : listing.frames)
        keys.append(frame.key);
    std::sort(keys.begin(), keys.end());
    return keys;
}

DayListing listed(const QString &path)
{
    const auto source = locateDay(path);
    const auto listing = source ? listDay(*source) : Result<DayListing>(source.error());
    if (!listing)
        QTest::qFail(qPrintable(listing.error().sentence()), __FILE__, __LINE__);
    return listing ? *listing : DayListing();
}

void touch(const QString &path)
{
    writeFile(path, "x");
}

std::shared_ptr<LoadedDay> loaded(const QString &path)
{
    LoadRequest request;
    request.path = path;
    return loadDay(request);
}

} // namespace

/** What is a frame of a day, and what is counted instead. */
class TestLeftOut : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void systemFolders_data();
    void systemFolders();
    void theOpenedFolderItselfCounts();
    void thumbnails_data();
    void thumbnails();
    void hiddenFiles();
    void pairs_data();
    void pairs();
    void labelsOfTheSecondFile();
    void labelsWhenTheCleanFileGoes();
    void whatWasTakenBackStaysAway();
    void aFailureOfThatIsAWarning();
    void theOpenedDayKeepsItsFrame();
    void links();
    void cameraImagesElsewhere();
    void circles();
    void noFiles();
    void unreadableFolder();
    void filmsAndRawPictures();
    void summaries();
    void trashTakesNoTargetOfALink();
    void storeIsNoLink();
    void cameraDatabaseIsALink();
};

void TestLeftOut::systemFolders_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("kind");
    for (const char *name : {"@eaDir",
                             "#recycle",
                             "#snapshot",
                             "@Recycle",
                             "@Recently-Snapshot",
                             "$RECYCLE.BIN",
                             "$Recycle.Bin",
                             "System Volume Information",
                             "RECYCLER",
                             "FOUND.000",
                             "lost+found",
                             "__MACOSX",
                             ".thumbnails",
                             ".Trash",
                             ".Trash-1000",
                             ".Trashes",
                             ".Spotlight-V100",
                             ".@__thumb",
                             ".AppleDouble",
                             "LOST.DIR",
                             "thumbs"})
        QTest::newRow(name) << name << int(LeftOut::SystemFolder);
    QTest::newRow("hidden") << ".work" << int(LeftOut::HiddenFolder);
}

void TestLeftOut::systemFolders()
{
    QFETCH(QString, name);
    QFETCH(int, kind);
    QTemporaryDir dir;
    touch(dir.filePath("a/2021-02-08T10:00:00.jpg"));
    touch(dir.filePath("a/" + name + "/2021-02-08T11:00:00.jpg"));
    touch(dir.filePath("a/" + name + "/deeper/2021-02-08T12:00:00.jpg"));
    const DayListing listing = listed(dir.path());
    QCOMPARE(keysOf(listing), QStringList{"a/2021-02-08T10:00:00.jpg"});
    QCOMPARE(listing.leftOut.count(LeftOut::Kind(kind)), 1);
}

void TestLeftOut::theOpenedFolderItselfCounts()
{
    QTemporaryDir dir;
    touch(dir.filePath("#recycle/2021-02-08T10:00:00.jpg"));
    QCOMPARE(keysOf(listed(dir.filePath("#recycle"))), QStringList{"2021-02-08T10:00:00.jpg"});
}

void TestLeftOut::thumbnails_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("thumbnail");
    for (const char *name :
         {"im_0001_20160630_143001.jpg.i0001.th.jpg", "vi_0003_20160630_143001.mp4.v0003.th.jpg",
          "tl_0007_0001_20160630_143001.jpg.t0007.th.jpg", "DSC_0042_thumb.jpg",
          "DSC_0042-thumb.JPG", "DSC_0042.thumb.png", "DSC_0042_THUMB.jpg", "a_thumbnail.webp",
          "SYNOPHOTO_THUMB_M.jpg", "thumb_DSC_0042.jpg"})
        QTest::newRow(name) << name << true;
    for (const char *name :
         {"im_0001_20160630_143001.jpg", "2021-02-08T10:56:58_thumbbird.jpg", "_thumb.jpg.jpg",
          "th.jpg", "north.jpg", "2021-02-08T10:56:58_chickadee.jpg", "bluethumb.jpg"})
        QTest::newRow(name) << name << false;
}

void TestLeftOut::thumbnails()
{
    QFETCH(QString, name);
    QFETCH(bool, thumbnail);
    QCOMPARE(isThumbnailName(name), thumbnail);
    QTemporaryDir dir;
    touch(dir.filePath(name)); // also without the picture that it was made of
    const DayListing listing = listed(dir.path());
    QCOMPARE(listing.frames.size(), thumbnail ? 0 : 1);
    QCOMPARE(listing.leftOut.count(LeftOut::Thumbnail), thumbnail ? 1 : 0);
}

void TestLeftOut::hiddenFiles()
{
    QTemporaryDir dir;
    for (const char *name : {"a.jpg", "._a.jpg", ".b.jpg", ".DS_Store"})
        touch(dir.filePath(name));
    const DayListing listing = listed(dir.path());
    QCOMPARE(keysOf(listing), QStringList{"a.jpg"});
    QCOMPARE(listing.leftOut.count(LeftOut::SystemFile), 2);
}

void TestLeftOut::pairs_data()
{
    QTest::addColumn<QStringList>("files");
    QTest::addColumn<QStringList>("frames");
    using L = QStringList;
    QTest::newRow("both") << L{"cam-1.jpg", "cam-1-clean.png"} << L{"cam-1-clean.png"};
    QTest::newRow("WebP") << L{"cam-1.jpg", "cam-1-clean.webp"} << L{"cam-1-clean.webp"};
    QTest::newRow("alone") << L{"cam-1.jpg"} << L{"cam-1.jpg"};
    QTest::newRow("clean alone") << L{"cam-1-clean.png"} << L{"cam-1-clean.png"};
    QTest::newRow("two clean ones")
        << L{"cam-1.jpg", "cam-1-clean.png", "cam-1-clean.webp"} << L{"cam-1-clean.png"};
    QTest::newRow("others") << L{"cam-1.jpg", "cam-2-clean.png"}
                            << L{"cam-1.jpg", "cam-2-clean.png"};
    QTest::newRow("other folder") << L{"a/cam-1.jpg", "b/cam-1-clean.png"}
                                  << L{"a/cam-1.jpg", "b/cam-1-clean.png"};
    QTest::newRow("analysis") << L{"00001-capture.jpg", "00001-analyse.jpg"}
                              << L{"00001-capture.jpg"};
    QTest::newRow("analysis alone") << L{"00001-analyse.jpg"} << L{"00001-analyse.jpg"};
    QTest::newRow("sized copies") << L{"a.jpg", "a-150x150.jpg", "a-1024x768.jpg"} << L{"a.jpg"};
    QTest::newRow("sized alone") << L{"a-150x150.jpg"} << L{"a-150x150.jpg"};
}

void TestLeftOut::pairs()
{
    QFETCH(QStringList, files);
    QTemporaryDir dir;
    for (const QString &file : files)
        touch(dir.filePath(file));
    const DayListing listing = listed(dir.path());
    QTEST(keysOf(listing), "frames");
    QCOMPARE(listing.leftOut.notable(), int(files.size() - listing.frames.size()));
}

void TestLeftOut::labelsOfTheSecondFile()
{
    QTemporaryDir dir;
    const QString drawn = "a/cam-1.jpg";
    const QString clean = "a/cam-1-clean.png";
    touch(dir.filePath(drawn));
    const QDateTime when(QDate(2021, 2, 8), QTime(12, 0), asUtc);
    {
        const auto store = Store::open(dir.path());
        QVERIFY((*store)->setLabels({{drawn, {}, TrueLabel::of({"jay"}), "magpie", "ann", when}}));
    }
    touch(dir.filePath(clean));
    for (int opened = 0; opened < 2; ++opened) { // the second time it is simply there
        const auto day = loaded(dir.path());
        QVERIFY(!day->problem && !day->storeProblem);
        QCOMPARE(day->known->frames.size(), 1);
        QCOMPARE(day->known->frames.first().key, clean);
        QCOMPARE(day->records.value(clean).label, TrueLabel::of({"jay"}));
        QCOMPARE(day->records.value(clean).shownPrediction, "magpie");
    }
    const auto store = Store::open(dir.path());
    const auto history = (*store)->history(clean);
    QVERIFY(history);
    QCOMPARE(history->size(), 1);
    QCOMPARE(history->first().who, "ann");
    QCOMPARE(history->first().when, when);
    QCOMPARE((*store)->labels()->value(drawn).label, TrueLabel::of({"jay"}));
}

void TestLeftOut::labelsWhenTheCleanFileGoes()
{
    QTemporaryDir dir;
    touch(dir.filePath("cam-1.jpg"));
    {
        const auto store = Store::open(dir.path());
        QVERIFY(
            (*store)->setLabels({{"cam-1-clean.webp", {}, TrueLabel::of({"jay"}), {}, {}, {}},
                                 {"cam-2-clean.png", {}, TrueLabel::of({"wren"}), {}, {}, {}}}));
    }
    const auto day = loaded(dir.path());
    QCOMPARE(day->records.value("cam-1.jpg").label, TrueLabel::of({"jay"}));
    QVERIFY(!day->records.contains("cam-2.jpg"));
    // What somebody said of the frame itself stays.
    touch(dir.filePath("cam-1-clean.webp"));
    {
        const auto store = Store::open(dir.path());
        QVERIFY((*store)->setLabels(
            {{"cam-1-clean.webp", TrueLabel::of({"jay"}), TrueLabel::none(), {}, {}, {}}}));
    }
    QCOMPARE(loaded(dir.path())->records.value("cam-1-clean.webp").label, TrueLabel::none());
}

void TestLeftOut::whatWasTakenBackStaysAway()
{
    QTemporaryDir dir;
    const QString drawn = "cam-1.jpg";
    const QString clean = "cam-1-clean.png";
    touch(dir.filePath(drawn));
    {
        const auto store = Store::open(dir.path());
        DecisionSteps steps;
        LabelStep label;
        label.change.key = drawn;
        label.change.after = TrueLabel::of({"jay"});
        steps.labels.append(label);
        steps.marks.append({drawn, {}, Mark{true, "two"}});
        QVERIFY((*store)->decide("Label", steps).ok());
    }
    touch(dir.filePath(clean));
    QCOMPARE(loaded(dir.path())->marks.value(clean), (Mark{true, "two"}));
    {
        const auto store = Store::open(dir.path());
        QCOMPARE((*store)->marks()->value(clean), (Mark{true, "two"})); // on disk at once
        DecisionSteps steps;
        LabelStep label;
        label.change.key = clean;
        label.change.after = TrueLabel::unreviewed();
        steps.labels.append(label);
        steps.marks.append({clean, Mark{true, "two"}, {}});
        QVERIFY((*store)->decide("Clear", steps).ok());
    }
    const auto day = loaded(dir.path());
    QCOMPARE(day->records.value(clean).label, TrueLabel::unreviewed());
    QVERIFY(!day->marks.contains(clean));
}

void TestLeftOut::aFailureOfThatIsAWarning()
{
    QTemporaryDir dir;
    touch(dir.filePath("cam-1.jpg"));
    {
        const auto store = Store::open(dir.path());
        QVERIFY((*store)->setLabels({{"cam-1.jpg", {}, TrueLabel::of({"jay"}), {}, {}, {}}}));
    }
    QVERIFY(testing::sql(dir.filePath("birblens.db"),
                         {"CREATE TRIGGER full BEFORE INSERT ON label_history"
                          " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"}));
    touch(dir.filePath("cam-1-clean.png"));
    const auto day = loaded(dir.path());
    QVERIFY(!day->problem && !day->storeProblem);
    QVERIFY2(day->storeNote.contains("disk on fire"), qPrintable(day->storeNote));
}

void TestLeftOut::theOpenedDayKeepsItsFrame()
{
    QTemporaryDir dir;
    touch(dir.filePath("cam-1.jpg"));
    const auto source = locateDay(dir.path());
    ScanOptions options;
    const auto before = listDay(*source);
    for (const Frame &frame : before->frames)
        options.known.insert(frame.key, frame);
    touch(dir.filePath("cam-1-clean.png"));
    QCOMPARE(keysOf(*listDay(*source, options)), QStringList{"cam-1.jpg"});
    QCOMPARE(keysOf(*listDay(*source)), QStringList{"cam-1-clean.png"});
}

void TestLeftOut::links()
{
    QTemporaryDir elsewhere;
    touch(elsewhere.filePath("more/2021-02-08T08:00:00.jpg"));
    touch(elsewhere.filePath("2021-02-08T09:00:00.jpg"));
    QTemporaryDir dir;
    touch(dir.filePath("inside/2021-02-08T10:00:00.jpg"));
    QVERIFY(QFile::link(elsewhere.filePath("2021-02-08T09:00:00.jpg"), dir.filePath("file.jpg")));
    QVERIFY(QFile::link(elsewhere.filePath("more"), dir.filePath("more")));
    QVERIFY(QFile::link(dir.filePath("inside"), dir.filePath("again")));
    QVERIFY(QFile::link(dir.filePath("nothing.jpg"), dir.filePath("broken.jpg")));
    QVERIFY(QFile::link(dir.filePath("nothing.txt"), dir.filePath("broken.txt")));
    const DayListing listing = listed(dir.path());
    QCOMPARE(keysOf(listing), QStringList({"file.jpg", "inside/2021-02-08T10:00:00.jpg"}));
    QCOMPARE(listing.leftOut.count(LeftOut::LinkedFolder), 2);
    QCOMPARE(listing.leftOut.count(LeftOut::BrokenLink), 1);
    QStringList details = listing.leftOut.details();
    std::sort(details.begin(), details.end());
    QCOMPARE(details, QStringList({"again: this link to a folder is not followed",
                                   "broken.jpg: this link leads nowhere",
                                   "more: this link to a folder is not followed"}));

    // The day itself may be a link.
    const QString day = elsewhere.filePath("day");
    QVERIFY(QFile::link(dir.path(), day));
    QCOMPARE(keysOf(listed(day)), keysOf(listing));
}

void TestLeftOut::cameraImagesElsewhere()
{
    QTemporaryDir disk;
    touch(disk.filePath("2021-02-08T10:56:58_chickadee.jpg"));
    BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    QVERIFY(QDir(folder.path() + "/imgs").removeRecursively());
    QVERIFY(QFile::link(disk.path(), folder.path() + "/imgs"));
    const QStringList keys{"imgs/2021-02-08T10:56:58_chickadee.jpg"};
    QCOMPARE(keysOf(listed(folder.path())), keys);
    // Also before the camera has made its database.
    QVERIFY(QFile::remove(folder.database()));
    QCOMPARE(keysOf(listed(folder.path())), keys);
}

void TestLeftOut::circles()
{
    QTemporaryDir dir;
    touch(dir.filePath("a/b/2021-02-08T10:00:00.jpg"));
    QVERIFY(QFile::link(dir.path(), dir.filePath("a/b/up")));
    QVERIFY(QFile::link(dir.filePath("a/b"), dir.filePath("a/b/self")));
    QVERIFY(QFile::link(dir.filePath("x.jpg"), dir.filePath("y.jpg")));
    QVERIFY(QFile::link(dir.filePath("y.jpg"), dir.filePath("x.jpg")));
    QVERIFY(QFile::link(dir.path(), dir.filePath("imgs"))); // to the day itself
    const DayListing listing = listed(dir.path());
    QCOMPARE(keysOf(listing), QStringList{"a/b/2021-02-08T10:00:00.jpg"});
    QCOMPARE(listing.leftOut.count(LeftOut::BrokenLink), 2);
}

void TestLeftOut::noFiles()
{
    QTemporaryDir dir;
    QCOMPARE(::mkfifo(dir.filePath("fifo.jpg").toUtf8().constData(), 0600), 0);
    QVERIFY(QFile::link("/dev/zero", dir.filePath("zero.jpg")));
    const int handle = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, dir.filePath("s.jpg").toUtf8().constData(), sizeof address.sun_path);
    QCOMPARE(::bind(handle, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
    touch(dir.filePath("a.jpg"));
    const DayListing listing = listed(dir.path());
    ::close(handle);
    QCOMPARE(keysOf(listing), QStringList{"a.jpg"});
    QCOMPARE(listing.leftOut.count(LeftOut::NoFile), 3);
}

void TestLeftOut::unreadableFolder()
{
    QTemporaryDir dir;
    touch(dir.filePath("a/2021-02-08T10:00:00.jpg"));
    touch(dir.filePath("b/2021-02-08T11:00:00.jpg"));
    QVERIFY(QFile::setPermissions(dir.filePath("b"), {}));
    const DayListing listing = listed(dir.path());
    QFile::setPermissions(dir.filePath("b"),
                          QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    // An administrator reads everything.
    QCOMPARE(listing.leftOut.count(LeftOut::Unreadable), ::geteuid() == 0 ? 0 : 1);
    QCOMPARE(listing.frames.size(), ::geteuid() == 0 ? 2 : 1);
}

void TestLeftOut::filmsAndRawPictures()
{
    QTemporaryDir dir;
    for (const char *name : {"a.mp4", "b.AVI", "c.gif", "d.CR2", "e.nef", "f.txt", "g.jpg"})
        touch(dir.filePath(name));
    const DayListing listing = listed(dir.path());
    QCOMPARE(listing.frames.size(), 1);
    QCOMPARE(listing.leftOut.count(LeftOut::Film), 3);
    QCOMPARE(listing.leftOut.count(LeftOut::RawPicture), 2);
}

void TestLeftOut::summaries()
{
    LeftOut leftOut;
    QCOMPARE(leftOut.summary(), QString());
    QCOMPARE(leftOut.notable(), 0);
    leftOut.add(LeftOut::Thumbnail, "a_thumb.jpg");
    QCOMPARE(leftOut.summary(), "1 thumbnail is left out");
    for (int i = 0; i < 1199; ++i)
        leftOut.add(LeftOut::Thumbnail, "a_thumb.jpg");
    for (int i = 0; i < 3; ++i)
        leftOut.add(LeftOut::SystemFolder, "@eaDir");
    leftOut.add(LeftOut::BrokenLink, "b.jpg");
    leftOut.add(LeftOut::ExportFolder, "films");
    const QLocale before;
    QLocale::setDefault(QLocale(QLocale::English));
    QCOMPARE(leftOut.summary(), "1,200 thumbnails, 3 system folders, 1 folder of an export and 1 "
                                "broken link are left out");
    QLocale::setDefault(before);
    QCOMPARE(leftOut.notable(), 1204);
    QCOMPARE(leftOut.details(), QStringList{"b.jpg: this link leads nowhere"});
}

void TestLeftOut::trashTakesNoTargetOfALink()
{
    QTemporaryDir elsewhere;
    touch(elsewhere.filePath("a.jpg"));
    QTemporaryDir dir;
    QVERIFY(QFile::link(elsewhere.filePath("a.jpg"), dir.filePath("a.jpg")));
    const auto moved = moveToTrash(dir.filePath("a.jpg"));
    QVERIFY(!moved);
    QCOMPARE(moved.error().what, "This is a link, and the picture lies elsewhere");
    QVERIFY(QFileInfo(dir.filePath("a.jpg")).isSymLink());
    QVERIFY(QFileInfo::exists(elsewhere.filePath("a.jpg")));
}

void TestLeftOut::storeIsNoLink()
{
    QTemporaryDir elsewhere;
    {
        QVERIFY(Store::open(elsewhere.path()));
    }
    const QByteArray before = testing::readFile(elsewhere.filePath("birblens.db"));
    QTemporaryDir dir;
    QVERIFY(QFile::link(elsewhere.filePath("birblens.db"), dir.filePath("birblens.db")));
    const auto store = Store::open(dir.path());
    QVERIFY(!store);
    QVERIFY(store.error().what.contains("is a link"));
    QCOMPARE(testing::readFile(elsewhere.filePath("birblens.db")), before);
}

void TestLeftOut::cameraDatabaseIsALink()
{
    const BirbCamFolder camera({{"2021-02-08T10:56:58", "chickadee"}});
    QTemporaryDir dir;
    QVERIFY(QFile::link(camera.database(), dir.filePath("model_results.db")));
    QVERIFY(QFile::link(camera.path() + "/imgs", dir.filePath("imgs")));
    const auto database = BirbCamDatabase::open(dir.filePath("model_results.db"));
    QVERIFY(database);
    BirbCamDatabase::RowKey key;
    QVERIFY((*database)->readRows([&key](const BirbCamRow &row) {
        key = {row.utc, row.fileName};
    }));
    const auto written = (*database)->setTrueLabels({{key, QString("magpie"), {}}});
    QVERIFY(!written);
    QVERIFY(written.error().what.contains("is a link"));
    QVERIFY(!(*database)->trueLabel(key)->has_value());
}

QTEST_GUILESS_MAIN(TestLeftOut)
#include "tst_leftout.moc"
