// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/blocks.h"
#include "core/model/features.h"
#include "core/model/network.h"

#include "tests/support/torchprobe.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <dlfcn.h>

#include <cmath>

using namespace birblens;

namespace {

QString fixture(const QString &name)
{
    return QStringLiteral(BIRBLENS_FIXTURES "/") + name;
}

/** Metadata for fixtures that have none or none that fits. */
ModelInfo answer(int classes, int height, int width)
{
    ModelInfo info;
    for (int i = 0; i < classes; ++i)
        info.vocabulary.append(QStringLiteral("class%1").arg(i));
    info.input.height = height;
    info.input.width = width;
    return info;
}

QJsonArray layersSeenByHooks(const QString &name)
{
    QFile file(fixture(referenceName(name) + QStringLiteral(".layers.json")));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QJsonDocument::fromJson(file.readAll()).array();
}

} // namespace

class TestNetwork : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void blasGetsOneThreadWhereConvolutionsWork()
    {
        // libopenblas0-pthread is one of our packages.
        const auto threads =
            reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
        QVERIFY(threads);
        QVERIFY(Network::load(fixture(QStringLiteral("resnet18_scripted.pt"))));
        QCOMPARE(threads(), 1);
    }

    void noModuleOutputIsMissing_data()
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

    /** Every 4-D output that PyTorch's own hooks see is a layer, with its shape, in the same order.
     */
    void noModuleOutputIsMissing()
    {
        QFETCH(QString, name);
        const auto network = Network::load(fixture(name + QStringLiteral(".pt")));
        QVERIFY2(network.ok(), qPrintable(network.ok() ? QString() : network.error().sentence()));
        QJsonArray expected;
        for (const QJsonValue seen : layersSeenByHooks(name)) {
            // Off, it hands its input through: a trace has no trace of it.
            if (!name.endsWith(QLatin1String("_traced")) ||
                seen[QLatin1String("type")] != QLatin1String("StochasticDepth"))
                expected.append(seen);
        }
        QVERIFY(!expected.isEmpty());
        const QList<LayerInfo> &layers = (*network)->layers();
        QCOMPARE(layers.size(), expected.size());
        QHash<QString, LayerInfo> byName;
        for (const LayerInfo &layer : layers)
            byName.insert(layer.name, layer);
        int last = -1;
        for (const auto &value : expected) {
            const QJsonObject hook = value.toObject();
            const QString key = hook.value(QLatin1String("name")).toString();
            QVERIFY2(byName.contains(key), qPrintable(key));
            const LayerInfo layer = byName.value(key);
            const QJsonArray shape = hook.value(QLatin1String("shape")).toArray();
            QCOMPARE(layer.channels, shape.at(0).toInt());
            QCOMPARE(layer.height, shape.at(1).toInt());
            QCOMPARE(layer.width, shape.at(2).toInt());
            QCOMPARE(layer.channelsLast, hook.value(QLatin1String("channels_last")).toBool());
            QVERIFY2(layer.index > last, qPrintable(key));
            last = layer.index;
        }
    }

    void frozenNetworksListLayersByOperator()
    {
        const auto network = Network::load(fixture(QStringLiteral("frozen.pt")));
        QVERIFY(network.ok());
        const QList<LayerInfo> &layers = (*network)->layers();
        QCOMPARE(layers.first().type, QStringLiteral("conv2d"));
        int convolutions = 0;
        for (const LayerInfo &layer : layers)
            convolutions += layer.type.contains(QLatin1String("conv")) ? 1 : 0;
        QCOMPARE(convolutions, 21); // narrow ResNet-18: 17, and 4 in the shortcuts
    }

    void warnsOfTrainingModeAndHalfPrecision()
    {
        const auto training = Network::load(fixture(QStringLiteral("traced_training.pt")));
        QVERIFY(training.ok());
        QCOMPARE((*training)->warnings().size(), 1);
        QVERIFY((*training)->warnings().constFirst().contains(QLatin1String("training mode")));
        // In evaluation mode the answer does not depend on chance or on the other images of a
        // batch.
        TorchProbe probe(**training);
        const auto tensors = readTensors(fixture(QStringLiteral("bare.ref.pt")));
        const TestTensor input = tensors.value(QStringLiteral("input"));
        QVERIFY(!input.isEmpty());
        QCOMPARE(probe.logits(input).values, probe.logits(input).values);

        const auto half = Network::load(fixture(QStringLiteral("half.pt")));
        QVERIFY(half.ok());
        QVERIFY((*half)->warnings().value(0).contains(QLatin1String("half precision")));
    }

    void explainsWhatIsWrong_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("says");
        QTest::newRow("wrong channels") << "wrong_channels.pt"
                                        << "1 channels";
        QTest::newRow("pickle") << "pickle.pkl"
                                << "Python pickle";
        QTest::newRow("empty") << "empty.pt"
                               << "file is empty";
        QTest::newRow("text") << "text.pt"
                              << "not a TorchScript file";
        QTest::newRow("checkpoint") << "state_dict.pth"
                                    << "PyTorch checkpoint";
        QTest::newRow("truncated") << "truncated.pt"
                                   << "cut off or damaged";
        QTest::newRow("vocabulary") << "wrong_vocabulary.pt"
                                    << "has 4 outputs, the vocabulary 3";
        QTest::newRow("segmentation") << "not_classifier.pt"
                                      << "instead of 1 x classes";
        QTest::newRow("optimized") << "optimized.pt"
                                   << "Export the original network";
        QTest::newRow("bare") << "bare.pt"
                              << "neither the class names nor the input size";
        QTest::newRow("missing") << "there_is_none.pt"
                                 << "no such file";
    }

    void explainsWhatIsWrong()
    {
        QFETCH(QString, file);
        QFETCH(QString, says);
        const auto network = Network::load(fixture(file));
        QVERIFY(!network.ok());
        const QString sentence = network.error().sentence();
        QVERIFY2(sentence.contains(says), qPrintable(sentence));
        QVERIFY2(sentence.contains(file), qPrintable(sentence));
        QVERIFY2(!network.error().hint.isEmpty(), qPrintable(sentence));
        QVERIFY2(!sentence.contains(QLatin1Char('\n')), qPrintable(sentence));
    }

    void bareFilesOpenAfterAnAnswer()
    {
        const auto bare = Network::inspect(fixture(QStringLiteral("bare.pt")));
        QVERIFY(bare.ok());
        QVERIFY(bare->has_value());
        QCOMPARE((*bare)->outputs, 4);
        QCOMPARE((*bare)->suggestion.name, QStringLiteral("bare"));
        const auto network = Network::load(fixture(QStringLiteral("bare.pt")), answer(4, 96, 64));
        QVERIFY(network.ok());
        QCOMPARE((*network)->info().vocabulary.size(), 4);
        QCOMPARE((*network)->info().defaultLayer, QStringLiteral("layer4"));
        const auto short3 = Network::load(fixture(QStringLiteral("bare.pt")), answer(3, 96, 64));
        QVERIFY(!short3.ok());
        QVERIFY(short3.error().what.contains(QLatin1String("4 outputs")));
        const auto known = Network::inspect(fixture(QStringLiteral("resnet18_scripted.pt")));
        QVERIFY(known.ok());
        QVERIFY(!known->has_value());
    }

    void tuplesGiveTheirFirstTensor()
    {
        const auto network = Network::load(fixture(QStringLiteral("tuple_output.pt")));
        QVERIFY2(network.ok(), qPrintable(network.ok() ? QString() : network.error().sentence()));
        QCOMPARE((*network)->info().vocabulary.size(), 4);
    }

    void findsLayersByNameIndexAndLast()
    {
        const auto network = Network::load(fixture(QStringLiteral("resnet34_fastai.pt")));
        QVERIFY(network.ok());
        const Network &n = **network;
        QCOMPARE(n.layers().at(n.findLayer(QStringLiteral("last"))).name, QStringLiteral("0.7"));
        QCOMPARE(n.findLayer(QString()), n.findLayer(QStringLiteral("last")));
        QCOMPARE(n.findLayer(QStringLiteral("3")), 3);
        QCOMPARE(n.findLayer(QStringLiteral("nowhere")), -1);
        QCOMPARE(n.findLayer(QStringLiteral("100000")), -1);
        QStringList blocks;
        for (const LayerInfo &layer : n.layers()) {
            if (layer.block)
                blocks.append(layer.name);
        }
        QCOMPARE(blocks.size(), 16); // 3 + 4 + 6 + 3 residual blocks
        QCOMPARE(blocks.constFirst(), QStringLiteral("0.4.0"));
        QCOMPARE(blocks.constLast(), QStringLiteral("0.7.2"));
    }

    /** A dot of light in the input is found by the map's peak within half a stride, everywhere. */
    void aDotIsWhereTheMapPeaks()
    {
        InputSpec input;
        input.height = 256;
        input.width = 192;
        const auto probe =
            TorchProbe::averaging(fixture(QStringLiteral("resnet18_scripted.pt")), input);
        int blocks = 0;
        for (const QPoint dot : {QPoint(96, 128), QPoint(64, 160), QPoint(120, 90)}) {
            TestTensor x{{1, 3, input.height, input.width},
                         std::vector<float>(size_t{3} * 256 * 192, 0.0F)};
            for (int channel = 0; channel < 3; ++channel)
                x.values[static_cast<size_t>((channel * input.height + dot.y()) * input.width +
                                             dot.x())] = 1.0F;
            const QList<LayerMap> maps = probe->byOneBackward(x, 0, QStringLiteral("gradcam"));
            QList<LayerInfo> layers = probe->layers();
            markBlocks(layers);
            for (const LayerInfo &layer : std::as_const(layers)) {
                if (!layer.block)
                    continue;
                QVERIFY2(layer.grid.known, qPrintable(layer.name));
                const RawMap &map = maps.at(layer.index).map;
                // Equal cells share the peak.
                double x0 = 0.0;
                double y0 = 0.0;
                int count = 0;
                for (int i = 0; i < map.height * map.width; ++i) {
                    if (map.values[static_cast<size_t>(i)] < map.max() * 0.9999F)
                        continue;
                    x0 += i % map.width;
                    y0 += i / map.width;
                    ++count;
                }
                const double left = layer.grid.offsetX + x0 / count * layer.grid.strideX;
                const double top = layer.grid.offsetY + y0 / count * layer.grid.strideY;
                QVERIFY2(std::abs(left - dot.x()) <= layer.grid.strideX / 2 &&
                             std::abs(top - dot.y()) <= layer.grid.strideY / 2,
                         qPrintable(QStringLiteral("%1: %2,%3 instead of %4,%5, stride %6")
                                        .arg(layer.name)
                                        .arg(left)
                                        .arg(top)
                                        .arg(dot.x())
                                        .arg(dot.y())
                                        .arg(layer.grid.strideX)));
                ++blocks;
            }
        }
        QCOMPARE(blocks, 3 * 8);
    }

    void geometryOfKnownLayers()
    {
        const auto resnet = Network::load(fixture(QStringLiteral("resnet34_fastai.pt")));
        QVERIFY(resnet.ok());
        for (const LayerInfo &layer : (*resnet)->layers()) {
            QVERIFY2(layer.grid.known, qPrintable(layer.name));
            // Odd kernels, half of them as padding: cell i looks at stride * i.
            if (layer.height > 1 && layer.width > 1)
                QVERIFY2(layer.grid.offsetX == 0.0 && layer.grid.offsetY == 0.0,
                         qPrintable(layer.name));
        }
        QCOMPARE((*resnet)->layers().at((*resnet)->findLayer({})).grid.strideX, 32.0);
        // SqueezeNet pools without padding: 7 x 7 stride 2, 3 x 3 stride 2.
        const auto squeeze = Network::load(fixture(QStringLiteral("squeezenet1_1_scripted.pt")));
        QVERIFY(squeeze.ok());
        const LayerInfo &first =
            (*squeeze)->layers().at((*squeeze)->findLayer(QStringLiteral("features.2")));
        QCOMPARE(first.grid.strideX, 4.0);
        QCOMPARE(first.grid.offsetX,
                 3.0); // 3 x 3 stride 2: centre 1; then two cells of 2 further in
        for (const char *name : {"densenet121_scripted", "mobilenet_v2_scripted",
                                 "vgg11_bn_scripted", "convnext_scripted", "resnet18_traced"}) {
            const auto network =
                Network::load(fixture(QLatin1String(name) + QStringLiteral(".pt")));
            QVERIFY(network.ok());
            for (const LayerInfo &layer : (*network)->layers())
                QVERIFY2(layer.grid.known,
                         qPrintable(QLatin1String(name) + QLatin1Char(' ') + layer.name));
        }
    }

    void batchesEqualSingleFrames()
    {
        const auto network = Network::load(fixture(QStringLiteral("mobilenet_v2_scripted.pt")));
        QVERIFY(network.ok());
        QImage light(64, 48, QImage::Format_RGB888);
        light.fill(QColor(200, 180, 90));
        QImage dark(100, 70, QImage::Format_RGB888);
        dark.fill(QColor(10, 30, 60));
        const auto both = (*network)->classify({light, dark});
        const auto first = (*network)->classify({light});
        const auto second = (*network)->classify({dark});
        QVERIFY(both.ok() && first.ok() && second.ok());
        QCOMPARE(both->size(), 2);
        const auto logits = [](const Result<QList<Classified>> &of, int frame) {
            return of->at(frame).prediction.logits;
        };
        for (int i = 0; i < logits(both, 0).size(); ++i) {
            QVERIFY(qAbs(logits(both, 0)[i] - logits(first, 0)[i]) < 1e-4F);
            QVERIFY(qAbs(logits(both, 1)[i] - logits(second, 0)[i]) < 1e-4F);
        }
        QVERIFY(logits(both, 0) != logits(both, 1));
        QVERIFY(cosine(both->at(0).features, first->at(0).features) > 0.999);
        QVERIFY(cosine(both->at(1).features, second->at(0).features) > 0.999);
        QVERIFY(cosine(both->at(0).features, both->at(1).features) < 0.999);
    }
};

QTEST_GUILESS_MAIN(TestNetwork)
#include "tst_network.moc"
