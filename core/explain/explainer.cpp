#include "core/explain/explainer.h"

#include "core/explain/cammethod.h"
#include "core/frames/imageloader.h"
#include "core/model/bundle.h"
#include "core/model/inputgeometry.h"
#include "core/model/preprocess.h"
#include "core/model/tappednetwork.h"

#include <QElapsedTimer>
#include <QHash>

#include <list>

namespace birblens {

namespace {

/** Frames whose tensors are kept: the one on the screen and its neighbour. */
constexpr size_t rememberedFrames = 2;

RawMap toRawMap(const at::Tensor &map)
{
    const at::Tensor values = map.to(at::kFloat).contiguous();
    RawMap raw;
    raw.height = static_cast<int>(values.size(0));
    raw.width = static_cast<int>(values.size(1));
    raw.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    return raw;
}

const CamMethod *findMethod(const QString &name)
{
    for (const CamMethod &method : camMethodTable()) {
        if (method.info.name == name)
            return &method;
    }
    return nullptr;
}

Error cancelledError()
{
    return {QStringLiteral("Cancelled"), {}, {}};
}

} // namespace

struct Explainer::FrameMemory
{
    QString key;
    QSize size;
    at::Tensor x;
    Prediction prediction;
    QHash<int, CutState> cuts;               ///< by layer
    QHash<QString, QList<RawMap>> layerMaps; ///< by class and method: one per layer
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

Result<Explainer::FrameMemory *> Explainer::remember(const QString &key,
                                                     const std::function<Result<QImage>()> &load)
{
    auto &frames = m_memory->frames;
    for (auto it = frames.begin(); it != frames.end(); ++it) {
        if (it->key == key && !key.isEmpty()) {
            frames.splice(frames.begin(), frames, it);
            return &frames.front();
        }
    }
    const Result<QImage> image = load();
    if (!image)
        return image.error();
    FrameMemory frame;
    frame.key = key;
    frame.size = image->size();
    frame.x = preprocess(*image, m_network->info().input);
    frames.push_front(std::move(frame));
    while (frames.size() > rememberedFrames)
        frames.pop_back();
    return &frames.front();
}

Result<Explanation> Explainer::explain(const ExplainRequest &request,
                                       const std::function<bool()> &cancelled)
{
    return explain(request, QImage(), cancelled);
}

Result<Explanation> Explainer::explain(const ExplainRequest &request, const QImage &frame,
                                       const std::function<bool()> &cancelled)
{
    try {
        const Result<FrameMemory *> memory = remember(request.key, [&]() -> Result<QImage> {
            if (!frame.isNull())
                return frame;
            return loadImage(request.path);
        });
        if (!memory)
            return memory.error();
        return explainRemembered(request, **memory, cancelled);
    } catch (const std::exception &error) {
        forget();
        return Error{QStringLiteral("The network failed on this frame (%1)").arg(firstLine(error)),
                     request.path,
                     {}};
    }
}

Result<Explanation> Explainer::explainRemembered(const ExplainRequest &request, FrameMemory &frame,
                                                 const std::function<bool()> &cancelled)
{
    QElapsedTimer timer;
    timer.start();
    TappedNetwork &network = m_network->tapped();
    const ModelInfo &info = m_network->info();
    const CamMethod *method = findMethod(request.method);
    if (!method)
        return Error{QStringLiteral("There is no method \"%1\"").arg(request.method),
                     {},
                     QStringLiteral("Use one of: %1").arg([] {
                         QStringList names;
                         for (const CamMethodInfo &known : camMethods())
                             names.append(known.name);
                         return names.join(QStringLiteral(", "));
                     }())};
    const int layer = m_network->findLayer(request.layer);
    if (layer < 0)
        return Error{QStringLiteral("The network has no layer \"%1\"").arg(request.layer),
                     info.path, QStringLiteral("`birblens layers` lists them")};
    for (const int index : request.classes) {
        if (index < 0 || index >= info.vocabulary.size())
            return Error{QStringLiteral("The network has no class %1").arg(index), info.path, {}};
    }

    // A second layer of the same frame: one backward for all of them instead of a prefix for each.
    const bool another = !frame.cuts.isEmpty() && !frame.cuts.contains(layer);
    const bool allLayers = another && method->fromGradient && network.hasGradients();
    const auto cutState = [&]() -> const CutState & {
        auto state = frame.cuts.find(layer);
        if (state == frame.cuts.end()) {
            frame.cuts.clear(); // one cut at a time: early layers are large
            state = frame.cuts.insert(layer, network.prefix(frame.x, layer));
        }
        return *state;
    };

    if (frame.prediction.isEmpty()) {
        torch::NoGradGuard noGrad;
        const CutState &state = cutState();
        if (cancelled && cancelled())
            return cancelledError();
        const at::Tensor logits =
            network.tail(frame.x, state, layer, state.activation()).contiguous();
        frame.prediction = predict(info, QList<float>(logits.data_ptr<float>(),
                                                      logits.data_ptr<float>() + logits.numel()));
    }

    QList<int> classes = request.classes;
    if (classes.isEmpty())
        classes = frame.prediction.classes;
    if (classes.isEmpty())
        classes = {frame.prediction.mostProbable()};

    Explanation result;
    result.request = request;
    result.modelId = info.id;
    result.prediction = frame.prediction;
    result.frameSize = frame.size;
    result.inputRect = inputRectInFrame(frame.size, info.input);
    const QString layerName = network.layers().at(layer).name;
    for (const int index : classes) {
        if (cancelled && cancelled())
            return cancelledError();
        const QString mapKey = QString::number(index) + QLatin1Char(' ') + method->info.name;
        RawMap map;
        if (method->fromGradient && !network.hasGradients())
            return Error{QStringLiteral("This network has no gradients"), info.path,
                         QStringLiteral("Use the method ablationcam")};
        if (allLayers && !frame.layerMaps.contains(mapKey)) {
            QList<RawMap> maps;
            network.sensitivities(frame.x, index, [&](int, const Sensitivity &s) {
                torch::NoGradGuard noGrad;
                maps.append(toRawMap(method->fromGradient(s.activation, s.gradient)));
            });
            frame.layerMaps.insert(mapKey, maps);
        }
        if (frame.layerMaps.contains(mapKey)) {
            map = frame.layerMaps.value(mapKey).at(layer);
        } else if (method->fromGradient) {
            const Sensitivity s = network.sensitivity(frame.x, cutState(), layer, index);
            torch::NoGradGuard noGrad;
            map = toRawMap(method->fromGradient(s.activation, s.gradient));
        } else {
            const at::Tensor values =
                method->fromNetwork({network, frame.x, cutState(), layer, index, cancelled});
            if (!values.defined())
                return cancelledError();
            map = toRawMap(values);
        }
        result.maps.append({index, layerName, method->info.name, map});
    }
    result.milliseconds = static_cast<double>(timer.nsecsElapsed()) / 1e6;
    return result;
}

Result<QList<ClassMap>> Explainer::explainAllLayers(const QImage &frame, int classIndex,
                                                    const QString &methodName)
{
    const CamMethod *method = findMethod(methodName);
    if (!method)
        return Error{QStringLiteral("There is no method \"%1\"").arg(methodName), {}, {}};
    try {
        TappedNetwork &network = m_network->tapped();
        const at::Tensor x = preprocess(frame, m_network->info().input);
        QList<ClassMap> maps;
        if (!method->fromGradient) {
            for (const LayerInfo &layer : network.layers()) {
                const CutState state = network.prefix(x, layer.index);
                maps.append({classIndex, layer.name, methodName,
                             toRawMap(method->fromNetwork(
                                 {network, x, state, layer.index, classIndex, {}}))});
            }
            return maps;
        }
        network.sensitivities(x, classIndex, [&](int layer, const Sensitivity &s) {
            torch::NoGradGuard noGrad;
            maps.append({classIndex, network.layers().at(layer).name, methodName,
                         toRawMap(method->fromGradient(s.activation, s.gradient))});
        });
        return maps;
    } catch (const std::exception &error) {
        return Error{
            QStringLiteral("The network failed on this frame (%1)").arg(firstLine(error)), {}, {}};
    }
}

} // namespace birblens
