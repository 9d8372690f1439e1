// SPDX-License-Identifier: GPL-3.0-or-later

// What can be undone beside labels: flags, comments, files in the trash; also after a restart.

#include "core/frames/trash.h"
#include "core/review/framefilter.h"
#include "core/review/reviewsession.h"

#include "support/birbcamfolder.h"
#include "support/openedday.h"

#include <QStandardPaths>
#include <QTest>

using namespace birblens;
using testing::BirbCamFolder;
using testing::CameraRow;
using testing::encoded;
using testing::Opened;
using testing::picture;
using testing::readFile;
using testing::sql;
using testing::writeFile;

namespace {

const CameraRow first{"2021-02-08T10:56:58", "chickadee"};
const CameraRow second{"2021-02-08T10:57:04", "none", 0.8};
const CameraRow third{"2021-02-08T10:58:00", "magpie,sparrow", 0.7};

const QString firstKey = BirbCamFolder::key(first);
const QString secondKey = BirbCamFolder::key(second);
const QString thirdKey = BirbCamFolder::key(third);

const FrameEntry &entryOf(const ReviewSession &session, const QString &key)
{
    return session.day().at(session.day().rowOf(key));
}

/** Files and notes in the trash of this test's XDG data folder. */
int inTrash(const QString &folder)
{
    const QString home =
        QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + "/Trash/";
    return static_cast<int>(QDir(home + folder).entryList(QDir::Files).size());
}

} // namespace

class TestDecisions : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void flagsAreUndone();
    void commentsAreUndone();
    void mixedHistoryOutlivesTheProgram();
    void toTheTrashAndBack();
    void newAccountHasNoTrashYet();
    void noPlaceForATrash();
    void trashOutlivesTheProgram();
    void plainFolderTrash();
    void emptiedTrash();
    void neverOverAnotherFile();
    void goneFramesCannotBeTrashed();
    void broughtBackByOthers();
    void withoutStoreNothingMoves();
    void counts();
    void filter();
};

void TestDecisions::initTestCase()
{
    // The days of this test lie on the disk that has the trash.
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    QVERIFY(QDir(data).removeRecursively()); // of an earlier run
    QVERIFY(QDir().mkpath(data + "/days"));
    qputenv("TMPDIR", QFile::encodeName(data + "/days"));
}

void TestDecisions::flagsAreUndone()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    QUndoStack &undo = day.session.undoStack();
    QVERIFY(day.session.setFlag({firstKey}, true));
    QVERIFY(day.session.setFlag({firstKey, secondKey, secondKey}, true));
    QCOMPARE(undo.count(), 2);
    QCOMPARE(undo.undoText(), "Flag");
    QVERIFY(day.session.setFlag({firstKey}, true)); // nothing to do is no step
    QCOMPARE(undo.count(), 2);
    undo.undo();
    QVERIFY(entryOf(day.session, firstKey).mark.flagged); // was flagged before that step
    QVERIFY(!entryOf(day.session, secondKey).mark.flagged);
    undo.undo();
    QVERIFY(!entryOf(day.session, firstKey).mark.flagged);
    undo.redo();
    undo.redo();
    QVERIFY(entryOf(day.session, secondKey).mark.flagged);
}

void TestDecisions::commentsAreUndone()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    QVERIFY(day.session.setFlag({firstKey}, true));
    QVERIFY(day.session.setComment(firstKey, "  soil  "));
    QVERIFY(day.session.setComment(firstKey, "snow"));
    QCOMPARE(entryOf(day.session, firstKey).mark.comment, "snow");
    day.session.undoStack().undo();
    QCOMPARE(entryOf(day.session, firstKey).mark.comment, "soil");
    QVERIFY(entryOf(day.session, firstKey).mark.flagged);
    day.session.undoStack().undo();
    QCOMPARE(entryOf(day.session, firstKey).mark, (Mark{true, {}}));
}

void TestDecisions::mixedHistoryOutlivesTheProgram()
{
    const BirbCamFolder folder({first, second});
    {
        Opened day(folder.path());
        day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label magpie");
        day.session.setFlag({secondKey}, true);
        day.session.setComment(firstKey, "a shadow");
        day.session.setNone({firstKey});
        day.session.undoStack().undo();
    }
    Opened day(folder.path());
    QUndoStack &undo = day.session.undoStack();
    QCOMPARE(undo.count(), 4);
    QCOMPARE(undo.undoText(), "Comment");
    QCOMPARE(entryOf(day.session, firstKey).mark.comment, "a shadow");
    undo.undo();
    undo.undo();
    QCOMPARE(entryOf(day.session, firstKey).mark, Mark());
    QCOMPARE(entryOf(day.session, secondKey).mark, Mark());
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
    undo.redo();
    QVERIFY(entryOf(day.session, secondKey).mark.flagged);
    Opened again(folder.path());
    QVERIFY(entryOf(again.session, secondKey).mark.flagged);
    QCOMPARE(entryOf(again.session, firstKey).mark.comment, QString());
}

void TestDecisions::toTheTrashAndBack()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    const QString path = entryOf(day.session, secondKey).frame.path();
    const QByteArray bytes = readFile(path);
    const int files = inTrash("files");
    QVERIFY(!bytes.isEmpty());
    QVERIFY(day.session.moveToTrash({secondKey, thirdKey}));
    QVERIFY(!QFile::exists(path));
    QCOMPARE(inTrash("files"), files + 2);
    QCOMPARE(inTrash("info"), files + 2);
    QVERIFY(entryOf(day.session, secondKey).trashed);
    QVERIFY(entryOf(day.session, secondKey).frame.gone);
    QVERIFY(!entryOf(day.session, firstKey).trashed);
    QCOMPARE(day.session.undoStack().undoText(), "Move to the trash");

    day.session.undoStack().undo();
    QCOMPARE(readFile(path), bytes);
    QVERIFY(!entryOf(day.session, secondKey).trashed);
    QVERIFY(!entryOf(day.session, secondKey).frame.gone);
    QCOMPARE(inTrash("files"), files);
    QCOMPARE(inTrash("info"), files);

    day.session.undoStack().redo();
    QVERIFY(!QFile::exists(path));
    day.session.undoStack().undo(); // it lay elsewhere the second time
    QCOMPARE(readFile(path), bytes);
    QVERIFY(!day.heard(QString(), Message::Level::Problem));
}

void TestDecisions::newAccountHasNoTrashYet()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    const QByteArray before = qgetenv("XDG_DATA_HOME");
    const QString fresh = QFile::decodeName(before) + "/days/account/.local/share";
    QDir(fresh).removeRecursively();
    qputenv("XDG_DATA_HOME", QFile::encodeName(fresh));
    const bool moved = day.session.moveToTrash({firstKey});
    qputenv("XDG_DATA_HOME", before);
    QVERIFY(moved);
    QCOMPARE(QDir(fresh + "/Trash/files").entryList(QDir::Files).size(), 1);
    QVERIFY(!QFileInfo::exists("files")); // not in the working folder
    day.session.undoStack().undo();
    QVERIFY(!entryOf(day.session, firstKey).frame.gone);
}

void TestDecisions::noPlaceForATrash()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    const QByteArray before = qgetenv("XDG_DATA_HOME");
    qputenv("XDG_DATA_HOME", "/dev/null/data"); // cannot be made, not even by root
    const bool moved = day.session.moveToTrash({firstKey});
    qputenv("XDG_DATA_HOME", before);
    QVERIFY(!moved);
    QVERIFY(day.heard("cannot be moved to the trash", Message::Level::Problem));
    QVERIFY(QFile::exists(entryOf(day.session, firstKey).frame.path()));
    QVERIFY(!day.session.undoStack().canUndo());
}

void TestDecisions::trashOutlivesTheProgram()
{
    const BirbCamFolder folder({first, second});
    QString path;
    {
        Opened day(folder.path());
        path = entryOf(day.session, secondKey).frame.path();
        day.session.setTrueLabel({secondKey}, TrueLabel::of({"magpie"}), "Label magpie");
        QVERIFY(day.session.moveToTrash({secondKey}));
        QCOMPARE(day.session.day().reviewedCount(), 0);
    }
    Opened day(folder.path());
    QVERIFY(entryOf(day.session, secondKey).trashed);
    QCOMPARE(day.session.day().presentCount(), 1);
    QCOMPARE(day.session.day().reviewedCount(), 0);
    day.session.undoStack().undo();
    QVERIFY(QFile::exists(path));
    QVERIFY(!entryOf(day.session, secondKey).trashed);
    QCOMPARE(day.label(secondKey), TrueLabel::of({"magpie"}));
    QCOMPARE(day.session.day().reviewedCount(), 1);
}

void TestDecisions::plainFolderTrash()
{
    const QTemporaryDir folder;
    writeFile(folder.filePath("a.png"), encoded(picture(), "png"));
    writeFile(folder.filePath("b.png"), encoded(picture(48, 64, 1), "png"));
    {
        Opened day(folder.path());
        day.session.setNone({"b.png"});
        QVERIFY(day.session.moveToTrash({"b.png"}));
        QVERIFY(!QFile::exists(folder.filePath("b.png")));
    }
    Opened day(folder.path());
    QCOMPARE(day.session.day().size(), 1); // the folder says nothing of it any more
    day.session.undoStack().undo();
    QVERIFY(QFile::exists(folder.filePath("b.png")));
    QTRY_COMPARE(day.session.day().size(), 2);
    QCOMPARE(day.label("b.png"), TrueLabel::none());
    QVERIFY(!entryOf(day.session, "b.png").trashed);
}

void TestDecisions::emptiedTrash()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    QVERIFY(day.session.moveToTrash({firstKey, secondKey}));
    QList<QVariantList> rows;
    QVERIFY(sql(Store::pathFor(folder.path()),
                {QString("SELECT in_trash FROM decision_trash WHERE frame = '%1'").arg(firstKey)},
                &rows));
    QVERIFY(QFile::remove(rows.value(0).value(0).toString()));
    day.session.undoStack().undo();
    // One is lost and said; the other is back.
    QVERIFY(day.heard("not in the trash any more", Message::Level::Problem));
    QVERIFY(!entryOf(day.session, secondKey).frame.gone);
    QVERIFY(entryOf(day.session, firstKey).frame.gone);
    QCOMPARE(day.session.undoStack().index(), 0);
}

void TestDecisions::neverOverAnotherFile()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    const QString path = entryOf(day.session, firstKey).frame.path();
    QVERIFY(day.session.moveToTrash({firstKey}));
    writeFile(path, "somebody else's");
    day.session.undoStack().undo();
    QCOMPARE(readFile(path), QByteArray("somebody else's"));
    QVERIFY(day.heard("There is a file of that name again", Message::Level::Problem));
}

void TestDecisions::goneFramesCannotBeTrashed()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    QVERIFY(QFile::remove(entryOf(day.session, firstKey).frame.path()));
    QVERIFY(!day.session.moveToTrash({firstKey}));
    QVERIFY(day.heard("There is no such file any more", Message::Level::Problem));
    QVERIFY(!day.session.undoStack().canUndo());
}

void TestDecisions::broughtBackByOthers()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    const QString path = entryOf(day.session, firstKey).frame.path();
    const QByteArray bytes = readFile(path);
    QVERIFY(day.session.moveToTrash({firstKey}));
    QTest::qWait(1500); // the folder has been listed without it
    writeFile(path, bytes);
    QTRY_VERIFY_WITH_TIMEOUT(!entryOf(day.session, firstKey).frame.gone, 8000);
    QVERIFY(!entryOf(day.session, firstKey).trashed);
    QCOMPARE(day.session.day().presentCount(), 2);
}

void TestDecisions::withoutStoreNothingMoves()
{
    const BirbCamFolder folder({first});
    writeFile(Store::pathFor(folder.path()), "this is no database at all, and long enough");
    Opened day(folder.path());
    QVERIFY(!day.session.storeProblem().isEmpty());
    QVERIFY(!day.session.moveToTrash({firstKey}));
    QVERIFY(QFile::exists(entryOf(day.session, firstKey).frame.path()));
}

void TestDecisions::counts()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    const Day &frames = day.session.day();
    QSignalSpy changed(&frames, &Day::reviewedCountChanged);
    day.session.setNone({firstKey, secondKey});
    QCOMPARE(frames.reviewedCount(), 2);
    day.session.moveToTrash({firstKey, thirdKey});
    QCOMPARE(frames.reviewedCount(), 1);
    QCOMPARE(frames.presentCount(), 1);
    day.session.clearLabel({firstKey}); // its row can still be labelled
    QCOMPARE(frames.reviewedCount(), 1);
    day.session.undoStack().undo();
    day.session.undoStack().undo();
    QCOMPARE(frames.reviewedCount(), 2);
    QCOMPARE(frames.presentCount(), 3);
    QVERIFY(changed.size() >= 3);
}

void TestDecisions::filter()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    day.session.setFlag({secondKey, thirdKey}, true);
    day.session.moveToTrash({thirdKey});
    const auto shown = [&](const QStringList &remarks) {
        FrameFilter filter;
        filter.choose(remarkCriterion, remarks);
        FrameMatcher matcher(filter, {});
        QStringList keys;
        for (int row = 0; row < day.session.day().size(); ++row) {
            if (matcher.matches(day.session.day().at(row)))
                keys.append(day.session.day().at(row).frame.key);
        }
        return keys;
    };
    QCOMPARE(shown({}), QStringList({firstKey, secondKey}));
    QCOMPARE(shown({"flagged"}), QStringList({secondKey}));
    QCOMPARE(shown({"trashed"}), QStringList({thirdKey}));
    QCOMPARE(shown({"gone"}), QStringList());
    const FilterCounts counts = countChoices(day.session.day(), {}, {});
    QCOMPARE(counts.of(remarkCriterion, "flagged"), 1);
    QCOMPARE(counts.of(remarkCriterion, "trashed"), 1);
    QCOMPARE(counts.of(stateCriterion, "unreviewed"), 2);
    QCOMPARE(day.session.eventOf(secondKey).contains(thirdKey), false);
}

QTEST_GUILESS_MAIN(TestDecisions)
#include "tst_decisions.moc"
