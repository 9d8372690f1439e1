// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/explain/explainer.h"
#include "core/explain/heatmap.h"
#include "core/frames/imageloader.h"
#include "core/jobs/classifyqueue.h"
#include "core/jobs/memory.h"
#include "core/model/forwardtimer.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QPainter>
#include <QTemporaryDir>

#include <opencv2/core/version.hpp>

#include <algorithm>

namespace birblens {

namespace {

using Work = std::function<void()>;

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    const size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

double timed(const Work &work)
{
    QElapsedTimer timer;
    timer.start();
    work();
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/** Median ms and median ratio to a plain forward that runs right before each measurement. */
QJsonObject paired(ForwardTimer &forward, int runs, const Work &prepare, const Work &work)
{
    std::vector<double> times;
    std::vector<double> ratios;
    for (int i = 0; i <= runs; ++i) {
        const double plain = forward.plain();
        prepare();
        const double ms = timed(work);
        if (i == 0)
            continue; // warm-up
        times.push_back(ms);
        ratios.push_back(ms / plain);
    }
    return {{QStringLiteral("ms"), median(times)}, {QStringLiteral("ratio"), median(ratios)}};
}

/** A frame of the bird cam's size when none is given: soft shapes and noise, nothing in particular.
 */
QImage syntheticFrame()
{
    QImage image(480, 640, QImage::Format_RGB888);
    quint32 state = 1;
    for (int y = 0; y < image.height(); ++y) {
        uchar *line = image.scanLine(y);
        for (int x = 0; x < 3 * image.width(); ++x) {
            state = state * 1664525U + 1013904223U;
            line[x] = static_cast<uchar>(90 + 60 * ((x / 180 + y / 80) % 2) + (state >> 27));
        }
    }
    return image;
}

/** From style change to painted pixels of a 480 x 640 overlay. */
double repaintMs(const QImage &frame, const ClassMap &map, const MapPlace &place, int runs)
{
    QImage screen(frame.size(), QImage::Format_ARGB32_Premultiplied);
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
        times.push_back(timed([&] {
            const QImage heat =
                renderHeat(map.map, place, ownRange(map.map),
                           i % 2 ? QStringLiteral("magma") : QStringLiteral("viridis"));
            QPainter painter(&screen);
            painter.drawImage(0, 0, frame);
            painter.setOpacity(0.5);
            painter.drawImage(0, 0, heat);
        }));
    }
    return median(times);
}

/** Whole-day rate on copies of the frame: decode, preprocess, network, store. */
Result<QJsonObject> classifyFigures(Network &network, ForwardTimer &forward, const QImage &frame)
{
    constexpr int frames = 48;
    constexpr int rounds = 3;
    QTemporaryDir folder;
    QList<Frame> day;
    for (int i = 0; i < frames; ++i) {
        Frame one;
        one.key = QStringLiteral("%1.jpg").arg(i, 3, 10, QLatin1Char('0'));
        one.folder = folder.path();
        if (!frame.save(one.path(), "JPG", 85))
            return Error{QStringLiteral("The copies cannot be written"), folder.path(),
                         QStringLiteral("Free some space")};
        day.append(one);
    }
    Result<std::unique_ptr<Store>> store = Store::open(folder.path());
    if (!store)
        return store.error();

    std::vector<double> rates;
    std::vector<double> toNetwork;
    std::vector<double> toLoop;
    for (int round = 0; round < rounds; ++round) {
        constexpr int batch = 4;
        double networkOnly = 0.0;
        double loop = 0.0;
        for (int i = 0; i < frames; i += batch)
            networkOnly += forward.layered(batch);
        loop = timed([&] {
            for (const Frame &one : std::as_const(day)) {
                if (const Result<QImage> image = loadImage(one.path()))
                    forward.plainOf(*image);
            }
        });
        std::optional<Error> failure;
        const double ours = timed([&] {
            ClassifyQueue queue;
            queue.start(day);
            while (queue.isActive()) {
                const ClassifiedBatch result =
                    classifyDecoded(network, queue.nextBatch(network.info().input).results());
                if (const Result<void> saved =
                        (*store)->savePredictions(network.info(), result.classified);
                    !saved)
                    failure = saved.error();
                queue.arrived(result);
            }
        });
        if (failure)
            return *failure;
        rates.push_back(1000.0 * frames / ours);
        toNetwork.push_back(networkOnly / ours);
        toLoop.push_back(loop / ours);
    }
    return QJsonObject{{QStringLiteral("frames_per_s"), median(rates)},
                       {QStringLiteral("ratio_to_network_only"), median(toNetwork)},
                       {QStringLiteral("ratio_to_plain_loop"), median(toLoop)}};
}

/** Memory above the loaded network after a quarter of the frames, and after all of them. */
Result<QJsonObject> walkFigures(Explainer &explainer, const QImage &frame, const QList<int> &blocks,
                                int frames, double loadedMb)
{
    const int classes = static_cast<int>(explainer.network().info().vocabulary.size());
    double quarter = 0.0;
    for (int i = 0; i < frames; ++i) {
        QImage moved = frame; // another frame every time
        moved.setPixelColor(i % frame.width(), 0, Qt::white);
        for (int c = 0; c < std::min(4, classes); ++c) {
            ExplainRequest request;
            request.key = QStringLiteral("walk %1").arg(i);
            request.classes = {c};
            if (const auto maps = explainer.explainLayers(request, moved, blocks); !maps)
                return maps.error();
        }
        if (i == frames / 4)
            quarter = residentMegabytes();
    }
    return QJsonObject{{QStringLiteral("frames"), frames},
                       {QStringLiteral("loaded_mb"), loadedMb},
                       {QStringLiteral("above_after_quarter_mb"), quarter - loadedMb},
                       {QStringLiteral("above_mb"), residentMegabytes() - loadedMb}};
}

} // namespace

int runBench(const QStringList &arguments)
{
    const QString command = QStringLiteral("bench");
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Measures explaining and classifying on this machine: medians, and ratios "
                       "to one plain forward "
                       "of the same network in the same run."));
    addModelOptions(parser);
    parser.addOption({QStringLiteral("frame"),
                      QStringLiteral("An image; else a synthetic 480x640 frame."),
                      QStringLiteral("file")});
    parser.addOption({QStringLiteral("runs"),
                      QStringLiteral("Measurements per figure, 20 or more."), QStringLiteral("n"),
                      QStringLiteral("20")});
    parser.addOption(
        {QStringLiteral("walk"),
         QStringLiteral("Also walk over this many frames, four classes and all blocks, and say how "
                        "much memory that takes."),
         QStringLiteral("frames"), QStringLiteral("0")});
    parser.addOption({QStringLiteral("json"), QStringLiteral("JSON on standard output.")});
    parser.addOption({QStringLiteral("day"),
                      QStringLiteral("Measures the window on this day instead: opening, filter, "
                                     "order, scrolling, labels. Works on a copy. With --model "
                                     "also with that network open; what it says of the frames is "
                                     "then made up, in the copy, since classifying a large day "
                                     "takes an hour."),
                      QStringLiteral("folder")});
    if (const auto code = parse(parser, command, arguments))
        return *code;
    if (parser.isSet(QStringLiteral("day"))) {
        if (!parser.positionalArguments().isEmpty())
            return usageError(command, QStringLiteral("Give --model, --day, or both"));
        return benchDay(parser.value(QStringLiteral("day")), parser.value(QStringLiteral("model")),
                        parser.isSet(QStringLiteral("json")));
    }
    const int walk = parser.value(QStringLiteral("walk")).toInt();
    const int runs = parser.value(QStringLiteral("runs")).toInt();
    if (!parser.isSet(QStringLiteral("model")) || !parser.positionalArguments().isEmpty())
        return usageError(command, QStringLiteral("Give one network with --model, or --day"));
    if (runs < 20)
        return usageError(command, QStringLiteral("--runs must be 20 or more"));

    const Result<std::shared_ptr<Network>> network = loadModel(parser);
    if (!network) {
        complain(network.error());
        return Unusable;
    }
    QImage frame = syntheticFrame();
    if (parser.isSet(QStringLiteral("frame"))) {
        const Result<QImage> loaded = loadImage(parser.value(QStringLiteral("frame")));
        if (!loaded) {
            complain(loaded.error());
            return Unusable;
        }
        frame = *loaded;
    }

    const ModelInfo &info = (*network)->info();
    const double loadedMb = residentMegabytes();
    ForwardTimer forward(**network, frame);
    for (int i = 0; i < 3; ++i)
        forward.plain();
    std::vector<double> forwards;
    for (int i = 0; i < runs; ++i)
        forwards.push_back(forward.plain());

    Explainer explainer(*network);
    const int classes = static_cast<int>(info.vocabulary.size());
    const QList<LayerInfo> &layers = (*network)->layers();
    ExplainRequest request;
    request.key = QStringLiteral("bench");
    request.classes = {0};
    std::optional<Error> failure;
    const auto explain = [&](const ExplainRequest &asked) {
        if (const Result<Explanation> result = explainer.explain(asked, frame); !result)
            failure = result.error();
    };
    const auto nothing = [] {};
    const auto forget = [&] { explainer.forget(); };
    int turn = 0;
    // Layers other than the default one, in turn.
    const auto otherLayer = [&] {
        ExplainRequest other = request;
        do {
            other.layer = layers.at(++turn % layers.size()).name;
        } while (other.layer == info.defaultLayer && layers.size() > 1);
        return other;
    };

    QJsonObject json;
    json.insert(QStringLiteral("versions"),
                QJsonObject{{QStringLiteral("birblens"), QStringLiteral(BIRBLENS_VERSION)},
                            {QStringLiteral("libtorch"), torchVersion()},
                            {QStringLiteral("qt"), QString::fromLatin1(qVersion())},
                            {QStringLiteral("opencv"), QStringLiteral(CV_VERSION)}});
    json.insert(QStringLiteral("threads"),
                setInferenceThreads(parser.value(QStringLiteral("threads")).toInt()));
    json.insert(QStringLiteral("network"),
                QJsonObject{{QStringLiteral("name"), info.name},
                            {QStringLiteral("height"), info.input.height},
                            {QStringLiteral("width"), info.input.width},
                            {QStringLiteral("classes"), classes},
                            {QStringLiteral("layers"), layers.size()},
                            {QStringLiteral("default_layer"), info.defaultLayer}});
    json.insert(QStringLiteral("forward_ms"), median(forwards));
    json.insert(QStringLiteral("explain"),
                paired(forward, runs, forget, [&] { explain(request); }));
    const auto forgetAndExplain = [&] {
        explainer.forget();
        explain(request);
    };
    json.insert(QStringLiteral("class_switch"), paired(forward, runs, forgetAndExplain, [&] {
                    ExplainRequest other = request;
                    other.classes = {std::min(1, classes - 1)};
                    explain(other);
                }));
    json.insert(QStringLiteral("layer_first"),
                paired(forward, runs, forgetAndExplain, [&] { explain(otherLayer()); }));
    json.insert(QStringLiteral("layer_next"),
                paired(forward, runs, nothing, [&] { explain(otherLayer()); }));
    QList<int> all;
    QList<int> blocks;
    for (const LayerInfo &layer : layers) {
        all.append(layer.index);
        if (layer.block)
            blocks.append(layer.index);
    }
    const auto explainLayers = [&](const QList<int> &wanted) {
        if (const auto maps = explainer.explainLayers(request, frame, wanted); !maps)
            failure = maps.error();
    };
    json.insert(QStringLiteral("all_blocks"),
                paired(forward, runs, forget, [&] { explainLayers(blocks); }));
    json.insert(QStringLiteral("all_layers"),
                paired(forward, runs, forget, [&] { explainLayers(all); }));
    ExplainRequest ablation = request;
    ablation.method = QStringLiteral("ablationcam");
    json.insert(QStringLiteral("ablation"),
                paired(forward, runs, forget, [&] { explain(ablation); }));

    if (walk > 0) {
        const Result<QJsonObject> walked = walkFigures(explainer, frame, blocks, walk, loadedMb);
        if (!walked)
            failure = walked.error();
        else
            json.insert(QStringLiteral("walk"), *walked);
    }
    explainer.forget();
    if (const Result<Explanation> shown = explainer.explain(request, frame))
        json.insert(QStringLiteral("repaint_ms"),
                    repaintMs(frame, shown->maps.constFirst(),
                              placeOf(shown->maps.constFirst(), frame.size(), shown->inputRect,
                                      info.input.size(), Alignment::ReceptiveField),
                              runs));
    const Result<QJsonObject> classify = classifyFigures(**network, forward, frame);
    if (!classify)
        failure = classify.error();
    if (failure) {
        complain(*failure);
        return Unusable;
    }
    json.insert(QStringLiteral("classify"), *classify);
    json.insert(QStringLiteral("memory_mb"), residentMegabytes());

    if (parser.isSet(QStringLiteral("json"))) {
        printJson(json);
        return Done;
    }
    print(QStringLiteral("%1, %2 x %3, %4 layers, %5 threads")
              .arg(info.name)
              .arg(info.input.height)
              .arg(info.input.width)
              .arg(layers.size())
              .arg(json.value(QLatin1String("threads")).toInt()));
    print(QStringLiteral("%1 %2 ms")
              .arg(QStringLiteral("plain forward"), -34)
              .arg(json.value(QLatin1String("forward_ms")).toDouble(), 8, 'f', 2));
    const QList<std::pair<const char *, const char *>> rows{
        {"explain", "explain a decoded frame"},
        {"class_switch", "another class"},
        {"layer_first", "first other layer"},
        {"layer_next", "every further layer"},
        {"all_blocks", "all blocks from nothing"},
        {"all_layers", "all layers from nothing"},
        {"ablation", "Ablation-CAM"}};
    for (const auto &[key, title] : rows) {
        const QJsonObject row = json.value(QLatin1String(key)).toObject();
        print(QStringLiteral("%1 %2 ms   %3 forwards")
                  .arg(QLatin1String(title), -34)
                  .arg(row.value(QLatin1String("ms")).toDouble(), 8, 'f', 2)
                  .arg(row.value(QLatin1String("ratio")).toDouble(), 6, 'f', 3));
    }
    print(QStringLiteral("%1 %2 frames/s   %3 of network only, %4 of a plain loop")
              .arg(QStringLiteral("classify"), -34)
              .arg(classify->value(QLatin1String("frames_per_s")).toDouble(), 8, 'f', 1)
              .arg(classify->value(QLatin1String("ratio_to_network_only")).toDouble(), 0, 'f', 2)
              .arg(classify->value(QLatin1String("ratio_to_plain_loop")).toDouble(), 0, 'f', 2));
    print(QStringLiteral("%1 %2 ms")
              .arg(QStringLiteral("repaint"), -34)
              .arg(json.value(QLatin1String("repaint_ms")).toDouble(), 8, 'f', 2));
    if (const QJsonObject walked = json.value(QLatin1String("walk")).toObject(); !walked.isEmpty())
        print(
            QStringLiteral("%1 %2 MB above the loaded network's %3 (%4 after a quarter)")
                .arg(QStringLiteral("walk over frames, classes, blocks"), -34)
                .arg(walked.value(QLatin1String("above_mb")).toDouble(), 8, 'f', 0)
                .arg(walked.value(QLatin1String("loaded_mb")).toDouble(), 0, 'f', 0)
                .arg(walked.value(QLatin1String("above_after_quarter_mb")).toDouble(), 0, 'f', 0));
    print(QStringLiteral("%1 %2 MB")
              .arg(QStringLiteral("resident memory"), -34)
              .arg(json.value(QLatin1String("memory_mb")).toDouble(), 8, 'f', 0));
    return Done;
}

} // namespace birblens
