#include "core/model/network.h"

#include "tests/support/torchprobe.h"

#include <QDir>
#include <QTest>

#include <cmath>
#include <random>

using namespace birblens;

namespace {

constexpr double ofPeak = 1e-4;
constexpr double ofPeakInDouble = 1e-6;
/** A map below this is zero: HiResCAM before a norm over channels vanishes, the norm ignores scale.
 */
constexpr double vanishing = 1e-12;

/** Largest difference, as a share of the reference's own peak. */
double relativeDifference(const RawMap &ours, const TestTensor &reference)
{
    double peak = 0.0;
    double worst = 0.0;
    for (size_t i = 0; i < reference.values.size(); ++i) {
        peak = std::max(peak, std::fabs(static_cast<double>(reference.values[i])));
        worst = std::max(worst,
                         std::fabs(static_cast<double>(reference.values[i] - ours.values.at(i))));
    }
    return worst / std::max(peak, vanishing);
}

/** "relu#2" -> "L__relu__call2__gradcam_signed". */
QString bufferName(const QString &layer, const QString &what)
{
    QString key = layer;
    key.replace(QLatin1Char('.'), QLatin1String("__"));
    key.replace(QLatin1Char('#'), QLatin1String("__call"));
    return QStringLiteral("L__%1__%2").arg(key, what);
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
        for (const char *name :
             {"resnet18_scripted", "resnet18_traced", "resnet34_fastai", "mobilenet_v2_scripted",
              "densenet121_scripted", "squeezenet1_1_scripted", "vgg11_bn", "convnext_scripted",
              "convnext_traced", "shared_relu", "half", "tiny"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }

    /** In double precision, so that a wrong rewrite cannot hide behind rounding, nor rounding
     * accuse it. */
    void everyLayer()
    {
        QFETCH(QString, name);
        const QString base = QStringLiteral(BIRBLENS_FIXTURES "/") + name;
        const auto network = Network::load(base + QStringLiteral(".pt"));
        QVERIFY2(network.ok(), qPrintable(network.ok() ? QString() : network.error().sentence()));
        const auto reference = readTensors(base + QStringLiteral(".ref.pt"));
        const TestTensor input = reference.value(QStringLiteral("input"));
        QVERIFY(!input.isEmpty());
        TorchProbe probe(base + QStringLiteral(".pt"), (*network)->info().input);
        QCOMPARE(probe.layers().size(), (*network)->layers().size());

        int compared = 0;
        double worst = 0.0;
        for (const auto &[buffer, method] :
             {std::pair{QStringLiteral("gradcam_signed"), QStringLiteral("gradcam-signed")},
              std::pair{QStringLiteral("hirescam"), QStringLiteral("hirescam")}}) {
            const QList<LayerMap> together = probe.byOneBackward(input, 1, method);
            QCOMPARE(together.size(), probe.layers().size());
            for (const LayerInfo &layer : probe.layers()) {
                const TestTensor map = reference.value(bufferName(layer.name, buffer));
                QVERIFY2(!map.isEmpty(), qPrintable(layer.name));
                const double difference = relativeDifference(together.at(layer.index).map, map);
                QVERIFY2(
                    difference < ofPeakInDouble,
                    qPrintable(QStringLiteral("%1 %2 %3").arg(layer.name, method).arg(difference)));
                worst = std::max(worst, difference);
                ++compared;
                // Every cut is a graph of its own: compare a spread of them, and all of small
                // networks.
                if (layer.index % 7 == 0 || layer.block || probe.layers().size() < 40) {
                    const double cut =
                        relativeDifference(probe.one(input, 1, method, layer.index), map);
                    QVERIFY2(cut < ofPeakInDouble,
                             qPrintable(
                                 QStringLiteral("cut %1 %2 %3").arg(layer.name, method).arg(cut)));
                }
            }
        }
        qInfo("%s: %d maps compared, largest difference %.2g of the peak", qPrintable(name),
              compared, worst);
        QVERIFY(compared >= 2 * probe.layers().size());

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
        const double difference = relativeDifference(
            single.one(input, 1, QStringLiteral("gradcam-signed"), shown), map);
        QVERIFY2(difference < ofPeak, qPrintable(QString::number(difference)));
    }

    void packedNetwork_data() { everyLayer_data(); }

    /**
     * The network as it runs, in single precision with folded and packed convolutions, against the
     * double precision above. Where they differ, a ReLU's input lies within rounding of zero.
     */
    void packedNetwork()
    {
        QFETCH(QString, name);
        const QString base = QStringLiteral(BIRBLENS_FIXTURES "/") + name;
        const auto network = Network::load(base + QStringLiteral(".pt"));
        QVERIFY(network.ok());
        const TestTensor input =
            readTensors(base + QStringLiteral(".ref.pt")).value(QStringLiteral("input"));
        TorchProbe probe(**network);
        TorchProbe exact(base + QStringLiteral(".pt"), (*network)->info().input);
        double worst = 0.0;
        double worstKink = 0.0;
        int kinked = 0;
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
        qInfo("%s: %d maps, largest difference %.2g of the peak, but for %d on a kink (%.2g)",
              qPrintable(name), compared, worst, kinked, worstKink);
    }

    /** Frozen networks name layers by operator: compare those whose shape and order are
     * unmistakable. */
    void frozenNetworkEqualsItsOriginal()
    {
        const QString base = QStringLiteral(BIRBLENS_FIXTURES "/frozen");
        const auto network = Network::load(base + QStringLiteral(".pt"));
        QVERIFY(network.ok());
        const auto reference = readTensors(base + QStringLiteral(".ref.pt"));
        const TestTensor input = reference.value(QStringLiteral("input"));
        TorchProbe probe(**network);
        int last = -1;
        for (const LayerInfo &layer : (*network)->layers()) {
            if (layer.type.contains(QLatin1String("relu")))
                last = layer.index;
        }
        QVERIFY(last >= 0);
        const TestTensor map = reference.value(QStringLiteral("L__layer4__gradcam_signed"));
        QVERIFY(!map.isEmpty());
        QVERIFY(relativeDifference(probe.one(input, 1, QStringLiteral("gradcam-signed"), last),
                                   map) < ofPeak);
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
};

QTEST_GUILESS_MAIN(TestExactness)
#include "tst_exactness.moc"
