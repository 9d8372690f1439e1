// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/camerasync.h"
#include "core/review/reviewsession.h"
#include "core/store/storefiles.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"
#include "support/openedday.h"

#include <QElapsedTimer>
#include <QSignalSpy>
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

const CameraRow first{"2021-02-08T10:56:58", "chickadee"};
const CameraRow second{"2021-02-08T10:57:04", "none", 0.8};
const CameraRow third{"2021-02-08T10:58:00", "magpie,sparrow", 0.7};

const QString firstKey = BirbCamFolder::key(first);
const QString secondKey = BirbCamFolder::key(second);
const QString thirdKey = BirbCamFolder::key(third);

OpenModel model(const QString &id = "m1")
{
    OpenModel model;
    model.info.id = id;
    model.info.name = "test";
    model.info.vocabulary = {"sparrow", "chickadee", "magpie"}; // not alphabetical on purpose
    model.info.thresholds = {0.5, 0.5, 0.5};
    for (const auto &[name, size] :
         {std::pair("stem", 8), std::pair("body", 4), std::pair("pool", 1)}) {
        LayerInfo layer;
        layer.index = int(model.layers.size());
        layer.name = name;
        layer.height = layer.width = size;
        model.layers.append(layer);
    }
    return model;
}

Prediction says(const QStringList &labels)
{
    const ModelInfo info = model().info;
    QList<float> logits;
    for (const QString &name : info.vocabulary)
        logits.append(labels.contains(name) ? 3.0F : -3.0F);
    return predict(info, logits);
}

} // namespace

class TestReviewSession : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void comparison_data();
    void comparison();

    void opensADay();
    void firstFrameThatIsThere();
    void failedOpeningKeepsTheDay();
    void newestOpeningWins();
    void closesInTheMiddle();
    void reopensTheSameDay();

    void labelsAreOnDisk();
    void labelOrder();
    void toggles();
    void togglesSeveral();
    void acceptsEachItsOwn();
    void statesFollowWhatWasShown();
    void undoAndRedo();
    void undoIsOneStepForMany();
    void undoOutlivesTheProgram();
    void nothingToDoIsNoStep();
    void failingStoreChangesNothing();
    void damagedStore();
    void copyReplacesADamagedStore();
    void emptyStoreReplacesADamagedOne();
    void history();
    void plainFolder();
    void thousandsAtOnce();

    void takesBirbCamLabelsIn();
    void writesThroughUnsureAsNull();
    void theirChangeIsTaken();
    void conflictOursStays();
    void conflictTheirsIsTaken();
    void conflictsSettledTogether();
    void conflictSettledByAgreement();
    void offlineChangesOnBothSides();
    void lockedCameraLeavesPending();
    void vanishedCamera();
    void refusingCamera();
    void pendingAtNextOpening();
    void secondProcessWriting();
    void otherBirblensLabels();

    void newFramesAppear();
    void deletedFramesAreGone();
    void brokenFrameIsTriedAgain();
    void emptyDayFillsUp();

    void predictionsAreKept();
    void modelChanges();
    void vocabularyWithoutModel();
    void viewStateSignals();
    void layers();
    void ranges();
    void explanations();
    void referenceDay();
};

// --- the comparison of labels ------------------------------------------------------------------

void TestReviewSession::comparison_data()
{
    QTest::addColumn<TrueLabel>("ours");
    QTest::addColumn<QString>("seen"); // "-" is NULL
    QTest::addColumn<QString>("theirs");
    QTest::addColumn<TrueLabel>("label");
    QTest::addColumn<QString>("conflict"); // "-" is none
    QTest::addColumn<bool>("write");
    const TrueLabel none = TrueLabel::unreviewed();
    const TrueLabel a = TrueLabel::of({"a"});
    const TrueLabel b = TrueLabel::of({"b"});
    const auto row = [](const char *name, const TrueLabel &ours, const char *seen,
                        const char *theirs, const TrueLabel &label, const char *conflict,
                        bool write) {
        QTest::newRow(name) << ours << QString(seen) << QString(theirs) << label
                            << QString(conflict) << write;
    };
    row("nothing anywhere", none, "-", "-", none, "-", false);
    row("ours is new", a, "-", "-", a, "-", true);
    row("theirs is new", none, "-", "a", a, "-", false);
    row("all the same", a, "a", "a", a, "-", false);
    row("same, other order", TrueLabel::of({"a", "b"}), "a,b", "b,a", TrueLabel::of({"a", "b"}),
        "-", false);
    row("ours changed", b, "a", "a", b, "-", true);
    row("theirs changed", a, "a", "b", b, "-", false);
    row("theirs to none", a, "a", "none", TrueLabel::none(), "-", false);
    row("theirs removed", a, "a", "-", none, "-", false);
    row("both changed alike", b, "a", "b", b, "-", false);
    row("both changed", b, "a", "c", b, "c", false);
    row("both new", a, "-", "b", a, "b", false);
    row("ours changed, theirs removed", b, "a", "-", b, "", false);
    row("ours removed, theirs changed", none, "a", "b", none, "b", false);
    row("ours removed", none, "a", "a", none, "-", true);
    row("both removed", none, "a", "-", none, "-", false);
    row("unsure, theirs nothing", TrueLabel::unsure(), "-", "-", TrueLabel::unsure(), "-", false);
    row("unsure, theirs new", TrueLabel::unsure(), "-", "a", TrueLabel::unsure(), "a", false);
    row("unsure after a label", TrueLabel::unsure(), "a", "a", TrueLabel::unsure(), "-", true);
    row("unsure, theirs removed", TrueLabel::unsure(), "a", "-", TrueLabel::unsure(), "-", false);
    row("empty text is nothing", none, "-", "", none, "-", false);
    row("none is something", none, "-", "none", TrueLabel::none(), "-", false);
}

void TestReviewSession::comparison()
{
    QFETCH(TrueLabel, ours);
    QFETCH(QString, seen);
    QFETCH(QString, theirs);
    const auto text = [](const QString &value) {
        return value == "-" ? std::nullopt : std::optional(value);
    };
    LabelRecord record;
    record.label = ours;
    record.cameraSeen = text(seen);
    CameraLabel row;
    row.trueLabel = text(theirs);
    row.prediction = "p";
    const auto change = compareWithCamera("k", row, record, {});
    QTEST(record.label, "label");
    QFETCH(QString, conflict);
    QCOMPARE(record.conflict, text(conflict));
    QTEST(needsWriting(record), "write");
    QFETCH(bool, write);
    QCOMPARE(record.pending, write);
    QCOMPARE(change.has_value(), record.label != ours);
    if (change) {
        QCOMPARE(change->who, "birbcam");
        QCOMPARE(change->before, ours);
        QCOMPARE(record.shownPrediction, "p");
    }
    // Comparing again changes nothing more.
    const LabelRecord settled = record;
    QVERIFY(!compareWithCamera("k", row, record, {}));
    QCOMPARE(record, settled);
}

// --- opening -------------------------------------------------------------------------------------

void TestReviewSession::opensADay()
{
    const BirbCamFolder folder({third, first, second});
    ReviewSession session;
    QVERIFY(!session.hasDay());
    QVERIFY(session.currentEntry() == nullptr);
    QVERIFY(session.selectedKeys().isEmpty());
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    QSignalSpy scanning(&session, &ReviewSession::scanningChanged);
    QSignalSpy current(&session, &ReviewSession::currentFrameChanged);
    session.openDay(folder.path());
    QVERIFY(session.isScanning());
    QVERIFY(!session.hasDay()); // not before it is listed
    QVERIFY(opened.wait());
    QVERIFY(!session.isScanning());
    QCOMPARE(scanning.size(), 2);
    QCOMPARE(session.day().size(), 3);
    QCOMPARE(session.currentKey(), firstKey);
    QCOMPARE(current.size(), 1);
    QCOMPARE(session.shownKeys(), QStringList({firstKey, secondKey, thirdKey}));
    QCOMPARE(session.selectedKeys(), QStringList{firstKey});
    QCOMPARE(session.currentEntry()->frame.camera->labels, QStringList{"chickadee"});
    QVERIFY(QFileInfo::exists(folder.store()));
    QVERIFY(session.storeProblem().isEmpty());
}

void TestReviewSession::firstFrameThatIsThere()
{
    CameraRow deleted = first;
    deleted.file = false;
    const BirbCamFolder folder({deleted, second});
    const Opened day(folder.path());
    QCOMPARE(day.session.day().size(), 2);
    QCOMPARE(day.session.currentKey(), secondKey);
}

void TestReviewSession::failedOpeningKeepsTheDay()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    day.session.setCurrentKey(secondKey);
    day.session.setNone({firstKey});
    QTemporaryDir bad;
    writeFile(bad.filePath("model_results.db"), "no database at all, just text");
    for (const QString &path : {QString("/nowhere"), bad.path()}) {
        QSignalSpy failed(&day.session, &ReviewSession::dayFailed);
        QSignalSpy opened(&day.session, &ReviewSession::dayOpened);
        day.session.openDay(path);
        QVERIFY(failed.wait());
        QVERIFY(!failed.first().first().value<Error>().what.isEmpty());
        QCOMPARE(opened.size(), 0);
        QVERIFY(!day.session.isScanning());
        QCOMPARE(day.session.day().size(), 2);
        QCOMPARE(day.session.currentKey(), secondKey);
        QVERIFY(day.session.undoStack().canUndo());
        QVERIFY(day.session.setTrueLabel({secondKey}, TrueLabel::of({"magpie"}), "label"));
    }
    QCOMPARE(folder.trueLabel(second.local), "magpie");
}

void TestReviewSession::newestOpeningWins()
{
    const BirbCamFolder one({first});
    const BirbCamFolder two({second, third});
    ReviewSession session;
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    QSignalSpy failed(&session, &ReviewSession::dayFailed);
    session.openDay(one.path());
    session.openDay("/nowhere");
    session.openDay(two.path());
    QVERIFY(opened.wait());
    QTest::qWait(200);
    QCOMPARE(opened.size(), 1);
    QCOMPARE(failed.size(), 0);
    QCOMPARE(session.day().source().folder, QFileInfo(two.path()).canonicalFilePath());
    QCOMPARE(session.day().size(), 2);
}

void TestReviewSession::closesInTheMiddle()
{
    QTemporaryDir dir;
    for (int i = 0; i < 3000; ++i)
        writeFile(dir.filePath(QString("DSC_%1.jpg").arg(i)), "x");
    for (int round = 0; round < 8; ++round) {
        auto session = std::make_unique<ReviewSession>();
        session->openDay(dir.path());
        QTest::qWait(round * 10);
        QElapsedTimer timer;
        timer.start();
        session.reset();
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    }
    QCoreApplication::processEvents();
}

void TestReviewSession::reopensTheSameDay()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    day.session.setCurrentKey(secondKey);
    QSignalSpy opened(&day.session, &ReviewSession::dayOpened);
    day.session.openDay(folder.path());
    // Labels given while it is being listed again are not lost.
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "label");
    QVERIFY(opened.wait());
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
    QCOMPARE(day.session.currentKey(), secondKey);
    QCOMPARE(day.session.history(firstKey).size(), 1);
}

// --- labels --------------------------------------------------------------------------------------

void TestReviewSession::labelsAreOnDisk()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    QSignalSpy changed(&day.session, &ReviewSession::labelsChanged);
    QVERIFY(day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label"));
    // Both databases have it when the call returns, as another connection sees them.
    QCOMPARE(sqlValue(folder.store(),
                      QString("SELECT labels FROM labels WHERE frame='%1'").arg(firstKey))
                 .toString(),
             "[\"magpie\"]");
    QCOMPARE(folder.trueLabel(first.local), "magpie");
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.first().first().toStringList(), QStringList{firstKey});
    QCOMPARE(day.state(firstKey), ReviewState::Corrected);
    QCOMPARE(day.record(firstKey).cameraSeen, QString("magpie"));
    QCOMPARE(day.session.pendingWrites(), 0);
    QCOMPARE(day.session.day().reviewedCount(), 1);
    day.session.setNone({secondKey});
    QCOMPARE(folder.trueLabel(second.local), "none");
    QCOMPARE(day.state(secondKey), ReviewState::Confirmed);

    const Opened again(folder.path());
    QCOMPARE(again.label(firstKey), TrueLabel::of({"magpie"}));
    QCOMPARE(again.state(firstKey), ReviewState::Corrected);
    QCOMPARE(again.state(secondKey), ReviewState::Confirmed);
    QCOMPARE(again.session.day().reviewedCount(), 2);
}

void TestReviewSession::labelOrder()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    day.session.explain().setModel(model());
    day.session.setTrueLabel(
        {firstKey}, TrueLabel::of({"zebra", "magpie", "ant", "sparrow", "magpie"}), "Label");
    QCOMPARE(folder.trueLabel(first.local), "sparrow,magpie,ant,zebra");
}

void TestReviewSession::toggles()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    day.session.explain().setModel(model());
    day.session.toggleLabel({firstKey}, "chickadee"); // from unreviewed: the empty set
    QCOMPARE(day.label(firstKey), TrueLabel::of({"chickadee"}));
    day.session.toggleLabel({firstKey}, "sparrow");
    QCOMPARE(day.label(firstKey), TrueLabel::of({"sparrow", "chickadee"}));
    day.session.toggleLabel({firstKey}, "chickadee");
    QCOMPARE(day.label(firstKey), TrueLabel::of({"sparrow"}));
    day.session.toggleLabel({firstKey}, "sparrow"); // the last one off: nothing there
    QCOMPARE(day.label(firstKey), TrueLabel::none());
    QCOMPARE(folder.trueLabel(first.local), "none");
    day.session.setUnsure({firstKey});
    day.session.toggleLabel({firstKey}, "magpie");
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
    day.session.toggleLabel({firstKey}, "a new bird");
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie", "a new bird"}));
    day.session.toggleLabel({firstKey}, "none");
    QCOMPARE(day.label(firstKey), TrueLabel::none());
    day.session.toggleLabel({firstKey}, "  ");
    QCOMPARE(day.label(firstKey), TrueLabel::none());
}

void TestReviewSession::togglesSeveral()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    day.session.toggleLabel({firstKey}, "magpie");
    day.session.toggleLabel({firstKey, secondKey}, "magpie"); // not all have it: added
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
    QCOMPARE(day.label(secondKey), TrueLabel::of({"magpie"}));
    day.session.toggleLabel({firstKey, secondKey}, "magpie"); // all have it: removed
    QCOMPARE(day.label(firstKey), TrueLabel::none());
    QCOMPARE(day.label(secondKey), TrueLabel::none());
}

void TestReviewSession::acceptsEachItsOwn()
{
    BirbCamFolder folder({first, second, third});
    writeFile(folder.path() + "/imgs/DSC_1.jpg", encoded(picture(), "jpg"));
    Opened day(folder.path());
    day.session.acceptPrediction({firstKey, secondKey, thirdKey, "imgs/DSC_1.jpg", "unknown"});
    QCOMPARE(day.label(firstKey), TrueLabel::of({"chickadee"}));
    QCOMPARE(day.label(secondKey), TrueLabel::none());
    QCOMPARE(day.label(thirdKey), TrueLabel::of({"magpie", "sparrow"}));
    QCOMPARE(day.label("imgs/DSC_1.jpg"), TrueLabel::unreviewed());
    QVERIFY(day.heard("no prediction", Message::Level::Info));
    for (const QString &key : {firstKey, secondKey, thirdKey})
        QCOMPARE(day.state(key), ReviewState::Confirmed);
    QCOMPARE(folder.trueLabel(third.local), "magpie,sparrow");
    QCOMPARE(day.session.undoStack().count(), 1);
    // The model's before the camera's.
    day.session.explain().setModel(model());
    day.session.addPredictions("m1", {{firstKey, says({"magpie"})}});
    day.session.acceptPrediction({firstKey});
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
    QCOMPARE(day.state(firstKey), ReviewState::Confirmed);
}

void TestReviewSession::statesFollowWhatWasShown()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label");
    QCOMPARE(day.state(firstKey), ReviewState::Corrected);
    // A better model says so as well: the person had corrected all the same.
    day.session.explain().setModel(model());
    day.session.addPredictions("m1", {{firstKey, says({"magpie"})}});
    QCOMPARE(day.state(firstKey), ReviewState::Corrected);
    QCOMPARE(day.record(firstKey).shownPrediction, "chickadee");
    // Said again with the model's prediction in sight it is confirmed; undo brings both back.
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label");
    QCOMPARE(day.state(firstKey), ReviewState::Confirmed);
    day.session.undoStack().undo();
    QCOMPARE(day.state(firstKey), ReviewState::Corrected);
    QCOMPARE(day.record(firstKey).shownPrediction, "chickadee");
    day.session.undoStack().redo();
    QCOMPARE(day.state(firstKey), ReviewState::Confirmed);
}

void TestReviewSession::undoAndRedo()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    const QList<TrueLabel> labels{TrueLabel::of({"magpie"}), TrueLabel::none(), TrueLabel::unsure(),
                                  TrueLabel::of({"a", "b"}), TrueLabel::unreviewed()};
    for (const TrueLabel &label : labels)
        day.session.setTrueLabel({firstKey}, label, "Label");
    QCOMPARE(day.session.undoStack().count(), 5);
    for (int i = 4; i-- > 0;) {
        day.session.undoStack().undo();
        QCOMPARE(day.label(firstKey), labels.at(i));
        QCOMPARE(folder.trueLabel(first.local), cameraText(labels.at(i)).value_or(QString()));
    }
    day.session.undoStack().undo();
    QCOMPARE(day.label(firstKey), TrueLabel::unreviewed());
    QCOMPARE(sqlValue(folder.database(), "SELECT true_label IS NULL FROM results").toInt(), 1);
    for (const TrueLabel &label : labels) {
        day.session.undoStack().redo();
        QCOMPARE(day.label(firstKey), label);
        QCOMPARE(folder.trueLabel(first.local), cameraText(label).value_or(QString()));
    }
    QCOMPARE(day.session.history(firstKey).size(), 15); // undoing is history too
    const Opened again(folder.path());
    QCOMPARE(again.label(firstKey), TrueLabel::unreviewed());
}

void TestReviewSession::undoIsOneStepForMany()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    day.session.setTrueLabel({secondKey}, TrueLabel::of({"magpie"}), "Label");
    QSignalSpy changed(&day.session, &ReviewSession::labelsChanged);
    day.session.setNone({firstKey, secondKey, thirdKey, firstKey});
    QCOMPARE(changed.size(), 1);
    QCOMPARE(day.session.undoStack().count(), 2);
    QCOMPARE(day.session.undoStack().undoText(), "Nothing there");
    day.session.undoStack().undo();
    QCOMPARE(day.label(firstKey), TrueLabel::unreviewed());
    QCOMPARE(day.label(secondKey), TrueLabel::of({"magpie"}));
    QCOMPARE(folder.trueLabel(second.local), "magpie");
    QCOMPARE(folder.trueLabel(third.local), QString());
}

void TestReviewSession::undoOutlivesTheProgram()
{
    const BirbCamFolder folder({first, second, third});
    {
        Opened day(folder.path());
        day.session.setTrueLabel({secondKey}, TrueLabel::of({"magpie"}), "Label magpie");
        day.session.setNone({firstKey, secondKey, thirdKey});
        day.session.setUnsure({firstKey});
        day.session.undoStack().undo();
    }
    {
        Opened day(folder.path());
        QUndoStack &undo = day.session.undoStack();
        QCOMPARE(undo.count(), 3);
        QCOMPARE(undo.index(), 2);
        QCOMPARE(undo.undoText(), "Nothing there");
        QCOMPARE(undo.redoText(), "Unsure");
        QCOMPARE(day.label(firstKey), TrueLabel::none()); // putting it back changes nothing
        const qsizetype before = day.session.history(firstKey).size();
        undo.redo();
        QCOMPARE(day.label(firstKey), TrueLabel::unsure());
        undo.undo();
        undo.undo();
        QCOMPARE(day.session.history(firstKey).size(), before + 3);
        QCOMPARE(day.label(firstKey), TrueLabel::unreviewed());
        QCOMPARE(day.label(secondKey), TrueLabel::of({"magpie"}));
        QCOMPARE(folder.trueLabel(second.local), "magpie");
        QCOMPARE(folder.trueLabel(third.local), QString());
        // Another decision: what was undone cannot be done again any more, here or later.
        day.session.setTrueLabel({thirdKey}, TrueLabel::of({"sparrow"}), "Label sparrow");
        QVERIFY(!undo.canRedo());
        QCOMPARE(undo.count(), 2);
    }
    Opened day(folder.path());
    QUndoStack &undo = day.session.undoStack();
    QCOMPARE(undo.count(), 2);
    QVERIFY(!undo.canRedo());
    undo.undo();
    undo.undo();
    QVERIFY(!undo.canUndo());
    for (const QString &key : {firstKey, secondKey, thirdKey})
        QCOMPARE(day.label(key), TrueLabel::unreviewed());
}

void TestReviewSession::nothingToDoIsNoStep()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    day.session.setNone({firstKey});
    QSignalSpy changed(&day.session, &ReviewSession::labelsChanged);
    day.session.setNone({firstKey});
    day.session.setNone({});
    day.session.setNone({"unknown"});
    QCOMPARE(changed.size(), 0);
    QCOMPARE(day.session.undoStack().count(), 1);
    QCOMPARE(day.session.history(firstKey).size(), 1);
}

void TestReviewSession::failingStoreChangesNothing()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    day.session.setNone({firstKey});
    QVERIFY(sql(folder.store(), {"CREATE TRIGGER broken BEFORE INSERT ON label_history"
                                 " BEGIN SELECT RAISE(ABORT, 'no space'); END"}));
    QSignalSpy changed(&day.session, &ReviewSession::labelsChanged);
    QVERIFY(!day.session.setTrueLabel({firstKey, secondKey}, TrueLabel::of({"magpie"}), "Label"));
    QVERIFY(day.heard("no space", Message::Level::Problem));
    QCOMPARE(day.label(firstKey), TrueLabel::none());
    QCOMPARE(day.label(secondKey), TrueLabel::unreviewed());
    QCOMPARE(changed.size(), 0);
    QCOMPARE(day.session.undoStack().count(), 1);
    QCOMPARE(folder.trueLabel(second.local), QString());
    day.session.undoStack().undo();
    QCOMPARE(day.label(firstKey), TrueLabel::none()); // could not be stored either
    QVERIFY(sql(folder.store(), {"DROP TRIGGER broken"}));
    QVERIFY(day.session.setTrueLabel({secondKey}, TrueLabel::of({"magpie"}), "Label"));
    QCOMPARE(folder.trueLabel(second.local), "magpie");
}

void TestReviewSession::damagedStore()
{
    CameraRow labelled = second;
    labelled.trueLabel = "magpie";
    const BirbCamFolder folder({first, labelled});
    const QByteArray rubbish = "this was a label store once";
    writeFile(folder.store(), rubbish);
    Opened day(folder.path());
    QCOMPARE(day.session.day().size(), 2); // the day is shown all the same
    QVERIFY(day.heard("damaged", Message::Level::Problem));
    QVERIFY(day.session.storeProblem().contains(folder.store().section('/', -1)));
    QCOMPARE(day.label(secondKey), TrueLabel::of({"magpie"})); // what Birb Cam has can be seen
    QVERIFY(!day.session.setTrueLabel({firstKey}, TrueLabel::none(), "Label"));
    QCOMPARE(day.label(firstKey), TrueLabel::unreviewed());
    QCOMPARE(folder.trueLabel(first.local), QString());
    QCOMPARE(day.session.undoStack().count(), 0);
    QCOMPARE(readFile(folder.store()), rubbish);
}

void TestReviewSession::copyReplacesADamagedStore()
{
    const BirbCamFolder folder({first, second});
    {
        Opened day(folder.path());
        day.session.setNone({firstKey});
        day.session.setFlag({secondKey}, true);
        day.session.setComment(secondKey, "a shadow");
    }
    {
        Opened day(folder.path()); // the first opening of a day makes the copy
        day.session.setNone({secondKey});
    }
    QCOMPARE(storeCopies(folder.store()).size(), 1);
    for (const char *suffix : {"-wal", "-shm"})
        QFile::remove(folder.store() + suffix);
    writeFile(folder.store(), "rubbish");
    Opened day(folder.path());
    QVERIFY(day.session.storeDamaged());
    QSignalSpy opened(&day.session, &ReviewSession::dayOpened);
    const auto kept = day.session.replaceStore(storeCopies(folder.store()).first());
    QVERIFY(kept.ok());
    QCOMPARE(readFile(*kept), QByteArray("rubbish"));
    QVERIFY(opened.wait());
    QCOMPARE(day.session.storeProblem(), QString());
    QVERIFY(!day.session.storeDamaged());
    QCOMPARE(day.label(firstKey), TrueLabel::none());
    QCOMPARE(day.session.day().at(1).mark, (Mark{true, "a shadow"}));
    day.session.undoStack().undo(); // what could be undone then can be undone now
    QCOMPARE(day.session.day().at(1).mark, (Mark{true, {}}));
    QCOMPARE(*day.session.replaceStore({}), QString()); // a sound store is never replaced
    QCOMPARE(day.label(firstKey), TrueLabel::none());
}

void TestReviewSession::emptyStoreReplacesADamagedOne()
{
    const BirbCamFolder folder({first});
    writeFile(folder.store(), "rubbish");
    Opened day(folder.path());
    QVERIFY(day.session.storeDamaged());
    QVERIFY(storeCopies(folder.store()).isEmpty());
    // A copy that is damaged itself changes nothing.
    writeFile(folder.path() + "/copy.bak", "more rubbish");
    QVERIFY(!day.session.replaceStore(folder.path() + "/copy.bak").ok());
    QCOMPARE(readFile(folder.store()), QByteArray("rubbish"));
    QSignalSpy opened(&day.session, &ReviewSession::dayOpened);
    QVERIFY(day.session.replaceStore({}).ok());
    QVERIFY(opened.wait());
    QVERIFY(day.session.setTrueLabel({firstKey}, TrueLabel::none(), "Label"));
}

void TestReviewSession::history()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    day.session.setNone({firstKey});
    day.session.setUnsure({firstKey});
    const QList<LabelChange> history = day.session.history(firstKey);
    QCOMPARE(history.size(), 2);
    QCOMPARE(history.first().before, TrueLabel::unreviewed());
    QCOMPARE(history.first().after, TrueLabel::none());
    QCOMPARE(history.first().shownPrediction, "chickadee");
    QVERIFY(!history.first().who.isEmpty());
    QVERIFY(history.first().who != "birbcam");
    QVERIFY(qAbs(history.first().when.secsTo(QDateTime::currentDateTimeUtc())) < 60);
    QVERIFY(ReviewSession().history(firstKey).isEmpty());
}

void TestReviewSession::plainFolder()
{
    QTemporaryDir dir;
    writeFile(dir.filePath("2021-02-08T10:56:58_magpie.jpg"), encoded(picture(), "jpg"));
    writeFile(dir.filePath("sub/DSC_1.jpg"), encoded(picture(), "jpg"));
    {
        Opened day(dir.path());
        QCOMPARE(day.session.day().size(), 2);
        day.session.acceptPrediction({"2021-02-08T10:56:58_magpie.jpg"});
        day.session.setUnsure({"sub/DSC_1.jpg"});
        QCOMPARE(day.session.pendingWrites(), 0);
        QVERIFY(day.said.isEmpty());
    }
    const Opened again(dir.path());
    QCOMPARE(again.state("2021-02-08T10:56:58_magpie.jpg"), ReviewState::Confirmed);
    QCOMPARE(again.state("sub/DSC_1.jpg"), ReviewState::Unsure);
    QCOMPARE(again.session.pendingWrites(), 0);
}

void TestReviewSession::thousandsAtOnce()
{
    BirbCamFolder folder;
    QList<CameraRow> rows;
    for (int i = 0; i < 10000; ++i)
        rows.append({QDateTime(QDate(2021, 2, 8), QTime(0, 0), asUtc)
                         .addSecs(i * 5)
                         .toString("yyyy-MM-ddTHH:mm:ss"),
                     "chickadee", 0.9, "", false});
    folder.add(rows);
    QElapsedTimer timer;
    timer.start();
    Opened day(folder.path());
    const qint64 opening = timer.restart();
    QCOMPARE(day.session.day().size(), 10000);
    QVERIFY(day.session.setTrueLabel(day.session.shownKeys(), TrueLabel::of({"magpie"}), "Label"));
    const qint64 labelling = timer.restart();
    QCOMPARE(day.session.day().reviewedCount(), 10000);
    QCOMPARE(sqlValue(folder.database(), "SELECT count(*) FROM results WHERE true_label='magpie'")
                 .toInt(),
             10000);
    timer.restart();
    day.session.undoStack().undo();
    const qint64 undoing = timer.elapsed();
    QCOMPARE(sqlValue(folder.database(), "SELECT count(*) FROM results WHERE true_label IS NULL")
                 .toInt(),
             10000);
    QCOMPARE(day.session.day().reviewedCount(), 0);
    qInfo("10000 frames: opened in %lld ms, labelled in %lld ms, undone in %lld ms",
          static_cast<long long>(opening), static_cast<long long>(labelling),
          static_cast<long long>(undoing));
    QVERIFY(opening < 10000 && labelling < 10000 && undoing < 10000);
}

// --- Birb Cam's side
// -------------------------------------------------------------------------------

void TestReviewSession::takesBirbCamLabelsIn()
{
    CameraRow confirmed = first;
    confirmed.trueLabel = "chickadee";
    CameraRow corrected = second;
    corrected.trueLabel = "sparrow, magpie";
    const BirbCamFolder folder({confirmed, corrected, third});
    {
        const Opened day(folder.path());
        QCOMPARE(day.label(firstKey), TrueLabel::of({"chickadee"}));
        QCOMPARE(day.state(firstKey), ReviewState::Confirmed);
        QCOMPARE(day.label(secondKey), TrueLabel::of({"magpie", "sparrow"}));
        QCOMPARE(day.state(secondKey), ReviewState::Corrected);
        QCOMPARE(day.state(thirdKey), ReviewState::Unreviewed);
        QCOMPARE(day.session.day().reviewedCount(), 2);
        QVERIFY(day.heard("taken over", Message::Level::Info));
        const auto history = day.session.history(firstKey);
        QCOMPARE(history.size(), 1);
        QCOMPARE(history.first().who, "birbcam");
        QCOMPARE(history.first().shownPrediction, "chickadee");
        QCOMPARE(day.session.pendingWrites(), 0);
    }
    QCOMPARE(folder.trueLabel(second.local), "sparrow, magpie"); // not rewritten into our order
    const Opened again(folder.path());
    QVERIFY(again.said.isEmpty());
    QCOMPARE(again.session.history(firstKey).size(), 1);
}

void TestReviewSession::writesThroughUnsureAsNull()
{
    CameraRow labelled = first;
    labelled.trueLabel = "magpie";
    const BirbCamFolder folder({labelled});
    Opened day(folder.path());
    const QString null = "SELECT true_label IS NULL FROM results";
    day.session.setUnsure({firstKey});
    QCOMPARE(sqlValue(folder.database(), null).toInt(), 1);
    day.session.setNone({firstKey});
    QCOMPARE(folder.trueLabel(first.local), "none");
    day.session.clearLabel({firstKey});
    QCOMPARE(sqlValue(folder.database(), null).toInt(), 1);
    QCOMPARE(day.label(firstKey), TrueLabel::unreviewed());
    const Opened again(folder.path());
    QCOMPARE(again.label(firstKey), TrueLabel::unreviewed());
}

void TestReviewSession::theirChangeIsTaken()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label");
    QSignalSpy changed(&day.session, &ReviewSession::labelsChanged);
    folder.setTrueLabel(first.local, "sparrow");
    QTRY_COMPARE_WITH_TIMEOUT(day.label(firstKey), TrueLabel::of({"sparrow"}), 8000);
    QCOMPARE(changed.last().first().toStringList(), QStringList{firstKey});
    QCOMPARE(day.session.history(firstKey).last().who, "birbcam");
    folder.setTrueLabel(first.local, QString());
    QTRY_COMPARE_WITH_TIMEOUT(day.label(firstKey), TrueLabel::unreviewed(), 8000);
    QCOMPARE(day.session.day().reviewedCount(), 0);
}

void TestReviewSession::conflictOursStays()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    QSignalSpy found(&day.session, &ReviewSession::conflictsFound);
    // They write in the moment before we do: ours must not overwrite what nobody here has seen.
    folder.setTrueLabel(first.local, "sparrow");
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label");
    QCOMPARE(folder.trueLabel(first.local), "sparrow");
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"})); // ours shows until it is decided
    QCOMPARE(day.record(firstKey).conflict, QString("sparrow"));
    QCOMPARE(found.size(), 1);
    QCOMPARE(day.session.conflicts(), QStringList{firstKey});
    QCOMPARE(day.session.pendingWrites(), 0);
    {
        const Opened again(folder.path()); // it waits over a restart, and is said again
        QCOMPARE(again.conflictsSaid, 1);
        QCOMPARE(again.record(firstKey).conflict, QString("sparrow"));
        QCOMPARE(again.label(firstKey), TrueLabel::of({"magpie"}));
        QCOMPARE(folder.trueLabel(first.local), "sparrow");
    }
    QSignalSpy changed(&day.session, &ReviewSession::labelsChanged);
    day.session.resolveConflicts({firstKey}, false);
    QVERIFY(!day.record(firstKey).conflict);
    QCOMPARE(folder.trueLabel(first.local), "magpie");
    QVERIFY(!changed.isEmpty());
    day.session.resolveConflicts({firstKey}, true); // nothing left to decide
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
}

void TestReviewSession::conflictTheirsIsTaken()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    folder.setTrueLabel(first.local, "sparrow");
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label");
    day.session.resolveConflicts({firstKey}, true);
    QCOMPARE(day.label(firstKey), TrueLabel::of({"sparrow"}));
    QVERIFY(!day.record(firstKey).conflict);
    QCOMPARE(folder.trueLabel(first.local), "sparrow");
    QVERIFY(day.session.history(firstKey).last().who != "birbcam"); // a person chose
    day.session.undoStack().undo();                                 // and may think again
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
    QCOMPARE(folder.trueLabel(first.local), "magpie");
    const Opened again(folder.path());
    QCOMPARE(again.label(firstKey), TrueLabel::of({"magpie"}));
    QVERIFY(!again.record(firstKey).conflict);
}

void TestReviewSession::conflictsSettledTogether()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    for (const CameraRow &row : {first, second, third})
        folder.setTrueLabel(row.local, "sparrow");
    day.session.setTrueLabel({firstKey, secondKey, thirdKey}, TrueLabel::of({"magpie"}), "Label");
    QCOMPARE(day.session.conflicts(), QStringList({firstKey, secondKey, thirdKey}));
    const int steps = day.session.undoStack().count();
    day.session.resolveConflicts({firstKey, thirdKey, thirdKey, "no such frame"}, true);
    QCOMPARE(day.session.conflicts(), QStringList{secondKey});
    QCOMPARE(day.label(thirdKey), TrueLabel::of({"sparrow"}));
    QCOMPARE(day.session.undoStack().count(), steps + 1);
    day.session.resolveConflicts({secondKey}, false);
    QVERIFY(day.session.conflicts().isEmpty());
    QCOMPARE(folder.trueLabel(second.local), "magpie");
    day.session.undoStack().undo();
    QCOMPARE(folder.trueLabel(first.local), "magpie");
    QCOMPARE(folder.trueLabel(third.local), "magpie");
}

void TestReviewSession::conflictSettledByAgreement()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    folder.setTrueLabel(first.local, "sparrow");
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label");
    QVERIFY(day.record(firstKey).conflict);
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"sparrow"}), "Label");
    QVERIFY(!day.record(firstKey).conflict);
    QCOMPARE(folder.trueLabel(first.local), "sparrow");
    day.session.setNone({firstKey});
    QCOMPARE(folder.trueLabel(first.local), "none");
}

void TestReviewSession::offlineChangesOnBothSides()
{
    const BirbCamFolder folder({first, second, third});
    {
        Opened day(folder.path());
        day.session.setTrueLabel({firstKey, secondKey, thirdKey}, TrueLabel::of({"magpie"}),
                                 "Label");
    }
    // While we are away: they change one; one of ours changes without reaching them; one changes
    // twice.
    folder.setTrueLabel(first.local, "sparrow");
    folder.setTrueLabel(third.local, "sparrow");
    QVERIFY(sql(folder.store(),
                {QString("UPDATE labels SET labels='[\"ant\"]' WHERE frame IN ('%1','%2')")
                     .arg(secondKey, thirdKey)}));
    const Opened day(folder.path());
    QCOMPARE(day.label(firstKey), TrueLabel::of({"sparrow"}));
    QCOMPARE(day.label(secondKey), TrueLabel::of({"ant"}));
    QCOMPARE(folder.trueLabel(second.local), "ant");
    QCOMPARE(day.label(thirdKey), TrueLabel::of({"ant"}));
    QCOMPARE(day.record(thirdKey).conflict, QString("sparrow"));
    QCOMPARE(folder.trueLabel(third.local), "sparrow");
}

void TestReviewSession::lockedCameraLeavesPending()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    PythonProcess camera("import sqlite3, sys\n"
                         "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                         "c.execute('BEGIN IMMEDIATE')\n"
                         "print('locked')\n"
                         "sys.stdin.readline()\n"
                         "c.execute('COMMIT')\n",
                         {folder.database()});
    QVERIFY(camera.waitForLine("locked"));
    QElapsedTimer timer;
    timer.start();
    QVERIFY(day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label"));
    QVERIFY2(timer.elapsed() < 300,
             qPrintable(QString::number(timer.elapsed()))); // nobody waits for the camera
    QCOMPARE(day.session.pendingWrites(), 1);
    QVERIFY(day.record(firstKey).pending);
    QCOMPARE(day.label(firstKey), TrueLabel::of({"magpie"}));
    QCOMPARE(sqlValue(folder.store(), "SELECT pending FROM labels").toInt(), 1);
    QVERIFY(day.heard("locked", Message::Level::Warning));
    const auto warnings = day.said.size();
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"sparrow"}), "Label");
    QCOMPARE(day.said.size(), warnings); // said once, not with every key
    day.session.setNone({secondKey});
    QCOMPARE(day.session.pendingWrites(), 2);
    QVERIFY(!day.session.flushPendingWrites(50));
    camera.say("go");
    QVERIFY(camera.waitForFinished());
    QTRY_COMPARE_WITH_TIMEOUT(day.session.pendingWrites(), 0, 8000); // by itself
    QCOMPARE(folder.trueLabel(first.local), "sparrow");
    QCOMPARE(folder.trueLabel(second.local), "none");
    QVERIFY(!day.record(firstKey).pending);
    QVERIFY(day.session.flushPendingWrites(50));
}

void TestReviewSession::vanishedCamera()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    const QByteArray database = readFile(folder.database());
    QVERIFY(QFile::remove(folder.database()));
    QVERIFY(day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label"));
    QCOMPARE(day.session.pendingWrites(), 1);
    QVERIFY(day.heard("gone", Message::Level::Warning));
    QTest::qWait(2500); // looked for in vain
    QVERIFY(!QFileInfo::exists(folder.database()));
    QCOMPARE(day.session.day().size(), 1);
    writeFile(folder.database(), database);
    QTRY_COMPARE_WITH_TIMEOUT(day.session.pendingWrites(), 0, 8000);
    QCOMPARE(folder.trueLabel(first.local), "magpie");
}

void TestReviewSession::refusingCamera()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    QVERIFY(sql(folder.database(), {"CREATE TRIGGER t BEFORE UPDATE ON results BEGIN SELECT "
                                    "RAISE(ABORT, 'read-only today'); END"}));
    QVERIFY(day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label"));
    QCOMPARE(day.session.pendingWrites(), 1);
    QVERIFY(day.heard("read-only today", Message::Level::Warning));
    day.session.undoStack().undo(); // back to what the camera has: nothing is owed any more
    QCOMPARE(day.session.pendingWrites(), 0);
    day.session.undoStack().redo();
    QCOMPARE(day.session.pendingWrites(), 1);
    QVERIFY(sql(folder.database(), {"DROP TRIGGER t"}));
    QVERIFY(day.session.flushPendingWrites(1000));
    QCOMPARE(folder.trueLabel(first.local), "magpie");
}

void TestReviewSession::pendingAtNextOpening()
{
    const BirbCamFolder folder({first});
    {
        Opened day(folder.path());
        QVERIFY(sql(
            folder.database(),
            {"CREATE TRIGGER t BEFORE UPDATE ON results BEGIN SELECT RAISE(ABORT, 'no'); END"}));
        day.session.setTrueLabel({firstKey}, TrueLabel::of({"magpie"}), "Label");
        QCOMPARE(day.session.pendingWrites(), 1);
    }
    {
        const Opened day(folder.path());
        QCOMPARE(day.session.pendingWrites(), 1);
        QVERIFY(day.heard("not yet in Birb Cam's database", Message::Level::Warning));
    }
    QVERIFY(sql(folder.database(), {"DROP TRIGGER t"}));
    const Opened day(folder.path());
    QCOMPARE(day.session.pendingWrites(), 0);
    QCOMPARE(folder.trueLabel(first.local), "magpie");
}

void TestReviewSession::secondProcessWriting()
{
    // The camera inserts as fast as it can and deletes what is old, while a person labels 200
    // frames.
    BirbCamFolder folder;
    QList<CameraRow> rows;
    for (int i = 0; i < 200; ++i)
        rows.append({QDateTime(QDate(2021, 2, 8), QTime(8, 0), asUtc)
                         .addSecs(i)
                         .toString("yyyy-MM-ddTHH:mm:ss"),
                     "chickadee", 0.9, "", i % 10 == 0});
    folder.add(rows);
    Opened day(folder.path());
    PythonProcess camera("import sqlite3, sys, os, time\n"
                         "c = sqlite3.connect(sys.argv[1], timeout=30)\n"
                         "n = 0\n"
                         "while not os.path.exists(sys.argv[2]):\n"
                         "    t = '2021-03-%02dT%02d:%02d:%02d' % (n // 86400 + 1, n // 3600 % 24, "
                         "n // 60 % 60, n % 60)\n"
                         "    c.execute('INSERT INTO results VALUES(?,?,?,?,?,NULL,NULL)', (t, t, "
                         "t + '_none.jpg', 'none', 0.9))\n"
                         "    c.commit()\n"
                         "    n += 1\n"
                         "    time.sleep(0.001)\n"
                         "    if n == 1: print('running')\n"
                         "print('rows', n)\n",
                         {folder.database(), folder.path() + "/stop"});
    QVERIFY(camera.waitForLine("running"));
    int pendingAtMost = 0;
    qint64 slowest = 0;
    for (const CameraRow &row : rows) {
        QElapsedTimer timer;
        timer.start();
        QVERIFY(day.session.setTrueLabel({BirbCamFolder::key(row)},
                                         TrueLabel::of({"label " + row.local}), "Label"));
        slowest = std::max(slowest, timer.elapsed());
        pendingAtMost = std::max(pendingAtMost, day.session.pendingWrites());
        QCoreApplication::processEvents();
    }
    QTRY_COMPARE_WITH_TIMEOUT(day.session.pendingWrites(), 0, 30000);
    writeFile(folder.path() + "/stop", "x");
    QVERIFY(camera.waitForFinished());
    const int theirs = camera.output().simplified().split(' ').last().toInt();
    qInfo("200 labels against %d inserts: at most %d pending, slowest label %lld ms", theirs,
          pendingAtMost, static_cast<long long>(slowest));
    QCOMPARE(sqlValue(folder.database(),
                      "SELECT count(*) FROM results WHERE true_label = 'label ' || datetime")
                 .toInt(),
             200);
    QCOMPARE(sqlValue(folder.database(), "SELECT count(*) FROM results").toInt(), 200 + theirs);
    QCOMPARE(sqlValue(folder.database(), "PRAGMA integrity_check").toString(), "ok");
    QCOMPARE(sqlValue(folder.store(), "SELECT count(*) FROM labels WHERE kind = 2").toInt(), 200);
    QCOMPARE(day.session.day().reviewedCount(), 200);
    for (const CameraRow &row : rows)
        QVERIFY(!day.record(BirbCamFolder::key(row)).conflict);
    QTRY_COMPARE_WITH_TIMEOUT(day.session.day().size(), 200 + theirs,
                              10000); // theirs are listed too
}

void TestReviewSession::otherBirblensLabels()
{
    const BirbCamFolder folder({first, second});
    Opened window(folder.path());
    QTest::qWait(2300); // it has looked at the store once
    {
        const auto store = Store::open(folder.path());
        LabelChange change;
        change.key = secondKey;
        change.after = TrueLabel::of({"magpie"});
        change.who = "command line";
        QVERIFY((*store)->setLabels({change}).ok());
    }
    QTRY_COMPARE_WITH_TIMEOUT(window.label(secondKey), TrueLabel::of({"magpie"}), 8000);
    QCOMPARE(window.session.day().reviewedCount(), 1);
}

// --- a day that changes
// ----------------------------------------------------------------------------

void TestReviewSession::newFramesAppear()
{
    BirbCamFolder folder({first, third});
    Opened day(folder.path());
    QSignalSpy inserted(&day.session.day(), &Day::inserted);
    folder.add({second});
    QTRY_COMPARE_WITH_TIMEOUT(day.session.day().size(), 3, 8000);
    QTRY_COMPARE_WITH_TIMEOUT(day.session.day().at(1).frame.key, secondKey, 1000);
    QCOMPARE(inserted.first(), QVariantList({1, 1}));
    QCOMPARE(day.session.currentKey(), firstKey); // nobody is carried away
    // Also when the file comes first and its row later: then its label can be written.
    const CameraRow late{"2021-02-08T11:30:00", "magpie"};
    writeFile(folder.path() + "/" + BirbCamFolder::key(late), encoded(picture(), "jpg"));
    QTRY_COMPARE_WITH_TIMEOUT(day.session.day().size(), 4, 8000);
    QCOMPARE(day.session.day().at(3).frame.camera, (CameraPrediction{{"magpie"}, 0.0}));
    day.session.setNone({BirbCamFolder::key(late)});
    QCOMPARE(day.session.pendingWrites(), 0);
    folder.add({late});
    QTRY_COMPARE_WITH_TIMEOUT(folder.trueLabel(late.local), "none", 8000);
    QCOMPARE(day.session.day().at(3).frame.camera, (CameraPrediction{{"magpie"}, 0.9}));
    QVERIFY(day.session.day().at(3).frame.utc.isValid());
}

void TestReviewSession::deletedFramesAreGone()
{
    BirbCamFolder folder({first, second});
    writeFile(folder.path() + "/imgs/2021-02-08T12:00:00_magpie.jpg",
              encoded(picture(), "jpg")); // no row
    Opened day(folder.path());
    QFile::remove(folder.path() + "/" + firstKey);
    QFile::remove(folder.path() + "/imgs/2021-02-08T12:00:00_magpie.jpg");
    QTRY_VERIFY_WITH_TIMEOUT(day.session.day().at(0).frame.gone, 8000);
    QTRY_VERIFY_WITH_TIMEOUT(day.session.day().at(2).frame.gone, 8000);
    QCOMPARE(day.session.day().size(), 3);
    QVERIFY(!day.session.day().at(1).frame.gone);
    day.session.setNone({firstKey}); // who saw it may still say what it was
    QCOMPARE(folder.trueLabel(first.local), "none");
}

void TestReviewSession::brokenFrameIsTriedAgain()
{
    const BirbCamFolder folder({first, second});
    const QString path = folder.path() + "/" + firstKey;
    const QByteArray whole = readFile(path);
    writeFile(path, whole.left(whole.size() / 2));
    // Old enough that only a change of the file counts.
    const auto age = [&path](int seconds) {
        QFile file(path);
        return file.open(QIODevice::ReadWrite) &&
               file.setFileTime(QDateTime::currentDateTime().addSecs(-seconds),
                                QFileDevice::FileModificationTime);
    };
    QVERIFY(age(3600));
    Opened day(folder.path());
    day.session.day().setProblem(firstKey, "The image is cut off after 1 KB");
    QTest::qWait(4500);
    QVERIFY(!day.session.day().at(0).problem.isEmpty()); // unchanged: not tried again and again
    QSignalSpy current(&day.session, &ReviewSession::currentFrameChanged);
    writeFile(path, whole);
    QVERIFY(age(1800));
    QTRY_VERIFY_WITH_TIMEOUT(day.session.day().at(0).problem.isEmpty(), 8000);
    QCOMPARE(current.size(), 1); // it is the current one: shown and explained anew
}

void TestReviewSession::emptyDayFillsUp()
{
    QTemporaryDir dir;
    Opened day(dir.path());
    QCOMPARE(day.session.day().size(), 0);
    QVERIFY(day.session.currentKey().isEmpty());
    QSignalSpy current(&day.session, &ReviewSession::currentFrameChanged);
    writeFile(dir.filePath("2021-02-08T10:56:58_magpie.jpg"), encoded(picture(), "jpg"));
    QTRY_COMPARE_WITH_TIMEOUT(day.session.day().size(), 1, 8000);
    QCOMPARE(day.session.currentKey(), "2021-02-08T10:56:58_magpie.jpg");
    QCOMPARE(current.size(), 1);
}

// --- model, view, explanation
// -----------------------------------------------------------------------

void TestReviewSession::predictionsAreKept()
{
    const BirbCamFolder folder({first, second});
    {
        Opened day(folder.path());
        day.session.explain().setModel(model());
        day.session.addPredictions("m1", {{firstKey, says({"magpie"})}, {secondKey, says({})}});
        day.session.addPredictions("another", {{firstKey, says({"sparrow"})}});
        QCOMPARE(day.session.shownPrediction(*day.session.currentEntry()), QStringList{"magpie"});
    }
    {
        Opened day(folder.path()); // the model comes after the day
        QCOMPARE(day.session.shownPrediction(*day.session.currentEntry()),
                 QStringList{"chickadee"}); // the camera's
        QSignalSpy loaded(&day.session, &ReviewSession::predictionsLoaded);
        day.session.explain().setModel(model());
        QVERIFY(day.session.isLoadingPredictions());
        QVERIFY(loaded.wait());
        QVERIFY(!day.session.isLoadingPredictions());
        QCOMPARE(day.session.shownPrediction(*day.session.currentEntry()), QStringList{"magpie"});
        day.session.explain().setModel(
            model()); // what is being read for a model that has gone is dropped
        day.session.explain().setModel(model("m2"));
        QVERIFY(loaded.wait());
        QCOMPARE(loaded.size(), 2);
        QVERIFY(!day.session.currentEntry()->prediction);
        day.session.explain().setModel(std::nullopt);
        QCOMPARE(day.session.shownPrediction(*day.session.currentEntry()),
                 QStringList{"chickadee"});
    }
    ReviewSession session; // and before it
    session.explain().setModel(model());
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    QVERIFY(session.currentEntry()->prediction);
    QCOMPARE(session.currentEntry()->prediction->logits, says({"magpie"}).logits);
}

void TestReviewSession::modelChanges()
{
    const BirbCamFolder folder({first});
    Opened day(folder.path());
    ReviewSession &session = day.session;
    QSignalSpy changed(&session.explain(), &ExplainState::modelChanged);
    QSignalSpy targets(&session.explain(), &ExplainState::targetClassesChanged);
    QSignalSpy layer(&session.explain(), &ExplainState::layerChanged);
    session.explain().setModel(model());
    session.explain().setTargetClasses({1});
    session.explain().setLayer("body");
    session.explain().setModel(model("m2")); // the same classes and layers: the choice stays
    QCOMPARE(session.explain().targetClasses(), QList<int>{1});
    QCOMPARE(session.explain().layer(), "body");
    OpenModel other = model("m3");
    other.info.vocabulary = {"x"};
    other.layers.removeAt(1);
    session.explain().setModel(other);
    QVERIFY(session.explain().targetClasses().isEmpty());
    QVERIFY(session.explain().layer().isEmpty());
    QCOMPARE(changed.size(), 3);
    QCOMPARE(targets.size(), 2);
    QCOMPARE(layer.size(), 2);
}

void TestReviewSession::vocabularyWithoutModel()
{
    const BirbCamFolder folder({first, second, third});
    Opened day(folder.path());
    QCOMPARE(day.session.vocabulary(), QStringList({"chickadee", "magpie", "sparrow"}));
    day.session.setTrueLabel({firstKey}, TrueLabel::of({"ant"}), "Label");
    QCOMPARE(day.session.vocabulary(), QStringList({"ant", "chickadee", "magpie", "sparrow"}));
    day.session.explain().setModel(model());
    QCOMPARE(day.session.vocabulary(), QStringList({"sparrow", "chickadee", "magpie"}));
    QVERIFY(ReviewSession().vocabulary().isEmpty());
}

void TestReviewSession::viewStateSignals()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    ReviewSession &session = day.session;
    QSignalSpy current(&session, &ReviewSession::currentFrameChanged);
    QSignalSpy shown(&session, &ReviewSession::shownKeysChanged);
    QSignalSpy selection(&session, &ReviewSession::selectionChanged);
    QSignalSpy targets(&session.explain(), &ExplainState::targetClassesChanged);
    QSignalSpy layer(&session.explain(), &ExplainState::layerChanged);
    QSignalSpy method(&session.explain(), &ExplainState::methodChanged);
    QSignalSpy style(&session.explain(), &ExplainState::heatStyleChanged);
    for (int twice = 0; twice < 2; ++twice) {
        session.setCurrentKey(secondKey);
        session.setCurrentKey("unknown");
        session.setShownKeys({secondKey});
        session.setSelectedKeys({firstKey, secondKey});
        session.explain().setTargetClasses({2, 0});
        session.explain().setLayer("stem");
        session.explain().setMethod("gradcam");
        HeatStyle wanted;
        wanted.alpha = 0.25;
        session.explain().setHeatStyle(wanted);
        for (const QSignalSpy *spy :
             {&current, &shown, &selection, &targets, &layer, &method, &style})
            QCOMPARE(spy->size(), 1);
    }
    QCOMPARE(session.currentKey(), secondKey);
    QCOMPARE(session.selectedKeys(), QStringList({firstKey, secondKey}));
    session.setSelectedKeys({});
    QCOMPARE(session.selectedKeys(), QStringList{secondKey}); // at least the current one
    QCOMPARE(ReviewSession().explain().method(), "gradcam-signed");
}

void TestReviewSession::layers()
{
    ReviewSession session;
    QVERIFY(session.explain().effectiveLayer().isEmpty());
    session.explain().setModel(model());
    QCOMPARE(session.explain().effectiveLayer(), "body"); // the last that is larger than 1x1
    OpenModel named = model();
    named.info.defaultLayer = "stem";
    session.explain().setModel(named);
    QCOMPARE(session.explain().effectiveLayer(), "stem");
    named.info.defaultLayer = "not there";
    session.explain().setModel(named);
    QCOMPARE(session.explain().effectiveLayer(), "body");
    session.explain().setLayer("pool");
    QCOMPARE(session.explain().effectiveLayer(), "pool");
}

void TestReviewSession::ranges()
{
    const BirbCamFolder folder({first, second});
    Opened day(folder.path());
    ReviewSession &session = day.session;
    session.explain().setModel(model());
    const auto mapOf = [](float low, float high, int index = 0, const char *layer = "body") {
        ClassMap map;
        map.target.classIndex = index;
        map.layer = layer;
        map.method = "gradcam";
        map.map = {1, 2, {low, high}};
        return map;
    };
    Explanation one;
    one.maps = {mapOf(-1.0F, 2.0F), mapOf(5.0F, 6.0F, 1)};
    Explanation two;
    two.maps = {mapOf(0.0F, 4.0F), mapOf(-100.0F, 100.0F, 0, "stem")};
    one.request.key = QStringLiteral("one");
    two.request.key = QStringLiteral("two");
    one.modelId = two.modelId = session.explain().model()->info.id;
    session.explain().setExplanation(one);
    session.explain().setExplanation(two);
    const ClassMap map = mapOf(0.5F, 1.0F);
    QCOMPARE(session.explain().rangeFor(map), (ScaleRange{0.5F, 1.0F}));
    HeatStyle style;
    style.scale = ScaleMode::Shared;
    session.explain().setHeatStyle(style);
    QCOMPARE(session.explain().rangeFor(map), (ScaleRange{-1.0F, 4.0F}));
    QCOMPARE(session.explain().rangeFor(mapOf(0, 1, 1)), (ScaleRange{5.0F, 6.0F}));
    QCOMPARE(session.explain().rangeFor(mapOf(0.0F, 1.0F, 2)),
             (ScaleRange{0.0F, 1.0F})); // never seen
    style.scale = ScaleMode::Fixed;
    style.fixed = {-7.0F, 7.0F};
    session.explain().setHeatStyle(style);
    QCOMPARE(session.explain().rangeFor(map), (ScaleRange{-7.0F, 7.0F}));
    style.scale = ScaleMode::Shared;
    session.explain().setHeatStyle(style);
    session.explain().setModel(model("m2")); // another model: another measure
    QCOMPARE(session.explain().rangeFor(map), (ScaleRange{0.5F, 1.0F}));
}

void TestReviewSession::explanations()
{
    ReviewSession session;
    session.explain().setModel(model());
    QSignalSpy pending(&session.explain(), &ExplainState::explanationPendingChanged);
    QSignalSpy changed(&session.explain(), &ExplainState::explanationChanged);
    session.explain().setExplanationPending(true);
    session.explain().setExplanationPending(true);
    QCOMPARE(pending.size(), 1);
    Explanation explanation;
    explanation.request.key = "a";
    session.explain().setExplanation(explanation);
    QVERIFY(!session.explain().explanationPending());
    QCOMPARE(session.explain().explanation()->request.key, "a");
    session.explain().setExplanationPending(true);
    QVERIFY(session.explain().explanation()); // the old one stays, dimmed
    session.explain().failExplanation({"The image is cut off", "a.jpg", "Try another"});
    QVERIFY(!session.explain().explanationPending());
    QVERIFY(!session.explain().explanation());
    QCOMPARE(session.explain().explanationProblem(), "a.jpg: The image is cut off. Try another.");
    session.explain().setExplanation(explanation);
    QVERIFY(session.explain().explanationProblem().isEmpty());
    QCOMPARE(changed.size(), 3);
    QCOMPARE(pending.size(), 4);
}

void TestReviewSession::referenceDay()
{
    const QString reference = BIRBLENS_SOURCE_DIR "/../shared/reference/birbcam";
    if (!QFileInfo::exists(reference))
        return; // the real folder is not part of the project
    QTemporaryDir dir;
    QDir(dir.path()).mkdir("imgs");
    QFile::copy(reference + "/model_results.db", dir.filePath("model_results.db"));
    QFile::setPermissions(dir.filePath("model_results.db"), QFile::ReadOwner | QFile::WriteOwner);
    for (const QString &name : QDir(reference + "/imgs").entryList(QDir::Files))
        QFile::copy(reference + "/imgs/" + name, dir.filePath("imgs/" + name));
    Opened day(dir.path());
    QCOMPARE(day.session.day().size(), 3);
    QCOMPARE(day.state("imgs/2021-01-18T12:03:10_magpie.jpg"), ReviewState::Confirmed);
    day.session.setNone({"imgs/2021-02-08T10:56:58_chickadee.jpg"}); // the article's false positive
    QCOMPARE(day.state("imgs/2021-02-08T10:56:58_chickadee.jpg"), ReviewState::Corrected);
    QCOMPARE(sqlValue(dir.filePath("model_results.db"),
                      "SELECT true_label FROM results WHERE utc_datetime='2021-02-08T17:56:58'")
                 .toString(),
             "none");
}

QTEST_GUILESS_MAIN(TestReviewSession)
#include "tst_reviewsession.moc"
