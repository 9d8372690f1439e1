// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/framefilter.h"
#include "core/review/framesort.h"
#include "core/review/lookqueue.h"
#include "core/review/reviewsession.h"
#include "core/utctime.h"

#include "ui/fakemodel.h"

#include "support/birbcamfolder.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <numeric>

using namespace birblens;

/** Which frames pass a filter, how many every choice would show, and their order. */
class TestFrameFilter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void groups_data();
    void groups();
    void modelsWordReplacesTheCameras();
    void disagreements();
    void flagsAndComments();
    void countsLeaveTheOwnGroupOut();
    void keysOfChoices();
    void savedAndReadBack();
    void orders();
    void lossOfSingleLabelModels();
    void whatNeedsALook();

private:
    QList<int> passing(const FrameFilter &filter) const;

    testing::BirbCamFolder m_folder;
    QStringList m_keys;
    ReviewSession m_session;
};

void TestFrameFilter::initTestCase()
{
    const QList<testing::CameraRow> rows{{"2021-02-08T10:00:00", "chickadee", 0.95},
                                         {"2021-02-08T10:00:10", "none", 0.7},
                                         {"2021-02-08T11:00:20", "chickadee,magpie", 0.55},
                                         {"2021-02-09T10:00:30", "magpie", 0.8, "magpie"},
                                         {"2021-02-09T10:00:40", "magpie", 0.8, "none"},
                                         {"2021-02-09T12:00:50", "sparrow", 0.9, {}, false}};
    m_folder.add(rows);
    for (const auto &row : rows)
        m_keys.append(m_folder.key(row));
    QSignalSpy opened(&m_session, &ReviewSession::dayOpened);
    m_session.openDay(m_folder.path());
    QVERIFY(opened.wait());
    QCOMPARE(m_session.day().size(), 6);
    QCOMPARE(m_session.day().reviewedCount(), 2);
}

QList<int> TestFrameFilter::passing(const FrameFilter &filter) const
{
    FrameMatcher matcher(filter, m_session.vocabulary());
    QList<int> rows;
    for (int row = 0; row < m_session.day().size(); ++row) {
        if (matcher.matches(m_session.day().at(row)))
            rows.append(row);
    }
    return rows;
}

void TestFrameFilter::groups_data()
{
    QTest::addColumn<QJsonObject>("filter");
    QTest::addColumn<QList<int>>("rows");
    const auto row = [](const char *name, const QJsonObject &filter, const QList<int> &rows) {
        QTest::newRow(name) << filter << rows;
    };
    const auto list = [](std::initializer_list<QJsonValue> values) { return QJsonArray(values); };
    row("everything", {}, {0, 1, 2, 3, 4, 5});
    row("class", {{"predicted", list({"chickadee"})}}, {0, 2});
    row("one class or another", {{"predicted", list({"chickadee", "sparrow"})}}, {0, 2, 5});
    row("nothing predicted", {{"predicted", list({"none"})}}, {1});
    row("unknown class", {{"predicted", list({"ostrich"})}}, {});
    row("class, as saved today", {{"class", list({"chickadee"})}}, {0, 2});
    row("state, as saved today", {{"state", list({"unreviewed"})}}, {0, 1, 2, 5});
    row("remark, as saved today", {{"remark", list({"gone", "disagrees"})}}, {4, 5});
    row("date, as saved today", {{"date", list({"2021-02-09"})}}, {3, 4, 5});
    row("hour, as saved today", {{"hour", list({"10"})}}, {0, 1, 3, 4});
    row("true label", {{"true", list({"magpie"})}}, {3});
    row("nothing there", {{"true", list({"none"})}}, {4});
    row("unreviewed", {{"states", list({0})}}, {0, 1, 2, 5});
    row("confirmed or corrected", {{"states", list({1, 2})}}, {3, 4});
    row("person disagrees", {{"remarks", list({0})}}, {4});
    row("gone", {{"remarks", list({6})}}, {5});
    row("date", {{"dates", list({"2021-02-09"})}}, {3, 4, 5});
    row("hour, of any date", {{"hours", list({10})}}, {0, 1, 3, 4});
    row("from", {{"from", "2021-02-08T11:00:20.000Z"}}, {2, 3, 4, 5});
    row("from, to, both included",
        {{"from", "2021-02-08T10:00:10.000Z"}, {"to", "2021-02-09T10:00:30.000Z"}}, {1, 2, 3});
    row("probable", {{"least", 0.8}}, {0, 3, 4, 5});
    row("range", {{"least", 0.5}, {"most", 0.75}}, {1, 2});
    row("of a class", {{"probability_of", "magpie"}, {"least", 0.5}}, {2, 3, 4});
    row("between groups all", {{"predicted", list({"magpie"})}, {"hours", list({10})}}, {3, 4});
    row("contradiction", {{"predicted", list({"sparrow"})}, {"true", list({"none"})}}, {});
}

void TestFrameFilter::groups()
{
    QFETCH(QJsonObject, filter);
    QFETCH(QList<int>, rows);
    QCOMPARE(passing(filterFromJson(filter)), rows);
}

void TestFrameFilter::modelsWordReplacesTheCameras()
{
    m_session.explain().setModel(testing::fakeModel());
    const ModelInfo &info = m_session.explain().model()->info;
    m_session.addPredictions(info.id, {{m_keys.at(1), testing::fakePrediction(info, {3})},
                                       {m_keys.at(2), testing::fakePrediction(info, {0, 3}, 0.2F)},
                                       {m_keys.at(3), testing::fakePrediction(info, {})}});
    FrameFilter filter;
    filter.choose(predictedCriterion, {"squirrel"});
    QCOMPARE(passing(filter), QList<int>({1, 2}));
    filter.least = 0.6; // sigmoid(0.2) = 0.55, sigmoid(2) = 0.88
    QCOMPARE(passing(filter), QList<int>({1}));
    filter = {};
    filter.choose(predictedCriterion, {"none"});
    QCOMPARE(passing(filter), QList<int>({3}));
    filter = {};
    filter.probabilityOf = QStringLiteral("squirrel");
    filter.most = 0.1; // sigmoid(-4) = 0.02; frames without the model's word are unknown
    QCOMPARE(passing(filter), QList<int>({3}));
}

void TestFrameFilter::disagreements()
{
    FrameFilter filter;
    filter.choose(remarkCriterion, {"camera-disagrees"});
    QCOMPARE(passing(filter), QList<int>({1, 2, 3})); // see the test before
    filter.choose(remarkCriterion, {"disagrees"});
    QCOMPARE(passing(filter), QList<int>({3, 4})); // the model took magpie back from frame 3
    filter.choose(remarkCriterion, {"camera-disagrees", "disagrees"});
    QCOMPARE(passing(filter), QList<int>({1, 2, 3, 4}));
    filter.choose(remarkCriterion, {"conflict"});
    QVERIFY(passing(filter).isEmpty());
    m_session.explain().setModel({});
}

void TestFrameFilter::flagsAndComments()
{
    QVERIFY(m_session.setFlag({m_keys.at(1), m_keys.at(4)}, true));
    QVERIFY(m_session.setComment(m_keys.at(2), QStringLiteral("  two of them ")));
    FrameFilter filter;
    filter.choose(remarkCriterion, {"flagged"});
    QCOMPARE(passing(filter), QList<int>({1, 4}));
    filter.choose(remarkCriterion, {"flagged", "commented"});
    QCOMPARE(passing(filter), QList<int>({1, 2, 4}));
    // On disk: another window reads the same.
    ReviewSession other;
    QSignalSpy opened(&other, &ReviewSession::dayOpened);
    other.openDay(m_folder.path());
    QVERIFY(opened.wait());
    QVERIFY(other.day().at(1).mark.flagged);
    QVERIFY(!other.day().at(0).mark.flagged);
    QCOMPARE(other.day().at(2).mark.comment, QStringLiteral("two of them"));
    QVERIFY(m_session.setFlag(m_keys, false));
    QVERIFY(m_session.setComment(m_keys.at(2), {}));
    QVERIFY(passing(filter).isEmpty());
}

void TestFrameFilter::countsLeaveTheOwnGroupOut()
{
    const QStringList vocabulary = m_session.vocabulary();
    FrameFilter filter;
    FilterCounts counts = countChoices(m_session.day(), filter, vocabulary);
    QCOMPARE(counts.choices.value(predictedCriterion),
             (QHash<QString, int>{{"chickadee", 2}, {"magpie", 3}, {"sparrow", 1}, {"none", 1}}));
    QCOMPARE(counts.choices.value(labelCriterion),
             (QHash<QString, int>{{"magpie", 1}, {"none", 1}}));
    QCOMPARE(counts.choices.value(stateCriterion),
             (QHash<QString, int>{{"unreviewed", 4}, {"confirmed", 1}, {"corrected", 1}}));
    QCOMPARE(counts.choices.value(remarkCriterion),
             (QHash<QString, int>{{"disagrees", 1}, {"gone", 1}}));
    QCOMPARE(counts.of(dateCriterion, "2021-02-09"), 3);
    QCOMPARE(counts.of(hourCriterion, "10"), 4);
    QCOMPARE(counts.probability[47], 1); // 0.95 of 50 bins
    QCOMPARE(std::accumulate(counts.probability.begin(), counts.probability.end(), 0), 6);

    // A choice that is ticked does not change its own group's counts, but all others'.
    filter.choose(predictedCriterion, {"magpie"});
    counts = countChoices(m_session.day(), filter, vocabulary);
    QCOMPARE(counts.of(predictedCriterion, "chickadee"), 2);
    QCOMPARE(counts.choices.value(stateCriterion),
             (QHash<QString, int>{{"unreviewed", 1}, {"confirmed", 1}, {"corrected", 1}}));
    QCOMPARE(counts.of(hourCriterion, "10"), 2);
    QCOMPARE(counts.of(dateCriterion, "2021-02-08"), 1);
}

/** What is saved and typed are keys: they must be told apart and lead back to their choices. */
void TestFrameFilter::keysOfChoices()
{
    QSet<QString> keys;
    ClassNumbers classes({"chickadee", "magpie"});
    for (const auto &criterion : frameCriteria()) {
        QVERIFY2(!keys.contains(criterion->key), qPrintable(criterion->key));
        keys.insert(criterion->key);
        QVERIFY(!criterion->title.isEmpty() && !criterion->tip.isEmpty());
        const QStringList choices = criterion->ofClasses() ? QStringList{"magpie", "ostrich"}
                                    : criterion->key == dateCriterion ? QStringList{"2021-02-09"}
                                    : criterion->offered({}, {}).isEmpty()
                                        ? QStringList{"0", "7", "23"}
                                        : criterion->offered({}, {});
        for (const QString &choice : choices) {
            const int number = criterion->number(choice, classes);
            QVERIFY2(number >= 0, qPrintable(choice));
            QCOMPARE(criterion->choice(number, classes), choice);
            QVERIFY(!criterion->text(choice).isEmpty() && !criterion->briefText(choice).isEmpty());
        }
        if (!criterion->ofClasses())
            QVERIFY(criterion->number("ostrich", classes) < 0);
    }
    // A command decodes nothing and leaves out what is not there.
    const FrameCriterion &remarks = *findCriterion(remarkCriterion);
    QVERIFY(remarks.commandsKnow("flagged") && !remarks.commandsKnow("unreadable"));
    QVERIFY(!remarks.commandsKnow("gone") && !remarks.commandsKnow(trashedChoice));
    QVERIFY(!remarks.rule().contains("unreadable") && remarks.rule().contains("uncertain-time"));
}

void TestFrameFilter::savedAndReadBack()
{
    FrameFilter filter;
    filter.choose(predictedCriterion, {"a, b", "none"});
    filter.choose(labelCriterion, {"magpie"});
    filter.choose(stateCriterion, {"unsure"});
    filter.choose(remarkCriterion, {"camera-disagrees"});
    filter.choose(dateCriterion, {"2021-02-08"});
    filter.choose(hourCriterion, {"0", "23"});
    filter.from = QDateTime(QDate(2021, 2, 8), QTime(10, 0), asUtc);
    filter.to = filter.from.addSecs(90);
    filter.probabilityOf = QStringLiteral("a, b");
    filter.least = 0.25;
    filter.most = 0.75;
    QCOMPARE(filterFromJson(toJson(filter)), filter);
    QVERIFY(filterFromJson({}).isDefault());
    // From another version, or edited by hand.
    const FrameFilter odd = filterFromJson({{"hours", QJsonArray{24, -1, "x", 7}},
                                            {"states", QJsonArray{9}},
                                            {"dates", QJsonArray{"never"}},
                                            {"least", 2.0}});
    QCOMPARE(odd.chosen(hourCriterion), QStringList("7"));
    QVERIFY(odd.chosen(stateCriterion).isEmpty() && odd.chosen(dateCriterion).isEmpty());
    QVERIFY(odd.least <= odd.most && odd.most <= 1.0);
}

void TestFrameFilter::orders()
{
    m_session.explain().setModel(testing::fakeModel());
    const ModelInfo &info = m_session.explain().model()->info;
    // Logits of chickadee; the others stay at -4.
    m_session.addPredictions(info.id, {{m_keys.at(0), testing::fakePrediction(info, {0}, 3.0F)},
                                       {m_keys.at(1), testing::fakePrediction(info, {0}, -0.1F)},
                                       {m_keys.at(2), testing::fakePrediction(info, {0}, 1.0F)},
                                       {m_keys.at(3), testing::fakePrediction(info, {0}, -6.0F)},
                                       {m_keys.at(4), testing::fakePrediction(info, {1}, 2.0F)}});
    const QList<int> all{5, 3, 1, 0, 2, 4};
    const auto sorted = [&](const FrameSort &sort) {
        return sortedRows(m_session.day(), all, sort, &info);
    };
    QCOMPARE(sorted({}), QList<int>({0, 1, 2, 3, 4, 5}));
    QCOMPARE(sorted({FrameOrder::Time, {}, true}), QList<int>({5, 4, 3, 2, 1, 0}));
    const QString chickadee = QStringLiteral("chickadee");
    QCOMPARE(sorted({FrameOrder::Probability, chickadee, false}),
             QList<int>({0, 2, 1, 4, 3, 5})); // what is not known comes last
    QCOMPARE(sorted({FrameOrder::Probability, chickadee, true}), QList<int>({3, 4, 1, 2, 0, 5}));
    QCOMPARE(sorted({FrameOrder::Uncertainty, chickadee, false}).first(), 1);
    QCOMPARE(sorted({FrameOrder::Uncertainty, {}, false}).first(), 1);

    // Frame 3: true magpie, predicted nothing. Frame 4: true none, predicted magpie.
    const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
    const FrameSort loss{FrameOrder::Loss, {}, false};
    const double third = (softplus(-6.0) + softplus(4.0) + 2.0 * softplus(-4.0)) / 4.0;
    const double fourth = (softplus(2.0) + 3.0 * softplus(-4.0)) / 4.0;
    QVERIFY(qAbs(*sortValue(m_session.day().at(3), loss, &info) + third) < 1e-6);
    QVERIFY(qAbs(*sortValue(m_session.day().at(4), loss, &info) + fourth) < 1e-6);
    QVERIFY(!sortValue(m_session.day().at(0), loss, &info)); // not reviewed
    QCOMPARE(sorted(loss), QList<int>({3, 4, 0, 1, 2, 5}));
    QCOMPARE(sorted({FrameOrder::Loss, {}, true}), QList<int>({4, 3, 0, 1, 2, 5}));
    m_session.explain().setModel({});
}

void TestFrameFilter::lossOfSingleLabelModels()
{
    ModelInfo info = testing::fakeModel().info;
    info.task = Task::SingleLabel;
    FrameEntry entry;
    entry.prediction = predict(info, {1.0F, 3.0F, 0.0F, -1.0F});
    const FrameSort loss{FrameOrder::Loss, {}, false};
    const double sum = std::exp(1.0) + std::exp(3.0) + 1.0 + std::exp(-1.0);
    entry.record.label = TrueLabel::of({"chickadee"});
    QVERIFY(qAbs(*sortValue(entry, loss, &info) - (1.0 - std::log(sum))) < 1e-6);
    entry.record.label = TrueLabel::of({"ostrich"});
    QVERIFY(!sortValue(entry, loss, &info));
    entry.record.label = TrueLabel::none();
    QVERIFY(!sortValue(entry, loss, &info));
    // The lead of the first over the second.
    const FrameSort uncertain{FrameOrder::Uncertainty, {}, false};
    QVERIFY(qAbs(*sortValue(entry, uncertain, &info) - (std::exp(3.0) - std::exp(1.0)) / sum) <
            1e-6);
}

void TestFrameFilter::whatNeedsALook()
{
    Day day;
    ModelInfo info = testing::fakeModel().info;
    QList<Frame> frames;
    QHash<QString, Prediction> predictions;
    QHash<QString, LabelRecord> records;
    const auto add = [&](const QTime &time, const QList<int> &classes, float logit = 4.0F) {
        Frame frame;
        frame.key = QStringLiteral("%1").arg(frames.size(), 4, 10, QLatin1Char('0'));
        frame.captureTime = QDateTime(QDate(2021, 2, 8), time, asUtc);
        predictions.insert(frame.key, testing::fakePrediction(info, classes, logit));
        frames.append(frame);
    };
    for (int i = 0; i < 60; ++i) // 60 sparrows around noon, each by itself
        add(QTime(12, i % 60), {2});
    add(QTime(14, 0, 0), {});
    add(QTime(14, 0, 5), {0}); // 61: a chickadee alone in a visit of three
    add(QTime(14, 0, 10), {});
    add(QTime(16, 0), {2});       // 63: a sparrow at an hour without any
    add(QTime(17, 0), {1}, 0.2F); // 64: magpie at 0.55
    add(QTime(18, 0), {1}, 0.2F); // 65: the same, reviewed
    records.insert(frames.last().key, {TrueLabel::none(), {}, {}, false, {}});
    day.reset({}, dayEntries(frames, records, predictions));
    const QHash<int, Look> looks = needsALook(day, &info, 30.0);
    QCOMPARE(QSet<int>(looks.keyBegin(), looks.keyEnd()), (QSet<int>{61, 63, 64}));
    const double p = 1.0 / (1.0 + std::exp(-0.2));
    QVERIFY(qAbs(looks.value(64).score - (1.0 - (p - 0.5) / 0.25)) < 1e-6);
    QCOMPARE(looks.value(61).score, 0.6);
    QCOMPARE(looks.value(63).score, 0.4);
    QVERIFY(looks.value(61).reasons.first().contains("chickadee"));
    QVERIFY(looks.value(63).reasons.first().contains("rare at this hour (1 of 61"));
    QVERIFY(looks.value(64).reasons.first().contains("magpie is near its threshold (0.55)"));
    QList<int> rows;
    for (int row = 0; row < day.size(); ++row)
        rows.append(row);
    QCOMPARE(sortedRows(day, rows, {FrameOrder::Look, {}, false}, &info).mid(0, 4),
             QList<int>({64, 61, 63, 0}));
}

QTEST_GUILESS_MAIN(TestFrameFilter)
#include "tst_framefilter.moc"
