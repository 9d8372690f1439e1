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

TorchProbe::TorchProbe(const QString &path, const InputSpec &input)
    : m_own([&] {
        auto module = torch::jit::load(QFile::encodeName(path).toStdString());
        module.eval();
        module.to(at::kDouble);
        for (at::Tensor parameter : module.parameters())
            parameter.requires_grad_(false);
        return std::make_unique<TappedNetwork>(module, input);
    }())
    , m_network(*m_own)
    , m_double(true)
{
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

RawMap TorchProbe::byCut(const TestTensor &input, int classIndex, const QString &method, int layer)
{
    const CamMethod &cam = methodNamed(method);
    const at::Tensor x = toTensor(input, m_double);
    const CutState state = m_network.prefix(x, layer);
    if (!cam.fromGradient)
        return toMap(cam.fromNetwork({m_network, x, state, layer, classIndex, {}}));
    const Sensitivity s = m_network.sensitivity(x, state, layer, classIndex);
    return toMap(cam.fromGradient(s.activation, s.gradient));
}

QList<LayerMap> TorchProbe::byOneBackward(const TestTensor &input, int classIndex,
                                          const QString &method)
{
    QList<LayerMap> maps;
    const CamMethod &cam = methodNamed(method);
    m_network.sensitivities(toTensor(input, m_double), classIndex,
                            [&](int layer, const Sensitivity &s) {
                                maps.append({layers().at(layer).name,
                                             toMap(cam.fromGradient(s.activation, s.gradient))});
                            });
    return maps;
}

TestTensor TorchProbe::activation(const TestTensor &input, int layer)
{
    const CutState state = m_network.prefix(toTensor(input, m_double), layer);
    return fromTensor(m_network.channelsFirst(state.activation(), layer)[0]);
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
