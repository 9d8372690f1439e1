// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/cammethods.h"

#include "tests/support/torchprobe.h"

#include <QTest>

#include <algorithm>
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

    void layerCamByHand()
    {
        const TestTensor activation{{2, 2, 2}, {1, 2, 3, 4, 2, 0, -1, 1}};
        const TestTensor gradient{{2, 2, 2}, {1, -1, 2, 2, 0, -4, 2, -4}};
        // ReLU(g) = {1, 0, 2, 2} and {0, 0, 2, 0}; the lower left cell is 6 - 2
        compare(mapOf(QStringLiteral("layercam"), activation, gradient), {1, 0, 4, 8});
        // Only the second channel, negative where its gradient is positive: nothing is left.
        compare(mapOf(QStringLiteral("layercam"), {{1, 2, 2}, {2, 0, -1, 1}},
                      {{1, 2, 2}, {0, -4, 2, -4}}),
                {0, 0, 0, 0});
    }

    void gradCamPlusPlusByHand()
    {
        const TestTensor activation{{2, 2, 2}, {1, 0, 2, 1, 0, 3, 0, 1}};
        const TestTensor gradient{{2, 2, 2}, {1, -1, 0.5F, 0, 2, 0, 0, -3}};
        // sum A = 4 and 4. Weights: 1 / (2 + 4) + 0.5 / (2 + 2) = 7 / 24, and 2 / (2 + 8) = 1 / 5;
        // a negative gradient has none.
        const float w0 = 7.0F / 24.0F;
        compare(mapOf(QStringLiteral("gradcam++"), activation, gradient),
                {w0, 0.6F, 2 * w0, w0 + 0.2F});
        // A negative gradient whose denominator, 2 + 4 * -0.5, vanishes has none either.
        compare(mapOf(QStringLiteral("gradcam++"), {{1, 2, 2}, {1, 0, 2, 1}},
                      {{1, 2, 2}, {1, -0.5F, 0, 0}}),
                {1.0F / 6.0F, 0, 2.0F / 6.0F, 1.0F / 6.0F});
        // No gradient, no map.
        compare(
            mapOf(QStringLiteral("gradcam++"), activation, {{2, 2, 2}, {0, 0, 0, 0, 0, 0, 0, 0}}),
            {0, 0, 0, 0});
    }

    void xGradCamByHand()
    {
        // sum A = 10, 0 and 2: the middle channel has no weight, though g * A does not vanish
        // there.
        const TestTensor activation{{3, 2, 2}, {1, 2, 3, 4, 5, -5, 1, -1, 2, 0, -1, 1}};
        const TestTensor gradient{{3, 2, 2}, {1, -1, 2, 2, 1, 0, 3, 0, 0, -4, 0, -4}};
        // w = (1 - 2 + 6 + 8) / 10 = 1.3 and -4 / 2 = -2; no ReLU
        compare(mapOf(QStringLiteral("xgradcam"), activation, gradient),
                {1.3F - 4, 2.6F, 3.9F + 2, 5.2F - 2});
    }

    /** The channels are 3 u and 4 u: one direction, (3, 4) / 5, on which the cells lie at 5 u. */
    void eigenCamByHand()
    {
        const TestTensor activation{{2, 2, 2}, {3, 6, 0, 9, 4, 8, 0, 12}};
        const auto map = [&](const std::vector<float> &gradient) {
            return mapOf(QStringLiteral("eigencam"), activation, {{2, 2, 2}, gradient});
        };
        const std::vector<float> bright{5, 10, 0, 15};
        const std::vector<float> dark{-5, -10, 0, -15};
        compare(map({1, 1, 1, 1, 0, 0, 0, 0}), bright);
        // Against the target: g * A falls where u rises.
        compare(map({0, 0, 0, 0, -1, -1, -1, -1}), dark);
        // HiResCAM is {3, 6, 0, -9}: on the whole it falls.
        compare(map({1, 1, 1, -1, 0, 0, 0, 0}), dark);
        // Nothing to go by: activations are mostly positive.
        compare(map({0, 0, 0, 0, 0, 0, 0, 0}), bright);
        // More channels than cells goes another way to the same map.
        compare(mapOf(QStringLiteral("eigencam"), {{3, 1, 2}, {2, 4, 1, 2, 2, 4}},
                      {{3, 1, 2}, {-1, -1, 0, 0, 0, 0}}),
                {-3, -6});
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

    /** The logit is negative; a channel whose loss lowers it further still counts as evidence. */
    void ablationOfANegativeLogit()
    {
        const auto network = Network::load(QStringLiteral(BIRBLENS_FIXTURES "/tiny.pt"));
        QVERIFY(network.ok());
        // A0 is 1 everywhere; A1, green - blue, is 4 in the upper half and 0 in the lower.
        TestTensor input{{1, 3, 16, 12}, std::vector<float>(3 * 16 * 12, 0.0F)};
        std::fill_n(input.values.begin(), 16 * 12, 1.0F);
        std::fill_n(input.values.begin() + 16 * 12, 8 * 12, 4.0F);
        TorchProbe probe(**network);
        // 2 * 1 - 3 * 2 + 0.5; without A0 it is 2 lower, without A1 6 higher
        QVERIFY(std::fabs(probe.logits(input).values[1] + 3.5F) < 1e-5F);
        std::vector<float> expected(8 * 6, 0.0F); // the upper half: (2 - 6 * 4) / 3.5, cut off
        std::fill(expected.begin() + 4 * 6, expected.end(), 2.0F / 3.5F);
        compare(probe.one(input, 1, QStringLiteral("ablationcam"), 0), expected);
    }

    /**
     * A channel without any variation masks the whole frame: all channels of a 1 x 1 layer weigh
     * the same then, in single precision too.
     */
    void scoreOfOneCell()
    {
        const auto network = Network::load(QStringLiteral(BIRBLENS_FIXTURES "/tiny.pt"));
        QVERIFY(network.ok());
        const TestTensor input = readTensors(QStringLiteral(BIRBLENS_FIXTURES "/tiny.ref.pt"))
                                     .value(QStringLiteral("input"));
        TorchProbe probe(**network);
        const TestTensor a = probe.activation(input, 1);
        QCOMPARE(a.shape, (QList<int>{2, 1, 1}));
        compare(probe.one(input, 1, QStringLiteral("scorecam"), 1),
                {std::max(0.0F, (a.values[0] + a.values[1]) / 2)});
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
