// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/explainer.h"

#include "core/explain/cammethod.h"
#include "core/frames/imageloader.h"
#include "core/model/bundle.h"
#include "core/model/inputgeometry.h"
#include "core/model/preprocess.h"
#include "core/model/tappednetwork.h"

#include <QElapsedTimer>
#include <QHash>
#include <QSet>

#include <list>
#include <optional>

namespace birblens {

namespace {

/** Frames whose maps are kept: the one on the screen and those one has just come from. */
constexpr size_t rememberedFrames = 8;

Error unknownMethod(const QString &name)
{
    QStringList names;
    for (const CamMethodInfo &known : camMethods())
        names.append(known.name);
    return {QStringLiteral("There is no method \"%1\"").arg(name),
            {},
            QStringLiteral("Use one of: %1").arg(names.join(QStringLiteral(", ")))};
}

Error cancelledError()
{
    return {QStringLiteral("Cancelled"), {}, {}};
}

QString keyOf(const QList<float> &direction)
{
    QString key;
    for (qsizetype i = 0; i < direction.size(); ++i) {
        if (direction[i] != 0.0F)
            key += QStringLiteral("%1*%2 ").arg(i).arg(static_cast<double>(direction[i]));
    }
    return key;
}

/** The targets that a request means for this prediction. */
QList<Target> targetsOf(const ExplainRequest &request, const Prediction &prediction)
{
    if (request.target == TargetKind::Predicted)
        return {{TargetKind::Predicted, prediction.mostProbable(), -1}};
    QList<int> classes = request.classes;
    if (classes.isEmpty())
        classes = prediction.classes;
    if (classes.isEmpty())
        classes = {prediction.mostProbable()};
    QList<Target> targets;
    for (const int index : classes)
        targets.append(
            {request.target, index, request.target == TargetKind::Contrast ? request.other : -1});
    return targets;
}

/** The gradients of the last target at all layers. */
struct AllGradients
{
    QString direction;
    std::vector<at::Tensor> byLayer;
};

} // namespace

struct Explainer::FrameMemory
{
    QString key;
    QSize size;
    Prediction prediction;
    QByteArray features;
    std::optional<Recording> recording; ///< of the most recent frame only: it is large
    AllGradients gradients;             ///< likewise
    QSet<int> layersSeen;
    QHash<QString, ClassMap> maps; ///< by direction, layer and method
};

struct Explainer::Memory
{
    std::list<FrameMemory> frames; ///< the most recent first
};

Explainer::Explainer(std::shared_ptr<Network> network)
    : m_network(std::move(network))
    , m_memory(std::make_unique<Memory>())
{
}

Explainer::~Explainer() = default;

void Explainer::forget()
{
    m_memory->frames.clear();
}

Result<Explainer::FrameMemory *> Explainer::remember(const ExplainRequest &request,
                                                     const QImage &image)
{
    auto &frames = m_memory->frames;
    const auto known = std::find_if(frames.begin(), frames.end(), [&](const FrameMemory &frame) {
        return !request.key.isEmpty() && frame.key == request.key;
    });
    if (known != frames.end()) {
        frames.splice(frames.begin(), frames, known);
        return &frames.front();
    }
    FrameMemory fresh;
    fresh.key = request.key;
    if (const Result<void> done = record(fresh, request, image); !done)
        return done.error();
    frames.push_front(std::move(fresh));
    while (frames.size() > rememberedFrames)
        frames.pop_back();
    return &frames.front();
}

/** One forward of the frame; what the other frames hold of theirs is let go. */
Result<void> Explainer::record(FrameMemory &frame, const ExplainRequest &request,
                               const QImage &given)
{
    const Result<QImage> image = given.isNull() ? loadImage(request.path) : given;
    if (!image)
        return image.error();
    for (FrameMemory &other : m_memory->frames) {
        other.recording.reset();
        other.gradients = {};
    }
    frame.size = image->size();
    frame.recording = m_network->tapped().record(preprocess(*image, m_network->info().input));
    const at::Tensor logits =
        frame.recording->logits.detach().to(at::kCPU, at::kFloat).contiguous();
    frame.prediction =
        predict(m_network->info(),
                QList<float>(logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel()));
    if (!frame.prediction.isFinite())
        return Error{notFiniteSentence(frame.prediction.logits), request.path, {}};
    frame.features = packedRows(m_network->tapped().features(*frame.recording)).value(0);
    return {};
}

struct Explainer::MapWish
{
    const ExplainRequest &request;
    const QImage &image;
    Target target;
    int layer;
    bool allLayers; ///< others are likely to follow
    const Report &report;
};

Result<ClassMap> Explainer::map(FrameMemory &frame, const MapWish &wish)
{
    const QList<float> factors = targetDirection(wish.target, frame.prediction);
    const QString key = keyOf(factors);
    const QString mapKey = key + QLatin1Char('\n') + QString::number(wish.layer) +
                           QLatin1Char('\n') + wish.request.method;
    if (const auto found = frame.maps.constFind(mapKey); found != frame.maps.constEnd())
        return *found;
    if (!frame.recording) {
        if (const Result<void> done = record(frame, wish.request, wish.image); !done)
            return done.error();
    }

    TappedNetwork &network = m_network->tapped();
    const CamMethod &method = *methodNamed(wish.request.method);
    const Recording &recording = *frame.recording;
    const at::Tensor direction = at::tensor(std::vector<float>(factors.begin(), factors.end()))
                                     .to(recording.logits.options());
    at::Tensor values;
    if (method.fromGradient) {
        // One backward for all layers costs little more than one for an early layer.
        if (network.hasGradients(wish.layer) && wish.allLayers &&
            frame.gradients.direction != key) {
            frame.gradients = {}; // not two targets' at once: they are as large as the recording
            frame.gradients = {key, network.gradients(recording, direction)};
        }
        const Sensitivity s = frame.gradients.direction == key
                                  ? network.sensitivityFrom(
                                        recording, wish.layer,
                                        frame.gradients.byLayer.at(static_cast<size_t>(wish.layer)))
                                  : network.sensitivity(recording, wish.layer, direction);
        if (!network.hasGradients(wish.layer) && !method.needsNoGradient)
            return Error{QStringLiteral("The network has no gradients at layer %1")
                             .arg(network.layers().at(wish.layer).name),
                         m_network->info().path,
                         QStringLiteral("Use the method ablationcam, scorecam, eigencam or "
                                        "occlusion")};
        torch::NoGradGuard noGrad;
        if (method.needsPositive && s.activation.min().item<double>() < 0.0)
            return Error{
                QStringLiteral("%1 is defined for activations without negative values only, and "
                               "layer %2 has some")
                    .arg(method.info.title, network.layers().at(wish.layer).name),
                m_network->info().path,
                QStringLiteral("Choose a layer behind a ReLU, or another method")};
        values = method.fromGradient(s.activation, s.gradient);
    } else {
        values = method.fromNetwork({network, recording, wish.layer, direction, wish.report});
        if (!values.defined())
            return cancelledError();
    }
    const LayerInfo info = m_network->layerOrInput(wish.layer);
    ClassMap result;
    result.target = wish.target;
    result.layer = info.name;
    result.method = method.info.name;
    result.map = toRawMap(values);
    result.grid = method.ownGrid ? stretchedGrid({result.map.width, result.map.height},
                                                 m_network->info().input.size())
                                 : info.grid;
    torch::NoGradGuard noGrad;
    result.value = recording.logits.detach().mv(direction).item<double>();
    if (method.info.name == QLatin1String("hirescam") && network.isTailLight(wish.layer)) {
        const at::Tensor nothing = at::zeros_like(network.activation(recording, wish.layer));
        result.atZero = network.tail(recording, wish.layer, nothing).mv(direction).item<double>();
    }
    frame.maps.insert(mapKey, result);
    return result;
}

Result<Explanation> Explainer::explain(const ExplainRequest &request, const Report &report)
{
    return explain(request, QImage(), report);
}

Result<Explanation> Explainer::explain(const ExplainRequest &request, const QImage &frame,
                                       const Report &report)
{
    const int layer = m_network->findLayer(request.layer);
    if (layer < 0 && !m_network->layers().isEmpty())
        return Error{QStringLiteral("The network has no layer \"%1\"").arg(request.layer),
                     m_network->info().path, QStringLiteral("`birblens layers` lists them")};
    return explainLayers(request, frame, {layer}, report);
}

Result<Explanation> Explainer::explainLayers(const ExplainRequest &request, const QImage &image,
                                             const QList<int> &layers, const Report &report)
{
    QElapsedTimer timer;
    timer.start();
    const ModelInfo &info = m_network->info();
    if (!methodNamed(request.method))
        return unknownMethod(request.method);
    if (layers.contains(-1) && !methodNamed(request.method)->ownGrid)
        return Error{QStringLiteral("The network has no layer whose cells have a place in the "
                                    "image"),
                     info.path, QStringLiteral("Use the method occlusion")};
    QList<int> named = request.classes;
    if (request.target == TargetKind::Contrast)
        named.append(request.other);
    for (const int index : std::as_const(named)) {
        if (index < 0 || index >= info.vocabulary.size())
            return Error{QStringLiteral("The network has no class %1").arg(index), info.path, {}};
    }
    try {
        const Result<FrameMemory *> memory = remember(request, image);
        if (!memory)
            return memory.error();
        FrameMemory &frame = **memory;
        // A second layer of the same frame: the person is looking through them.
        const bool another = !frame.layersSeen.isEmpty() && layers.size() == 1 &&
                             !frame.layersSeen.contains(layers.first());
        const bool all = layers.size() > 1 || another;
        Explanation result;
        result.request = request;
        result.modelId = info.id;
        result.prediction = frame.prediction;
        result.features = frame.features;
        result.frameSize = frame.size;
        result.inputRect = inputRectInFrame(frame.size, info.input);
        for (const Target &target : targetsOf(request, frame.prediction)) {
            for (const int layer : layers) {
                if (report.isCancelled())
                    return cancelledError();
                const Result<ClassMap> shown =
                    map(frame, {request, image, target, layer, all, report});
                if (!shown)
                    return shown.error();
                result.maps.append(*shown);
            }
        }
        for (const int layer : layers)
            frame.layersSeen.insert(layer);
        result.milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        return result;
    } catch (const std::exception &error) {
        forget();
        return Error{QStringLiteral("The network failed on this frame (%1)").arg(firstLine(error)),
                     request.path,
                     {}};
    }
}

} // namespace birblens
