// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/torchprobe.h"

#include "core/explain/cammethod.h"
#include "core/model/preprocess.h"
#include "core/model/tappednetwork.h"

#include <QFile>
#include <QRegularExpression>

#include <algorithm>

namespace birblens {

namespace {

TestTensor fromTensor(const at::Tensor &tensor)
{
    const at::Tensor values = tensor.to(at::kCPU, at::kFloat).contiguous();
    TestTensor result;
    for (const int64_t size : values.sizes())
        result.shape.append(static_cast<int>(size));
    result.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    return result;
}

at::Tensor toTensor(const TestTensor &tensor, bool asDouble = false)
{
    const std::vector<int64_t> shape(tensor.shape.begin(), tensor.shape.end());
    return at::from_blob(const_cast<float *>(tensor.values.data()), shape, at::kFloat)
        .to(asDouble ? at::kDouble : at::kFloat, false, /*copy=*/true);
}

RawMap toMap(const at::Tensor &tensor)
{
    const TestTensor plain = fromTensor(tensor);
    return {plain.shape.at(0), plain.shape.at(1), plain.values};
}

/** A frozen network has no parameters: its weights are constants of the graph. */
void convertConstants(torch::jit::Block *block, at::ScalarType type)
{
    for (torch::jit::Node *node : block->nodes()) {
        for (torch::jit::Block *inner : node->blocks())
            convertConstants(inner, type);
        if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
            node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t &&
            node->t(c10::attr::value).is_floating_point())
            node->t_(c10::attr::value, node->t(c10::attr::value).to(type));
    }
}

} // namespace

struct TorchProbe::Memory
{
    std::vector<float> input;
    Recording recording;
    int classIndex = -1; ///< of the gradients
    std::vector<at::Tensor> gradients;
};

QString referenceName(const QString &network)
{
    static const QRegularExpression way(QStringLiteral("_(scripted|traced|frozen)$"));
    return QString(network).remove(way);
}

QHash<QString, TestTensor> readTensors(const QString &path)
{
    QHash<QString, TestTensor> tensors;
    try {
        const auto module = torch::jit::load(QFile::encodeName(path).toStdString());
        for (const auto &buffer : module.named_buffers(false))
            tensors.insert(QString::fromStdString(buffer.name), fromTensor(buffer.value));
    } catch (const std::exception &) {
        tensors.clear();
    }
    return tensors;
}

TorchProbe::TorchProbe(Network &network)
    : m_network(network.tapped())
    , m_memory(std::make_unique<Memory>())
{
}

TorchProbe::TorchProbe(const QString &path, const InputSpec &input, Precision precision)
    : m_own([&] {
        const bool exact = precision == Precision::Double;
        const at::ScalarType type = exact ? at::kDouble : at::kFloat;
        auto module = torch::jit::load(QFile::encodeName(path).toStdString());
        module.eval();
        if (module.parameters().size() == 0) {
            convertConstants(module.get_method("forward").graph()->block(), type);
            // Says which precision the network is in.
            module.register_parameter("precision", at::zeros({1}), false);
        }
        module.to(type);
        for (at::Tensor parameter : module.parameters())
            parameter.requires_grad_(false);
        return std::make_unique<TappedNetwork>(module, input, 0,
                                               exact ? TappedNetwork::Packing::Off
                                                     : TappedNetwork::Packing::WherePossible);
    }())
    , m_network(*m_own)
    , m_double(precision == Precision::Double)
    , m_memory(std::make_unique<Memory>())
{
}

TorchProbe::TorchProbe(std::unique_ptr<TappedNetwork> network)
    : m_own(std::move(network))
    , m_network(*m_own)
    , m_double(true)
    , m_memory(std::make_unique<Memory>())
{
}

std::unique_ptr<TorchProbe> TorchProbe::averaging(const QString &path, const InputSpec &input)
{
    torch::NoGradGuard noGrad;
    auto module = torch::jit::load(QFile::encodeName(path).toStdString());
    module.eval();
    module.to(at::kDouble);
    for (auto parameter : module.named_parameters()) {
        parameter.value.requires_grad_(false);
        if (parameter.value.dim() > 1)
            parameter.value.fill_(1.0 / static_cast<double>(parameter.value[0].numel()));
        else if (parameter.name.find("bias") != std::string::npos)
            parameter.value.zero_();
        else
            parameter.value.fill_(1.0);
    }
    for (auto buffer : module.named_buffers()) {
        if (buffer.name.find("running_var") != std::string::npos)
            buffer.value.fill_(1.0);
        else if (buffer.value.is_floating_point())
            buffer.value.zero_();
    }
    return std::unique_ptr<TorchProbe>(new TorchProbe(
        std::make_unique<TappedNetwork>(module, input, 0, TappedNetwork::Packing::Off)));
}

TorchProbe::~TorchProbe() = default;

int TorchProbe::foldedNorms() const
{
    return m_network.foldedNorms();
}

const QList<LayerInfo> &TorchProbe::layers() const
{
    return m_network.layers();
}

TestTensor TorchProbe::logits(const TestTensor &input)
{
    return fromTensor(m_network.logits(toTensor(input, m_double)));
}

at::Tensor TorchProbe::direction(const Recording &recording, int classIndex) const
{
    at::Tensor result = at::zeros({m_network.outputs()}, recording.logits.options());
    result[classIndex] = 1;
    return result;
}

const Recording &TorchProbe::recordingOf(const TestTensor &input)
{
    if (m_memory->input != input.values) {
        *m_memory = {};
        m_memory->recording = m_network.record(toTensor(input, m_double));
        m_memory->input = input.values;
    }
    return m_memory->recording;
}

const std::vector<at::Tensor> &TorchProbe::gradientsOf(const TestTensor &input, int classIndex)
{
    const Recording &recording = recordingOf(input);
    if (m_memory->classIndex != classIndex)
        m_memory->gradients = m_network.gradients(recording, direction(recording, classIndex));
    m_memory->classIndex = classIndex;
    return m_memory->gradients;
}

RawMap TorchProbe::one(const TestTensor &input, int classIndex, const QString &method, int layer)
{
    const CamMethod &cam = *methodNamed(method);
    const Recording &recording = recordingOf(input);
    const at::Tensor wanted = direction(recording, classIndex);
    if (!cam.fromGradient)
        return toMap(cam.fromNetwork({m_network, recording, layer, wanted, {}}));
    const Sensitivity s = m_network.sensitivity(recording, layer, wanted);
    return toMap(cam.fromGradient(s.activation, s.gradient));
}

QList<LayerMap> TorchProbe::byOneBackward(const TestTensor &input, int classIndex,
                                          const QString &method)
{
    QList<LayerMap> maps;
    const CamMethod &cam = *methodNamed(method);
    const Recording &recording = recordingOf(input);
    const std::vector<at::Tensor> &gradients = gradientsOf(input, classIndex);
    for (const LayerInfo &layer : layers()) {
        const Sensitivity s = m_network.sensitivityFrom(
            recording, layer.index, gradients.at(static_cast<size_t>(layer.index)));
        maps.append({layer.name, toMap(cam.fromGradient(s.activation, s.gradient))});
    }
    return maps;
}

double TorchProbe::cancellation(const TestTensor &input, int classIndex, int layer)
{
    const at::Tensor &gradient = gradientsOf(input, classIndex).at(static_cast<size_t>(layer));
    const Sensitivity s = m_network.sensitivityFrom(recordingOf(input), layer, gradient);
    const at::Tensor terms = s.gradient.mean({1, 2}, true) * s.activation;
    return (terms.abs().sum(0).max() / terms.sum(0).abs().max()).item<double>();
}

TestTensor TorchProbe::activation(const TestTensor &input, int layer)
{
    const Recording &recording = recordingOf(input);
    return fromTensor(m_network.channelsFirst(m_network.activation(recording, layer), layer)[0]);
}

TestTensor TorchProbe::features(const TestTensor &input)
{
    // As classifying a day does it, which lets go of all else.
    return fromTensor(m_network.answer(toTensor(input, m_double)).features[0]);
}

TestTensor TorchProbe::logitsFrom(const TestTensor &input, int layer)
{
    const Recording &recording = recordingOf(input);
    return fromTensor(
        m_network.tail(recording, layer, m_network.activation(recording, layer)).detach());
}

int TorchProbe::kinks(TorchProbe &other, const TestTensor &input, int layer, double *largest)
{
    const Recording &mine = recordingOf(input);
    const Recording &theirs = other.recordingOf(input);
    int count = 0;
    *largest = 0.0;
    for (const LayerInfo &each : layers()) {
        const bool swish = each.type.contains(QLatin1String("hardswish"), Qt::CaseInsensitive);
        const bool sigmoid = each.type.contains(QLatin1String("hardsigmoid"), Qt::CaseInsensitive);
        const bool relu = each.type.contains(QLatin1String("relu"), Qt::CaseInsensitive) ||
                          each.type.contains(QLatin1String("hardtanh"));
        if (each.index < layer || !(relu || swish || sigmoid))
            continue;
        const at::Tensor a = m_network.activation(mine, each.index).to(at::kCPU, at::kDouble);
        const at::Tensor b =
            other.m_network.activation(theirs, each.index).to(at::kCPU, at::kDouble);
        at::Tensor flipped = swish ? (a < 0) != (b < 0) : (a > 0) != (b > 0);
        // Flat or straight above: ReLU6 is a hardtanh in a frozen network.
        const double upper = sigmoid ? 1 : swish ? 3 : 6;
        if (!relu || !each.type.contains(QLatin1String("relu"), Qt::CaseInsensitive) ||
            each.type.contains(QLatin1Char('6')))
            flipped = flipped.logical_or((a >= upper) != (b >= upper));
        const int64_t here = flipped.sum().item<int64_t>();
        if (here == 0)
            continue;
        count += static_cast<int>(here);
        const double gap = (a - b).abs().masked_select(flipped).max().item<double>();
        *largest = std::max(*largest, gap / a.abs().max().item<double>());
    }
    return count;
}

QImage resizedFrame(const QImage &frame, const InputSpec &input)
{
    return resizeFrame(frame, input);
}

TestTensor inputOf(const QImage &frame, const InputSpec &input)
{
    return fromTensor(preprocess(frame, input));
}

RawMap mapOf(const QString &method, const TestTensor &activation, const TestTensor &gradient)
{
    return toMap(methodNamed(method)->fromGradient(toTensor(activation), toTensor(gradient)));
}

} // namespace birblens
