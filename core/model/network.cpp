// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/network.h"

#include "core/model/blasthreads.h"
#include "core/model/blocks.h"
#include "core/model/bundle.h"
#include "core/model/interruption.h"
#include "core/model/modelkey.h"
#include "core/model/preprocess.h"
#include "core/model/tappednetwork.h"

#include <QFileInfo>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <thread>

namespace birblens {

namespace {

/** Largest difference between the rewritten and the original network that is still rounding. */
constexpr double logitTolerance = 1e-3;

Error unusable(const QString &path, const QString &what, const QString &hint)
{
    return {what, path, hint};
}

/**
 * Cards since 2020 round the factors of convolutions to 10 bits unless told not to: logits would
 * differ from the CPU's in the third digit.
 */
void useFullPrecision()
{
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
}

/** What the first convolution wants; 0 when there is none. */
int64_t expectedChannels(const torch::jit::Module &module)
{
    for (const at::Tensor &parameter : module.parameters()) {
        if (parameter.dim() == 4)
            return parameter.size(1);
    }
    return 0;
}

Error buildFailure(const QString &path, const Bundle &bundle, const ModelInfo &info,
                   const std::exception &error)
{
    const int64_t channels = expectedChannels(bundle.module);
    if (channels > 0 && channels != 3)
        return unusable(path,
                        QStringLiteral("The network's first convolution takes %1 channels, a frame "
                                       "has 3 (red, green, blue)")
                            .arg(channels),
                        QStringLiteral("Open a network for colour images"));
    return unusable(
        path,
        QStringLiteral("The network does not run as a classifier on a 1 x 3 x %1 x %2 image (%3)")
            .arg(info.input.height)
            .arg(info.input.width)
            .arg(firstLine(error)),
        QStringLiteral("Check the input size, or open an image classifier"));
}

/** By name or decimal index; -1 if there is none. */
int layerCalled(const QString &name, const QList<LayerInfo> &layers)
{
    for (const LayerInfo &layer : layers) {
        if (layer.name == name)
            return layer.index;
    }
    bool isNumber = false;
    const int index = name.toInt(&isNumber);
    return isNumber && index >= 0 && index < layers.size() ? index : -1;
}

/** What a person ought to know of a network that works. */
QStringList warningsOf(TappedNetwork &tapped, const ModelInfo &info)
{
    QStringList warnings;
    if (const int flags = tapped.evaluation().trainingFlags; flags > 0)
        warnings.append(
            QStringLiteral("The network was traced in training mode (%1 operators): it runs in "
                           "evaluation mode here. Export it again after eval().")
                .arg(flags));
    const std::string &off = tapped.takenOff();
    const bool excluding = off == "softmax" || off == "log_softmax";
    const bool single = info.task == Task::SingleLabel;
    if (!off.empty() && excluding != single)
        warnings.append(
            QStringLiteral("The network ends in a %1, and the metadata says %2: probabilities are "
                           "computed as the metadata says.")
                .arg(QString::fromStdString(off),
                     single ? QStringLiteral("single-label") : QStringLiteral("multi-label")));
    if (off.empty() && tapped.givesProbabilities())
        warnings.append(QStringLiteral(
            "Every output of the network lies between 0 and 1: these seem to be probabilities and "
            "no logits, so that predictions and maps are not right. Export the network without "
            "its last sigmoid or softmax."));
    if (tapped.layers().isEmpty())
        warnings.append(
            QStringLiteral("The network has no layer whose cells have a place in the image: it can "
                           "be explained by the method occlusion only."));
    return warnings;
}

} // namespace

Network::~Network() = default;

const QList<LayerInfo> &Network::layers() const
{
    return m_layers;
}

Result<std::shared_ptr<Network>>
Network::load(const QString &path, const std::optional<ModelInfo> &answer, Device device)
{
    if (device == Device::Cuda && !hasCuda())
        return unusable(path,
                        QStringLiteral("CUDA was asked for, but libtorch %1 sees no CUDA card")
                            .arg(torchVersion()),
                        QStringLiteral("Use --device cpu, or a libtorch built for CUDA"));
    if (device == Device::Cpu || !hasCuda())
        return loadOn(Device::Cpu, path, answer);
    const Result<std::shared_ptr<Network>> onCard = loadOn(Device::Cuda, path, answer);
    if (onCard || device == Device::Cuda)
        return onCard;
    // Nobody asked for the card: one that is full or too old for libtorch is no reason to give up.
    const Result<std::shared_ptr<Network>> onCpu = loadOn(Device::Cpu, path, answer);
    if (onCpu)
        (*onCpu)->m_warnings.append(
            QStringLiteral("The network runs on the CPU, because on the graphics card it fails: %1")
                .arg(onCard.error().what));
    return onCpu;
}

/** @param device not Auto */
Result<std::shared_ptr<Network>> Network::loadOn(Device device, const QString &path,
                                                 const std::optional<ModelInfo> &answer)
{
    if (device == Device::Cuda)
        useFullPrecision();
    const at::Device place = device == Device::Cuda ? at::kCUDA : at::kCPU;
    Result<Bundle> bundle = readBundle(path, place);
    if (!bundle)
        return bundle.error();
    if (!bundle->info && !answer)
        return unusable(
            path, QStringLiteral("The file says neither the class names nor the input size"),
            QStringLiteral(
                "Give them with --vocabulary and --size, or put a birblens.json beside it"));

    std::shared_ptr<Network> network(new Network);
    network->m_info = bundle->info ? *bundle->info : *answer;
    ModelInfo &info = network->m_info;
    info.path = QFileInfo(path).absoluteFilePath();
    if (info.name.isEmpty())
        info.name = QFileInfo(path).completeBaseName();
    while (info.thresholds.size() < info.vocabulary.size())
        info.thresholds.append(0.5);
    network->m_warnings = bundle->warnings;

    try {
        network->m_tapped = std::make_unique<TappedNetwork>(
            bundle->module, info.input, static_cast<int>(info.vocabulary.size()));
    } catch (const std::exception &error) {
        if (interruptAsked())
            return stopped(path);
        return cardFailure(path, place, error).value_or(buildFailure(path, *bundle, info, error));
    }
    TappedNetwork &tapped = *network->m_tapped;
    if (tapped.outputs() != info.vocabulary.size())
        return unusable(path,
                        QStringLiteral("The network has %1 outputs, the vocabulary %2 names")
                            .arg(tapped.outputs())
                            .arg(info.vocabulary.size()),
                        QStringLiteral("Give the vocabulary that the network was trained with"));
    if (!(tapped.disagreement() <= logitTolerance))
        return unusable(
            path,
            QStringLiteral(
                "The network gives other logits when it is cut into layers (difference %1)")
                .arg(tapped.disagreement()),
            QStringLiteral("Please report this network; a traced export may work"));
    // What was stored of such networks by an earlier Birblens, which did neither, is something
    // else.
    QByteArray own = bundle->network;
    if (!tapped.takenOff().empty())
        own += " without " + QByteArray::fromStdString(tapped.takenOff());
    if (tapped.isGivenLevels())
        own += " of levels";
    info.id = modelKey(own, info.input);
    network->m_warnings.append(warningsOf(tapped, info));

    network->m_layers = tapped.layers();
    markBlocks(network->m_layers);
    network->m_defaultLayer = layerCalled(info.defaultLayer, network->m_layers);
    if (network->m_defaultLayer < 0) {
        if (!info.defaultLayer.isEmpty() && info.defaultLayer != QLatin1String("last"))
            network->m_warnings.append(QStringLiteral("The metadata's default layer \"%1\" is not "
                                                      "in the network; the last layer is used.")
                                           .arg(info.defaultLayer));
        network->m_defaultLayer = lastGridLayer(network->m_layers);
    }
    info.defaultLayer = network->m_layers.value(network->m_defaultLayer).name;
    chooseBlasThreads(bundle->module);
    return network;
}

Result<std::optional<BareModel>> Network::inspect(const QString &path)
{
    Result<Bundle> bundle = readBundle(path);
    if (!bundle)
        return bundle.error();
    if (bundle->info)
        return std::optional<BareModel>();
    BareModel bare;
    bare.suggestion.path = QFileInfo(path).absoluteFilePath();
    bare.suggestion.name = QFileInfo(path).completeBaseName();
    bare.suggestion.input.height = 224;
    bare.suggestion.input.width = 224;
    try {
        bare.outputs = TappedNetwork(bundle->module, bare.suggestion.input).outputs();
    } catch (const std::exception &) {
        if (interruptAsked())
            return stopped(path);
        bare.outputs = 0; // the size is only a guess: the person's answer decides
    }
    return std::optional<BareModel>(bare);
}

int Network::findLayer(const QString &name) const
{
    const bool usual = name.isEmpty() || name == QLatin1String("last");
    return usual ? m_defaultLayer : layerCalled(name, m_layers);
}

LayerInfo Network::layerOrInput(int index) const
{
    LayerInfo input;
    input.index = -1;
    input.name = QStringLiteral("input");
    return m_layers.value(index, input);
}

Result<QList<Classified>> Network::classify(const QList<QImage> &frames)
{
    if (frames.isEmpty())
        return QList<Classified>();
    try {
        std::vector<at::Tensor> inputs;
        for (const QImage &frame : frames)
            inputs.push_back(preprocess(frame, m_info.input));
        const Answer answer = m_tapped->answer(at::cat(inputs));
        const at::Tensor logits = answer.logits.to(at::kCPU, at::kFloat).contiguous();
        const QList<QByteArray> features = packedRows(answer.features);
        QList<Classified> classified;
        const int64_t classes = logits.size(1);
        for (int64_t i = 0; i < logits.size(0); ++i) {
            const float *row = logits.data_ptr<float>() + i * classes;
            classified.append(
                {predict(m_info, QList<float>(row, row + classes)), features.value(i)});
        }
        return classified;
    } catch (const std::exception &error) {
        return Error{
            QStringLiteral("The network failed (%1)").arg(firstLine(error)), m_info.path, {}};
    }
}

int setInferenceThreads(int count)
{
    const int cores = std::max(1U, std::thread::hardware_concurrency());
    at::set_num_threads(count > 0 ? count : cores);
    return at::get_num_threads();
}

bool hasCuda()
{
    return torch::cuda::is_available();
}

QString torchVersion()
{
    return QStringLiteral("%1.%2.%3")
        .arg(TORCH_VERSION_MAJOR)
        .arg(TORCH_VERSION_MINOR)
        .arg(TORCH_VERSION_PATCH);
}

} // namespace birblens
