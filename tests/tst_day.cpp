// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/day.h"
#include "core/utctime.h"

#include <QAbstractItemModelTester>
#include <QAbstractListModel>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

#include <algorithm>

using namespace birblens;

namespace {

Frame frame(const QString &key, int seconds, bool gone = false)
{
    Frame frame;
    frame.key = key;
    frame.folder = "/day";
    frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(0, 0), asUtc).addSecs(seconds);
    frame.gone = gone;
    return frame;
}

LabelRecord labelled(const TrueLabel &label, const QString &shown = {})
{
    LabelRecord record;
    record.label = label;
    record.shownPrediction = shown;
    return record;
}

QStringList keysOf(const Day &day)
{
    QStringList keys;
    for (int row = 0; row < day.size(); ++row)
        keys.append(day.at(row).frame.key);
    return keys;
}

/** A view model as thin as can be: what it is told must be a legal sequence. */
class Rows : public QAbstractListModel
{
public:
    explicit Rows(Day &day)
        : m_day(day)
        , m_count(day.size())
    {
        connect(&day, &Day::aboutToReset, this, [this] { beginResetModel(); });
        connect(&day, &Day::wasReset, this, [this] {
            m_count = m_day.size();
            endResetModel();
        });
        connect(&day, &Day::aboutToInsert, this,
                [this](int first, int last) { beginInsertRows({}, first, last); });
        connect(&day, &Day::inserted, this, [this](int first, int last) {
            m_count += last - first + 1;
            endInsertRows();
        });
        connect(&day, &Day::changed, this,
                [this](int first, int last) { Q_EMIT dataChanged(index(first), index(last)); });
    }
    int rowCount(const QModelIndex &parent = {}) const override
    {
        return parent.isValid() ? 0 : m_count;
    }
    QVariant data(const QModelIndex &index, int role) const override
    {
        return role == Qt::DisplayRole ? m_day.at(index.row()).frame.key : QVariant();
    }

private:
    Day &m_day;
    int m_count;
};

} // namespace

class TestDay : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void state_data();
    void state();
    void insertsInOrder();
    void mergesInRuns();
    void updatesInPlace();
    void keepsWhatTheCameraSaid();
    void takesWhatTheWholeFileSays();
    void namesOfTheModel();
    void clock();
    void countsReviewed();
    void predictions();
    void knownPredictions();
    void knownPredictionsAfterAClockCorrection();
    void problems();
    void resetWithEverything();
    void manyRecordsAreOneSignal();
    void anyOrderOfMerges();
};

void TestDay::state_data()
{
    QTest::addColumn<TrueLabel>("label");
    QTest::addColumn<QString>("shown");
    QTest::addColumn<int>("expected");
    const auto row = [](const char *name, const TrueLabel &label, const char *shown,
                        ReviewState state) {
        QTest::newRow(name) << label << QString(shown) << int(state);
    };
    row("unreviewed", TrueLabel::unreviewed(), "", ReviewState::Unreviewed);
    row("unsure", TrueLabel::unsure(), "magpie", ReviewState::Unsure);
    row("confirmed", TrueLabel::of({"magpie"}), "magpie", ReviewState::Confirmed);
    row("confirmed none", TrueLabel::none(), "none", ReviewState::Confirmed);
    row("confirmed in another order", TrueLabel::of({"a", "b"}), "b,a", ReviewState::Confirmed);
    row("corrected", TrueLabel::of({"magpie"}), "none", ReviewState::Corrected);
    row("corrected to none", TrueLabel::none(), "magpie", ReviewState::Corrected);
    row("corrected in part", TrueLabel::of({"a"}), "a,b", ReviewState::Corrected);
    row("nothing was shown", TrueLabel::none(), "", ReviewState::Corrected);
    row("nothing was shown to a label", TrueLabel::of({"a"}), "", ReviewState::Corrected);
}

void TestDay::state()
{
    QFETCH(TrueLabel, label);
    QFETCH(QString, shown);
    FrameEntry entry;
    entry.record = labelled(label, shown);
    QTEST(int(entry.state()), "expected");
}

void TestDay::insertsInOrder()
{
    Day day;
    Rows rows(day);
    const QAbstractItemModelTester tester(&rows,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    day.reset({});
    day.merge({frame("b", 20), frame("a", 10)});
    day.merge({frame("d", 40), frame("c", 30), frame("same", 20)});
    day.merge({frame("first", 0)});
    QCOMPARE(keysOf(day), QStringList({"first", "a", "b", "same", "c", "d"}));
    for (int row = 0; row < day.size(); ++row)
        QCOMPARE(day.rowOf(day.at(row).frame.key), row);
    QCOMPARE(day.rowOf("unknown"), -1);
}

void TestDay::mergesInRuns()
{
    Day day;
    day.merge({frame("a", 10), frame("d", 40)});
    QSignalSpy about(&day, &Day::aboutToInsert);
    QSignalSpy inserted(&day, &Day::inserted);
    day.merge({frame("e", 50), frame("b", 20), frame("c", 30), frame("f", 60), frame("b", 20)});
    QCOMPARE(inserted.size(), 2);
    QCOMPARE(about.size(), 2);
    QCOMPARE(inserted.at(0), QVariantList({1, 2}));
    QCOMPARE(inserted.at(1), QVariantList({4, 5}));
    QCOMPARE(keysOf(day), QStringList({"a", "b", "c", "d", "e", "f"}));
    day.merge({});
    day.merge({frame("a", 10)});
    QCOMPARE(inserted.size(), 2);
}

void TestDay::updatesInPlace()
{
    Day day;
    day.merge({frame("a", 10), frame("b", 20), frame("c", 30)});
    QSignalSpy changed(&day, &Day::changed);
    QSignalSpy inserted(&day, &Day::inserted);
    day.merge({frame("b", 20, true)});
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.first(), QVariantList({1, 1}));
    QVERIFY(day.at(1).frame.gone);
    day.merge({frame("b", 20, true), frame("a", 10)});
    QCOMPARE(changed.size(), 1); // nothing is different
    QSignalSpy reset(&day, &Day::wasReset);
    day.merge({frame("a", 15)}); // its time was not known well: still in order
    QCOMPARE(reset.size(), 0);
    day.merge({frame("a", 99)}); // the row moves
    QCOMPARE(keysOf(day), QStringList({"b", "c", "a"}));
    QCOMPARE(day.keys(), keysOf(day));
    QCOMPARE(day.rowOf("a"), 2);
    QCOMPARE(reset.size(), 1);
    QCOMPARE(inserted.size(), 0);
}

void TestDay::keepsWhatTheCameraSaid()
{
    Day day;
    Frame seen = frame("a", 10);
    seen.camera = CameraPrediction{{"magpie"}, 0.9};
    seen.utc = QDateTime(QDate(2021, 2, 8), QTime(7, 0, 10), asUtc);
    seen.timeSource = TimeSource::CameraDatabase;
    day.merge({seen});
    day.merge({frame("a", 10)}); // the camera pruned its row
    QCOMPARE(day.at(0).frame.camera, seen.camera);
    QCOMPARE(day.at(0).frame.utc, seen.utc);
}

void TestDay::takesWhatTheWholeFileSays()
{
    Day day;
    Frame half = frame("a", 10); // listed while it was being written
    half.utc = QDateTime(QDate(2021, 2, 8), QTime(7, 0, 10), asUtc);
    half.timeSource = TimeSource::FileDate;
    day.merge({half});
    Frame whole = frame("a", 20);
    whole.timeSource = TimeSource::Exif;
    day.merge({whole});
    QCOMPARE(day.at(0).frame.captureTime, whole.captureTime);
    QVERIFY(!day.at(0).frame.utc.isValid());
    QCOMPARE(day.at(0).frame.timeSource, TimeSource::Exif);
}

void TestDay::namesOfTheModel()
{
    const auto named = [](const QString &key, int seconds) {
        Frame made = frame(key, seconds);
        made.suffixAt = 5;
        return made;
    };
    Day day;
    day.reset({}, dayEntries({named("0000_tapir.jpg", 1), named("0001_002.jpg", 2)}, {}, {}));
    QSignalSpy changed(&day, &Day::changed);
    day.setModelNames({"magpie", "great tit"});
    QCOMPARE(changed.size(), 0); // no name has such a word
    day.setModelNames({"tapir", "great tit"});
    QCOMPARE(changed.size(), 1);
    QCOMPARE(day.at(0).frame.camera->labels, QStringList({"tapir"}));
    QVERIFY(!day.at(1).frame.camera);
    day.merge({named("0002_great tit.jpg", 3), named("0003_tapir_4.jpg", 4)});
    QCOMPARE(day.at(2).frame.camera->labels, QStringList({"great tit"}));
    QVERIFY(!day.at(3).frame.camera);
    day.setModelNames({}); // it was closed
    for (int row = 0; row < day.size(); ++row)
        QVERIFY(!day.at(row).frame.camera);
}

void TestDay::clock()
{
    Day day;
    day.merge({frame("a", 10), frame("b", 20), frame("c", 30)});
    QSignalSpy changed(&day, &Day::changed);
    QSignalSpy reset(&day, &Day::wasReset);
    ClockShifts clock;
    clock.day = 5000;
    day.setClock(clock);
    QCOMPARE(changed.size(), 1); // the order is the same
    QCOMPARE(day.at(0).frame.captureTime, frame("a", 15).captureTime);
    clock.frames.insert("a", 60000);
    day.setClock(clock);
    QCOMPARE(reset.size(), 1);
    QCOMPARE(keysOf(day), QStringList({"b", "c", "a"}));
    day.merge({frame("a", 10), frame("d", 28)}); // as it is listed: the correction stays
    QCOMPARE(reset.size(), 1);
    QCOMPARE(keysOf(day), QStringList({"b", "d", "c", "a"}));
    QCOMPARE(day.at(3).frame.captureTime, frame("a", 70).captureTime);
    QCOMPARE(day.at(1).frame.captureTime, frame("d", 33).captureTime);
    day.setClock({});
    QCOMPARE(keysOf(day), QStringList({"a", "b", "d", "c"}));
}

void TestDay::countsReviewed()
{
    Day day;
    day.merge({frame("a", 10), frame("b", 20), frame("c", 30)});
    QSignalSpy count(&day, &Day::reviewedCountChanged);
    QSignalSpy changed(&day, &Day::changed);
    day.setRecord("a", labelled(TrueLabel::none()));
    QCOMPARE(day.reviewedCount(), 1);
    day.setRecord("a", labelled(TrueLabel::of({"x"})));
    QCOMPARE(count.size(), 1);
    day.setRecord("b", labelled(TrueLabel::unsure()));
    QCOMPARE(day.reviewedCount(), 2);
    day.setRecord("unknown", labelled(TrueLabel::none()));
    QCOMPARE(day.reviewedCount(), 2);
    day.setRecord("a", labelled(TrueLabel::unreviewed()));
    QCOMPARE(day.reviewedCount(), 1);
    QCOMPARE(changed.size(), 4);
    day.setRecord("a", labelled(TrueLabel::unreviewed()));
    QCOMPARE(changed.size(), 4);
    day.reset({});
    QCOMPARE(day.reviewedCount(), 0);
    QCOMPARE(count.size(), 4);
}

void TestDay::predictions()
{
    Day day;
    day.merge({frame("a", 10), frame("b", 20), frame("c", 30)});
    QSignalSpy changed(&day, &Day::changed);
    Prediction prediction;
    prediction.logits = {1.0F};
    day.setPredictions({{"b", prediction}, {"c", prediction}, {"unknown", prediction}});
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.first(), QVariantList({1, 2}));
    QVERIFY(!day.at(0).prediction);
    QVERIFY(day.at(2).prediction);
    QCOMPARE(day.clearPredictions().size(), size_t{2});
    QVERIFY(!day.at(2).prediction);
    QCOMPARE(changed.size(), 2);
    QVERIFY(day.clearPredictions().empty());
    QCOMPARE(changed.size(), 2);
}

void TestDay::knownPredictions()
{
    Day day;
    day.merge({frame("a", 10), frame("b", 20), frame("c", 30), frame("d", 40)});
    Prediction stored;
    stored.logits = {1.0F};
    Prediction newer;
    newer.logits = {2.0F};
    KnownPredictions known{
        {"a", "b", "c", "d"}, {std::nullopt, stored, stored, stored}, {false, true, true, false}};
    // Since the store was read: a frame came in between, and the network looked at another.
    day.merge({frame("between", 15)});
    day.setPredictions({{"c", {newer, QByteArray("x")}}});
    QSignalSpy changed(&day, &Day::changed);
    day.takePredictions(known);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.first(), QVariantList({2, 4}));
    const auto logit = [&day](const QString &key) {
        const auto &prediction = day.at(day.rowOf(key)).prediction;
        return prediction ? prediction->logits.value(0) : 0.0F;
    };
    QCOMPARE(logit("a"), 0.0F);
    QCOMPARE(logit("between"), 0.0F);
    QCOMPARE(logit("b"), 1.0F);
    QCOMPARE(logit("c"), 2.0F);
    QCOMPARE(logit("d"), 1.0F);
    QCOMPARE(day.featureCount(), 2);
    QVERIFY(day.at(day.rowOf("b")).hasFeatures);
    QVERIFY(!day.at(day.rowOf("d")).hasFeatures);
    day.setSimilarities({0.1F, 0.2F, 0.3F, 0.4F, 0.5F});
    QCOMPARE(day.at(4).similarity, 0.5F);
    day.clearPredictions();
    QCOMPARE(day.featureCount(), 0);
    QVERIFY(std::isnan(day.at(4).similarity));
}

/** The order may have changed since the store was read: a clock was corrected. */
void TestDay::knownPredictionsAfterAClockCorrection()
{
    Day day;
    day.merge({frame("a", 10), frame("b", 20), frame("c", 30)});
    Prediction stored;
    stored.logits = {1.0F};
    ClockShifts clock;
    clock.frames.insert("a", 60'000);
    day.setClock(clock);
    QCOMPARE(day.keys(), QStringList({"b", "c", "a"}));
    day.takePredictions({{"a", "b", "c"}, {stored, stored, stored}, {true, true, true}});
    for (int row = 0; row < day.size(); ++row)
        QVERIFY(day.at(row).prediction);
    QCOMPARE(day.featureCount(), 3);
}

void TestDay::problems()
{
    Day day;
    day.merge({frame("a", 10)});
    QSignalSpy changed(&day, &Day::changed);
    day.setProblem("a", "cut off");
    day.setProblem("a", "cut off");
    day.setProblem("unknown", "cut off");
    QCOMPARE(changed.size(), 1);
    QCOMPARE(day.problemKeys(), QSet<QString>({"a"}));
    day.setProblem("a", {});
    QVERIFY(day.problemKeys().isEmpty());
    QVERIFY(day.at(0).problem.isEmpty());
}

void TestDay::resetWithEverything()
{
    Day day;
    Rows rows(day);
    const QAbstractItemModelTester tester(&rows,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    day.merge({frame("old", 10)});
    QSignalSpy reset(&day, &Day::wasReset);
    QSignalSpy inserted(&day, &Day::inserted);
    DaySource source;
    source.folder = "/day";
    Prediction prediction;
    prediction.logits = {1.0F};
    day.reset(source,
              dayEntries({frame("a", 10), frame("b", 20), frame("a", 10)},
                         {{"b", labelled(TrueLabel::none())}, {"x", labelled(TrueLabel::none())}},
                         {{"a", prediction}}));
    QCOMPARE(reset.size(), 1);
    QCOMPARE(inserted.size(), 0);
    QCOMPARE(keysOf(day), QStringList({"a", "b"}));
    QCOMPARE(day.reviewedCount(), 1);
    QCOMPARE(day.rowOf("b"), 1);
    QVERIFY(day.at(0).prediction);
    QCOMPARE(day.source().folder, "/day");
}

void TestDay::manyRecordsAreOneSignal()
{
    Day day;
    QList<Frame> frames;
    QHash<QString, LabelRecord> records;
    for (int i = 0; i < 2000; ++i) {
        frames.append(frame(QString::number(i), i));
        if (i % 2 == 0)
            records.insert(QString::number(i), labelled(TrueLabel::none()));
    }
    day.merge(frames);
    QSignalSpy changed(&day, &Day::changed);
    day.setRecords(records);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.first(), QVariantList({0, 1998}));
    QCOMPARE(day.reviewedCount(), 1000);
}

void TestDay::anyOrderOfMerges()
{
    QRandomGenerator random(7);
    for (int round = 0; round < 30; ++round) {
        Day day;
        Rows rows(day);
        const QAbstractItemModelTester tester(
            &rows, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QList<Frame> all;
        for (int i = 0; i < 60; ++i)
            all.append(frame(QString("k%1").arg(i), int(random.bounded(40))));
        std::shuffle(all.begin(), all.end(), random);
        for (qsizetype at = 0; at < all.size();) {
            const qsizetype count = 1 + random.bounded(15);
            day.merge(all.mid(at, count));
            at += count;
        }
        std::sort(all.begin(), all.end(), Frame::earlier);
        QCOMPARE(day.size(), all.size());
        for (int row = 0; row < day.size(); ++row) {
            QCOMPARE(day.at(row).frame.key, all.at(row).key);
            QCOMPARE(day.rowOf(all.at(row).key), row);
        }
    }
}

QTEST_GUILESS_MAIN(TestDay)
#include "tst_day.moc"
