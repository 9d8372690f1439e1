// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/explainer.h"
#include "core/explain/trustcheck.h"
#include "core/jobs/inferenceservice.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace birblens;

namespace {

constexpr int patience = 120000;
/** A ResNet-18 with a quarter of the channels, with names. */
const QString narrow = QStringLiteral("half");

QString fixture(const QString &name)
{
    return QStringLiteral(BIRBLENS_FIXTURES "/%1.pt").arg(name);
}

QImage picture()
{
    QImage image(60, 80, QImage::Format_RGB888);
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 60; ++x)
            image.setPixelColor(x, y, QColor(x * 3 % 256, (y * 5) % 256, x * y % 256));
    }
    return image;
}

ExplainRequest requestOf(int classIndex, TargetKind target = TargetKind::Class, int other = -1)
{
    ExplainRequest request;
    request.classes = {classIndex};
    request.target = target;
    request.other = other;
    return request;
}

/** An explained frame and the network it was explained by. */
struct Explained
{
    explicit Explained(const QString &name, const QImage &image = picture(),
                       const ExplainRequest &request = requestOf(1))
        : frame(image)
    {
        const auto loaded = Network::load(fixture(name));
        if (!loaded)
            qFatal("%s", qPrintable(loaded.error().sentence()));
        network = *loaded;
        const auto explanation = Explainer(network).explain(request, frame);
        if (!explanation)
            qFatal("%s", qPrintable(explanation.error().sentence()));
        map = explanation->maps.first();
        prediction = explanation->prediction;
    }
    Result<TrustReport> check(const Report &report = {}) const
    {
        return checkTrust(*network, frame, map, report);
    }

    QImage frame;
    std::shared_ptr<Network> network;
    ClassMap map;
    Prediction prediction;
};

RawMap mapOf(int height, int width, const std::function<float(int y, int x)> &value)
{
    RawMap map;
    map.height = height;
    map.width = width;
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x)
            map.values.push_back(value(y, x));
    }
    return map;
}

/** 20 random curves; the first ones are slower than the shown map's. */
TrustReport fakeReport(int slowerDeletions, int slowerInsertions, const QList<double> &correlations)
{
    TrustReport report;
    report.target = QStringLiteral("chickadee");
    report.curves.fractions = {0.0, 1.0};
    report.curves.shown = {{0.9, 0.1}, {0.1, 0.9}, 0.5, 0.5};
    for (int i = 0; i < 20; ++i) {
        TrustCurve random = report.curves.shown;
        random.deletionArea = i < slowerDeletions ? 0.6 : 0.5; // an equal one is not slower
        random.insertionArea = i < slowerInsertions ? 0.4 : 0.5;
        report.curves.random.append(random);
    }
    for (const double correlation : correlations)
        report.randomisation.append({QStringLiteral("layer"), {}, correlation});
    return report;
}

void compareReports(const TrustReport &a, const TrustReport &b)
{
    QCOMPARE(a.curves.shown.deletion, b.curves.shown.deletion);
    QCOMPARE(a.curves.shown.insertion, b.curves.shown.insertion);
    QCOMPARE(a.curves.random.size(), b.curves.random.size());
    for (qsizetype i = 0; i < a.curves.random.size(); ++i) {
        QCOMPARE(a.curves.random[i].deletion, b.curves.random[i].deletion);
        QCOMPARE(a.curves.random[i].insertion, b.curves.random[i].insertion);
    }
    QCOMPARE(a.randomisation.size(), b.randomisation.size());
    for (qsizetype i = 0; i < a.randomisation.size(); ++i) {
        QCOMPARE(a.randomisation[i].upTo, b.randomisation[i].upTo);
        QCOMPARE(a.randomisation[i].map.values, b.randomisation[i].map.values);
    }
}

} // namespace

class TestTrust : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void areas()
    {
        QCOMPARE(curveArea({0.0, 0.5, 1.0}, {1.0, 1.0, 1.0}), 1.0);
        QCOMPARE(curveArea({0.0, 0.5, 1.0}, {1.0, 0.5, 0.0}), 0.5);
        QCOMPARE(curveArea({0.0, 0.5, 1.0}, {1.0, 0.0, 0.0}), 0.25);
        QCOMPARE(curveArea({0.0, 0.25, 1.0}, {-2.0, 2.0, 2.0}), 1.5);
    }

    void equalValuesKeepTheirOrder()
    {
        QCOMPARE(descendingOrder({1.0F, 3.0F, 1.0F, 3.0F, 2.0F}),
                 (std::vector<int>{1, 3, 4, 0, 2}));
        QCOMPARE(descendingOrder({0.0F, -0.0F, 0.0F}), (std::vector<int>{0, 1, 2}));
    }

    void rankCorrelations()
    {
        QCOMPARE(rankCorrelation({1.0F, 2.0F, 3.0F}, {10.0F, 20.0F, 1000.0F}), 1.0);
        QCOMPARE(rankCorrelation({1.0F, 2.0F, 3.0F}, {3.0F, 2.0F, 1.0F}), -1.0);
        // Ranks 1 2 3 4 5 and 2 1 4 3 5: 1 - 6 * 4 / (5 * 24).
        QVERIFY(std::abs(rankCorrelation({1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}) - 0.8) < 1e-12);
        // Ranks 1 2 3 and 1.5 1.5 3.
        QVERIFY(std::abs(rankCorrelation({1, 2, 3}, {5, 5, 6}) - std::sqrt(0.75)) < 1e-12);
        QCOMPARE(rankCorrelation({1, 2, 3}, {7, 7, 7}), 0.0);
    }

    void neighboursOfAChessboardAreOpposites()
    {
        const RawMap board = mapOf(6, 6, [](int y, int x) { return float((x + y) % 2); });
        QVERIFY(std::abs(neighbourCorrelation(board) + 1.0) < 1e-6);
        const RawMap flat = mapOf(6, 6, [](int, int) { return 4.0F; });
        QCOMPARE(neighbourCorrelation(flat), 0.0);
    }

    void randomMapsAreAsSmooth_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("width");
        QTest::addColumn<double>("radius");
        QTest::newRow("last block") << 10 << 8 << 1.0;
        QTest::newRow("middle") << 40 << 30 << 3.0;
        QTest::newRow("first") << 160 << 120 << 8.0;
    }
    void randomMapsAreAsSmooth()
    {
        QFETCH(int, height);
        QFETCH(int, width);
        QFETCH(double, radius);
        const RawMap hills = mapOf(height, width, [=](int y, int x) {
            return static_cast<float>(std::sin(x / radius) * std::cos(y / radius));
        });
        const QList<RawMap> random = randomMapsLike(hills, 20, 1);
        QCOMPARE(random.size(), 20);
        double sum = 0.0;
        for (const RawMap &map : random) {
            QCOMPARE(map.height, height);
            QCOMPARE(map.width, width);
            sum += neighbourCorrelation(map);
        }
        QVERIFY2(std::abs(sum / 20.0 - neighbourCorrelation(hills)) < 0.03,
                 qPrintable(QStringLiteral("%1 instead of %2")
                                .arg(sum / 20.0)
                                .arg(neighbourCorrelation(hills))));
        QVERIFY(random[0].values != random[1].values);
        QCOMPARE(randomMapsLike(hills, 20, 1)[7].values, random[7].values);
        QVERIFY(randomMapsLike(hills, 20, 2)[7].values != random[7].values);
    }

    void readings_data()
    {
        QTest::addColumn<int>("deletions");
        QTest::addColumn<int>("insertions");
        QTest::addColumn<double>("correlation");
        QTest::addColumn<QStringList>("says");
        QTest::newRow("good") << 20 << 19 << 0.04
                              << QStringList{"lowers chickadee faster than 20 of 20 random regions",
                                             "faster than 19 of 20: the map marks what the network",
                                             "(rank correlation 0.04 at the end)",
                                             "it depends on what was learned."};
        QTest::newRow("chance") << 9 << 4 << -0.1
                                << QStringList{"faster than only 9 of 20",
                                               "only 4 of 20: no better than chance."};
        QTest::newRow("one of two")
            << 20 << 4 << 0.0 << QStringList{"only one of the two is better than chance."};
        QTest::newRow("perhaps") << 17 << 12 << 0.0 << QStringList{"this may be chance."};
        QTest::newRow("stays") << 20 << 20 << 0.83
                               << QStringList{"The map stays", "0.83",
                                              "hardly depends on what the network learned."};
        QTest::newRow("turns over") << 20 << 20 << -0.7 << QStringList{"turns over", "-0.70"};
        QTest::newRow("no minus zero") << 20 << 20 << -0.001 << QStringList{"correlation 0.00"};
    }
    void readings()
    {
        QFETCH(int, deletions);
        QFETCH(int, insertions);
        QFETCH(double, correlation);
        QFETCH(QStringList, says);
        const QString text = trustReading(fakeReport(deletions, insertions, {0.9, correlation}));
        for (const QString &part : says)
            QVERIFY2(text.contains(part), qPrintable(text));
        QVERIFY(!text.contains(QLatin1String("say little")));
    }

    void readingsOfLittle()
    {
        QVERIFY(trustReading({}).isEmpty());
        TrustReport report = fakeReport(20, 20, {});
        QVERIFY(trustReading(report).contains(QLatin1String("no weights")));
        report.curves.shown.deletion = {0.05, 0.02};
        report.curves.shown.insertion = {0.02, 0.05};
        QVERIFY(trustReading(report).contains(QLatin1String("from 0.05 to 0.02 only")));
    }

    void curvesStartAndEndWhereTheFrameDoes()
    {
        const Explained explained(narrow);
        const auto report = explained.check();
        QVERIFY(report.ok());
        const TrustCurves &curves = report->curves;
        QCOMPARE(curves.fractions.size(), 12);
        QCOMPARE(curves.fractions.first(), 0.0);
        QCOMPARE(curves.fractions.last(), 1.0);
        QCOMPARE(curves.random.size(), 20);
        QVERIFY(report->yIsProbability);
        const double whole = explained.prediction.probabilities[1];
        const double blurred = curves.shown.insertion.first();
        QVERIFY(std::abs(blurred - whole) > 1e-4);
        for (const TrustCurve &curve : QList<TrustCurve>{curves.shown} + curves.random) {
            QCOMPARE(curve.deletion.size(), curves.fractions.size());
            QCOMPARE(curve.insertion.size(), curves.fractions.size());
            QVERIFY(std::abs(curve.deletion.first() - whole) < 1e-4);
            QVERIFY(std::abs(curve.insertion.last() - whole) < 1e-4);
            QCOMPARE(curve.deletion.last(), blurred);
            QCOMPARE(curve.insertion.first(), blurred);
        }
        compareReports(*report, *explained.check());
    }

    /** A frame of one colour is its own blurred copy: nothing can change. */
    void aBlurredFrameOfOneColourIsTheFrame()
    {
        QImage grey(60, 80, QImage::Format_RGB888);
        grey.fill(QColor(90, 120, 150));
        const Explained explained(narrow, grey);
        const auto report = explained.check();
        QVERIFY(report.ok());
        const double y = explained.prediction.probabilities[1];
        for (const double value : report->curves.shown.deletion)
            QVERIFY(std::abs(value - y) < 1e-4);
        QVERIFY(trustReading(*report).contains(QLatin1String("say little")));
    }

    /** The tiny network's class 0 is the mean of red: its map is the red itself. */
    void aTrueMapWinsAndItsOppositeLoses()
    {
        // Blurring takes red away from the pixels that the network reads, at the left only.
        QImage dots(12, 16, QImage::Format_RGB888);
        dots.fill(Qt::black);
        for (int y = 0; y < 16; y += 2) {
            for (int x = 0; x < 6; x += 2)
                dots.setPixelColor(x, y, QColor(255, 0, 0));
        }
        Explained explained(QStringLiteral("tiny"), dots, requestOf(0));
        const auto good = explained.check();
        QVERIFY(good.ok());
        QVERIFY(good->curves.slowerDeletions() >= 19);
        QVERIFY(good->curves.slowerInsertions() >= 19);
        for (float &value : explained.map.map.values)
            value = -value;
        const auto bad = explained.check();
        QVERIFY(bad.ok());
        QVERIFY(bad->curves.slowerDeletions() <= 1);
        QVERIFY(bad->curves.slowerInsertions() <= 1);
    }

    void otherTargetsAreLogits()
    {
        const Explained explained(narrow, picture(), requestOf(1, TargetKind::Contrast, 2));
        const auto report = explained.check();
        QVERIFY(report.ok());
        QVERIFY(!report->yIsProbability);
        const double difference = explained.prediction.logits[1] - explained.prediction.logits[2];
        QVERIFY(std::abs(report->curves.shown.deletion.first() - difference) < 1e-3);
        QCOMPARE(report->target, QStringLiteral("magpie - sparrow"));
    }

    void shufflesFromTheLogitsDown()
    {
        const Explained explained(QStringLiteral("resnet18_scripted"));
        const auto report = explained.check();
        QVERIFY(report.ok());
        QStringList names;
        for (const RandomisationStep &step : report->randomisation)
            names.append(step.upTo);
        QCOMPARE(names,
                 (QStringList{"fc", "layer4", "layer3", "layer2", "layer1", "bn1", "conv1"}));
        QSet<QString> maps;
        for (const RandomisationStep &step : report->randomisation) {
            QCOMPARE(step.map.height, explained.map.map.height);
            QCOMPARE(step.map.width, explained.map.map.width);
            QVERIFY(step.map.values != explained.map.map.values);
            QCOMPARE(step.rankCorrelation,
                     rankCorrelation(explained.map.map.values, step.map.values));
        }
        for (qsizetype i = 1; i < names.size(); ++i)
            QVERIFY(report->randomisation[i].map.values != report->randomisation[i - 1].map.values);
    }

    void theOpenNetworkStaysAsItIs_data()
    {
        QTest::addColumn<QString>("method");
        for (const char *name : {"resnet18_scripted", "frozen", "convnext_scripted",
                                 "vgg11_bn_scripted", "tuple_output", "half"})
            QTest::newRow(name) << QStringLiteral("hirescam");
        QTest::newRow("resnet18_traced") << QStringLiteral("ablationcam");
    }
    void theOpenNetworkStaysAsItIs()
    {
        QFETCH(QString, method);
        ExplainRequest request = requestOf(1);
        request.method = method;
        const Explained explained(QString::fromLatin1(QTest::currentDataTag()), picture(), request);
        const auto before = explained.network->classify({explained.frame});
        const auto report = explained.check();
        QVERIFY2(report.ok(), qPrintable(report.ok() ? QString() : report.error().sentence()));
        QVERIFY(report->randomisation.size() >= 3);
        QVERIFY(report->randomisation.size() <= 8);
        QVERIFY(std::abs(report->randomisation.last().rankCorrelation) < 0.99);
        const auto after = explained.network->classify({explained.frame});
        QCOMPARE(after->first().prediction.logits, before->first().prediction.logits);
        const auto again = Explainer(explained.network).explain(request, explained.frame);
        QCOMPARE(again->maps.first().map.values, explained.map.map.values);
    }

    void refusesAMapWithoutAnOrder()
    {
        Explained explained(QStringLiteral("tiny"));
        explained.map.map.values.assign(explained.map.map.values.size(), 2.0F);
        const auto report = explained.check();
        QVERIFY(!report.ok());
        QVERIFY(report.error().sentence().contains(QLatin1String("same value everywhere")));
    }

    void cancelsAndGoesOn()
    {
        const Explained explained(narrow);
        int asked = 0;
        Report report;
        report.cancelled = [&asked] { return ++asked > 5; };
        const auto cancelled = explained.check(report);
        QVERIFY(!cancelled.ok());
        QCOMPARE(cancelled.error().what, QStringLiteral("Cancelled"));

        // A piece that was cancelled is done again and leaves no trace.
        TrustCheck check(explained.frame, explained.map);
        double share = 0.0;
        report.cancelled = [&asked] { return ++asked % 3 == 0; };
        report.progress = [&share](double now) {
            QVERIFY(now >= share);
            share = now;
        };
        bool more = true;
        while (more) {
            const auto step = check.advance(*explained.network, report);
            more = !step.ok() || *step;
        }
        QCOMPARE(share, 1.0);
        compareReports(check.report(), *explained.check());
    }

    void runsBetweenRequests()
    {
        QTemporaryDir folder;
        for (int i = 0; i < 3; ++i)
            picture().save(folder.filePath(QStringLiteral("2021-02-08T10:0%1:00_none.jpg").arg(i)));
        ReviewSession session;
        InferenceService service(session);
        session.openDay(folder.path());
        QTRY_COMPARE_WITH_TIMEOUT(session.day().size(), 3, patience);
        service.openModel(fixture(narrow));
        QTRY_VERIFY_WITH_TIMEOUT(session.explain().explanation().has_value(), patience);
        QSignalSpy progress(&service, &InferenceService::trustProgress);
        int finished = 0;
        QStringList order;
        std::optional<Result<TrustReport>> last;
        connect(&service, &InferenceService::trustFinished, this,
                [&](const Result<TrustReport> &report) {
                    ++finished;
                    last = report;
                    order.append(QStringLiteral("trust"));
                });
        connect(&session.explain(), &ExplainState::explanationChanged, this, [&] {
            order.append(session.explain().explanation() ? session.currentKey() : QString());
        });

        const Explanation first = *session.explain().explanation();
        service.startTrust(first.request.path, first.maps.first());
        QVERIFY(service.isCheckingTrust());
        QTRY_VERIFY_WITH_TIMEOUT(progress.size() >= 3, patience);
        // The person goes on: the next frame is explained before the check is through.
        const QString next = session.day().at(2).frame.key;
        session.setCurrentKey(next);
        QTRY_COMPARE_WITH_TIMEOUT(finished, 1, patience);
        QVERIFY(last->ok());
        QCOMPARE((*last)->map.map.values, first.maps.first().map.values);
        QVERIFY(order.indexOf(next) >= 0);
        QVERIFY(order.indexOf(next) < order.indexOf(QStringLiteral("trust")));
        QVERIFY(!service.isCheckingTrust());

        service.startTrust(first.request.path, first.maps.first());
        service.cancelTrust();
        QCOMPARE(finished, 2);
        QVERIFY(!last->ok());
        service.startTrust(folder.filePath(QStringLiteral("missing.jpg")), first.maps.first());
        QTRY_COMPARE_WITH_TIMEOUT(finished, 3, patience);
        QVERIFY(last->error().sentence().contains(QLatin1String("missing.jpg")));
        service.startTrust(first.request.path, first.maps.first());
        service.openModel(fixture(QStringLiteral("tiny")));
        QCOMPARE(finished, 4);
        QTRY_COMPARE_WITH_TIMEOUT(session.explain().model()->info.vocabulary.size(), 2, patience);
        service.startTrust(first.request.path, first.maps.first());
        // The destructor neither waits for the check nor reports it.
    }
};

QTEST_GUILESS_MAIN(TestTrust)
#include "tst_trust.moc"
