#include "core/review/reviewsession.h"
#include "ui/models/framefiltermodel.h"
#include "ui/models/framelistmodel.h"
#include "ui/views/timesearch.h"

#include "fakemodel.h"

#include "../support/birbcamfolder.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

using namespace birblens;
using Review = FrameCriteria::Review;

class TestFrameFilterModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void criteria_data();
    void criteria();
    void modelPredictionsCount();
    void pinnedFrameStaysUntilAnotherIsPinned();
    void manyFrames();
    void times_data();
    void times();
    void digitOrTime();

private:
    testing::BirbCamFolder m_folder;
    QStringList m_keys;
};

void TestFrameFilterModel::initTestCase()
{
    const QList<testing::CameraRow> rows{{"2021-02-08T10:00:00", "chickadee", 0.95},
                                         {"2021-02-08T10:00:10", "none", 0.7},
                                         {"2021-02-08T10:00:20", "chickadee,magpie", 0.55},
                                         {"2021-02-08T10:00:30", "magpie", 0.8, "magpie"},
                                         {"2021-02-08T10:00:40", "magpie", 0.8, "none"},
                                         {"2021-02-08T10:00:50", "sparrow", 0.9, {}, false}};
    m_folder.add(rows);
    for (const auto &row : rows)
        m_keys.append(m_folder.key(row));
}

void TestFrameFilterModel::criteria_data()
{
    QTest::addColumn<QString>("label");
    QTest::addColumn<double>("probability");
    QTest::addColumn<int>("review");
    QTest::addColumn<QList<int>>("rows");
    const auto row = [](const char *name, const QString &label, double p, Review review,
                        const QList<int> &rows) {
        QTest::newRow(name) << label << p << static_cast<int>(review) << rows;
    };
    row("everything", {}, 0.0, Review::Any, {0, 1, 2, 3, 4, 5});
    row("class", "chickadee", 0.0, Review::Any, {0, 2});
    row("nothing predicted", "none", 0.0, Review::Any, {1});
    row("probable", {}, 0.8, Review::Any, {0, 3, 4, 5});
    row("class, probable", "chickadee", 0.9, Review::Any, {0});
    row("unreviewed", {}, 0.0, Review::Unreviewed, {0, 1, 2, 5});
    row("reviewed", {}, 0.0, Review::Reviewed, {3, 4});
    row("confirmed", {}, 0.0, Review::Confirmed, {3});
    row("corrected", {}, 0.0, Review::Corrected, {4});
    row("unsure", {}, 0.0, Review::Unsure, {});
    row("gone", {}, 0.0, Review::Problem, {5});
    row("unknown class", "ostrich", 0.0, Review::Any, {});
}

void TestFrameFilterModel::criteria()
{
    QFETCH(QString, label);
    QFETCH(double, probability);
    QFETCH(int, review);
    QFETCH(QList<int>, rows);
    ReviewSession session;
    FrameListModel all(session, nullptr);
    FrameFilterModel shown(&all);
    const QAbstractItemModelTester tester(&shown,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(m_folder.path());
    QVERIFY(opened.wait());
    QTRY_COMPARE(session.day().reviewedCount(), 2);

    shown.setCriteria({label, probability, static_cast<Review>(review)});
    QStringList expected;
    for (const int row : rows)
        expected.append(m_keys.at(row));
    QCOMPARE(shown.keys(), expected);
    for (int row = 0; row < shown.rowCount(); ++row) {
        QCOMPARE(shown.keyAt(row), expected.at(row));
        QCOMPARE(shown.indexOf(expected.at(row)).row(), row);
    }
    QCOMPARE(shown.keyAt(shown.rowCount()), QString());
}

void TestFrameFilterModel::modelPredictionsCount()
{
    ReviewSession session;
    FrameListModel all(session, nullptr);
    FrameFilterModel shown(&all);
    const QAbstractItemModelTester tester(&shown,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(m_folder.path());
    QVERIFY(opened.wait());
    session.setModel(testing::fakeModel());
    shown.setCriteria({"squirrel", 0.0, Review::Any});
    QCOMPARE(shown.rowCount(), 0);
    const ModelInfo &info = session.model()->info;
    session.addPredictions(info.id, {{m_keys.at(1), testing::fakePrediction(info, {3})},
                                     {m_keys.at(2), testing::fakePrediction(info, {0, 3}, 0.2F)}});
    QCOMPARE(shown.keys(), QStringList({m_keys.at(1), m_keys.at(2)}));
    shown.setCriteria({"squirrel", 0.6, Review::Any});
    QCOMPARE(shown.keys(), QStringList({m_keys.at(1)}));
}

void TestFrameFilterModel::pinnedFrameStaysUntilAnotherIsPinned()
{
    ReviewSession session;
    FrameListModel all(session, nullptr);
    FrameFilterModel shown(&all);
    const QAbstractItemModelTester tester(&shown,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(m_folder.path());
    QVERIFY(opened.wait());
    shown.setCriteria({{}, 0.0, Review::Unreviewed});
    shown.pin(m_keys.at(0));
    session.acceptPrediction({m_keys.at(0)});
    QVERIFY(shown.indexOf(m_keys.at(0)).isValid());
    shown.pin(m_keys.at(1));
    QVERIFY(!shown.indexOf(m_keys.at(0)).isValid());
    session.undoStack().undo();
    QVERIFY(shown.indexOf(m_keys.at(0)).isValid());
}

void TestFrameFilterModel::manyFrames()
{
    constexpr int count = 110000;
    ReviewSession session;
    QList<Frame> frames;
    const QDateTime start(QDate(2021, 2, 8), QTime(6, 0), Qt::UTC);
    for (int i = 0; i < count; ++i) {
        Frame frame;
        frame.key = QStringLiteral("%1.jpg").arg(i, 6, 10, QLatin1Char('0'));
        frame.path = QStringLiteral("/nowhere/") + frame.key;
        frame.captureTime = start.addMSecs(i * 500);
        frame.camera =
            CameraPrediction{i % 100 == 0 ? QStringList{"chickadee"} : QStringList(), 0.9};
        frames.append(frame);
    }
    FrameListModel all(session, nullptr);
    FrameFilterModel shown(&all);
    session.day().merge(frames);
    QCOMPARE(shown.rowCount(), count);
    QElapsedTimer timer;
    timer.start();
    shown.setCriteria({"chickadee", 0.5, Review::Unreviewed});
    QCOMPARE(shown.rowCount(), count / 100);
    shown.setCriteria({});
    QCOMPARE(shown.keys().size(), count);
    // Three passes over every frame; far below what one would feel, also on a busy machine.
    QVERIFY2(timer.elapsed() < 3000, qPrintable(QString::number(timer.elapsed())));
}

void TestFrameFilterModel::times_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QTime>("time");
    QTest::addColumn<bool>("matches");
    QTest::newRow("hour and minute") << "10:5" << QTime(10, 56, 58) << true;
    QTest::newRow("digits only") << "1056" << QTime(10, 56, 58) << true;
    QTest::newRow("short hour") << "9:0" << QTime(9, 5) << true;
    QTest::newRow("whole") << "10:56:58" << QTime(10, 56, 58) << true;
    QTest::newRow("another minute") << "10:4" << QTime(10, 56, 58) << false;
    QTest::newRow("another hour") << "9:" << QTime(10, 9) << false;
}

void TestFrameFilterModel::times()
{
    QFETCH(QString, typed);
    QFETCH(QTime, time);
    QFETCH(bool, matches);
    QCOMPARE(timeStartsWith(time, typed), matches);
}

void TestFrameFilterModel::digitOrTime()
{
    QString found;
    TimeSearch search([&](const QString &typed) {
        if (!timeStartsWith(QTime(10, 56), typed))
            return false;
        found = typed;
        return true;
    });
    QSignalSpy digits(&search, &TimeSearch::digit);
    for (const char c : {'1', '0', ':', '5'})
        search.feed(QLatin1Char(c));
    QCOMPARE(found, "10:5");
    search.feed(QLatin1Char('9'));
    QCOMPARE(search.typed(), "10:5");
    search.flush();
    QCOMPARE(digits.count(), 0);

    // A digit alone is a label key: after a moment, or as soon as another key follows.
    search.feed(QLatin1Char('3'));
    QVERIFY(digits.wait());
    QCOMPARE(digits.takeFirst().at(0).toInt(), 3);
    search.feed(QLatin1Char('2'));
    search.flush();
    QCOMPARE(digits.takeFirst().at(0).toInt(), 2);
    // Two digits that are no time of this day are two labels.
    search.feed(QLatin1Char('3'));
    search.feed(QLatin1Char('4'));
    QCOMPARE(digits.takeFirst().at(0).toInt(), 3);
    QCOMPARE(search.typed(), "4");
}

QTEST_MAIN(TestFrameFilterModel)
#include "tst_framefiltermodel.moc"
