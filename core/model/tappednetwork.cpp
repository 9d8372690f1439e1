#include "core/model/tappednetwork.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <unordered_set>

namespace birblens {

namespace {

/** Folding moves the logits by rounding only; more than this share of them means it does not fit.
 */
constexpr double kPackedTolerance = 1e-4;

/** Of the parameters; a frozen network has none, its weights are constants of the graph. */
at::TensorOptions optionsOf(const torch::jit::Module &module, const FlatGraph &flat)
{
    at::Tensor weight;
    for (const torch::jit::Node *node : flat.graph->nodes()) {
        if (node->kind() != c10::prim::Constant)
            continue;
        const auto constant = torch::jit::toIValue(node->output());
        if (!weight.defined() && constant && constant->isTensor() &&
            constant->toTensor().is_floating_point() && constant->toTensor().dim() > 1)
            weight = constant->toTensor();
    }
    for (const at::Tensor &parameter : module.parameters()) {
        if (parameter.is_floating_point())
            weight = parameter;
    }
    return weight.defined() ? at::TensorOptions(weight.scalar_type()).device(weight.device())
                            : at::TensorOptions(at::kFloat);
}

/** The module that an attribute belongs to; its own name when that is the network itself. */
QString ownerOf(const torch::jit::Value *attribute)
{
    const torch::jit::Node *node = attribute->node();
    const auto name = [](const torch::jit::Node *read) {
        return QString::fromStdString(read->s(c10::attr::name));
    };
    QStringList path;
    for (const torch::jit::Node *owner = node->input(0)->node();
         owner->kind() == c10::prim::GetAttr; owner = owner->input(0)->node())
        path.prepend(name(owner));
    return path.isEmpty() ? name(node) : path.join(QLatin1Char('.'));
}

} // namespace

TappedNetwork::TappedNetwork(const torch::jit::Module &module, const InputSpec &input,
                             Packing packing)
    : m_module(module)
    , m_flat(flatten(m_module))
    , m_options(optionsOf(m_module, m_flat))
{
    // Different numbers per pixel so that logits can be compared.
    const at::Tensor x = at::linspace(-1.0, 1.0, int64_t{3} * input.height * input.width, m_options)
                             .reshape({1, 3, input.height, input.width});
    const at::Tensor expected = plainForward(x);
    m_runner = std::make_unique<GraphRunner>(m_flat, m_module);
    const Recording exact = record(x);
    m_disagreement = (expected - exact.logits).abs().max().item<double>();
    m_outputs = static_cast<int>(exact.logits.numel());
    listLayers(exact);
    m_penultimate = penultimate(m_flat, [&](const torch::jit::Value *value) {
        return m_runner->sizesIn(exact.values, value);
    });
    // What writes into its input may not be given another layout of it.
    if (packing == Packing::WherePossible && !m_flat.mutates && m_options.device().is_cpu())
        packWherePossible(exact, kPackedTolerance * (1.0 + expected.abs().max().item<double>()));
    holdFeatures();
}

void TappedNetwork::holdFeatures()
{
    if (!m_penultimate.value && m_layers.isEmpty())
        return;
    m_featurePlace = m_penultimate.value ? m_runner->placeOf(m_penultimate.value)
                                         : placeOf(static_cast<int>(m_layers.size()) - 1);
    m_runner->hold(m_featurePlace);
}

at::Tensor TappedNetwork::featuresIn(const ValueTable &values) const
{
    torch::NoGradGuard noGrad;
    if (!m_penultimate.value && m_layers.isEmpty())
        return {};
    const at::Tensor value = m_runner->dense(values, m_featurePlace).detach();
    if (!m_penultimate.value)
        return channelsFirst(value, static_cast<int>(m_layers.size()) - 1).mean({2, 3});
    if (m_penultimate.image)
        return value.mean({2, 3});
    return value.dim() > 2 ? value.flatten(1, value.dim() - 2).mean(1) : value;
}

at::Tensor TappedNetwork::features(const Recording &recording) const
{
    return featuresIn(recording.values);
}

void TappedNetwork::packWherePossible(const Recording &exact, double tolerance)
{
    auto packed = std::make_unique<GraphRunner>(m_flat, m_module,
                                                [this, &exact](const torch::jit::Value *value) {
                                                    return m_runner->sizesIn(exact.values, value);
                                                });
    std::swap(m_runner, packed);
    const at::Tensor logits = record(exact.x).logits;
    m_packed = (logits - exact.logits).abs().max().item<double>() <= tolerance;
    if (!m_packed)
        std::swap(m_runner, packed);
}

TappedNetwork::~TappedNetwork() = default;

void TappedNetwork::listLayers(const Recording &recording)
{
    m_hasGradients = recording.logits.requires_grad();
    const auto geometries = gridGeometries(m_flat, [&](const torch::jit::Value *value) {
        return m_runner->sizesIn(recording.values, value);
    });
    for (size_t i = 0; i < m_flat.taps.size(); ++i) {
        torch::jit::Value *tap = m_flat.taps[i].value;
        const c10::IValue &known = recording.values[m_runner->placeOf(tap)];
        if (!known.isTensor())
            continue;
        const at::Tensor value = known.toTensor();
        if (value.dim() != 4 || value.size(0) != 1)
            continue;
        const bool last = isChannelsLast(tap);
        LayerInfo layer;
        layer.index = static_cast<int>(m_layers.size());
        layer.name = QString::fromStdString(m_flat.taps[i].name);
        layer.type = QString::fromStdString(m_flat.taps[i].type);
        layer.channelsLast = last;
        layer.channels = static_cast<int>(value.size(last ? 3 : 1));
        layer.height = static_cast<int>(value.size(last ? 1 : 2));
        layer.width = static_cast<int>(value.size(last ? 2 : 3));
        if (const auto found = geometries.find(tap); found != geometries.end())
            layer.grid = found->second;
        m_layers.append(layer);
        m_tapOfLayer.push_back(i);
        m_hasGradients = m_hasGradients && at::isFloatingType(value.scalar_type());
    }
}

torch::jit::Value *TappedNetwork::valueOf(int layer) const
{
    return m_flat.taps[m_tapOfLayer.at(static_cast<size_t>(layer))].value;
}

const GraphRunner::Folded *TappedNetwork::foldedAt(int layer) const
{
    return m_runner->folded(valueOf(layer));
}

/** Of the layer's value; of the batch normalisation's that it is folded into. */
size_t TappedNetwork::placeOf(int layer) const
{
    const GraphRunner::Folded *folded = foldedAt(layer);
    return folded ? folded->output : m_runner->placeOf(valueOf(layer));
}

Answer TappedNetwork::answer(const at::Tensor &x)
{
    torch::NoGradGuard noGrad;
    ValueTable values = m_runner->start(x.to(m_options));
    m_runner->run(values, /*keep=*/false);
    return {m_runner->dense(values, m_runner->logitsPlace()).reshape({x.size(0), -1}),
            featuresIn(values)};
}

at::Tensor TappedNetwork::plainForward(const at::Tensor &x)
{
    torch::NoGradGuard noGrad;
    c10::IValue result = m_module.forward({x.to(m_options)});
    while (result.isTuple())
        result = result.toTuple()->elements()[0];
    TORCH_CHECK(result.isTensor(), "forward returns no tensor");
    const at::Tensor logits = result.toTensor();
    // N x classes, or N x classes x 1 x 1 of a fully convolutional head.
    TORCH_CHECK(logits.dim() >= 2 && logits.size(0) == x.size(0) && logits.numel() > 0 &&
                    logits.numel() == logits.size(0) * logits.size(1),
                "forward returns a tensor of shape ", logits.sizes(), " instead of 1 x classes");
    return logits.reshape({x.size(0), -1});
}

Recording TappedNetwork::record(const at::Tensor &x)
{
    torch::AutoGradMode grad(true);
    Recording recording;
    recording.x = x.detach().to(m_options);
    recording.values = m_runner->start(recording.x.detach().requires_grad_(true));
    m_runner->run(recording.values, /*keep=*/true);
    recording.logits = m_runner->dense(recording.values, m_runner->logitsPlace()).reshape({1, -1});
    return recording;
}

at::Tensor TappedNetwork::activation(const Recording &recording, int layer) const
{
    torch::NoGradGuard noGrad;
    if (const GraphRunner::Folded *folded = foldedAt(layer))
        return folded->convolution->convolved(
            m_runner->dense(recording.values, folded->input).detach());
    return m_runner->dense(recording.values, placeOf(layer)).detach();
}

at::Tensor TappedNetwork::tail(const Recording &recording, int layer, const at::Tensor &activations)
{
    const GraphRunner::Folded *folded = foldedAt(layer);
    const at::Tensor value = folded ? folded->convolution->normalised(activations) : activations;
    const size_t place = placeOf(layer);
    at::Tensor logits;
    if (m_flat.mutates) {
        logits = m_runner->rerunAll(recording.x, place, value);
    } else {
        logits = m_runner->rerun(recording.values, place, value, dependents(layer));
    }
    return logits.reshape({activations.size(0), -1});
}

const std::vector<size_t> &TappedNetwork::dependents(int layer)
{
    const auto known = m_dependents.find(layer);
    if (known != m_dependents.end())
        return known->second;
    return m_dependents.emplace(layer, m_runner->dependents(placeOf(layer))).first->second;
}

bool TappedNetwork::isTailLight(int layer)
{
    return m_runner->isLight(dependents(layer));
}

Sensitivity TappedNetwork::sensitivity(const Recording &recording, int layer,
                                       const at::Tensor &direction)
{
    torch::AutoGradMode grad(true);
    const at::Tensor value = recording.values[placeOf(layer)].toTensor();
    at::Tensor gradient;
    if (value.requires_grad())
        gradient = torch::autograd::grad({recording.logits.mv(direction)}, {value}, {},
                                         /*retain_graph=*/true, false, /*allow_unused=*/true)[0];
    return sensitivityFrom(recording, layer, gradient);
}

std::vector<at::Tensor> TappedNetwork::gradients(const Recording &recording,
                                                 const at::Tensor &direction)
{
    torch::AutoGradMode grad(true);
    std::vector<at::Tensor> values;
    std::vector<size_t> layers;
    std::vector<at::Tensor> result(m_tapOfLayer.size());
    for (size_t layer = 0; layer < m_tapOfLayer.size(); ++layer) {
        const at::Tensor value = recording.values[placeOf(static_cast<int>(layer))].toTensor();
        if (!value.requires_grad())
            continue;
        values.push_back(value);
        layers.push_back(layer);
    }
    const std::vector<at::Tensor> known = torch::autograd::grad(
        {recording.logits.mv(direction)}, values, {}, /*retain_graph=*/true, false, true);
    for (size_t i = 0; i < known.size(); ++i)
        result[layers[i]] = known[i];
    return result;
}

Sensitivity TappedNetwork::sensitivityFrom(const Recording &recording, int layer,
                                           const at::Tensor &gradient) const
{
    torch::NoGradGuard noGrad;
    const at::Tensor known = activation(recording, layer);
    at::Tensor change =
        gradient.defined() ? m_runner->dense(gradient, placeOf(layer)) : at::zeros_like(known);
    if (const GraphRunner::Folded *folded = foldedAt(layer))
        change = folded->convolution->beforeNorm(change);
    return {channelsFirst(known, layer)[0], channelsFirst(change, layer)[0]};
}

std::unique_ptr<TappedNetwork> TappedNetwork::unpacked(const InputSpec &input) const
{
    return std::make_unique<TappedNetwork>(m_module, input, Packing::Off);
}

std::vector<Weight> TappedNetwork::weights() const
{
    using torch::jit::Node;
    using torch::jit::Value;
    // Auxiliary heads hang on the graph as taps only.
    std::unordered_set<const Node *> needed{m_flat.graph->outputs()[0]->node()};
    for (Node *node : m_flat.graph->nodes().reverse()) {
        if (!needed.count(node))
            continue;
        for (const Value *input : GraphRunner::captured(node))
            needed.insert(input->node());
    }
    std::vector<Weight> weights;
    std::unordered_set<const Value *> seen;
    for (Node *node : m_flat.graph->nodes()) {
        if (!needed.count(node))
            continue;
        const bool norm = std::string(node->kind().toQualString()) == "aten::batch_norm";
        const std::vector<Value *> inputs = GraphRunner::captured(node);
        for (const Value *value : inputs) {
            const bool attribute = value->node()->kind() == c10::prim::GetAttr;
            const bool constant = value->node()->kind() == c10::prim::Constant;
            const bool statistic = norm && (value == node->input(3) || value == node->input(4));
            if ((!attribute && !constant) || statistic || !seen.insert(value).second)
                continue;
            const size_t place = m_runner->placeOf(value);
            const c10::IValue &known = m_runner->constant(place);
            if (!known.isTensor() || !known.toTensor().is_floating_point() ||
                known.toTensor().numel() < 2)
                continue;
            weights.push_back({attribute ? ownerOf(value) : tapAt(node), place, known.toTensor()});
        }
    }
    return weights;
}

/** The name of what @p node computes, when that is a layer or an operator of a frozen network. */
QString TappedNetwork::tapAt(const torch::jit::Node *node) const
{
    for (const Tap &tap : m_flat.taps) {
        if (tap.value->node() == node)
            return QString::fromStdString(tap.name);
    }
    return QString::fromLatin1(node->kind().toUnqualString());
}

void TappedNetwork::setWeight(const Weight &weight, const at::Tensor &tensor)
{
    TORCH_CHECK(!m_packed, "packed convolutions keep copies of their weights");
    m_runner->setConstant(weight.place, tensor);
}

at::Tensor TappedNetwork::channelsFirst(const at::Tensor &activation, int layer) const
{
    return m_layers.at(layer).channelsLast ? activation.permute({0, 3, 1, 2}) : activation;
}

} // namespace birblens
