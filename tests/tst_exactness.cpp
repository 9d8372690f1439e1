// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/network.h"

#include "tests/support/torchprobe.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace birblens;

namespace {

constexpr double ofPeak = 1e-4;
constexpr double ofPeakInDouble = 1e-6;
/** A map below this is zero: HiResCAM before a norm over channels vanishes, the norm ignores scale.
 */
constexpr double vanishing = 1e-12;

/** Largest difference, as a share of the reference's own peak. */
double relativeDifference(const std::vector<float> &ours, const std::vector<float> &reference)
{
    double peak = 0.0;
    double worst = ours.size() == reference.size() ? 0.0 : HUGE_VAL;
    for (size_t i = 0; i < std::min(ours.size(), reference.size()); ++i) {
        peak = std::max(peak, std::fabs(static_cast<double>(reference[i])));
        const double difference = std::fabs(static_cast<double>(reference[i] - ours[i]));
        worst = std::isfinite(difference) ? std::max(worst, difference) : HUGE_VAL;
    }
    return worst / std::max(peak, vanishing);
}

double relativeDifference(const RawMap &ours, const TestTensor &reference)
{
    return relativeDifference(ours.values, reference.values);
}

/**
 * Ablation-CAM weighs a channel by the difference of two nearly equal logits, each with the
 * rounding of its own size. Four roundings on the way through the tail, as a share of the map's
 * peak: they reach it by peak of sum_k |A_k| over peak of |map|.
 */
double ablationRounding(const TestTensor &activation, const TestTensor &map)
{
    const size_t cells = map.values.size();
    std::vector<double> sum(cells, 0.0);
    for (size_t i = 0; i < activation.values.size(); ++i)
        sum[i % cells] += std::fabs(static_cast<double>(activation.values[i]));
    double peak = vanishing;
    for (const float value : map.values)
        peak = std::max(peak, std::fabs(static_cast<double>(value)));
    return 4.0 * *std::max_element(sum.cbegin(), sum.cend()) / peak *
           std::numeric_limits<float>::epsilon();
}

QString fixture(const QString &file)
{
    return QStringLiteral(BIRBLENS_FIXTURES "/") + file;
}

QString referenceFile(const QString &network)
{
    return fixture(referenceName(network) + QStringLiteral(".ref.pt"));
}

InputSpec sizeOf(const TestTensor &input)
{
    InputSpec spec;
    spec.height = input.shape.at(2);
    spec.width = input.shape.at(3);
    return spec;
}

/** "relu#2" -> "L__relu__call2__gradcam_signed". */
QString bufferName(const QString &layer, const QString &what)
{
    QString key = layer;
    key.replace(QLatin1Char('.'), QLatin1String("__"));
    key.replace(QLatin1Char('#'), QLatin1String("__call"));
    return QStringLiteral("L__%1__%2").arg(key, what);
}

/** "gradcam++" -> "gradcampp". */
QString bufferOf(const QString &layer, QString method)
{
    return bufferName(layer, method.replace(QLatin1Char('+'), QLatin1Char('p'))
                                 .replace(QLatin1Char('-'), QLatin1Char('_')));
}

/** The input with noise of at most 1e-6, its own rounding. */
TestTensor nudged(TestTensor input, unsigned seed)
{
    std::minstd_rand random(seed);
    std::uniform_real_distribution<float> noise(-1e-6F, 1e-6F);
    for (float &value : input.values)
        value += noise(random);
    return input;
}

} // namespace

/** Maps and logits against numbers computed by PyTorch with hooks that clone
 * (data/make_fixtures.py). */
class TestExactness : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void everyLayer_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name : {"resnet18_scripted",
                                 "resnet18_traced",
                                 "resnet34_fastai",
                                 "bottleneck_scripted",
                                 "bottleneck_traced",
                                 "mobilenet_v2_scripted",
                                 "mobilenet_v2_traced",
                                 "mobilenet_v3_scripted",
                                 "efficientnet_b0_scripted",
                                 "efficientnet_b0_traced",
                                 "densenet121_scripted",
                                 "densenet121_traced",
                                 "squeezenet1_1_scripted",
                                 "squeezenet1_1_traced",
                                 "vgg11_bn_scripted",
                                 "vgg11_bn_traced",
                                 "convnext_scripted",
                                 "convnext_traced",
                                 "shared_relu",
                                 "half",
                                 "tiny"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    /**
     * Every method that needs the gradient only. In double precision, so that a wrong rewrite
     * cannot hide behind rounding, nor rounding accuse it.
     */
    void everyLayer()
    {
        QFETCH(QString, name);
        const QString file = fixture(name + QStringLiteral(".pt"));
        const auto network = Network::load(file);
        QVERIFY2(network.ok(), qPrintable(network.ok() ? QString() : network.error().sentence()));
        const auto reference = readTensors(referenceFile(name));
        const TestTensor input = reference.value(QStringLiteral("input"));
        QVERIFY(!input.isEmpty());
        TorchProbe probe(file, (*network)->info().input);
        QCOMPARE(probe.layers().size(), (*network)->layers().size());

        int compared = 0;
        int singleCells = 0;
        double worst = 0.0;
        QList<bool> negative;
        for (const LayerInfo &layer : probe.layers()) {
            const TestTensor activation = probe.activation(input, layer.index);
            negative.append(*std::min_element(activation.values.begin(), activation.values.end()) <
                            0.0F);
            singleCells += layer.height * layer.width == 1 ? 1 : 0;
            const TestTensor known = reference.value(bufferName(layer.name, QStringLiteral("act")));
            if (known.isEmpty()) // only the small ones are kept
                continue;
            QCOMPARE(activation.shape, known.shape);
            QVERIFY2(relativeDifference(activation.values, known.values) < ofPeakInDouble,
                     qPrintable(layer.name));
        }
        for (const char *each : {"gradcam-signed", "gradcam", "hirescam", "xgradcam", "layercam",
                                 "gradcam++", "eigencam"}) {
            const QString method = QString::fromLatin1(each);
            const QList<LayerMap> together = probe.byOneBackward(input, 1, method);
            QCOMPARE(together.size(), probe.layers().size());
            for (const LayerInfo &layer : probe.layers()) {
                const TestTensor map = reference.value(bufferOf(layer.name, method));
                if (map.isEmpty()) {
                    QVERIFY2(method == QLatin1String("eigencam") ||
                                 (method == QLatin1String("gradcam++") && negative[layer.index]),
                             qPrintable(layer.name + method));
                    continue;
                }
                const double difference = relativeDifference(together.at(layer.index).map, map);
                QVERIFY2(
                    difference < ofPeakInDouble,
                    qPrintable(QStringLiteral("%1 %2 %3").arg(layer.name, method).arg(difference)));
                worst = std::max(worst, difference);
                ++compared;
                // Every cut is a graph of its own: compare a spread of them, and all of small
                // networks.
                if (method != QLatin1String("gradcam-signed") &&
                    method != QLatin1String("hirescam"))
                    continue;
                if (layer.index % 7 == 0 || layer.block || probe.layers().size() < 40) {
                    const double cut =
                        relativeDifference(probe.one(input, 1, method, layer.index), map);
                    QVERIFY2(cut < ofPeakInDouble,
                             qPrintable(
                                 QStringLiteral("cut %1 %2 %3").arg(layer.name, method).arg(cut)));
                }
            }
        }
        qInfo("%s: %d layers (%d of one cell), %d maps compared, largest difference %.2g of the "
              "peak",
              qPrintable(name), static_cast<int>(probe.layers().size()), singleCells, compared,
              worst);
        QVERIFY(compared >= 5 * probe.layers().size());
        QVERIFY(!name.startsWith(QLatin1String("efficientnet")) || singleCells > 60);

        // What a person sees is computed in single precision: logits, and the map of the default
        // layer.
        TorchProbe single(**network);
        const TestTensor logits = single.logits(input);
        const TestTensor expected = reference.value(QStringLiteral("logits"));
        QCOMPARE(logits.values.size(), expected.values.size());
        for (size_t i = 0; i < logits.values.size(); ++i)
            QVERIFY(std::fabs(logits.values[i] - expected.values[i]) < 1e-3F);
        const int shown = (*network)->findLayer(QStringLiteral("last"));
        const TestTensor map = reference.value(
            bufferName((*network)->layers().at(shown).name, QStringLiteral("gradcam_signed")));
        const double difference =
            relativeDifference(single.one(input, 1, QStringLiteral("gradcam-signed"), shown), map);
        QVERIFY2(difference < ofPeak, qPrintable(QString::number(difference)));
    }

    void askingTheNetwork_data()
    {
        QTest::addColumn<QString>("name");
        for (const char *name :
             {"tiny", "shared_relu", "bottleneck_scripted", "bottleneck_traced",
              "vgg11_bn_scripted", "convnext_scripted", "efficientnet_b0_scripted"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    /** The methods without gradients, against a loop that asks PyTorch one question at a time. */
    void askingTheNetwork()
    {
        QFETCH(QString, name);
        const QString file = fixture(name + QStringLiteral(".pt"));
        const auto network = Network::load(file);
        QVERIFY(network.ok());
        const auto reference = readTensors(referenceFile(name));
        const TestTensor input = reference.value(QStringLiteral("input"));
        TorchProbe exact(file, (*network)->info().input);
        TorchProbe single(**network);
        for (const char *each : {"ablationcam", "scorecam", "occlusion"}) {
            const QString method = QString::fromLatin1(each);
            int compared = 0;
            double worst = 0.0;
            double worstSingle = 0.0;
            for (const LayerInfo &layer : exact.layers()) {
                const TestTensor map = reference.value(bufferOf(layer.name, method));
                if (map.isEmpty())
                    continue;
                ++compared;
                const double inDouble =
                    relativeDifference(exact.one(input, 1, method, layer.index), map);
                const double inSingle =
                    relativeDifference(single.one(input, 1, method, layer.index), map);
                QVERIFY2(
                    inDouble < ofPeakInDouble,
                    qPrintable(QStringLiteral("%1 %2 %3").arg(layer.name, method).arg(inDouble)));
                if (inSingle >= ofPeak) {
                    const double rounding =
                        method == QLatin1String("ablationcam")
                            ? ablationRounding(exact.activation(input, layer.index), map)
                            : 0.0;
                    QVERIFY2(rounding > ofPeak && inSingle < rounding,
                             qPrintable(QStringLiteral("%1 %2 single %3, rounding %4")
                                            .arg(layer.name, method)
                                            .arg(inSingle)
                                            .arg(rounding)));
                    qInfo("%s %s %s: single precision %.2g, its logits' rounding makes %.2g",
                          qPrintable(name), each, qPrintable(layer.name), inSingle, rounding);
                    continue;
                }
                worst = std::max(worst, inDouble);
                worstSingle = std::max(worstSingle, inSingle);
            }
            QVERIFY(compared > 0);
            qInfo("%s %s: %d layers, largest difference %.2g of the peak, single precision %.2g",
                  qPrintable(name), each, compared, worst, worstSingle);
        }
    }

    void packedNetwork_data()
    {
        everyLayer_data();
        frozenRows();
    }

    /**
     * The network as it runs, in single precision with folded and packed convolutions, against the
     * double precision above. Where they differ, a ReLU's input lies within rounding of zero, or
     * the channels' terms cancel: then the difference is small next to these.
     */
    void packedNetwork()
    {
        QFETCH(QString, name);
        const QString file = fixture(name + QStringLiteral(".pt"));
        const TestTensor input = readTensors(referenceFile(name)).value(QStringLiteral("input"));
        QVERIFY(!input.isEmpty());
        TorchProbe probe(file, sizeOf(input), Precision::SinglePacked);
        TorchProbe exact(file, sizeOf(input));
        // Every normalisation of these follows a convolution. (Of a frozen network nothing is
        // left.)
        if (QRegularExpression(QStringLiteral("^(resnet|bottleneck|mobilenet_v2|vgg)"))
                .match(name)
                .hasMatch() &&
            !name.endsWith(QLatin1String("frozen"))) {
            const auto norms = std::count_if(
                probe.layers().cbegin(), probe.layers().cend(),
                [](const LayerInfo &layer) { return layer.type == QLatin1String("BatchNorm2d"); });
            QVERIFY(norms > 0);
            QVERIFY(probe.foldedNorms() >= 9 * norms / 10); // oneDNN has no fast way for a few
        }
        double worst = 0.0;
        double worstKink = 0.0;
        int kinked = 0;
        int cancelled = 0;
        int compared = 0;
        const QString method = QStringLiteral("gradcam-signed");
        const QList<LayerMap> ours = probe.byOneBackward(input, 1, method);
        const QList<LayerMap> theirs = exact.byOneBackward(input, 1, method);
        for (const LayerInfo &layer : probe.layers()) {
            const RawMap &map = theirs.at(layer.index).map;
            const double difference = relativeDifference(
                ours.at(layer.index).map, TestTensor{{map.height, map.width}, map.values});
            ++compared;
            if (difference < ofPeak) {
                worst = std::max(worst, difference);
                continue;
            }
            double gap = 0.0;
            const int flips = probe.kinks(exact, input, layer.index, &gap);
            if (flips == 0 &&
                difference / exact.cancellation(input, 1, layer.index) < ofPeak / 10) {
                ++cancelled;
                continue;
            }
            QVERIFY2(flips > 0 && gap < 1e-4, qPrintable(QStringLiteral("%1: %2 of the peak, %3 "
                                                                        "kinks, gap %4")
                                                             .arg(layer.name)
                                                             .arg(difference)
                                                             .arg(flips)
                                                             .arg(gap)));
            ++kinked;
            worstKink = std::max(worstKink, difference);
        }
        // The part behind a layer, from the layer's own activation, gives the same logits.
        const TestTensor logits = probe.logits(input);
        for (const LayerInfo &layer : probe.layers()) {
            if (!layer.block)
                continue;
            const TestTensor again = probe.logitsFrom(input, layer.index);
            for (size_t i = 0; i < logits.values.size(); ++i)
                QVERIFY2(std::fabs(again.values[i] - logits.values[i]) < 1e-3F,
                         qPrintable(layer.name));
        }
        qInfo(
            "%s: %d maps, largest difference %.2g of the peak, but for %d on a kink (%.2g) and %d "
            "whose terms cancel",
            qPrintable(name), compared, worst, kinked, worstKink, cancelled);
    }

    void frozenNetworkEqualsItsOriginal_data()
    {
        QTest::addColumn<QString>("name");
        frozenRows();
    }

    /**
     * Frozen networks name layers by operator. The k-th of an operator is the k-th module that it
     * computes, where there are as many of both.
     */
    void frozenNetworkEqualsItsOriginal()
    {
        QFETCH(QString, name);
        const auto reference = readTensors(referenceFile(name));
        const TestTensor input = reference.value(QStringLiteral("input"));
        QVERIFY(!input.isEmpty());
        TorchProbe probe(fixture(name + QStringLiteral(".pt")), sizeOf(input));
        // One was folded in single precision: its weights are rounded, and sums that nearly vanish
        // differ.
        const bool rounded = name == QLatin1String("frozen");
        const double allowed = rounded ? ofPeak : ofPeakInDouble;

        QMap<QString, QList<LayerInfo>> frozen;
        for (const LayerInfo &layer : probe.layers()) {
            const QString type = layer.type;
            frozen[type.endsWith(QLatin1Char('_')) ? type.chopped(1) : type].append(layer);
        }
        QMap<QString, QStringList> original;
        QFile listing(fixture(referenceName(name) + QStringLiteral(".layers.json")));
        QVERIFY(listing.open(QIODevice::ReadOnly));
        for (const QJsonValue layer : QJsonDocument::fromJson(listing.readAll()).array())
            original[layer[QLatin1String("operator")].toString()].append(
                layer[QLatin1String("name")].toString());

        int layers = 0;
        double worst = 0.0;
        QStringList operators;
        for (auto it = frozen.constBegin(); it != frozen.constEnd(); ++it) {
            const QStringList names = original.value(it.key());
            if (names.size() != it->size())
                continue;
            operators.append(it.key());
            layers += static_cast<int>(names.size());
            for (const char *method : {"gradcam-signed", "hirescam", "layercam", "xgradcam"}) {
                if (rounded && qstrcmp(method, "xgradcam") == 0)
                    continue;
                const QList<LayerMap> ours =
                    probe.byOneBackward(input, 1, QString::fromLatin1(method));
                for (int i = 0; i < names.size(); ++i) {
                    const TestTensor map =
                        reference.value(bufferOf(names[i], QString::fromLatin1(method)));
                    const RawMap &mine = ours.at(it->at(i).index).map;
                    QCOMPARE(map.shape, (QList<int>{mine.height, mine.width}));
                    const double difference = relativeDifference(mine, map);
                    QVERIFY2(
                        difference < allowed,
                        qPrintable(
                            QStringLiteral("%1 %2 %3").arg(names[i]).arg(method).arg(difference)));
                    worst = std::max(worst, difference);
                }
            }
        }
        qInfo("%s: %d of %d layers compared (%s), largest difference %.2g of the peak",
              qPrintable(name), layers, static_cast<int>(probe.layers().size()),
              qPrintable(operators.join(QLatin1Char(' '))), worst);
        QVERIFY(operators.contains(QLatin1String("conv2d")));
        QVERIFY(2 * layers > probe.layers().size());
    }

    void golden_data()
    {
        QTest::addColumn<QString>("file");
        const QDir folder(QStringLiteral(BIRBLENS_SOURCE_DIR "/../shared/reference/golden"));
        for (const QString &file : folder.entryList({QStringLiteral("*.tensors.pt")}))
            QTest::newRow(qPrintable(file)) << folder.filePath(file);
        if (QTest::currentDataTag() == nullptr &&
            folder.entryList({QStringLiteral("*.tensors.pt")}).isEmpty())
            QTest::newRow("no reference folder here") << QString();
    }

    /** Maps of an established Python library, only where the reference folder is at hand. */
    void golden()
    {
        QFETCH(QString, file);
        if (file.isEmpty())
            return;
        const QString modelName = QFileInfo(file).fileName().section(QStringLiteral("__"), 0, 0);
        const QString model =
            QFileInfo(file).dir().filePath(QStringLiteral("../models/%1.script.pt").arg(modelName));
        const auto network = Network::load(model);
        QVERIFY2(network.ok(), qPrintable(network.ok() ? QString() : network.error().sentence()));
        const auto tensors = readTensors(file);
        const TestTensor input = tensors.value(QStringLiteral("input"));
        TorchProbe probe(**network);
        TorchProbe exact(model, (*network)->info().input);
        const TestTensor logits = probe.logits(input);
        const TestTensor expected = tensors.value(QStringLiteral("logits"));
        QCOMPARE(logits.values.size(), expected.values.size());
        for (size_t i = 0; i < logits.values.size(); ++i)
            QVERIFY(std::fabs(logits.values[i] - expected.values[i]) < 1e-3F);

        int compared = 0;
        int kinks = 0;
        for (auto it = tensors.begin(); it != tensors.end(); ++it) {
            const QStringList parts = it.key().split(QStringLiteral("__"));
            const bool signedMap = parts.size() == 3 && parts[2] == QLatin1String("seed");
            const bool raw = parts.size() == 4 && parts[3] == QLatin1String("raw");
            QString method;
            if (signedMap || (raw && parts[2] == QLatin1String("GradCAM")))
                method =
                    QStringLiteral("gradcam-signed"); // the library's raw map is before its ReLU
            else if (raw && parts[2] == QLatin1String("HiResCAM"))
                method = QStringLiteral("hirescam");
            else
                continue;
            int layer = -1;
            for (const LayerInfo &known : (*network)->layers()) {
                if (QString(known.name).replace(QLatin1Char('.'), QLatin1Char('_')) == parts[0])
                    layer = known.index;
            }
            QVERIFY2(layer >= 0, qPrintable(parts[0]));
            const int classIndex = parts[1].toInt();
            const double difference =
                relativeDifference(probe.one(input, classIndex, method, layer), *it);
            ++compared;
            if (difference < ofPeak)
                continue;
            double gap = 0.0;
            if (probe.kinks(exact, input, layer, &gap) > 0 && gap < 1e-4) {
                qInfo("%s: on a kink, %.2g of the peak", qPrintable(it.key()), difference);
                ++kinks;
                continue;
            }
            // A ReLU on its kink: then the reference is our map of an input changed by its last
            // digits.
            double nearest = difference;
            for (unsigned seed = 1; seed <= 60 && nearest >= ofPeak; ++seed) {
                const RawMap map = probe.one(nudged(input, seed), classIndex, method, layer);
                nearest = std::min(nearest, relativeDifference(map, *it));
            }
            QVERIFY2(nearest < ofPeak, qPrintable(QStringLiteral("%1: %2 of the peak, nudged %3")
                                                      .arg(it.key())
                                                      .arg(difference)
                                                      .arg(nearest)));
            qInfo("%s: on a kink, %.2g of the peak; %.2g for an input nudged by 1e-6",
                  qPrintable(it.key()), difference, nearest);
            ++kinks;
        }
        QVERIFY(compared > 0);
        QVERIFY(kinks < compared);
        qInfo("%d golden maps, %d of them on a kink", compared, kinks);
    }

private:
    static void frozenRows()
    {
        for (const char *name :
             {"frozen", "bottleneck_frozen", "mobilenet_v2_frozen", "mobilenet_v3_frozen",
              "efficientnet_b0_frozen", "densenet121_frozen", "squeezenet1_1_frozen",
              "vgg11_bn_frozen", "convnext_frozen"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
};

QTEST_GUILESS_MAIN(TestExactness)
#include "tst_exactness.moc"
