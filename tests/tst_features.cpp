// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/features.h"
#include "core/model/network.h"

#include "tests/support/torchprobe.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace birblens;

namespace {

QString fixture(const QString &name)
{
    return QStringLiteral(BIRBLENS_FIXTURES "/") + name;
}

double length(const std::vector<float> &values)
{
    double sum = 0.0;
    for (const float value : values)
        sum += double(value) * double(value);
    return std::sqrt(sum);
}

double distance(const std::vector<float> &a, const std::vector<float> &b)
{
    std::vector<float> difference(a.size());
    for (size_t i = 0; i < a.size(); ++i)
        difference[i] = a[i] - b.at(i);
    return length(difference);
}

QByteArray packed(const std::vector<float> &values)
{
    return packedFeatures(values.data(), qsizetype(values.size()));
}

} // namespace

/** What is kept of a frame beside its logits, and how alike two frames are by it. */
class TestFeatures : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void areWhatTheLastLinearLayerIsGiven_data();
    void areWhatTheLastLinearLayerIsGiven();
    void ofTheLastLayerWhereHeadsAreJoined();
    void packingTurnsAVectorALittle();
    void packingKnowsNothingness();
};

void TestFeatures::areWhatTheLastLinearLayerIsGiven_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("size");
    const std::pair<const char *, int> networks[] = {
        {"resnet18_scripted", 512},
        {"resnet18_traced", 512},
        {"resnet34_fastai", 512}, // behind concatenated pooling and a hidden layer
        {"bottleneck_scripted", 512},
        {"bottleneck_frozen", 512},
        {"mobilenet_v2_scripted", 1280},
        {"mobilenet_v2_frozen", 1280},
        {"mobilenet_v3_scripted", 1024},
        {"efficientnet_b0_traced", 1280},
        {"densenet121_scripted", 1024},
        {"densenet121_frozen", 1024},
        {"squeezenet1_1_scripted", 512}, // a 1 x 1 convolution, pooled afterwards
        {"squeezenet1_1_frozen", 512},
        {"vgg11_bn_scripted", 64},
        {"vgg11_bn_frozen", 64},
        {"convnext_scripted", 48},
        {"convnext_traced", 48},
        {"shared_relu", 12},
        {"frozen", 128},
        {"tiny", 2}};
    for (const auto &[name, size] : networks)
        QTest::newRow(name) << QString::fromLatin1(name) << size;
}

/** Compared with what a hook of PyTorch's saw there. */
void TestFeatures::areWhatTheLastLinearLayerIsGiven()
{
    QFETCH(QString, name);
    QFETCH(int, size);
    const auto reference = readTensors(fixture(referenceName(name) + QStringLiteral(".ref.pt")));
    const TestTensor input = reference.value(QStringLiteral("input"));
    const TestTensor expected = reference.value(QStringLiteral("features"));
    QCOMPARE(expected.values.size(), size_t(size));
    InputSpec spec;
    spec.height = input.shape.at(2);
    spec.width = input.shape.at(3);
    for (const Precision precision : {Precision::Double, Precision::SinglePacked}) {
        TorchProbe probe(fixture(name + QStringLiteral(".pt")), spec, precision);
        const TestTensor features = probe.features(input);
        QCOMPARE(features.values.size(), expected.values.size());
        const double off = distance(features.values, expected.values) / length(expected.values);
        QVERIFY2(off < 1e-4, qPrintable(QString::number(off)));
        QVERIFY(cosine(packed(features.values), packed(expected.values)) > 0.9999);
    }
}

void TestFeatures::ofTheLastLayerWhereHeadsAreJoined()
{
    const auto reference = readTensors(fixture(QStringLiteral("two_heads.ref.pt")));
    const TestTensor input = reference.value(QStringLiteral("input"));
    InputSpec spec;
    spec.height = input.shape.at(2);
    spec.width = input.shape.at(3);
    TorchProbe probe(fixture(QStringLiteral("two_heads.pt")), spec);
    const TestTensor layer = probe.activation(input, int(probe.layers().size()) - 1);
    const size_t cells = size_t(layer.shape.at(1)) * size_t(layer.shape.at(2));
    const TestTensor features = probe.features(input);
    QCOMPARE(features.values.size(), size_t(layer.shape.at(0)));
    for (size_t channel = 0; channel < features.values.size(); ++channel) {
        double mean = 0.0;
        for (size_t cell = 0; cell < cells; ++cell)
            mean += double(layer.values[channel * cells + cell]) / double(cells);
        QVERIFY(std::fabs(mean - double(features.values[channel])) < 1e-5);
    }
}

void TestFeatures::packingTurnsAVectorALittle()
{
    std::mt19937 random(7);
    std::normal_distribution<float> normal;
    for (const size_t size : {size_t{64}, size_t{512}, size_t{1280}}) {
        for (int round = 0; round < 50; ++round) {
            // As behind a ReLU and pooling: positive, a few large ones; the second partly like the
            // first.
            std::vector<float> a(size);
            std::vector<float> b(size);
            double product = 0.0;
            for (size_t i = 0; i < size; ++i) {
                a[i] = std::exp(normal(random)) * (normal(random) > 0.0F ? 1.0F : 0.0F);
                b[i] = 0.5F * a[i] + 0.5F * std::exp(normal(random));
                product += double(a[i]) * double(b[i]);
            }
            const double exact = product / (length(a) * length(b));
            QVERIFY(std::fabs(cosine(packed(a), packed(b)) - exact) < 0.003);
            std::vector<float> twice = a;
            for (float &value : twice)
                value *= 1000.0F;
            QCOMPARE(packed(twice), packed(a)); // only the direction counts
        }
    }
    const std::vector<float> axis{0.0F, -2.0F, 0.0F};
    QCOMPARE(packed(axis), QByteArray("\0\x81\0", 3)); // -127
    QCOMPARE(cosine(packed(axis), packed({0.0F, 5.0F, 0.0F})), -1.0);
    QCOMPARE(cosine(packed(axis), packed({1.0F, 0.0F, 0.0F})), 0.0);
}

void TestFeatures::packingKnowsNothingness()
{
    const QByteArray nothing(3, '\0');
    QCOMPARE(packed({0.0F, 0.0F, 0.0F}), nothing);
    QCOMPARE(packed({1.0F, std::nanf(""), 0.0F}), nothing);
    QCOMPARE(packed({1.0F, INFINITY, 0.0F}), nothing);
    QCOMPARE(cosine(nothing, packed({1.0F, 0.0F, 0.0F})), 0.0);
    QCOMPARE(cosine(packed({1.0F}), packed({1.0F, 0.0F})), 0.0); // of different networks
}

QTEST_GUILESS_MAIN(TestFeatures)
#include "tst_features.moc"
