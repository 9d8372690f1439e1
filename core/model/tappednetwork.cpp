// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/tappednetwork.h"

#include "core/model/branches.h"
#include "core/model/fixedbatch.h"
#include "core/model/interruption.h"
#include "core/model/lastactivation.h"
#include "core/model/levels.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <exception>
#include <numeric>
#include <optional>
#include <unordered_set>

namespace birblens {

namespace {

/** Folding moves the logits by rounding only; more than this share of them means it does not fit.
 */
constexpr double kPackedTolerance = 1e-4;

/** Several images at once move the logits by rounding only. */
constexpr double kBatchTolerance = 1e-3;

/** Of the second of two images: dynamic quantisation takes its steps from the range of all. */
constexpr double kFainter = 0.3;

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

/** Different numbers per pixel so that logits can be compared. 1 x 3 x height x width. */
at::Tensor probeImage(const InputSpec &input, const at::TensorOptions &options)
{
    return at::linspace(-1.0, 1.0, int64_t{3} * input.height * input.width, options)
        .reshape({1, 3, input.height, input.width});
}

/** Where both are not finite in the same way they do not differ. */
double largestDifference(const at::Tensor &a, const at::Tensor &b)
{
    const at::Tensor same = a.eq(b).logical_or(a.ne(a).logical_and(b.ne(b)));
    return at::where(same, at::zeros_like(a), (a - b).abs()).max().item<double>();
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

TappedNetwork::TappedNetwork(const torch::jit::Module &module, const InputSpec &input, int classes,
                             Packing packing)
    : m_module(module)
    , m_input(input)
    , m_flat(inlinedForward(m_module))
    , m_own(m_module, m_flat.evaluation)
    , m_options(optionsOf(m_module, m_flat))
{
    const at::Tensor x = probeImage(input, m_options);
    m_answer = findAnswer(x, classes);
    const at::Tensor expected = plainForward(x);
    m_outputs = static_cast<int>(expected.numel());
    if (m_copies > 1)
        setOneImage(*m_flat.graph, m_copies);
    takeFixedBranches(x);
    straighten(m_flat, m_answer);
    m_runner = std::make_unique<GraphRunner>(m_flat, m_module);
    const Recording exact = record(x);
    const at::Tensor again = withActivation(m_flat.activation, exact.logits.detach());
    m_disagreement = largestDifference(expected, again) /
                     std::max(1.0, largestDifference(expected, at::zeros_like(expected)));
    listLayers(exact);
    noteGradients(exact);
    m_penultimate = penultimate(m_flat, [&](const torch::jit::Value *value) {
        return m_runner->sizesIn(exact.values, value);
    });
    // What writes into its input may not be given another layout of it.
    if (packing == Packing::WherePossible && !m_flat.mutates && m_options.device().is_cpu())
        packWherePossible(exact, kPackedTolerance);
    holdFeatures();
}

/** Runs the author's forward in the ways that it may want its image. */
AnswerPath TappedNetwork::findAnswer(const at::Tensor &x, int classes)
{
    const auto attempt = [&](bool bytes, int64_t copies) {
        torch::NoGradGuard noGrad;
        m_bytes = bytes;
        m_copies = copies;
        return findLogits(m_own(asInput(x.repeat({copies, 1, 1, 1}))), copies, classes);
    };
    const bool levels = takesLevels(*m_flat.graph, m_module);
    std::vector<std::pair<bool, int64_t>> ways{{levels, 1}, {!levels, 1}};
    for (const int64_t copies : fixedBatches(*m_flat.graph))
        ways.emplace_back(levels, copies);
    std::exception_ptr first;
    for (const auto &[bytes, copies] : ways) {
        try {
            return attempt(bytes, copies);
        } catch (const std::exception &) {
            if (!first)
                first = std::current_exception();
            stopIfAsked();
        }
    }
    std::rethrow_exception(first);
}

void TappedNetwork::takeFixedBranches(const at::Tensor &x)
{
    bool more = hasFixedBranches(*m_flat.graph);
    while (more) {
        // Some branches ask for gradients, to take fused operators that have none otherwise.
        torch::AutoGradMode grad(true);
        const GraphRunner runner(m_flat, m_module);
        const at::Tensor input = asInput(x).clone();
        if (!m_bytes && !m_flat.mutates)
            input.requires_grad_(true);
        ValueTable values = runner.start(input);
        runner.run(values, GraphRunner::Keep::All);
        more = takeBranches(*m_flat.graph, [&](const torch::jit::Value *condition) {
            const c10::IValue &value = values[runner.placeOf(condition)];
            return value.isBool() ? std::optional(value.toBool()) : std::nullopt;
        });
    }
}

/** @param x normalised */
at::Tensor TappedNetwork::asInput(const at::Tensor &x) const
{
    if (!m_bytes) {
        const at::Tensor input = x.to(m_options);
        return m_flat.mutates && input.is_alias_of(x) ? input.clone() : input; // it may write there
    }
    const auto triple = [&x](const std::array<float, 3> &values) {
        return at::tensor(std::vector<float>(values.begin(), values.end()))
            .view({1, 3, 1, 1})
            .to(x.options());
    };
    return ((x.detach() * triple(m_input.std) + triple(m_input.mean)) * 255.0)
        .round()
        .clamp(0, 255)
        .to(m_options.dtype(at::kByte));
}

bool TappedNetwork::givesProbabilities()
{
    if (!endsBounded(*m_flat.graph))
        return false;
    // Logits grow with what the network is given; probabilities stay.
    const at::Tensor x = probeImage(m_input, m_options);
    std::vector<at::Tensor> outputs;
    for (const double factor : {1.0, -1.0, 30.0, -1000.0}) {
        outputs.push_back(answerTogether(x * factor).logits);
        if (!outputs.back().ge(0.0).logical_and(outputs.back().le(1.0)).all().item<bool>())
            return false;
    }
    const at::Tensor all = at::cat(outputs);
    return all.max().item<double>() > all.min().item<double>(); // all zeros are no probabilities
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
    at::Tensor value = m_runner->dense(values, m_featurePlace).detach();
    if (value.is_quantized())
        value = value.dequantize();
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
    m_packed = largestDifference(logits, exact.logits) <=
               tolerance * (1.0 + exact.logits.abs().max().item<double>());
    if (!m_packed)
        std::swap(m_runner, packed);
}

TappedNetwork::~TappedNetwork() = default;

void TappedNetwork::listLayers(const Recording &recording)
{
    const SizesOf sizes = [&](const torch::jit::Value *value) {
        return m_runner->sizesIn(recording.values, value);
    };
    const Layouts layouts = layoutsOf(m_flat, sizes);
    const auto geometries = gridGeometries(m_flat, sizes, layouts);
    for (size_t i = 0; i < m_flat.taps.size(); ++i) {
        torch::jit::Value *tap = m_flat.taps[i].value;
        const auto layout = layouts.find(tap);
        if (layout == layouts.end() || layout->second == Layout::None)
            continue;
        const std::vector<int64_t> shape = sizes(tap).value();
        const bool last = layout->second == Layout::ChannelsLast;
        LayerInfo layer;
        layer.index = static_cast<int>(m_layers.size());
        layer.name = QString::fromStdString(m_flat.taps[i].name);
        layer.type = QString::fromStdString(m_flat.taps[i].type);
        layer.channelsLast = last;
        layer.channels = static_cast<int>(shape[last ? 3 : 1]);
        layer.height = static_cast<int>(shape[last ? 1 : 2]);
        layer.width = static_cast<int>(shape[last ? 2 : 3]);
        if (const auto found = geometries.find(tap); found != geometries.end())
            layer.grid = found->second;
        m_layers.append(layer);
        m_tapOfLayer.push_back(i);
    }
}

/** Quantised operators and some fused ones cannot be differentiated. */
void TappedNetwork::noteGradients(const Recording &recording)
{
    using torch::autograd::Node;
    std::unordered_set<const Node *> reached;
    std::vector<Node *> next{recording.logits.grad_fn().get()};
    while (!next.empty()) {
        Node *node = next.back();
        next.pop_back();
        if (!node || !reached.insert(node).second ||
            node->name().find("NotImplemented") != std::string::npos)
            continue;
        for (const torch::autograd::Edge &edge : node->next_edges())
            next.push_back(edge.function.get());
    }
    for (int layer = 0; layer < m_layers.size(); ++layer) {
        const at::Tensor value = recording.values[placeOf(layer)].toTensor();
        const bool known = value.requires_grad() && reached.count(value.grad_fn().get()) > 0;
        // What the logits do not depend on has a gradient: zero.
        m_hasGradients.push_back(known ||
                                 !m_runner->reachesLogits(m_runner->dependents(placeOf(layer))));
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

at::Tensor TappedNetwork::logitsIn(const ValueTable &values, int64_t images) const
{
    at::Tensor logits = m_runner->dense(values, m_runner->logitsPlace());
    if (logits.is_quantized())
        logits = logits.dequantize();
    TORCH_CHECK(logits.numel() == images * m_outputs, "it gives ", logits.numel() / images,
                " numbers for this frame and ", m_outputs, " for others");
    return logits.reshape({images, -1});
}

Answer TappedNetwork::answer(const at::Tensor &x)
{
    if (x.size(0) == 1 || takesBatches())
        return answerTogether(x);
    std::vector<at::Tensor> logits;
    std::vector<at::Tensor> features;
    for (int64_t i = 0; i < x.size(0); ++i) {
        const Answer one = answerTogether(x.narrow(0, i, 1));
        logits.push_back(one.logits);
        if (one.features.defined())
            features.push_back(one.features);
    }
    return {at::cat(logits), features.empty() ? at::Tensor() : at::cat(features)};
}

Answer TappedNetwork::answerTogether(const at::Tensor &x)
{
    torch::NoGradGuard noGrad;
    ValueTable values = m_runner->start(asInput(x));
    m_runner->run(values, GraphRunner::Keep::Nothing);
    return {logitsIn(values, x.size(0)), featuresIn(values)};
}

namespace {

/** Whether @p together gives for two images at once what @p alone gives for each. */
template <class Run>
bool takesTwo(const at::Tensor &first, const at::Tensor &second, const Run &run)
{
    torch::NoGradGuard noGrad;
    const at::Tensor alone = at::cat({run(first), run(second)});
    try {
        const at::Tensor together = run(at::cat({first, second}));
        return together.sizes() == alone.sizes() &&
               largestDifference(together, alone) <=
                   kBatchTolerance * std::max(1.0, alone.abs().max().item<double>());
    } catch (const std::exception &) {
        return false; // its sizes are made for one image
    }
}

} // namespace

/** Found out when there is a second image for the first time. */
bool TappedNetwork::takesBatches()
{
    if (!m_takesBatches) {
        const at::Tensor x = probeImage(m_input, m_options);
        m_takesBatches = takesTwo(x, x.flip({1, 2}) * kFainter, [this](const at::Tensor &images) {
            return answerTogether(images).logits;
        });
    }
    return *m_takesBatches;
}

bool TappedNetwork::tailTakesBatches(const Recording &recording, int layer)
{
    const auto known = m_tailTakesBatches.find(layer);
    if (known != m_tailTakesBatches.end())
        return known->second;
    const at::Tensor own = activation(recording, layer);
    const bool takes =
        takesTwo(own, own.flip({1, 2, 3}) * kFainter, [&](const at::Tensor &activations) {
            return tailTogether(recording, layer, activations);
        });
    return m_tailTakesBatches.emplace(layer, takes).first->second;
}

at::Tensor TappedNetwork::plainForward(const at::Tensor &x)
{
    torch::NoGradGuard noGrad;
    const int64_t images = x.size(0) * m_copies;
    const at::Tensor own = x.repeat({m_copies, 1, 1, 1}); // a copy always: it may be written to
    return logitsAt(m_own(asInput(own)), m_answer, images).narrow(0, 0, x.size(0));
}

Recording TappedNetwork::record(const at::Tensor &x)
{
    torch::AutoGradMode grad(true);
    Recording recording;
    recording.x = x.detach().to(m_options);
    at::Tensor input = asInput(recording.x).detach();
    if (!m_bytes)
        input.requires_grad_(true);
    // What gradients begin at may not be written to.
    recording.values = m_runner->start(m_flat.mutates ? input.clone() : input);
    m_runner->run(recording.values, GraphRunner::Keep::AllWithGradients);
    recording.logits = logitsIn(recording.values, 1);
    return recording;
}

at::Tensor TappedNetwork::activation(const Recording &recording, int layer) const
{
    torch::NoGradGuard noGrad;
    if (const GraphRunner::Folded *folded = foldedAt(layer))
        return folded->convolution->convolved(
            m_runner->dense(recording.values, folded->input).detach());
    const at::Tensor value = m_runner->dense(recording.values, placeOf(layer)).detach();
    return value.is_quantized() ? value.dequantize() : value;
}

at::Tensor TappedNetwork::tail(const Recording &recording, int layer, const at::Tensor &activations)
{
    if (activations.size(0) == 1 || tailTakesBatches(recording, layer))
        return tailTogether(recording, layer, activations);
    std::vector<at::Tensor> logits;
    for (int64_t i = 0; i < activations.size(0); ++i)
        logits.push_back(tailTogether(recording, layer, activations.narrow(0, i, 1)));
    return at::cat(logits);
}

at::Tensor TappedNetwork::tailTogether(const Recording &recording, int layer,
                                       const at::Tensor &activations)
{
    const GraphRunner::Folded *folded = foldedAt(layer);
    at::Tensor value = folded ? folded->convolution->normalised(activations) : activations;
    const size_t place = placeOf(layer);
    const at::Tensor own = recording.values[place].toTensor();
    if (own.is_quantized())
        value =
            at::quantize_per_tensor(value, own.q_scale(), own.q_zero_point(), own.scalar_type());
    at::Tensor logits;
    if (m_flat.mutates) {
        logits = m_runner->rerunAll(asInput(recording.x), place, value);
    } else {
        logits = m_runner->rerun(recording.values, place, value, dependents(layer));
    }
    if (logits.is_quantized())
        logits = logits.dequantize();
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
    const at::Tensor gradient = gradientsAt(recording, direction, {static_cast<size_t>(layer)})[0];
    return sensitivityFrom(recording, layer, gradient);
}

std::vector<at::Tensor> TappedNetwork::gradients(const Recording &recording,
                                                 const at::Tensor &direction)
{
    std::vector<size_t> all(m_tapOfLayer.size());
    std::iota(all.begin(), all.end(), size_t{0});
    return gradientsAt(recording, direction, all);
}

/** By one backward. Undefined: zero, or there is none, see hasGradients(). */
std::vector<at::Tensor> TappedNetwork::gradientsAt(const Recording &recording,
                                                   const at::Tensor &direction,
                                                   const std::vector<size_t> &layers)
{
    torch::AutoGradMode grad(true);
    std::vector<at::Tensor> values;
    std::vector<size_t> asked;
    for (size_t i = 0; i < layers.size(); ++i) {
        const at::Tensor value = recording.values[placeOf(static_cast<int>(layers[i]))].toTensor();
        if (!value.requires_grad() || !m_hasGradients[layers[i]])
            continue;
        values.push_back(value);
        asked.push_back(i);
    }
    std::vector<at::Tensor> result(layers.size());
    if (values.empty())
        return result;
    try {
        const std::vector<at::Tensor> known = torch::autograd::grad(
            {recording.logits.mv(direction)}, values, {}, /*retain_graph=*/true, false, true);
        for (size_t i = 0; i < known.size(); ++i)
            result[asked[i]] = known[i];
    } catch (const std::exception &error) {
        // Only now operators show that nobody has written their derivative, or that what it needs
        // has been written over.
        const std::string what = error.what();
        if (what.find("is not implemented") == std::string::npos &&
            what.find("modified by an inplace operation") == std::string::npos)
            throw;
        if (asked.size() == 1)
            m_hasGradients[layers[asked[0]]] = false;
        for (size_t i = 0; i < asked.size() && asked.size() > 1; ++i)
            result[asked[i]] = gradientsAt(recording, direction, {layers[asked[i]]})[0];
    }
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
    return std::make_unique<TappedNetwork>(m_module, input, m_outputs, Packing::Off);
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
