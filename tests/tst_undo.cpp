// SPDX-License-Identifier: GPL-3.0-or-later

// Undo touches only what it did: two windows on one day, the command line, Birb Cam; failures.

#include "core/frames/trash.h"
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
using testing::PythonProcess;
using testing::readFile;
using testing::sql;
using testing::sqlValue;
using testing::writeFile;

namespace {

const QStringList all{"a.png", "b.png", "c.png", "d.png"};

/** A plain folder of four frames. */
class Folder
{
public:
    Folder()
    {
        for (int i = 0; i < all.size(); ++i)
            writeFile(m_dir.filePath(all[i]), encoded(picture(48, 64, i), "png"));
    }
    QString path() const { return m_dir.path(); }
    QString filePath(const QString &name) const { return m_dir.filePath(name); }
    QString store() const { return m_dir.filePath("birblens.db"); }

private:
    QTemporaryDir m_dir;
};

const TrueLabel chickadee = TrueLabel::of({"chickadee"});
const TrueLabel sparrow = TrueLabel::of({"sparrow"});

TrueLabel stored(const Folder &folder, const QString &key)
{
    const auto store = Store::open(folder.path(), StoreOpening::Quick);
    return store ? (*store)->labels()->value(key).label : TrueLabel::of({"no store"});
}

} // namespace

class TestUndo : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void framesChangedElsewhereAreLeft();
    void redoObeysTheSameRule();
    void whatWasLeftOutStaysOut();
    void theSameLabelGivenElsewhereIsNotOurs();
    void undoneElsewhereItIsOursAgain();
    void theLabelBeforeIsWhatTheStoreHad();
    void marksChangedElsewhere();
    void marksDoNotOverwriteEachOther();
    void birbCamsLabelIsLeft();
    void numbersAreNeverUsedAgain();
    void forgottenStepSaysSoAndGoes();
    void undoneByAnotherWindow();
    void failedUndoKeepsItsStep();
    void failedRedoKeepsItsStep();
    void interleavedHistoryOutlivesTheProgram();
    void olderHistoryIsOwned();
    void trashIsNotedBeforeAFileMoves();
    void cutOffOnTheWayToTheTrash();
    void broughtBackAndCutOff();
    void whatCannotComeBackIsStillInTheTrash();
    void redoneKnowsWhatNeverCameBack();
    void trashOfAnOlderBirblens();
    void everyFrameInTheTrash();
};

void TestUndo::initTestCase()
{
    // The days of this test lie on the disk that has the trash.
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    QVERIFY(QDir(data).removeRecursively()); // of an earlier run
    QVERIFY(QDir().mkpath(data + "/days"));
    qputenv("TMPDIR", QFile::encodeName(data + "/days"));
}

void TestUndo::framesChangedElsewhereAreLeft()
{
    const Folder folder;
    Opened mine(folder.path());
    Opened other(folder.path());
    QVERIFY(mine.session.setTrueLabel(all, chickadee, "Label chickadee"));
    QVERIFY(other.session.setTrueLabel({"b.png", "d.png"}, sparrow, "Label sparrow"));
    mine.session.undoStack().undo();
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
    QCOMPARE(stored(folder, "b.png"), sparrow);
    QCOMPARE(stored(folder, "c.png"), TrueLabel::unreviewed());
    QCOMPARE(stored(folder, "d.png"), sparrow);
    QVERIFY(mine.heard("2 of 4 frames were changed elsewhere since and stay as they are: "
                       "b.png, d.png",
                       Message::Level::Warning));
    QCOMPARE(mine.label("a.png"), TrueLabel::unreviewed());
    QTRY_COMPARE(mine.label("b.png"), sparrow); // and the window shows it
    QCOMPARE(mine.session.undoStack().index(), 0);
    // The history does not tell of an undo that was none.
    QCOMPARE(mine.session.history("b.png").size(), 2);
    QCOMPARE(mine.session.history("a.png").size(), 2);
}

void TestUndo::redoObeysTheSameRule()
{
    const Folder folder;
    Opened mine(folder.path());
    QVERIFY(mine.session.setTrueLabel(all, chickadee, "Label chickadee"));
    mine.session.undoStack().undo();
    {
        // As the command line does it: a label that is no decision of ours.
        const auto store = Store::open(folder.path(), StoreOpening::Quick);
        LabelChange change;
        change.key = "c.png";
        change.after = sparrow;
        QVERIFY((*store)->setLabels({change}).ok());
    }
    mine.session.undoStack().redo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    QCOMPARE(stored(folder, "b.png"), chickadee);
    QCOMPARE(stored(folder, "c.png"), sparrow);
    QVERIFY(mine.heard("1 of 4 frames was changed elsewhere since and stays as it is: c.png",
                       Message::Level::Warning));
    mine.session.undoStack().undo(); // of what was done again
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
    QCOMPARE(stored(folder, "c.png"), sparrow);
}

void TestUndo::whatWasLeftOutStaysOut()
{
    const Folder folder;
    Opened mine(folder.path());
    Opened other(folder.path());
    QVERIFY(mine.session.setTrueLabel(all, chickadee, "Label chickadee"));
    QTRY_COMPARE_WITH_TIMEOUT(other.label("b.png"), chickadee, 10000);
    QVERIFY(other.session.setTrueLabel({"b.png"}, TrueLabel::unreviewed(), "Clear label"));
    mine.session.undoStack().undo();
    // It looks as it did before the step, but this window's undo did not do it.
    mine.session.undoStack().redo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    QCOMPARE(stored(folder, "b.png"), TrueLabel::unreviewed());
    mine.session.undoStack().undo();
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
    QCOMPARE(stored(folder, "b.png"), TrueLabel::unreviewed());
}

void TestUndo::theSameLabelGivenElsewhereIsNotOurs()
{
    const Folder folder;
    Opened mine(folder.path());
    Opened other(folder.path());
    QVERIFY(mine.session.setTrueLabel({"a.png", "b.png"}, chickadee, "Label chickadee"));
    QVERIFY(other.session.setTrueLabel({"a.png"}, sparrow, "Label sparrow"));
    QVERIFY(other.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    mine.session.undoStack().undo();
    QCOMPARE(stored(folder, "a.png"), chickadee); // somebody else said so, too
    QCOMPARE(stored(folder, "b.png"), TrueLabel::unreviewed());
}

void TestUndo::undoneElsewhereItIsOursAgain()
{
    const Folder folder;
    Opened mine(folder.path());
    Opened other(folder.path());
    QVERIFY(mine.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    QVERIFY(other.session.setTrueLabel({"a.png"}, sparrow, "Label sparrow"));
    mine.session.undoStack().undo(); // nothing is ours now
    QVERIFY(mine.heard("a.png was changed elsewhere since and stays as it is.",
                       Message::Level::Warning));
    QCOMPARE(stored(folder, "a.png"), sparrow);
    other.session.undoStack().undo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    mine.session.undoStack().redo(); // has nothing to do
    QCOMPARE(stored(folder, "a.png"), chickadee);
    mine.session.undoStack().undo(); // it is what this window did
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
}

void TestUndo::theLabelBeforeIsWhatTheStoreHad()
{
    const Folder folder;
    Opened mine(folder.path());
    Opened other(folder.path());
    QVERIFY(mine.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    // The other window does not know it yet.
    QCOMPARE(other.label("a.png"), TrueLabel::unreviewed());
    QVERIFY(other.session.setTrueLabel({"a.png"}, sparrow, "Label sparrow"));
    QCOMPARE(other.session.history("a.png").last().before, chickadee);
    other.session.undoStack().undo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    QCOMPARE(other.label("a.png"), chickadee);
}

void TestUndo::marksChangedElsewhere()
{
    const Folder folder;
    Opened mine(folder.path());
    QVERIFY(mine.session.setFlag({"a.png", "b.png"}, true));
    {
        Opened other(folder.path());
        QVERIFY(other.session.setComment("b.png", "soil"));
    }
    mine.session.undoStack().undo();
    QVERIFY(mine.heard("1 of 2 frames was changed elsewhere", Message::Level::Warning));
    const auto marks = (*Store::open(folder.path(), StoreOpening::Quick))->marks();
    QVERIFY(!marks->contains("a.png"));
    QCOMPARE(marks->value("b.png"), (Mark{true, "soil"}));
}

void TestUndo::marksDoNotOverwriteEachOther()
{
    const Folder folder;
    Opened mine(folder.path());
    Opened other(folder.path());
    QVERIFY(other.session.setComment("a.png", "soil"));
    QVERIFY(mine.session.setFlag({"a.png"}, true)); // does not know of the comment
    const auto store = Store::open(folder.path(), StoreOpening::Quick);
    QCOMPARE((*store)->marks()->value("a.png"), (Mark{true, "soil"}));
    QCOMPARE(mine.session.day().at(0).mark, (Mark{true, "soil"}));
    mine.session.undoStack().undo();
    QCOMPARE((*store)->marks()->value("a.png"), (Mark{false, "soil"}));
}

void TestUndo::birbCamsLabelIsLeft()
{
    const CameraRow first{"2021-02-08T10:56:58", "chickadee"};
    const CameraRow second{"2021-02-08T10:57:04", "none", 0.8};
    const BirbCamFolder camera({first, second});
    const QString one = BirbCamFolder::key(first);
    const QString two = BirbCamFolder::key(second);
    Opened day(camera.path());
    QVERIFY(day.session.setTrueLabel({one, two}, chickadee, "Label chickadee"));
    QVERIFY(sql(camera.database(), {QString("UPDATE results SET true_label = 'magpie'"
                                            " WHERE utc_datetime = '%1'")
                                        .arg(BirbCamFolder::utc(first))}));
    QTRY_COMPARE_WITH_TIMEOUT(day.label(one), TrueLabel::of({"magpie"}), 10000);
    day.session.undoStack().undo();
    QCOMPARE(day.label(one), TrueLabel::of({"magpie"}));
    QCOMPARE(day.label(two), TrueLabel::unreviewed());
    QVERIFY(day.heard("1 of 2 frames was changed elsewhere", Message::Level::Warning));
}

void TestUndo::numbersAreNeverUsedAgain()
{
    const Folder folder;
    Opened day(folder.path());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    const int first = sqlValue(folder.store(), "SELECT max(id) FROM decisions").toInt();
    day.session.undoStack().undo();
    QVERIFY(day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow")); // forgets the first
    QCOMPARE(sqlValue(folder.store(), "SELECT count(*) FROM decisions").toInt(), 1);
    QCOMPARE(sqlValue(folder.store(), "SELECT max(id) FROM decisions").toInt(), first + 1);
}

void TestUndo::forgottenStepSaysSoAndGoes()
{
    const Folder folder;
    Opened mine(folder.path());
    QVERIFY(mine.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    QVERIFY(mine.session.setTrueLabel({"b.png"}, chickadee, "Label chickadee"));
    {
        Opened other(folder.path());
        other.session.undoStack().undo();
        QVERIFY(other.session.setTrueLabel({"c.png"}, sparrow, "Label sparrow"));
    }
    QCOMPARE(mine.session.undoStack().count(), 2);
    mine.session.undoStack().undo();
    QVERIFY(mine.heard("can't be undone any more", Message::Level::Warning));
    QCOMPARE(mine.session.undoStack().count(), 1);
    QCOMPARE(stored(folder, "c.png"), sparrow);
    QCOMPARE(stored(folder, "a.png"), chickadee);
    mine.session.undoStack().undo(); // the one before still can
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
}

void TestUndo::undoneByAnotherWindow()
{
    const Folder folder;
    Opened mine(folder.path());
    QVERIFY(mine.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    Opened other(folder.path());
    other.session.undoStack().undo();
    mine.session.undoStack().undo();
    QVERIFY(mine.heard("Another window has undone this step already", Message::Level::Info));
    QTRY_COMPARE(mine.label("a.png"), TrueLabel::unreviewed());
    QCOMPARE(mine.session.history("a.png").size(), 2);
    mine.session.undoStack().redo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
}

void TestUndo::failedUndoKeepsItsStep()
{
    const Folder folder;
    Opened day(folder.path());
    QUndoStack &undo = day.session.undoStack();
    QSignalSpy texts(&undo, &QUndoStack::undoTextChanged); // what the menu is told
    QSignalSpy can(&undo, &QUndoStack::canRedoChanged);
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    QVERIFY(day.session.setTrueLabel({"a.png"}, sparrow, "Second"));
    QVERIFY(sql(folder.store(), {"CREATE TRIGGER full BEFORE INSERT ON label_history"
                                 " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"}));
    undo.undo();
    QVERIFY(day.heard("disk on fire", Message::Level::Problem));
    QCOMPARE(day.label("a.png"), sparrow);
    QCOMPARE(stored(folder, "a.png"), sparrow);
    QCOMPARE(undo.count(), 2);
    QCOMPARE(undo.index(), 2);
    QCOMPARE(undo.undoText(), "Second");
    QCOMPARE(texts.last().first().toString(), "Second");
    QCOMPARE(can.last().first().toBool(), false);
    QVERIFY(!undo.canRedo());
    QVERIFY(sql(folder.store(), {"DROP TRIGGER full"}));
    undo.undo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    undo.undo();
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
}

void TestUndo::failedRedoKeepsItsStep()
{
    const Folder folder;
    Opened day(folder.path());
    QUndoStack &undo = day.session.undoStack();
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    undo.undo();
    QVERIFY(sql(folder.store(), {"CREATE TRIGGER full BEFORE INSERT ON label_history"
                                 " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"}));
    undo.redo();
    QCOMPARE(undo.index(), 0);
    QCOMPARE(undo.redoText(), "First");
    QVERIFY(!undo.canUndo());
    QVERIFY(sql(folder.store(), {"DROP TRIGGER full"}));
    undo.redo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    QCOMPARE(undo.undoText(), "First");
}

void TestUndo::interleavedHistoryOutlivesTheProgram()
{
    const Folder folder;
    {
        Opened mine(folder.path());
        Opened other(folder.path());
        QVERIFY(mine.session.setTrueLabel({"a.png"}, chickadee, "Mine"));
        QVERIFY(other.session.setTrueLabel({"b.png"}, sparrow, "Other"));
        mine.session.undoStack().undo(); // the older one of the two
    }
    Opened day(folder.path());
    QUndoStack &undo = day.session.undoStack();
    QCOMPARE(undo.count(), 2);
    QCOMPARE(undo.undoText(), "Other");
    QCOMPARE(undo.redoText(), "Mine");
    undo.undo();
    QCOMPARE(stored(folder, "b.png"), TrueLabel::unreviewed());
    undo.redo();
    undo.redo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    QCOMPARE(stored(folder, "b.png"), sparrow);
}

void TestUndo::olderHistoryIsOwned()
{
    // Steps that were stored before owners were: the newest that stands is the label's.
    const Folder folder;
    QVERIFY(sql(
        folder.store(),
        {"CREATE TABLE labels(frame TEXT NOT NULL PRIMARY KEY, kind INTEGER NOT NULL,"
         " labels TEXT NOT NULL, shown_prediction TEXT NOT NULL, camera_seen TEXT,"
         " pending INTEGER NOT NULL DEFAULT 0, conflict TEXT) WITHOUT ROWID",
         "CREATE TABLE label_history(id INTEGER PRIMARY KEY, frame TEXT NOT NULL,"
         " utc TEXT NOT NULL, who TEXT NOT NULL, kind_before INTEGER NOT NULL,"
         " labels_before TEXT NOT NULL, kind_after INTEGER NOT NULL, labels_after TEXT NOT NULL,"
         " shown_prediction TEXT NOT NULL)",
         "CREATE TABLE models(id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, path TEXT NOT NULL,"
         " vocabulary TEXT NOT NULL, first_used TEXT NOT NULL) WITHOUT ROWID",
         "CREATE TABLE predictions(model TEXT NOT NULL, frame TEXT NOT NULL, logits BLOB NOT NULL,"
         " PRIMARY KEY(model, frame)) WITHOUT ROWID",
         "CREATE TABLE notes(id INTEGER PRIMARY KEY, frame TEXT, utc TEXT NOT NULL,"
         " who TEXT NOT NULL, text TEXT NOT NULL)",
         "CREATE TABLE experiments(id INTEGER PRIMARY KEY, frame TEXT, utc TEXT NOT NULL,"
         " model TEXT, kind TEXT NOT NULL, parameters TEXT NOT NULL, outcome TEXT NOT NULL)",
         "CREATE TABLE decisions(id INTEGER PRIMARY KEY, text TEXT NOT NULL,"
         " undone INTEGER NOT NULL DEFAULT 0)",
         "CREATE TABLE decision_steps(decision INTEGER NOT NULL REFERENCES decisions(id)"
         " ON DELETE CASCADE, frame TEXT NOT NULL, kind_before INTEGER NOT NULL,"
         " labels_before TEXT NOT NULL, shown_before TEXT NOT NULL, kind_after INTEGER NOT NULL,"
         " labels_after TEXT NOT NULL, shown_after TEXT NOT NULL,"
         " PRIMARY KEY(decision, frame)) WITHOUT ROWID",
         "CREATE TABLE marks(frame TEXT NOT NULL PRIMARY KEY, flagged INTEGER NOT NULL,"
         " comment TEXT NOT NULL) WITHOUT ROWID",
         "INSERT INTO decisions VALUES(1, 'First', 0), (2, 'Second', 0), (3, 'Third', 1)",
         "INSERT INTO decision_steps VALUES"
         " (1, 'a.png', 0, '[]', '', 2, '[\"chickadee\"]', ''),"
         " (1, 'b.png', 0, '[]', '', 2, '[\"chickadee\"]', ''),"
         " (2, 'a.png', 2, '[\"chickadee\"]', '', 2, '[\"sparrow\"]', ''),"
         " (3, 'a.png', 2, '[\"sparrow\"]', '', 2, '[]', '')",
         "INSERT INTO labels(frame, kind, labels, shown_prediction) VALUES"
         " ('a.png', 2, '[\"sparrow\"]', ''), ('b.png', 2, '[\"magpie\"]', '')",
         "PRAGMA user_version = 2"}));
    Opened day(folder.path());
    QCOMPARE(day.session.storeProblem(), QString());
    QUndoStack &undo = day.session.undoStack();
    QCOMPARE(undo.count(), 3);
    QCOMPARE(undo.redoText(), "Third");
    undo.redo();
    QCOMPARE(stored(folder, "a.png"), TrueLabel::none());
    undo.undo();
    undo.undo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
    undo.undo();
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
    QCOMPARE(stored(folder, "b.png"), TrueLabel::of({"magpie"})); // is not what the step set
    QVERIFY(day.session.setTrueLabel({"c.png"}, sparrow, "Fourth"));
    QCOMPARE(sqlValue(folder.store(), "SELECT max(id) FROM decisions").toInt(), 4);
}

void TestUndo::trashIsNotedBeforeAFileMoves()
{
    // A store that cannot be written moves nothing.
    const Folder folder;
    Opened day(folder.path());
    QVERIFY(sql(folder.store(), {"CREATE TRIGGER full BEFORE INSERT ON decision_trash"
                                 " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"}));
    QVERIFY(!day.session.moveToTrash({"a.png"}));
    QVERIFY(day.heard("disk on fire", Message::Level::Problem));
    QVERIFY(QFile::exists(folder.filePath("a.png")));
    QVERIFY(!day.session.undoStack().canUndo());
}

void TestUndo::cutOffOnTheWayToTheTrash()
{
    // Killed after the step was stored and one of its two files was moved.
    const Folder folder;
    const QByteArray bytes = readFile(folder.filePath("a.png"));
    {
        const auto store = Store::open(folder.path());
        DecisionSteps steps;
        steps.trash = {{"a.png", {}, folder.filePath("a.png")},
                       {"b.png", {}, folder.filePath("b.png")}};
        QVERIFY((*store)->decide("Move to the trash", steps).ok());
    }
    QVERIFY(moveToTrash(folder.filePath("a.png")).ok());
    Opened day(folder.path());
    QCOMPARE(day.session.day().size(), 3); // the folder does not have it any more
    QVERIFY(!day.session.day().at(day.session.day().rowOf("b.png")).trashed);
    QVERIFY(!sqlValue(folder.store(), "SELECT in_trash FROM decision_trash WHERE frame = 'a.png'")
                 .toString()
                 .isEmpty());
    QCOMPARE(day.session.undoStack().undoText(), "Move to the trash");
    day.session.undoStack().undo();
    QCOMPARE(readFile(folder.filePath("a.png")), bytes);
    QVERIFY(QFile::exists(folder.filePath("b.png")));
    QVERIFY(!day.heard(QString(), Message::Level::Problem));
}

void TestUndo::broughtBackAndCutOff()
{
    // Killed after the file was moved back and before that was stored.
    const Folder folder;
    {
        Opened day(folder.path());
        QVERIFY(day.session.moveToTrash({"a.png"}));
    }
    const QString place =
        sqlValue(folder.store(), "SELECT in_trash FROM decision_trash").toString();
    QVERIFY(restoreFromTrash(place, folder.filePath("a.png")).ok());
    Opened day(folder.path());
    QCOMPARE(day.session.day().presentCount(), 4);
    day.session.undoStack().undo();
    QVERIFY(!day.heard(QString(), Message::Level::Problem));
    QVERIFY(QFile::exists(folder.filePath("a.png")));
    QCOMPARE(day.session.undoStack().index(), 0);
}

void TestUndo::whatCannotComeBackIsStillInTheTrash()
{
    const Folder folder;
    Opened day(folder.path());
    QVERIFY(day.session.moveToTrash({"a.png", "b.png"}));
    writeFile(folder.filePath("b.png"), "somebody else's");
    day.session.undoStack().undo();
    QVERIFY(day.heard("1 frame could not be brought back", Message::Level::Problem));
    QVERIFY(QFile::exists(folder.filePath("a.png")));
    // A later decision forgets what was undone, but not where the file is.
    QVERIFY(day.session.setTrueLabel({"c.png"}, sparrow, "Label sparrow"));
    QVERIFY(QFile::remove(folder.filePath("b.png")));
    Opened again(folder.path());
    QUndoStack &undo = again.session.undoStack();
    QCOMPARE(undo.count(), 2);
    undo.undo();
    undo.undo();
    QVERIFY(QFile::exists(folder.filePath("b.png")));
    QVERIFY(readFile(folder.filePath("b.png")) != QByteArray("somebody else's"));
}

void TestUndo::redoneKnowsWhatNeverCameBack()
{
    const Folder folder;
    const QString place = "SELECT in_trash FROM decision_trash WHERE frame = 'b.png'";
    Opened day(folder.path());
    QVERIFY(day.session.moveToTrash({"a.png", "b.png"}));
    const QVariant before = sqlValue(folder.store(), place);
    QVERIFY(QFile::exists(before.toString()));
    writeFile(folder.filePath("b.png"), "somebody else's");
    day.session.undoStack().undo();
    QVERIFY(QFile::exists(folder.filePath("a.png")));
    day.session.undoStack().redo();
    QVERIFY(!QFile::exists(folder.filePath("a.png")));
    QCOMPARE(sqlValue(folder.store(), place), before);
    QVERIFY(QFile::remove(folder.filePath("b.png")));
    day.session.undoStack().undo();
    QVERIFY(QFile::exists(folder.filePath("a.png")));
    QVERIFY(readFile(folder.filePath("b.png")) != QByteArray("somebody else's"));
}

void TestUndo::trashOfAnOlderBirblens()
{
    const Folder folder;
    Opened day(folder.path());
    QVERIFY(day.session.moveToTrash({"a.png"}));
    QVERIFY(sql(folder.store(), {"UPDATE decision_trash SET path = ''"}));
    day.session.undoStack().undo();
    QVERIFY(QFile::exists(folder.filePath("a.png")));
    day.session.undoStack().redo();
    QVERIFY(!QFile::exists(folder.filePath("a.png")));
    QVERIFY(!day.heard(QString(), Message::Level::Problem));
    day.session.undoStack().undo();
    QVERIFY(QFile::exists(folder.filePath("a.png")));
}

void TestUndo::everyFrameInTheTrash()
{
    const Folder folder;
    {
        Opened day(folder.path());
        QVERIFY(day.session.moveToTrash(all));
    }
    Opened day(folder.path());
    QCOMPARE(day.session.day().presentCount(), 0);
    day.session.undoStack().undo();
    QTRY_COMPARE(day.session.day().presentCount(), 4);
}

QTEST_GUILESS_MAIN(TestUndo)
#include "tst_undo.moc"
