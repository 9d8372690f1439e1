#include "core/model/tappednetwork.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <functional>
#include <unordered_set>

namespace birblens {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

/** Attribute reads and constants are repeated on both sides of a cut instead of crossing it. */
bool isFree(const Value *value)
{
    for (const Node *node = value->node();; node = node->input(0)->node()) {
        if (node->kind() == c10::prim::Constant || node->kind() == c10::prim::Param)
            return true;
        if (node->kind() != c10::prim::GetAttr)
            return false;
    }
}

void forEachInput(Node *node, const std::function<void(Value *)> &visit)
{
    for (Value *input : node->inputs())
        visit(input);
    for (Block *block : node->blocks()) {
        for (Node *inner : block->nodes())
            forEachInput(inner, visit);
        for (Value *output : block->outputs())
            visit(output);
    }
}

std::vector<Node *> nodesOf(Graph &graph)
{
    std::vector<Node *> nodes;
    for (Node *node : graph.nodes())
        nodes.push_back(node);
    return nodes;
}

torch::jit::Code compile(const std::shared_ptr<Graph> &graph, const char *name)
{
    torch::jit::EliminateDeadCode(graph);
    torch::jit::runRequiredPasses(graph);
    return torch::jit::Code(graph, name);
}

/** Makes @p value an input of @p graph; everything that computed it becomes dead. */
void turnIntoInput(Graph &graph, Value *value)
{
    Value *input = graph.addInput();
    input->setType(value->type());
    value->replaceAllUsesWith(input);
}

} // namespace

struct TappedNetwork::Cut
{
    torch::jit::Code prefix;
    torch::jit::Code tail;
    torch::jit::Code tailWithTaps; ///< logits and every tap; built on demand
    std::vector<Value *> live;     ///< in the flat graph
    size_t tapped = 0;
    size_t position = 0; ///< of the last node of the prefix
    bool hasTailWithTaps = false;
};

TappedNetwork::TappedNetwork(torch::jit::Module module, const InputSpec &input)
    : m_module(std::move(module))
    , m_flat(flatten(m_module))
{
    auto bare = m_flat.graph->copy();
    while (bare->outputs().size() > 1)
        bare->eraseOutput(bare->outputs().size() - 1);
    m_logits = compile(bare, "logits");
    m_forward = compile(m_flat.graph->copy(), "layers");

    // One run tells every shape; different numbers per pixel so that logits can be compared.
    at::ScalarType type = at::kFloat;
    for (const at::Tensor &parameter : m_module.parameters()) {
        if (parameter.is_floating_point())
            type = parameter.scalar_type();
    }
    const at::Tensor x = at::linspace(-1.0, 1.0, int64_t{3} * input.height * input.width, type)
                             .reshape({1, 3, input.height, input.width});
    torch::NoGradGuard noGrad;
    const std::vector<c10::IValue> values = run(m_forward, {m_module._ivalue(), x});
    const at::Tensor logits = values[0].toTensor();
    // 1 x classes, or 1 x classes x 1 x 1 of a fully convolutional head.
    TORCH_CHECK(logits.dim() >= 2 && logits.size(0) == 1 && logits.numel() == logits.size(1) &&
                    logits.numel() > 0,
                "forward returns a tensor of shape ", logits.sizes(), " instead of 1 x classes");
    m_outputs = static_cast<int>(logits.numel());
    m_disagreement = (plainForward(x) - logits.reshape({1, -1})).abs().max().item<double>();

    for (size_t i = 0; i < m_flat.taps.size(); ++i) {
        const at::Tensor value = values[i + 1].toTensor();
        if (value.dim() != 4 || value.size(0) != 1)
            continue;
        const bool last = isChannelsLast(m_flat.taps[i].value);
        LayerInfo layer;
        layer.index = static_cast<int>(m_layers.size());
        layer.name = QString::fromStdString(m_flat.taps[i].name);
        layer.type = QString::fromStdString(m_flat.taps[i].type);
        layer.channelsLast = last;
        layer.channels = static_cast<int>(value.size(last ? 3 : 1));
        layer.height = static_cast<int>(value.size(last ? 1 : 2));
        layer.width = static_cast<int>(value.size(last ? 2 : 3));
        m_layers.append(layer);
        m_tapOfLayer.push_back(i);
        m_hasGradients = m_hasGradients && at::isFloatingType(value.scalar_type());
    }
}

TappedNetwork::~TappedNetwork() = default;

std::vector<c10::IValue> TappedNetwork::run(const torch::jit::Code &code,
                                            std::vector<c10::IValue> inputs) const
{
    torch::jit::InterpreterState(code).run(inputs);
    return inputs;
}

at::Tensor TappedNetwork::logits(const at::Tensor &x)
{
    torch::NoGradGuard noGrad;
    return run(m_logits, {m_module._ivalue(), x})[0].toTensor().reshape({x.size(0), -1});
}

at::Tensor TappedNetwork::plainForward(const at::Tensor &x)
{
    torch::NoGradGuard noGrad;
    c10::IValue result = m_module.forward({x});
    while (result.isTuple())
        result = result.toTuple()->elements()[0];
    return result.toTensor().reshape({x.size(0), -1});
}

TappedNetwork::Cut &TappedNetwork::cut(size_t tap)
{
    Value *value = m_flat.taps[tap].value;
    std::unique_ptr<Cut> &entry = m_cuts[value];
    if (entry)
        return *entry;
    auto made = std::make_unique<Cut>();
    Graph &graph = *m_flat.graph;

    std::unordered_set<const Node *> before;
    std::vector<Node *> after;
    bool passed = false;
    for (Node *node : graph.nodes()) {
        if (passed) {
            after.push_back(node);
            continue;
        }
        before.insert(node);
        passed = node == value->node();
    }
    made->position = before.size();

    std::unordered_set<Value *> seen;
    const auto consider = [&](Value *v) {
        if (before.count(v->node()) && !isFree(v) && seen.insert(v).second)
            made->live.push_back(v);
    };
    consider(value);
    for (Node *node : after)
        forEachInput(node, consider);
    consider(graph.outputs()[0]);

    // Registered as outputs, the live values can be found again in a copy.
    const size_t known = graph.outputs().size();
    for (Value *v : made->live)
        graph.registerOutput(v);
    const auto copy = [&graph] { return graph.copy(); };
    auto prefix = copy();
    auto tail = copy();
    while (graph.outputs().size() > known)
        graph.eraseOutput(graph.outputs().size() - 1);

    for (size_t i = 0; i < known; ++i)
        prefix->eraseOutput(0);
    const std::vector<Node *> nodes = nodesOf(*prefix);
    for (size_t i = nodes.size(); i-- > made->position;)
        nodes[i]->destroy();
    made->prefix = compile(prefix, "prefix");

    const std::vector<Value *> live(tail->outputs().begin() + static_cast<std::ptrdiff_t>(known),
                                    tail->outputs().end());
    while (tail->outputs().size() > 1)
        tail->eraseOutput(tail->outputs().size() - 1);
    for (Value *v : live)
        turnIntoInput(*tail, v);
    made->tail = compile(tail, "tail");

    entry = std::move(made);
    return *entry;
}

CutState TappedNetwork::prefix(const at::Tensor &x, int layer)
{
    torch::NoGradGuard noGrad;
    const Cut &at = cut(tapOf(layer));
    return {run(at.prefix, {m_module._ivalue(), x}), at.tapped};
}

namespace {

/** Where an in-place operator is left in the tail, it must not touch what the next run needs. */
c10::IValue guarded(const c10::IValue &value, bool mutates)
{
    return mutates && value.isTensor() ? c10::IValue(value.toTensor().clone()) : value;
}

} // namespace

at::Tensor TappedNetwork::tail(const at::Tensor &x, const CutState &state, int layer,
                               const at::Tensor &activation)
{
    const Cut &at = cut(tapOf(layer));
    std::vector<c10::IValue> stack{m_module._ivalue(), x};
    const int64_t batch = activation.size(0);
    for (size_t i = 0; i < state.live.size(); ++i) {
        c10::IValue value = i == state.tapped ? c10::IValue(activation) : state.live[i];
        if (i != state.tapped && batch > 1 && value.isTensor() && value.toTensor().dim() > 0 &&
            value.toTensor().size(0) == 1) {
            std::vector<int64_t> sizes = value.toTensor().sizes().vec();
            sizes[0] = batch;
            value = value.toTensor().expand(sizes);
        }
        stack.push_back(guarded(value, m_flat.mutates));
    }
    return run(at.tail, std::move(stack))[0].toTensor().reshape({batch, -1});
}

Sensitivity TappedNetwork::sensitivity(const at::Tensor &x, const CutState &state, int layer,
                                       int classIndex)
{
    torch::AutoGradMode grad(true);
    const at::Tensor activation = state.activation().detach().requires_grad_(true);
    const at::Tensor y = tail(x, state, layer, activation);
    const at::Tensor gradient = torch::autograd::grad({y[0][classIndex]}, {activation}, {}, {},
                                                      false, /*allow_unused=*/true)[0];
    const at::Tensor known = gradient.defined() ? gradient : at::zeros_like(activation);
    return {channelsFirst(activation.detach(), layer)[0], channelsFirst(known, layer)[0]};
}

void TappedNetwork::sensitivities(const at::Tensor &x, int classIndex,
                                  const std::function<void(int, const Sensitivity &)> &visit)
{
    if (m_layers.isEmpty())
        return;
    // The first layer is the leaf, so that the backward pass ends there and not at the pixels.
    Cut &first = cut(tapOf(0));
    const CutState state = prefix(x, 0);
    if (!first.hasTailWithTaps) {
        Graph &graph = *m_flat.graph;
        const size_t known = graph.outputs().size();
        for (Value *v : first.live)
            graph.registerOutput(v);
        auto whole = graph.copy();
        while (graph.outputs().size() > known)
            graph.eraseOutput(graph.outputs().size() - 1);
        const std::vector<Value *> live(
            whole->outputs().begin() + static_cast<std::ptrdiff_t>(known), whole->outputs().end());
        while (whole->outputs().size() > known)
            whole->eraseOutput(whole->outputs().size() - 1);
        for (Value *v : live)
            turnIntoInput(*whole, v);
        first.tailWithTaps = compile(whole, "taps");
        first.hasTailWithTaps = true;
    }

    torch::AutoGradMode grad(true);
    std::vector<c10::IValue> stack{m_module._ivalue(), x};
    for (size_t i = 0; i < state.live.size(); ++i) {
        c10::IValue value = state.live[i];
        if (i == state.tapped)
            value = value.toTensor().detach().requires_grad_(true);
        stack.push_back(guarded(value, m_flat.mutates));
    }
    const std::vector<c10::IValue> values = run(first.tailWithTaps, std::move(stack));
    const at::Tensor y = values[0].toTensor().reshape({1, -1});

    std::vector<at::Tensor> activations;
    activations.reserve(m_tapOfLayer.size());
    for (const size_t tap : m_tapOfLayer)
        activations.push_back(values[tap + 1].toTensor());
    const std::vector<at::Tensor> gradients =
        torch::autograd::grad({y[0][classIndex]}, activations, {}, {}, false, true);
    for (size_t i = 0; i < activations.size(); ++i) {
        const int layer = static_cast<int>(i);
        const at::Tensor gradient =
            gradients[i].defined() ? gradients[i] : at::zeros_like(activations[i]);
        visit(layer, {channelsFirst(activations[i].detach(), layer)[0],
                      channelsFirst(gradient, layer)[0]});
    }
}

at::Tensor TappedNetwork::channelsFirst(const at::Tensor &activation, int layer) const
{
    return m_layers.at(layer).channelsLast ? activation.permute({0, 3, 1, 2}) : activation;
}

} // namespace birblens
