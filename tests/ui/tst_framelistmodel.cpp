// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/thumbnailer.h"
#include "core/review/reviewsession.h"
#include "core/utctime.h"
#include "ui/models/framelistmodel.h"

#include "fakemodel.h"

#include "../support/birbcamfolder.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace birblens;

class TestFrameListModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void roles();
    void liveInsertionsComeInOrder();
    void whatMatchesNoLongerStaysUntilRefreshed();
    void newcomersComeWhereTheyBelong();
    void visitsShareACell();
    void sortsBySimilarity();
    void badges();
    void thumbnailsArriveAndFailuresBecomeBadges();
};

static const QList<testing::CameraRow> day{
    {"2021-02-08T10:56:58", "chickadee", 0.91},
    {"2021-02-08T10:57:04", "none", 0.99},
    {"2021-02-08T11:20:00", "magpie,sparrow", 0.6, "magpie"}};

void TestFrameListModel::roles()
{
    testing::BirbCamFolder folder;
    folder.add(day);
    ReviewSession session;
    FrameListModel model(session, nullptr);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    QCOMPARE(model.rowCount(), 3);

    const QModelIndex first = model.index(0);
    QCOMPARE(first.data().toString(), "10:56:58");
    QCOMPARE(first.data(FrameListModel::KeyRole).toString(), folder.key(day.at(0)));
    QCOMPARE(first.data(FrameListModel::LabelsRole).toStringList(), QStringList{"chickadee"});
    QCOMPARE(first.data(FrameListModel::ProbabilityRole).toDouble(), 0.91);
    QVERIFY(first.data(FrameListModel::KnownRole).toBool());
    QVERIFY(first.data(Qt::ToolTipRole).toString().contains("chickadee.jpg"));
    QCOMPARE(model.index(1).data(FrameListModel::LabelsRole).toStringList(), QStringList());
    QCOMPARE(model.index(2).data(FrameListModel::TrueLabelRole).toString(), "magpie");
    QCOMPARE(model.indexOf(folder.key(day.at(2))).row(), 2);
    QVERIFY(!model.indexOf("imgs/nothing.jpg").isValid());

    // The opened model's word replaces the camera's.
    session.explain().setModel(testing::fakeModel());
    session.addPredictions(
        session.explain().model()->info.id,
        {{folder.key(day.at(0)), testing::fakePrediction(session.explain().model()->info, {1})}});
    QCOMPARE(first.data(FrameListModel::LabelsRole).toStringList(), QStringList{"magpie"});
    QVERIFY(qAbs(first.data(FrameListModel::ProbabilityRole).toDouble() - 0.8808) < 1e-3);
}

void TestFrameListModel::liveInsertionsComeInOrder()
{
    testing::BirbCamFolder folder;
    folder.add(day);
    ReviewSession session;
    FrameListModel model(session, nullptr);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    QPersistentModelIndex last(model.index(2));

    Frame frame;
    frame.key = "imgs/2021-02-08T11:00:00_sparrow.jpg";
    frame.folder = folder.path();
    frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(11, 0), asUtc);
    frame.utc = frame.captureTime.addSecs(7 * 3600);
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    session.day().merge({frame});
    QCOMPARE(inserted.count(), 1);
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(model.index(2).data().toString(), "11:00:00");
    QCOMPARE(last.row(), 3);
}

void TestFrameListModel::whatMatchesNoLongerStaysUntilRefreshed()
{
    testing::BirbCamFolder folder;
    folder.add(day);
    ReviewSession session;
    FrameListModel model(session, nullptr);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    FrameFilter unreviewed;
    unreviewed.choose(stateCriterion, {"unreviewed"});
    model.setFilter(unreviewed);
    const QStringList both{folder.key(day.at(0)), folder.key(day.at(1))};
    QCOMPARE(model.keys(), both);
    QSignalSpy stale(&model, &FrameListModel::staleCountChanged);
    session.acceptPrediction({both.at(0)});
    QCOMPARE(model.keys(), both);
    QCOMPARE(model.staleCount(), 1);
    QCOMPARE(stale.count(), 1);
    session.undoStack().undo();
    QCOMPARE(model.staleCount(), 0);
    session.undoStack().redo();
    model.refresh();
    QCOMPARE(model.keys(), QStringList{both.at(1)});
    QCOMPARE(model.staleCount(), 0);
    QVERIFY(!model.indexOf(both.at(0)).isValid());
    // What comes to match is there at once, where it belongs.
    session.undoStack().undo();
    QCOMPARE(model.keys(), both);
    QCOMPARE(model.indexOf(both.at(1)).row(), 1);
}

void TestFrameListModel::newcomersComeWhereTheyBelong()
{
    testing::BirbCamFolder folder;
    folder.add(day);
    ReviewSession session;
    FrameListModel model(session, nullptr);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    model.setSorting({FrameOrder::Time, {}, true});
    QCOMPARE(model.keyAt(0), folder.key(day.at(2)));
    QList<Frame> frames;
    for (const int minute : {10, 59, 30}) {
        Frame frame;
        frame.key = QStringLiteral("imgs/late%1.jpg").arg(minute);
        frame.folder = folder.path();
        frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(11, minute), asUtc);
        frame.utc = frame.captureTime.addSecs(7 * 3600);
        frames.append(frame);
    }
    session.day().merge(frames);
    QCOMPARE(model.keys(),
             QStringList({"imgs/late59.jpg", "imgs/late30.jpg", folder.key(day.at(2)),
                          "imgs/late10.jpg", folder.key(day.at(1)), folder.key(day.at(0))}));

    // A filter keeps newcomers out that do not match.
    FrameFilter hour;
    hour.choose(hourCriterion, {"10"});
    model.setFilter(hour);
    QCOMPARE(model.rowCount(), 2);
    Frame frame = frames.first();
    frame.key = QStringLiteral("imgs/early.jpg");
    frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(10, 57), asUtc);
    frame.utc = frame.captureTime.addSecs(7 * 3600);
    Frame other = frames.first();
    other.key = QStringLiteral("imgs/other.jpg");
    session.day().merge({frame, other});
    QCOMPARE(model.keys(), QStringList({folder.key(day.at(1)), frame.key, folder.key(day.at(0))}));

    // By probability: a frame that is classified meanwhile is only moved by a refresh.
    session.explain().setModel(testing::fakeModel());
    const ModelInfo &info = session.explain().model()->info;
    model.setFilter({});
    model.setSorting({FrameOrder::Probability, QStringLiteral("chickadee"), false});
    session.addPredictions(info.id, {{frame.key, testing::fakePrediction(info, {0}, 4.0F)}});
    const QStringList before = model.keys();
    QVERIFY(before.first() != frame.key);
    model.refresh();
    QCOMPARE(model.keyAt(0), frame.key);
}

void TestFrameListModel::visitsShareACell()
{
    testing::BirbCamFolder folder;
    const QList<testing::CameraRow> rows{
        {"2021-02-08T10:00:00", "none", 0.99},     {"2021-02-08T10:00:10", "chickadee", 0.6},
        {"2021-02-08T10:00:20", "chickadee", 0.9}, {"2021-02-08T10:00:30", "none", 0.99},
        {"2021-02-08T12:00:00", "none", 0.99},     {"2021-02-08T13:00:00", "none", 0.99},
        {"2021-02-08T13:00:05", "none", 0.98},     {"2021-02-08T13:00:10", "none", 0.99}};
    folder.add(rows);
    const auto key = [&](int row) { return folder.key(rows.at(row)); };
    ReviewSession session;
    FrameListModel model(session, nullptr);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    model.setFolding(30.0);
    QCOMPARE(model.rowCount(), 3);
    // The surest prediction stands for the visit, else the middle frame.
    QCOMPARE(model.keyAt(0), key(2));
    QCOMPARE(model.keyAt(1), key(4));
    QCOMPARE(model.keyAt(2), key(6));
    QCOMPARE(model.index(0).data(FrameListModel::VisitCountRole).toInt(), 4);
    QCOMPARE(model.index(0).data(FrameListModel::VisitSecondsRole).toDouble(), 30.0);
    QCOMPARE(model.index(1).data(FrameListModel::VisitCountRole).toInt(), 0);
    QCOMPARE(model.keys().size(), 8); // what is folded away is exported and counted all the same
    QCOMPARE(model.indexOf(key(0)).row(), 0);
    QCOMPARE(model.indexOf(key(7)).row(), 2);

    model.toggleVisit(model.index(0));
    QCOMPARE(model.rowCount(), 6);
    QCOMPARE(model.keyAt(3), key(3));
    QCOMPARE(model.indexOf(key(0)).row(), 0);
    QVERIFY(model.index(0).data(FrameListModel::VisitOpenRole).toBool());
    model.toggleVisit(model.index(2));
    QCOMPARE(model.rowCount(), 3);

    // A frame between two visits joins them; a filter is applied before folding.
    Frame frame;
    frame.key = QStringLiteral("imgs/between.jpg");
    frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(10, 0, 45), asUtc);
    frame.utc = frame.captureTime.addSecs(7 * 3600);
    session.day().merge({frame});
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(model.index(0).data(FrameListModel::VisitCountRole).toInt(), 5);
    FrameFilter chickadees;
    chickadees.choose(predictedCriterion, {"chickadee"});
    model.setFilter(chickadees);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0).data(FrameListModel::VisitCountRole).toInt(), 2);
    model.setFilter({});
    model.setSorting({FrameOrder::Time, {}, true});
    QCOMPARE(model.keyAt(2), key(2));
    // Another order has no visits.
    model.setSorting({FrameOrder::Probability, {}, false});
    QCOMPARE(model.rowCount(), 9);
    model.setSorting({});
    model.setFolding(0.0);
    QCOMPARE(model.rowCount(), 9);
}

void TestFrameListModel::sortsBySimilarity()
{
    testing::BirbCamFolder folder;
    folder.add(day);
    ReviewSession session;
    FrameListModel model(session, nullptr);
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    session.day().setSimilarities({1.0F, std::nanf(""), 0.25F});
    QVERIFY(!model.index(0).data(FrameListModel::SimilarityRole).isValid());
    FrameSort sort;
    sort.order = FrameOrder::Similarity;
    sort.reference = folder.key(day.at(0));
    model.setSorting(sort);
    QCOMPARE(model.keys(),
             QStringList({folder.key(day.at(0)), folder.key(day.at(2)), folder.key(day.at(1))}));
    QCOMPARE(model.index(1).data(FrameListModel::SimilarityRole).toDouble(), 0.25);
    QVERIFY(!model.index(2).data(FrameListModel::SimilarityRole).isValid());
    QCOMPARE(model.reasons(folder.key(day.at(2))),
             QStringList{QStringLiteral("similarity 0.25 to 10:56:58")});
    QVERIFY(model.reasons(folder.key(day.at(1))).value(0).startsWith("not compared"));
    QVERIFY(model.index(1).data(Qt::ToolTipRole).toString().contains("similarity 0.25"));
    // The filter still counts.
    FrameFilter magpies;
    magpies.choose(predictedCriterion, {"magpie"});
    model.setFilter(magpies);
    QCOMPARE(model.keys(), QStringList{folder.key(day.at(2))});
}

void TestFrameListModel::badges()
{
    testing::BirbCamFolder folder;
    folder.add(day);
    folder.add({{"2021-02-08T12:00:00", "sparrow", 0.8, {}, false}});
    ReviewSession session;
    FrameListModel model(session, nullptr);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    const auto badge = [&](int row) {
        return static_cast<Badge>(model.index(row).data(FrameListModel::BadgeRole).toInt());
    };
    QCOMPARE(badge(0), Badge::Unreviewed);
    QCOMPARE(badge(3), Badge::Gone);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    session.acceptPrediction({folder.key(day.at(0))});
    QVERIFY(changed.count() >= 1);
    QCOMPARE(changed.first().at(0).toModelIndex().row(), 0);
    QCOMPARE(badge(0), Badge::Confirmed);
    session.toggleLabel({folder.key(day.at(1))}, "squirrel");
    QCOMPARE(badge(1), Badge::Corrected);
    session.setUnsure({folder.key(day.at(0))});
    QCOMPARE(badge(0), Badge::Unsure);
    session.clearLabel({folder.key(day.at(0))});
    session.day().setProblem(folder.key(day.at(0)), "cut off");
    QCOMPARE(badge(0), Badge::Unreadable);
    QVERIFY(model.index(0).data(Qt::ToolTipRole).toString().contains("cut off"));
    for (const Badge each : {Badge::Unreviewed, Badge::Confirmed, Badge::Corrected, Badge::Unsure,
                             Badge::Unreadable, Badge::Gone})
        QVERIFY(!badgeText(each).isEmpty());
}

void TestFrameListModel::thumbnailsArriveAndFailuresBecomeBadges()
{
    testing::BirbCamFolder folder;
    folder.add(day);
    testing::writeFile(folder.path() + '/' + folder.key(day.at(1)), "no picture");
    ReviewSession session;
    Thumbnailer thumbnailer(QSize(32, 32));
    FrameListModel model(session, &thumbnailer);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());

    QVERIFY(model.index(0).data(FrameListModel::ThumbnailRole).value<QImage>().isNull());
    QVERIFY(model.index(1).data(FrameListModel::ThumbnailRole).value<QImage>().isNull());
    QTRY_VERIFY(!model.index(0).data(FrameListModel::ThumbnailRole).value<QImage>().isNull());
    QCOMPARE(model.index(0).data(FrameListModel::ThumbnailRole).value<QImage>().height(), 32);
    QTRY_COMPARE(model.index(1).data(FrameListModel::BadgeRole).toInt(),
                 static_cast<int>(Badge::Unreadable));
}

QTEST_MAIN(TestFrameListModel)
#include "tst_framelistmodel.moc"
