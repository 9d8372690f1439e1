#include "core/explain/cammethods.h"

#include "tests/support/torchprobe.h"

#include <QTest>

#include <cmath>

using namespace birblens;

namespace {

void compare(const RawMap &map, const std::vector<float> &expected)
{
    QCOMPARE(map.values.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
        QVERIFY2(std::fabs(map.values[i] - expected[i]) < 1e-5F,
                 qPrintable(QStringLiteral("cell %1: %2, by hand %3")
                                .arg(i)
                                .arg(map.values[i])
                                .arg(expected[i])));
}

} // namespace

/** Two channels on a 2 x 2 grid, worked out by hand. */
class TestCamMethods : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void byHand()
    {
        const TestTensor activation{{2, 2, 2}, {1, 2, 3, 4, 2, 0, -1, 1}};
        const TestTensor gradient{{2, 2, 2}, {1, -1, 2, 2, 0, -4, 0, -4}};
        // mean(g) = 1 and -2
        compare(mapOf(QStringLiteral("gradcam-signed"), activation, gradient), {-3, 2, 5, 2});
        compare(mapOf(QStringLiteral("gradcam"), activation, gradient), {0, 2, 5, 2});
        compare(mapOf(QStringLiteral("hirescam"), activation, gradient), {1, -2, 6, 4});
    }

    /**
     * The fixture `tiny`: A0 red, A1 green - blue at every second pixel, logit1 = 2 mean A0 - 3
     * mean A1 + 0.5 on 8 x 6 cells, so the map of class 1 is (2 A0 - 3 A1) / 48 for every gradient
     * method, and the sum over the map plus the bias is the logit.
     */
    void linearTailByHand()
    {
        const auto network = Network::load(QStringLiteral(BIRBLENS_FIXTURES "/tiny.pt"));
        QVERIFY(network.ok());
        const auto tensors = readTensors(QStringLiteral(BIRBLENS_FIXTURES "/tiny.ref.pt"));
        const TestTensor input = tensors.value(QStringLiteral("input"));
        QCOMPARE(input.shape, (QList<int>{1, 3, 16, 12}));
        TorchProbe probe(**network);
        std::vector<float> expected;
        double sum = 0.0;
        for (int y = 0; y < 16; y += 2) {
            for (int x = 0; x < 12; x += 2) {
                const auto at = [&](int c) {
                    return input.values[static_cast<size_t>((c * 16 + y) * 12 + x)];
                };
                expected.push_back((2.0F * at(0) - 3.0F * (at(1) - at(2))) / 48.0F);
                sum += expected.back();
            }
        }
        for (const char *method : {"gradcam-signed", "hirescam"})
            compare(probe.one(input, 1, QString::fromLatin1(method), 0), expected);
        QVERIFY(std::fabs(sum + 0.5 - probe.logits(input).values[1]) < 1e-4);
    }

    /** Ablation against its definition: set a channel to zero and look at the logit. */
    void ablationByDefinition()
    {
        const auto network = Network::load(QStringLiteral(BIRBLENS_FIXTURES "/tiny.pt"));
        QVERIFY(network.ok());
        const TestTensor input = readTensors(QStringLiteral(BIRBLENS_FIXTURES "/tiny.ref.pt"))
                                     .value(QStringLiteral("input"));
        TorchProbe probe(**network);
        const TestTensor a = probe.activation(input, 0);
        QCOMPARE(a.shape, (QList<int>{2, 8, 6}));
        const float y = probe.logits(input).values[1];
        double mean0 = 0.0;
        double mean1 = 0.0;
        for (size_t i = 0; i < 48; ++i) {
            mean0 += a.values[i] / 48.0;
            mean1 += a.values[48 + i] / 48.0;
        }
        // y - y_k: what channel k adds to the logit 2 m0 - 3 m1 + 0.5
        const double w0 = 2.0 * mean0 / std::fabs(y);
        const double w1 = -3.0 * mean1 / std::fabs(y);
        std::vector<float> expected;
        for (size_t i = 0; i < 48; ++i)
            expected.push_back(
                static_cast<float>(std::max(0.0, w0 * a.values[i] + w1 * a.values[48 + i])));
        compare(probe.one(input, 1, QStringLiteral("ablationcam"), 0), expected);
    }

    void table()
    {
        QCOMPARE(camMethods().constFirst().name, QStringLiteral("gradcam-signed"));
        QVERIFY(findCamMethod(QStringLiteral("hirescam")));
        QVERIFY(!findCamMethod(QStringLiteral("nonsense")));
        for (const CamMethodInfo &method : camMethods()) {
            QVERIFY(!method.title.isEmpty());
            QVERIFY(method.summary.endsWith(QLatin1Char('.')));
        }
    }
};

QTEST_GUILESS_MAIN(TestCamMethods)
#include "tst_cammethods.moc"
