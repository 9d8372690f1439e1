// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/explainer.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace birblens;

namespace {

QImage picture(int seed)
{
    QImage image(60, 80, QImage::Format_RGB888);
    for (int y = 0; y < 80; ++y) {
        for (int x = 0; x < 60; ++x)
            image.setPixelColor(
                x, y, QColor((x * 3 + seed * 40) % 256, (y * 5) % 256, (x * y + seed) % 256));
    }
    return image;
}

} // namespace

class TestExplainer : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        const auto network =
            Network::load(QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt"));
        QVERIFY(network.ok());
        m_explainer = std::make_unique<Explainer>(*network);
    }

    /** Whatever is remembered, the answer is the one from scratch. */
    void rememberedEqualsFresh()
    {
        ExplainRequest request;
        request.key = QStringLiteral("a");
        request.classes = {0, 2};
        const auto fresh = [&](const QString &layer, const QString &method) {
            m_explainer->forget();
            ExplainRequest once = request;
            once.layer = layer;
            once.method = method;
            return m_explainer->explain(once, picture(1));
        };
        const QStringList layers{QStringLiteral("layer4"), QStringLiteral("layer2.0.bn1"),
                                 QStringLiteral("layer3.1"), QStringLiteral("conv1")};
        for (const QString &method : {QStringLiteral("gradcam-signed"), QStringLiteral("hirescam"),
                                      QStringLiteral("gradcam")}) {
            QList<Explanation> alone;
            for (const QString &layer : layers) {
                const auto result = fresh(layer, method);
                QVERIFY(result.ok());
                alone.append(*result);
            }
            m_explainer->forget();
            for (int i = 0; i < layers.size(); ++i) {
                ExplainRequest next = request;
                next.layer = layers[i];
                next.method = method;
                const auto result = m_explainer->explain(next, picture(1));
                QVERIFY(result.ok());
                QCOMPARE(result->maps.size(), 2);
                QCOMPARE(result->prediction.logits.size(), alone[i].prediction.logits.size());
                for (int c = 0; c < 2; ++c) {
                    QCOMPARE(result->maps[c].layer, layers[i]);
                    const RawMap &a = result->maps[c].map;
                    const RawMap &b = alone[i].maps[c].map;
                    QCOMPARE(a.values.size(), b.values.size());
                    const float peak = std::max(std::abs(b.min()), std::abs(b.max()));
                    for (size_t v = 0; v < a.values.size(); ++v)
                        QVERIFY(std::abs(a.values[v] - b.values[v]) <= 1e-4F * peak);
                }
            }
        }
    }

    void framesAreNotMixedUp()
    {
        ExplainRequest a;
        a.key = QStringLiteral("a");
        a.classes = {1};
        ExplainRequest b = a;
        b.key = QStringLiteral("b");
        const auto first = m_explainer->explain(a, picture(1));
        const auto second = m_explainer->explain(b, picture(2));
        const auto again = m_explainer->explain(a, picture(1));
        QVERIFY(first.ok() && second.ok() && again.ok());
        QVERIFY(first->maps[0].map.values != second->maps[0].map.values);
        QCOMPARE(first->maps[0].map.values, again->maps[0].map.values);
        QCOMPARE(again->request.key, QStringLiteral("a"));
    }

    void emptyClassesMeanThePredictedOnes()
    {
        ExplainRequest request;
        request.key = QStringLiteral("a");
        const auto result = m_explainer->explain(request, picture(1));
        QVERIFY(result.ok());
        const QList<int> predicted = result->prediction.classes;
        if (predicted.isEmpty()) {
            QCOMPARE(result->maps.size(), 1);
            QCOMPARE(result->maps[0].target.classIndex, result->prediction.mostProbable());
        } else {
            QCOMPARE(result->maps.size(), predicted.size());
        }
        QCOMPARE(result->frameSize, QSize(60, 80));
        QCOMPARE(result->inputRect, QRect(3, 0, 53, 80)); // crop to 96 x 64: m = 80/96
        QCOMPARE(result->maps[0].layer, QStringLiteral("layer4"));
    }

    void allLayersEqualSingleLayers()
    {
        ExplainRequest request;
        request.classes = {1};
        request.method = QStringLiteral("hirescam");
        QList<int> layers;
        for (const LayerInfo &layer : m_explainer->network().layers())
            layers.append(layer.index);
        const auto all = m_explainer->explainLayers(request, picture(1), layers);
        QVERIFY(all.ok());
        QCOMPARE(all->maps.size(), layers.size());
        for (const LayerInfo &layer : m_explainer->network().layers()) {
            if (!layer.block)
                continue;
            m_explainer->forget();
            request.layer = layer.name;
            const auto one = m_explainer->explain(request, picture(1));
            QVERIFY(one.ok());
            QCOMPARE(one->maps.size(), 1);
            const RawMap &alone = one->maps[0].map;
            const RawMap &together = all->maps.at(layer.index).map;
            QCOMPARE(alone.width, together.width);
            const float peak = std::max(std::fabs(alone.min()), std::fabs(alone.max()));
            for (size_t i = 0; i < alone.values.size(); ++i)
                QVERIFY(std::fabs(alone.values[i] - together.values[i]) <= 1e-4F * peak);
        }
    }

    void targets()
    {
        ExplainRequest request;
        request.key = QStringLiteral("targets");
        request.method = QStringLiteral("hirescam");
        const auto mapOf = [&](TargetKind kind, int index, int other) {
            request.classes = {index};
            request.target = kind;
            request.other = other;
            const auto result = m_explainer->explain(request, picture(1));
            return result ? result->maps.constFirst().map.values : std::vector<float>();
        };
        const std::vector<float> first = mapOf(TargetKind::Class, 0, -1);
        const std::vector<float> second = mapOf(TargetKind::Class, 1, -1);
        const std::vector<float> against = mapOf(TargetKind::Against, 0, -1);
        const std::vector<float> contrast = mapOf(TargetKind::Contrast, 0, 1);
        QCOMPARE(against.size(), first.size());
        QCOMPARE(contrast.size(), first.size());
        QVERIFY(first != second);
        for (size_t i = 0; i < first.size(); ++i) {
            // HiResCAM is linear in the target.
            QVERIFY(std::fabs(against[i] + first[i]) < 1e-4F);
            QVERIFY(std::fabs(contrast[i] - (first[i] - second[i])) < 1e-4F);
        }
        request.classes.clear();
        request.target = TargetKind::Predicted;
        const auto all = m_explainer->explain(request, picture(1));
        QVERIFY(all.ok());
        QCOMPARE(all->maps.size(), 1);
        std::vector<float> sum(first.size(), 0.0F);
        QList<int> classes = all->prediction.classes;
        if (classes.isEmpty())
            classes = {all->prediction.mostProbable()};
        for (const int index : std::as_const(classes)) {
            const std::vector<float> one = mapOf(TargetKind::Class, index, -1);
            for (size_t i = 0; i < sum.size(); ++i)
                sum[i] += one[i];
        }
        for (size_t i = 0; i < sum.size(); ++i)
            QVERIFY(std::fabs(all->maps[0].map.values[i] - sum[i]) < 1e-4F);
    }

    void mistakesAreSentences()
    {
        ExplainRequest request;
        request.key = QStringLiteral("x");
        request.method = QStringLiteral("magic");
        QVERIFY(m_explainer->explain(request, picture(1))
                    .error()
                    .sentence()
                    .contains(QLatin1String("gradcam-signed")));
        request.method = QStringLiteral("gradcam");
        request.layer = QStringLiteral("nowhere");
        QVERIFY(m_explainer->explain(request, picture(1))
                    .error()
                    .sentence()
                    .contains(QLatin1String("nowhere")));
        request.layer.clear();
        request.classes = {99};
        QVERIFY(!m_explainer->explain(request, picture(1)).ok());
        request.classes.clear();
        request.key = QStringLiteral("missing");
        request.path = QStringLiteral("there/is/no.jpg");
        QVERIFY(m_explainer->explain(request).error().sentence().contains(
            QLatin1String("there/is/no.jpg")));
    }

    void gradCamPlusPlusNeedsPositiveActivations()
    {
        ExplainRequest request;
        request.key = QStringLiteral("signed");
        request.classes = {1};
        request.method = QStringLiteral("gradcam++");
        request.layer = QStringLiteral("layer4.1.bn2"); // before the ReLU
        const auto refused = m_explainer->explain(request, picture(1));
        QVERIFY(!refused.ok());
        const QString sentence = refused.error().sentence();
        for (const char *part : {"Grad CAM++", "negative", "layer4.1.bn2", "behind a ReLU"})
            QVERIFY2(sentence.contains(QLatin1String(part)), qPrintable(sentence));
        request.layer = QStringLiteral("layer4"); // behind it
        QVERIFY(m_explainer->explain(request, picture(1)).ok());
        // Any other method takes the same layer.
        request.layer = QStringLiteral("layer4.1.bn2");
        request.method = QStringLiteral("layercam");
        QVERIFY(m_explainer->explain(request, picture(1)).ok());
    }

    void cancelStopsBetweenStages()
    {
        ExplainRequest request;
        request.key = QStringLiteral("a");
        request.classes = {0};
        request.method = QStringLiteral("ablationcam");
        int asked = 0;
        double share = -1.0;
        Report report;
        report.cancelled = [&asked] { return ++asked > 3; };
        report.progress = [&share](double now) { share = now; };
        const auto result = m_explainer->explain(request, picture(1), report);
        QVERIFY(!result.ok());
        QCOMPARE(result.error().what, QStringLiteral("Cancelled"));
        QVERIFY(asked < 10);
        QVERIFY(share > 0.0 && share < 1.0);
        // What was remembered is still right.
        request.method = QStringLiteral("gradcam");
        QVERIFY(m_explainer->explain(request, picture(1)).ok());
    }

private:
    std::unique_ptr<Explainer> m_explainer;
};

QTEST_GUILESS_MAIN(TestExplainer)
#include "tst_explainer.moc"
