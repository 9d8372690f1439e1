#include "core/analysis/daystatistics.h"

#include <QTest>

using namespace birblens;

namespace {

FrameEntry entry(const std::optional<QStringList> &camera, const TrueLabel &label,
                 const std::optional<QList<int>> &model = {})
{
    FrameEntry entry;
    if (camera)
        entry.frame.camera = CameraPrediction{*camera, 0.9};
    entry.record.label = label;
    if (model) {
        entry.prediction = Prediction();
        entry.prediction->logits = {0, 0, 0};
        entry.prediction->classes = *model;
    }
    return entry;
}

DayStatistics statisticsOf(const QList<FrameEntry> &entries, const QStringList &vocabulary)
{
    QList<const FrameEntry *> pointers;
    for (const FrameEntry &item : entries)
        pointers.append(&item);
    return dayStatistics(pointers, vocabulary);
}

} // namespace

class TestDayStatistics : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void empty();
    void counts();
    void modelBeforeCamera();
    void namesOutsideOfTheVocabulary();
};

void TestDayStatistics::empty()
{
    const DayStatistics statistics = statisticsOf({}, {"a", "b"});
    QCOMPARE(statistics.frames, 0);
    QStringList labels;
    for (const LabelCount &count : statistics.labels)
        labels.append(count.label);
    QCOMPARE(labels, QStringList({"a", "b", "none"}));
}

void TestDayStatistics::counts()
{
    QList<FrameEntry> entries{
        entry(QStringList{"a"}, TrueLabel::of({"a"})),      // right
        entry(QStringList{"a"}, TrueLabel::none()),         // false positive of a, none missed
        entry(QStringList{"a", "b"}, TrueLabel::of({"b"})), // false positive of a
        entry(QStringList(), TrueLabel::of({"b"})),         // false "none", b missed
        entry(QStringList(), TrueLabel::none()),            // right
        entry(QStringList{"a"}, TrueLabel::unsure()),       // nobody knows
        entry(QStringList{"b"}, TrueLabel::unreviewed()),   // nobody looked
        entry(std::nullopt, TrueLabel::of({"a"})),          // no prediction: nothing to be wrong
    };
    entries[6].frame.gone = true;
    entries[6].problem = "missing";
    entries[7].problem = "cut off";
    const DayStatistics statistics = statisticsOf(entries, {"b", "a"});
    QCOMPARE(statistics.frames, 8);
    QCOMPARE(statistics.reviewed, 7);
    QCOMPARE(statistics.unsure, 1);
    QCOMPARE(statistics.gone, 1);
    QCOMPARE(statistics.unreadable, 1);
    QCOMPARE(statistics.labels.size(), 3);
    const auto check = [&](int place, const char *label, int predicted, int wrong, int missed) {
        const LabelCount &count = statistics.labels.at(place);
        QCOMPARE(count.label, label);
        QCOMPARE(count.predicted, predicted);
        QCOMPARE(count.falsePositives, wrong);
        QCOMPARE(count.missed, missed);
    };
    check(0, "b", 2, 0, 1);
    check(1, "a", 4, 2, 0);
    check(2, "none", 2, 1, 1);
}

void TestDayStatistics::modelBeforeCamera()
{
    const DayStatistics statistics =
        statisticsOf({entry(QStringList{"a"}, TrueLabel::of({"b"}), QList<int>{1})}, {"a", "b"});
    QCOMPARE(statistics.labels.at(0).predicted, 0);
    QCOMPARE(statistics.labels.at(1).predicted, 1);
    QCOMPARE(statistics.labels.at(1).falsePositives, 0);
}

void TestDayStatistics::namesOutsideOfTheVocabulary()
{
    const DayStatistics statistics =
        statisticsOf({entry(QStringList{"zebra"}, TrueLabel::of({"ant"}))}, {"m"});
    QStringList labels;
    for (const LabelCount &count : statistics.labels)
        labels.append(count.label);
    QCOMPARE(labels, QStringList({"m", "ant", "zebra", "none"}));
    QCOMPARE(statistics.labels.at(1).missed, 1);
    QCOMPARE(statistics.labels.at(2).falsePositives, 1);
}

QTEST_GUILESS_MAIN(TestDayStatistics)
#include "tst_daystatistics.moc"
