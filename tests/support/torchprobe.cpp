#include "tests/support/torchprobe.h"

#include "core/explain/cammethod.h"
#include "core/model/preprocess.h"
#include "core/model/tappednetwork.h"

#include <QFile>

#include <algorithm>

namespace birblens {

namespace {

TestTensor fromTensor(const at::Tensor &tensor)
{
    const at::Tensor values = tensor.to(at::kFloat).contiguous();
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

const CamMethod &methodNamed(const QString &name)
{
    const QList<CamMethod> &table = camMethodTable();
    return *std::find_if(table.begin(), table.end(),
                         [&name](const CamMethod &method) { return method.info.name == name; });
}

} // namespace

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
{
}

TorchProbe::TorchProbe(const QString &path, const InputSpec &input, bool asDouble)
    : m_own([&] {
        auto module = torch::jit::load(QFile::encodeName(path).toStdString());
        module.eval();
        if (asDouble)
            module.to(at::kDouble);
        for (at::Tensor parameter : module.parameters())
            parameter.requires_grad_(false);
        return std::make_unique<TappedNetwork>(module, input, TappedNetwork::Packing::Off);
    }())
    , m_network(*m_own)
    , m_double(asDouble)
{
}

TorchProbe::TorchProbe(std::unique_ptr<TappedNetwork> network)
    : m_own(std::move(network))
    , m_network(*m_own)
    , m_double(true)
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
        std::make_unique<TappedNetwork>(module, input, TappedNetwork::Packing::Off)));
}

TorchProbe::~TorchProbe() = default;

const QList<LayerInfo> &TorchProbe::layers() const
{
    return m_network.layers();
}

TestTensor TorchProbe::logits(const TestTensor &input)
{
    return fromTensor(m_network.logits(toTensor(input, m_double)));
}

at::Tensor TorchProbe::direction(int classIndex) const
{
    at::Tensor result = at::zeros({m_network.outputs()}, m_double ? at::kDouble : at::kFloat);
    result[classIndex] = 1;
    return result;
}

RawMap TorchProbe::one(const TestTensor &input, int classIndex, const QString &method, int layer)
{
    const CamMethod &cam = methodNamed(method);
    const Recording recording = m_network.record(toTensor(input, m_double));
    const at::Tensor wanted = direction(classIndex);
    if (!cam.fromGradient)
        return toMap(cam.fromNetwork({m_network, recording, layer, wanted, {}}));
    const Sensitivity s = m_network.sensitivity(recording, layer, wanted);
    return toMap(cam.fromGradient(s.activation, s.gradient));
}

QList<LayerMap> TorchProbe::byOneBackward(const TestTensor &input, int classIndex,
                                          const QString &method)
{
    QList<LayerMap> maps;
    const CamMethod &cam = methodNamed(method);
    const Recording recording = m_network.record(toTensor(input, m_double));
    const std::vector<at::Tensor> gradients =
        m_network.gradients(recording, direction(classIndex));
    for (const LayerInfo &layer : layers()) {
        const Sensitivity s = m_network.sensitivityFrom(
            recording, layer.index, gradients.at(static_cast<size_t>(layer.index)));
        maps.append({layer.name, toMap(cam.fromGradient(s.activation, s.gradient))});
    }
    return maps;
}

TestTensor TorchProbe::activation(const TestTensor &input, int layer)
{
    const Recording recording = m_network.record(toTensor(input, m_double));
    return fromTensor(
        m_network.channelsFirst(m_network.activation(recording, layer), layer)[0]);
}

TestTensor TorchProbe::logitsFrom(const TestTensor &input, int layer)
{
    const Recording recording = m_network.record(toTensor(input, m_double));
    return fromTensor(
        m_network.tail(recording, layer, m_network.activation(recording, layer)).detach());
}

int TorchProbe::kinks(TorchProbe &other, const TestTensor &input, int layer, double *largest)
{
    const Recording mine = m_network.record(toTensor(input, m_double));
    const Recording theirs = other.m_network.record(toTensor(input, other.m_double));
    int count = 0;
    *largest = 0.0;
    for (const LayerInfo &each : layers()) {
        if (each.index < layer || !each.type.contains(QLatin1String("relu"), Qt::CaseInsensitive))
            continue;
        const at::Tensor a = m_network.activation(mine, each.index).to(at::kDouble);
        const at::Tensor b = other.m_network.activation(theirs, each.index).to(at::kDouble);
        at::Tensor flipped = (a > 0) != (b > 0);
        if (each.type.contains(QLatin1Char('6'))) // flat above six as well
            flipped = flipped.logical_or((a >= 6) != (b >= 6));
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
    return toMap(methodNamed(method).fromGradient(toTensor(activation), toTensor(gradient)));
}

} // namespace birblens
