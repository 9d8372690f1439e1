// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/analysis/calibration.h"
#include "core/analysis/classscores.h"
#include "core/analysis/confusion.h"
#include "core/analysis/hourcounts.h"
#include "core/analysis/thresholdforecast.h"
#include "core/analysis/timeline.h"
#include "core/utctime.h"

#include <QTest>

#include <cmath>

using namespace birblens;

namespace {

/** A frame of names a, b, none (0, 1, 2). */
Sample sample(const QList<int> &predicted, const QList<int> &truth,
              const QList<float> &probabilities = {})
{
    Sample result;
    result.predicted = predicted;
    result.truth = truth;
    result.reviewed = !truth.isEmpty();
    result.probabilities = probabilities;
    return result;
}

SampleSet setOf(const QList<Sample> &samples)
{
    return {{"a", "b", "none"}, 2, samples};
}

FrameEntry entry(const std::optional<QStringList> &camera, const TrueLabel &label,
                 const std::optional<QList<int>> &model = {})
{
    FrameEntry entry;
    if (camera)
        entry.frame.camera = CameraPrediction{*camera, 0.9};
    entry.record.label = label;
    if (model) {
        entry.prediction = Prediction();
        entry.prediction->logits = {0, 0};
        entry.prediction->probabilities = {0.25F, 0.75F};
        entry.prediction->classes = *model;
    }
    return entry;
}

bool near(double a, double b, double within = 1e-9)
{
    return std::abs(a - b) <= within;
}

} // namespace

class TestAnalysis : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void timelineHasALanePerLabel()
    {
        const auto at = [](FrameEntry entry, int minute) {
            entry.frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(10, minute), asUtc);
            return entry;
        };
        const QList<FrameEntry> entries{
            at(entry(QStringList{"a"}, TrueLabel::of({"b", "zebra"}), QList<int>{1}), 0),
            at(entry(QStringList{"a"}, TrueLabel::unreviewed()), 1),
            at(entry(QStringList(), TrueLabel::unreviewed(), QList<int>{}), 2),
            at(entry(std::nullopt, TrueLabel::unreviewed()), 3),
            entry(QStringList{"a"}, TrueLabel::unreviewed()),
        };
        QList<const FrameEntry *> pointers;
        for (const FrameEntry &item : entries)
            pointers.append(&item);
        const Timeline timeline = timelineOf(samplesOf(pointers, {"b", "a"}));
        QCOMPARE(timeline.lanes, QList<int>({0, 1, 2, 3})); // b, a, zebra, none
        QCOMPARE(timeline.timeless, 1);
        QCOMPARE(timeline.mute, 1);
        const auto is = [&](int mark, int frame, int lane, double probability) {
            const TimelineMark &seen = timeline.marks.at(mark);
            return seen.sample == frame && seen.lane == lane &&
                   near(double(seen.probability), probability, 1e-6);
        };
        QCOMPARE(timeline.marks.size(), 4);
        QVERIFY(is(0, 0, 0, 0.25)); // what a person says, with the model's probability
        QVERIFY(is(1, 0, 2, 0.0));
        QVERIFY(is(2, 1, 1, 0.9)); // the camera's confidence
        QVERIFY(is(3, 2, 3, 0.0));
    }

    void manyLanesShareTheLast()
    {
        QList<FrameEntry> entries;
        for (int i = 0; i < 30; ++i) {
            for (int uses = 0; uses < 1 + int(i >= 11); ++uses) {
                entries.append(entry(QStringList{QString("bird%1").arg(i, 2, 10, QChar('0'))},
                                     TrueLabel::unreviewed()));
                entries.last().frame.captureTime =
                    QDateTime(QDate(2021, 2, 8), QTime(10, 0), asUtc);
            }
        }
        QList<const FrameEntry *> pointers;
        for (const FrameEntry &item : entries)
            pointers.append(&item);
        const Timeline timeline = timelineOf(samplesOf(pointers, {}));
        QCOMPARE(timeline.lanes.size(), 21); // 19 of the commoner ones, the others, none
        QCOMPARE(timeline.lanes.first(), 11);
        QCOMPARE(timeline.lanes.at(18), 29);
        QCOMPARE(timeline.lanes.at(19), -1);
        QCOMPARE(timeline.lanes.last(), 30);
        QCOMPARE(std::count_if(timeline.marks.cbegin(), timeline.marks.cend(),
                               [](const TimelineMark &mark) { return mark.lane == 19; }),
                 11);
    }

    void hoursAreStacked()
    {
        HourCounts counts;
        counts.classes.fill({}, 17); // 16 classes and none
        for (size_t i = 0; i < 15; ++i)
            counts.classes[qsizetype(i)].at(i) = static_cast<int>(i) + 1;
        counts.classes[16].at(0) = 9;
        const QList<HourStack> stacks = hourStacks(counts, false);
        QCOMPARE(stacks.size(), 13);
        QCOMPARE(stacks.first().label, 14);
        QCOMPARE(stacks.at(11).label, 3);
        QCOMPARE(stacks.last().label, -1); // the rarest three: 1 + 2 + 3 frames
        QCOMPARE(stacks.last().classes, 3);
        QCOMPARE(sumOf(stacks.last().hours), 6);
        QCOMPARE(hourStacks(counts, true).last().label, 16);
        counts.classes.fill({}, 17);
        QVERIFY(hourStacks(counts, true).isEmpty());
        counts.classes[16].at(0) = 9;
        QCOMPARE(hourStacks(counts, false).size(), 1); // there is nothing else
    }

    void samples()
    {
        const QList<FrameEntry> entries{
            entry(QStringList{"a"}, TrueLabel::of({"b", "zebra"})),
            entry(QStringList{"ant"}, TrueLabel::none(), QList<int>{1}), // the model's counts
            entry(QStringList(), TrueLabel::unsure()),
            entry(std::nullopt, TrueLabel::of({"a"})),
            entry(QStringList{"cat"}, TrueLabel::unreviewed()),
        };
        QList<const FrameEntry *> pointers;
        for (const FrameEntry &item : entries)
            pointers.append(&item);
        const SampleSet set = samplesOf(pointers, {"b", "a"});
        QCOMPARE(set.names, QStringList({"b", "a", "cat", "zebra", "none"}));
        QCOMPARE(set.vocabulary, 2);
        QCOMPARE(set.none(), 4);
        QCOMPARE(set.samples.at(0).predicted, QList<int>{1});
        QCOMPARE(set.samples.at(0).truth, QList<int>({0, 3}));
        QVERIFY(set.samples.at(0).probabilities.isEmpty());
        QCOMPARE(set.samples.at(1).predicted, QList<int>{1});
        QCOMPARE(set.samples.at(1).truth, QList<int>{4});
        QCOMPARE(set.samples.at(1).probabilities, QList<float>({0.25F, 0.75F}));
        QCOMPARE(set.samples.at(2).predicted, QList<int>{4});
        QVERIFY(set.samples.at(2).reviewed && !set.samples.at(2).labelled());
        QVERIFY(set.samples.at(3).predicted.isEmpty() && !set.samples.at(3).judged());
        QVERIFY(!set.samples.at(4).reviewed);
        QCOMPARE(samplesOf({}, {}).names, QStringList{"none"});
    }

    void gathersOneByOne()
    {
        SampleGatherer gatherer({"b"});
        QList<FrameEntry> entries{entry(QStringList{"zebra", "none", "b"}, TrueLabel::none()),
                                  entry(QStringList{"none"}, TrueLabel::of({"ant"})),
                                  entry(QStringList{"zebra"}, TrueLabel::unsure())};
        for (int i = 0; i < entries.size(); ++i)
            gatherer.add(entries.at(i), 10 * i);
        QCOMPARE(gatherer.count(), 3);
        entries[0].record.label = TrueLabel::of({"b"}); // its values are taken already
        SampleGatherer elsewhere(std::move(gatherer));
        const SampleSet set = elsewhere.finish();
        QCOMPARE(set.names, QStringList({"b", "ant", "zebra", "none"}));
        QCOMPARE(set.samples.at(0).predicted, QList<int>({0, 2}));
        QCOMPARE(set.samples.at(0).truth, QList<int>{3});
        QCOMPARE(set.samples.at(1).predicted, QList<int>{3});
        QCOMPARE(set.samples.at(1).truth, QList<int>{1});
        QCOMPARE(set.samples.at(2).predicted, QList<int>{2});
        QCOMPARE(set.samples.at(2).frame, 20);
        QCOMPARE(set.samples.at(2).state, ReviewState::Unsure);
    }

    /** By hand from the formula, z^2 = 3.841459: 8 of 10 is (0.8 + 0.1920729)/1.3841459 -+ ... */
    void wilson_data()
    {
        QTest::addColumn<int>("hits");
        QTest::addColumn<int>("total");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("8 of 10") << 8 << 10 << 0.490162 << 0.943318;
        QTest::newRow("all of 3") << 3 << 3 << 0.438503 << 1.0;
        QTest::newRow("none of 10") << 0 << 10 << 0.0 << 0.277533;
        QTest::newRow("half of 100") << 50 << 100 << 0.403832 << 0.596168;
    }
    void wilson()
    {
        QFETCH(int, hits);
        QFETCH(int, total);
        QFETCH(double, low);
        QFETCH(double, high);
        const auto share = wilsonShare(hits, total);
        QVERIFY(share);
        QCOMPARE(share->value, double(hits) / total);
        QVERIFY2(near(share->low, low, 1e-6), qPrintable(QString::number(share->low, 'g', 9)));
        QVERIFY2(near(share->high, high, 1e-6), qPrintable(QString::number(share->high, 'g', 9)));
    }
    void wilsonOfNothing() { QVERIFY(!wilsonShare(0, 0)); }

    /** At p = 1/2 the half width is z / (2 sqrt(n + z^2)): +-0.05 needs n + 3.84 >= 384.15. */
    void trials()
    {
        QCOMPARE(trialsUntil(0, 0, 0.05), 381);
        QCOMPARE(trialsUntil(50, 100, 0.05), 281);
        QCOMPARE(trialsUntil(500, 1000, 0.05), 0);
        // One end of 0 of n: the half width is z^2 / 2n / (1 + z^2/n), 0.05 from n = 34.6 on.
        QCOMPARE(trialsUntil(0, 10, 0.05), 25);
    }

    void scores()
    {
        const QList<ClassScore> scores = classScores(setOf({
            sample({0}, {0}),    // right
            sample({0}, {2}),    // false a, none missed
            sample({0, 1}, {1}), // false a
            sample({2}, {1}),    // false none, b missed
            sample({2}, {2}),    // right
            sample({1}, {}),     // nobody looked
            sample({}, {0}),     // nobody predicted: nothing to be wrong
        }));
        const auto check = [&](int index, int predicted, int tp, int fp, int fn, int toReview) {
            const ClassScore &s = scores.at(index);
            QCOMPARE(s.index, index);
            QCOMPARE(s.predicted, predicted);
            QCOMPARE(s.truePositives, tp);
            QCOMPARE(s.falsePositives, fp);
            QCOMPARE(s.missed, fn);
            QCOMPARE(s.toReview, toReview);
        };
        QCOMPARE(scores.size(), 3);
        check(0, 3, 1, 2, 0, 0);
        check(1, 2, 1, 0, 1, 1);
        check(2, 2, 1, 1, 1, 0);
        QCOMPARE(scores.at(0).precision->value, 1.0 / 3.0);
        QCOMPARE(scores.at(0).recall->value, 1.0);
        QCOMPARE(scores.at(0).f1->value, 0.5);
        QCOMPARE(scores.at(1).recall->value, 0.5);
        QCOMPARE(scores.at(1).f1->value, 2.0 / 3.0);
        // 1 of 2 for F*: its interval is 0.0945 to 0.9055.
        QVERIFY(qAbs(scores.at(1).f1->low - 2.0 * 0.0945 / 1.0945) < 1e-3);
        QVERIFY(qAbs(scores.at(1).f1->high - 2.0 * 0.9055 / 1.9055) < 1e-3);
        QCOMPARE(scores.at(1).reviewsForPrecision, 1);
        const QList<ClassScore> empty = classScores(setOf({sample({0}, {})}));
        QVERIFY(!empty.at(0).precision && !empty.at(0).recall && !empty.at(0).f1);
        QCOMPARE(empty.at(0).toReview, 1);
    }

    void confusion()
    {
        const Confusion c = confusionOf(setOf({
            sample({0}, {0}),    // on the diagonal
            sample({1}, {0}),    // a taken for b
            sample({0, 1}, {2}), // nothing there, taken for both: half each
            sample({0}, {0, 1}), // b not seen
            sample({0, 1}, {0}), // b seen where there was none of it
            sample({2}, {0, 1}), // both taken for none
            sample({2}, {2}),    // right
            sample({0}, {}),     // not labelled
            sample({}, {1}),     // not predicted
        }));
        QCOMPARE(c.frames, 7);
        QCOMPARE(c.size, 3);
        const QList<double> expected{3, 1, 1, /**/ 0, 0, 2, /**/ 0.5, 1.5, 1};
        QCOMPARE(c.cells, expected);
        QCOMPARE(c.rowSum(0), 5.0); // frames that hold a
        QCOMPARE(c.rowSum(1), 2.0); // frames that hold b
        QCOMPARE(c.rowSum(2), 3.0); // frames with nothing, and one surplus
    }

    void forecast()
    {
        const ClassForecast forecast(setOf({
                                         sample({0}, {0}, {0.95F, 0}), sample({0}, {0}, {0.70F, 0}),
                                         sample({0}, {2}, {0.60F, 0}),
                                         sample({0}, {1}, {0.75F, 0}), // the threshold itself goes
                                         sample({2}, {0}, {0.40F, 0}), // missed now
                                         sample({2}, {2}, {0.45F, 0}), sample({2}, {2}, {0.10F, 0}),
                                         sample({0}, {}, {0.90F, 0}), // nobody looked
                                         sample({0}, {0}),            // the camera's word only
                                     }),
                                     0);
        QCOMPARE(forecast.frames(), 7);
        QCOMPARE(forecast.trueProbabilities(), QList<float>({0.40F, 0.70F, 0.95F}));
        QCOMPARE(forecast.falseProbabilities(), QList<float>({0.10F, 0.45F, 0.60F, 0.75F}));
        QCOMPARE(forecast.at(0.5), (Forecast{0, 2, 0, 2, 0, 0}));
        QCOMPARE(forecast.at(0.75), (Forecast{2, 2, 1, 2, 0, 0}));
        QCOMPARE(forecast.at(0.65), (Forecast{1, 2, 0, 2, 0, 0}));
        QCOMPARE(forecast.at(0.3), (Forecast{0, 2, 0, 2, 1, 1}));
        QCOMPARE(forecast.at(0.3, true), (Forecast{0, 2, 0, 2, 0, 0}));
        QCOMPARE(forecast.at(1.0), (Forecast{2, 2, 2, 2, 0, 0}));
    }

    void histogram()
    {
        QCOMPARE(probabilityHistogram({0.0F, 0.24F, 0.25F, 0.99F, 1.0F}, 4),
                 QList<int>({2, 1, 0, 2}));
        QCOMPARE(probabilityHistogram({}, 2), QList<int>({0, 0}));
    }

    void calibration()
    {
        // Bin [0, 0.5): 0.25 twice, one positive; bin [0.5, 1]: 0.75 and 1, both positive.
        const SampleSet set = setOf({
            sample({2}, {0}, {0.25F, 0.0F}),
            sample({2}, {2}, {0.25F, 0.0F}),
            sample({0}, {0}, {0.75F, 0.0F}),
            sample({0}, {0, 1}, {1.0F, 0.0F}),
            sample({0}, {}, {1.0F, 1.0F}),
        });
        const Calibration a = calibrationOf(set, 0, 2);
        QCOMPARE(a.count, 4);
        QCOMPARE(a.bins.at(0).count, 2);
        QCOMPARE(a.bins.at(0).positives, 1);
        QCOMPARE(a.bins.at(0).meanPredicted, 0.25);
        QCOMPARE(a.bins.at(0).observed->value, 0.5);
        QCOMPARE(a.bins.at(1).meanPredicted, 0.875);
        QCOMPARE(a.expectedError, 0.5 * 0.25 + 0.5 * 0.125);
        // All classes: four zeros of b join the first bin, one of them positive: 2 of 6, mean 1/12.
        const Calibration all = calibrationOf(set, -1, 2);
        QCOMPARE(all.count, 8);
        QCOMPARE(all.bins.at(0).count, 6);
        QVERIFY(near(all.bins.at(0).meanPredicted, 1.0 / 12.0));
        QVERIFY(near(all.expectedError, 6.0 / 8.0 * 0.25 + 2.0 / 8.0 * 0.125));
        QCOMPARE(calibrationOf(setOf({}), -1).count, 0);
        QVERIFY(!calibrationOf(setOf({}), -1).bins.at(3).observed);
    }

    void hours()
    {
        QList<Sample> samples{sample({0}, {}), sample({0}, {1}), sample({0, 1}, {}), sample({}, {}),
                              sample({2}, {})};
        const char *times[] = {"2021-02-08T10:59:59", "2021-02-08T11:00:00", "2021-02-09T11:30:00",
                               "2021-02-08T12:00:00", ""};
        for (int i = 0; i < samples.size(); ++i)
            samples[i].captureTime =
                QDateTime::fromString(QString(times[i]) + (*times[i] ? "Z" : ""), Qt::ISODate);
        const HourCounts counts = hourCounts(setOf(samples));
        QCOMPARE(counts.classes.size(), 3);
        QCOMPARE(counts.classes.at(0)[10], 1);
        QCOMPARE(counts.classes.at(0)[11], 1);
        QCOMPARE(counts.classes.at(1)[11], 2);
        QCOMPARE(counts.classes.at(2)[12], 0);
        QCOMPARE(counts.withoutLabel, 1);
        QCOMPARE(counts.withoutTime, 1);
        QCOMPARE(counts.days, 2);
    }
};

QTEST_GUILESS_MAIN(TestAnalysis)
#include "tst_analysis.moc"
