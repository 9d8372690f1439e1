// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/graphrunner.h"

#include "core/model/interruption.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace birblens {

namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Stack;
using torch::jit::Value;

bool isKind(const Node *node, const char *name)
{
    return std::string(node->kind().toQualString()) == name;
}

/** Operators that treat every number by itself: blocked values go through as they are. */
bool isElementwise(const Node *node)
{
    static const std::unordered_set<std::string> names{
        "aten::relu",    "aten::relu6",      "aten::hardtanh",    "aten::clamp", "aten::sigmoid",
        "aten::silu",    "aten::hardswish",  "aten::hardsigmoid", "aten::gelu",  "aten::elu",
        "aten::dropout", "aten::leaky_relu", "aten::add",         "aten::sub",   "aten::mul"};
    return names.count(node->kind().toQualString()) > 0;
}

} // namespace

std::vector<Value *> GraphRunner::captured(Node *node)
{
    std::vector<Value *> result;
    std::unordered_set<const Value *> seen;
    std::unordered_set<const Value *> inner;
    const std::function<void(Node *)> visit = [&](Node *n) {
        const auto take = [&](Value *value) {
            if (!inner.count(value) && seen.insert(value).second)
                result.push_back(value);
        };
        for (Value *input : n->inputs())
            take(input);
        for (torch::jit::Block *block : n->blocks()) {
            inner.insert(block->inputs().begin(), block->inputs().end());
            for (Node *child : block->nodes()) {
                visit(child);
                inner.insert(child->outputs().begin(), child->outputs().end());
            }
            for (Value *output : block->outputs())
                take(output);
        }
    };
    visit(node);
    return result;
}

struct GraphRunner::Step
{
    std::vector<size_t> inputs;
    std::vector<size_t> outputs;
    std::vector<size_t> finished; ///< places that nobody reads after this step
    PackedConvolution *convolution = nullptr;
    mutable std::optional<torch::jit::Operation> operation;
    std::optional<torch::jit::Code> code; ///< what is no plain operator: branches, lists, tuples
    enum class Layout {
        Dense,       ///< takes and gives dense values
        Elementwise, ///< all tensors are blocked, the result as well
        Pooling      ///< the image is blocked, the result as well; each channel by itself
    };
    Layout layout = Layout::Dense;
    bool isConvolution = false;
};

struct GraphRunner::Builder
{
    GraphRunner &runner;
    const SizesOf sizes; ///< empty: nothing is packed
    std::unordered_set<const Node *> skipped;

    size_t place(const Value *value)
    {
        const auto [found, added] = runner.m_places.try_emplace(value, runner.m_constants.size());
        if (added) {
            runner.m_constants.emplace_back();
            runner.m_blocked.push_back(false);
        }
        return found->second;
    }

    const c10::IValue *constant(const Value *value) const
    {
        const Node *node = value->node();
        if (node->kind() != c10::prim::Constant && node->kind() != c10::prim::GetAttr)
            return nullptr;
        const auto found = runner.m_places.find(value);
        return found == runner.m_places.end() ? nullptr : &runner.m_constants[found->second];
    }

    at::Tensor constantTensor(const Value *value) const
    {
        const c10::IValue *known = constant(value);
        return known && known->isTensor() ? known->toTensor().detach() : at::Tensor();
    }

    std::optional<std::vector<int64_t>> constantInts(const Value *value) const
    {
        const c10::IValue *known = constant(value);
        if (known && known->isIntList())
            return known->toIntVector();
        // A list of constants that was not folded into one.
        if (value->node()->kind() != c10::prim::ListConstruct)
            return std::nullopt;
        std::vector<int64_t> values;
        for (const Value *item : value->node()->inputs()) {
            const c10::IValue *single = constant(item);
            if (!single || !single->isInt())
                return std::nullopt;
            values.push_back(single->toInt());
        }
        return values;
    }

    std::optional<ConvolutionSpec> convolution(const Node *node) const
    {
        const bool traced = isKind(node, "aten::_convolution");
        if (!traced && !isKind(node, "aten::conv2d"))
            return std::nullopt;
        const auto stride = constantInts(node->input(3));
        const auto padding = constantInts(node->input(4)); // or a word: then it is left alone
        const auto dilation = constantInts(node->input(5));
        const c10::IValue *groups = constant(node->input(traced ? 8 : 6));
        const c10::IValue *bias = constant(node->input(2));
        if (!stride || !padding || !dilation || !groups || !bias)
            return std::nullopt;
        if (traced) {
            const c10::IValue *transposed = constant(node->input(6));
            if (!transposed || transposed->toBool())
                return std::nullopt;
        }
        ConvolutionSpec spec;
        spec.weight = constantTensor(node->input(1));
        spec.bias = constantTensor(node->input(2));
        spec.stride = *stride;
        spec.padding = *padding;
        spec.dilation = *dilation;
        spec.groups = groups->toInt();
        if (bias->isTensor() && !spec.bias.defined())
            return std::nullopt;
        return spec;
    }

    /** The batch normalisation that alone reads @p convolution's output. */
    Node *normAfter(const Node *convolution) const
    {
        Node *only = nullptr;
        for (const torch::jit::Use &use : convolution->output()->uses()) {
            if (use.user == runner.m_graph->return_node())
                continue; // a tap
            if (only || !isKind(use.user, "aten::batch_norm") || use.offset != 0)
                return nullptr;
            only = use.user;
        }
        return only;
    }

    std::optional<BatchNormSpec> norm(const Node *node) const
    {
        const c10::IValue *training = constant(node->input(5));
        const c10::IValue *epsilon = constant(node->input(7));
        BatchNormSpec spec;
        spec.weight = constantTensor(node->input(1));
        spec.bias = constantTensor(node->input(2));
        spec.mean = constantTensor(node->input(3));
        spec.variance = constantTensor(node->input(4));
        if (!training || training->toBool() || !epsilon || !spec.mean.defined() ||
            !spec.variance.defined())
            return std::nullopt;
        spec.epsilon = epsilon->toDouble();
        return spec;
    }

    bool addConvolution(Node *node)
    {
        const auto spec = sizes ? convolution(node) : std::nullopt;
        const auto inputSizes = spec ? sizes(node->input(0)) : std::nullopt;
        if (!inputSizes)
            return false;
        Node *normNode = normAfter(node);
        const auto normSpec = normNode ? norm(normNode) : std::nullopt;
        auto packed = PackedConvolution::make(*spec, normSpec ? &*normSpec : nullptr, *inputSizes);
        if (!packed)
            return false;
        Step step;
        step.convolution = packed.get();
        step.isConvolution = true;
        step.inputs = {place(node->input(0))};
        step.outputs = {place(normSpec ? normNode->output() : node->output())};
        runner.m_blocked[step.outputs[0]] = packed->givesBlocked();
        if (normSpec) {
            skipped.insert(normNode);
            runner.m_folded[node->output()] = {step.inputs[0], step.outputs[0], packed.get()};
        }
        runner.m_convolutions.push_back(std::move(packed));
        runner.m_steps.push_back(std::move(step));
        return true;
    }

    /** How @p node can take the values in front of it. */
    Step::Layout layoutOf(Node *node) const
    {
        const auto isBlocked = [&](const Value *value) {
            const auto found = runner.m_places.find(value);
            return found != runner.m_places.end() && runner.m_blocked[found->second];
        };
        if (!sizes || node->inputs().empty() || !isBlocked(node->input(0)))
            return Step::Layout::Dense;
        if (isKind(node, "aten::max_pool2d") || isKind(node, "aten::avg_pool2d"))
            return Step::Layout::Pooling;
        if (!isElementwise(node))
            return Step::Layout::Dense;
        for (const Value *input : node->inputs()) {
            const bool tensor = input->type()->isSubtypeOf(*c10::TensorType::get());
            // Blocked values do not broadcast as dense ones do.
            if (tensor && (!isBlocked(input) || sizes(input) != sizes(node->input(0))))
                return Step::Layout::Dense;
        }
        return Step::Layout::Elementwise;
    }

    void addOperator(Node *node)
    {
        Step step;
        const torch::jit::Operator *known = node->maybeOperator();
        const bool plain = known && node->blocks().empty() && !known->schema().is_vararg() &&
                           known->hasOperation();
        const std::vector<Value *> inputs =
            plain ? node->inputs().vec() : GraphRunner::captured(node);
        for (const Value *input : inputs)
            step.inputs.push_back(place(input));
        for (const Value *output : node->outputs())
            step.outputs.push_back(place(output));
        if (plain) {
            step.operation = node->getOperation();
            step.isConvolution = isKind(node, "aten::conv2d") || isKind(node, "aten::_convolution");
            step.layout = layoutOf(node);
            if (step.layout != Step::Layout::Dense)
                runner.m_blocked[step.outputs[0]] = true;
        } else {
            auto graph = std::make_shared<Graph>();
            std::unordered_map<Value *, Value *> inner;
            for (Value *input : inputs) {
                inner[input] = graph->addInput();
                inner[input]->setType(input->type());
            }
            Node *copy = graph->insertNode(
                graph->createClone(node, [&inner](Value *value) { return inner.at(value); }));
            for (Value *output : copy->outputs())
                graph->registerOutput(output);
            torch::jit::runRequiredPasses(graph);
            step.code.emplace(graph, "node");
        }
        runner.m_steps.push_back(std::move(step));
    }

    void build(const torch::jit::Module &module)
    {
        Graph &graph = *runner.m_graph;
        runner.m_constants[place(graph.inputs()[0])] = module._ivalue();
        runner.m_input = place(graph.inputs()[1]);
        // All of them first: a convolution is folded with the weights of the normalisation after
        // it.
        for (Node *node : graph.nodes()) {
            if (node->kind() == c10::prim::Constant) {
                const size_t at = place(node->output());
                runner.m_constants[at] = *torch::jit::toIValue(node->output());
            } else if (node->kind() == c10::prim::GetAttr) {
                const size_t owner = place(node->input(0));
                const size_t at = place(node->output());
                runner.m_constants[at] =
                    runner.m_constants[owner].toObject()->getAttr(node->s(c10::attr::name));
            }
        }
        for (Node *node : graph.nodes()) {
            if (node->kind() != c10::prim::Constant && node->kind() != c10::prim::GetAttr &&
                !skipped.count(node) && !addConvolution(node))
                addOperator(node);
            if (isKind(node, "aten::quantize_per_tensor") ||
                isKind(node, "aten::quantize_per_channel"))
                runner.m_quantised = true;
        }
        runner.m_logits = place(graph.outputs()[0]);
        markLastUses();
    }

    void markLastUses()
    {
        std::unordered_set<size_t> later{runner.m_logits};
        for (size_t i = 0; i < runner.m_constants.size(); ++i) {
            if (!runner.m_constants[i].isNone())
                later.insert(i); // constants stay
        }
        for (auto step = runner.m_steps.rbegin(); step != runner.m_steps.rend(); ++step) {
            for (const auto *places : {&step->inputs, &step->outputs}) {
                for (const size_t at : *places) {
                    if (later.insert(at).second)
                        step->finished.push_back(at);
                }
            }
        }
    }
};

GraphRunner::GraphRunner(const FlatGraph &flat, const torch::jit::Module &module)
    : GraphRunner(flat, module, SizesOf())
{
}

GraphRunner::GraphRunner(const FlatGraph &flat, const torch::jit::Module &module,
                         const SizesOf &sizes)
    : m_graph(flat.graph)
{
    Builder{*this, sizes, {}}.build(module);
}

GraphRunner::~GraphRunner() = default;

ValueTable GraphRunner::start(const at::Tensor &x) const
{
    ValueTable table = m_constants;
    table[m_input] = x;
    return table;
}

at::Tensor GraphRunner::dense(const at::Tensor &value, size_t place) const
{
    return m_blocked[place] ? fromBlocked(value) : value;
}

at::Tensor GraphRunner::dense(const ValueTable &table, size_t place) const
{
    return dense(table[place].toTensor(), place);
}

namespace {

/** Blocks of channels side by side are to a pooling what channels-last images are. */
at::Tensor asImages(const at::Tensor &blocked)
{
    return blocked.flatten(0, 1).permute({0, 3, 1, 2});
}

at::Tensor fromImages(const at::Tensor &images, const at::Tensor &blocked)
{
    return images.permute({0, 2, 3, 1})
        .reshape(
            {blocked.size(0), blocked.size(1), images.size(2), images.size(3), blocked.size(4)});
}

} // namespace

void GraphRunner::runStep(const Step &step, ValueTable &table) const
{
    stopIfAsked();
    if (step.convolution) {
        const at::Tensor x = table[step.inputs[0]].toTensor();
        const bool blocked = m_blocked[step.inputs[0]];
        table[step.outputs[0]] =
            step.convolution->run(blocked == step.convolution->takesBlocked() ? x
                                  : blocked                                   ? fromBlocked(x)
                                                                              : toBlocked(x));
        return;
    }
    Stack stack;
    stack.reserve(step.inputs.size());
    for (const size_t at : step.inputs) {
        const bool convert = step.layout == Step::Layout::Dense && m_blocked[at];
        stack.push_back(convert ? c10::IValue(dense(table, at)) : table[at]);
    }
    at::Tensor pooled;
    if (step.layout == Step::Layout::Pooling) {
        pooled = stack[0].toTensor();
        stack[0] = asImages(pooled);
    }
    if (step.code)
        torch::jit::InterpreterState(*step.code).run(stack);
    else
        (*step.operation)(stack);
    if (pooled.defined())
        stack.back() = fromImages(stack.back().toTensor(), pooled);
    for (size_t i = 0; i < step.outputs.size(); ++i)
        table[step.outputs[i]] = std::move(stack[stack.size() - step.outputs.size() + i]);
}

namespace {

/** A tensor of bytes, words or quantised numbers, or a list with one, as an index is. */
bool isInSteps(const c10::IValue &value)
{
    if (value.isList()) {
        const auto items = value.toListRef();
        return std::any_of(items.begin(), items.end(), isInSteps);
    }
    if (!value.isTensor() || !value.toTensor().defined())
        return false;
    const at::ScalarType type = value.toTensor().scalar_type();
    return at::isIntegralType(type, /*includeBool=*/false) || at::isQIntType(type);
}

/** Numbers made of such begin what can be differentiated. */
void startGradient(c10::IValue &made)
{
    if (made.isTensor() && made.toTensor().is_floating_point() && !made.toTensor().requires_grad())
        made.toTensor().requires_grad_(true);
}

} // namespace

void GraphRunner::run(ValueTable &table, Keep keep) const
{
    const bool inSteps = m_quantised || (table[m_input].isTensor() &&
                                         !table[m_input].toTensor().is_floating_point());
    for (const Step &step : m_steps) {
        runStep(step, table);
        if (keep == Keep::AllWithGradients) {
            const auto given = [&table](size_t at) { return isInSteps(table[at]); };
            if (inSteps && std::any_of(step.inputs.begin(), step.inputs.end(), given)) {
                for (const size_t at : step.outputs)
                    startGradient(table[at]);
            }
            continue;
        }
        if (keep == Keep::All)
            continue;
        for (const size_t at : step.finished)
            table[at] = c10::IValue();
    }
}

void GraphRunner::hold(size_t place)
{
    for (Step &step : m_steps)
        step.finished.erase(std::remove(step.finished.begin(), step.finished.end(), place),
                            step.finished.end());
}

std::vector<size_t> GraphRunner::dependents(size_t place) const
{
    std::unordered_set<size_t> changed{place};
    std::vector<size_t> result;
    for (size_t i = 0; i < m_steps.size(); ++i) {
        const Step &step = m_steps[i];
        const bool depends = std::any_of(step.inputs.begin(), step.inputs.end(),
                                         [&](size_t at) { return changed.count(at) > 0; });
        if (!depends)
            continue;
        changed.insert(step.outputs.begin(), step.outputs.end());
        result.push_back(i);
    }
    return result;
}

namespace {

/** A value of one image for a batch of @p count. */
c10::IValue forBatch(const c10::IValue &value, int64_t count)
{
    if (!value.isTensor())
        return value;
    const at::Tensor tensor = value.toTensor().detach();
    if (count == 1 || tensor.dim() == 0 || tensor.size(0) != 1)
        return tensor;
    std::vector<int64_t> sizes = tensor.sizes().vec();
    sizes[0] = count;
    return tensor.expand(sizes);
}

} // namespace

at::Tensor GraphRunner::rerun(const ValueTable &recorded, size_t place, const at::Tensor &value,
                              const std::vector<size_t> &nodes) const
{
    ValueTable table = m_constants;
    std::unordered_set<size_t> known{place};
    table[place] = m_blocked[place] ? toBlocked(value) : value;
    table[m_logits] = forBatch(recorded[m_logits], value.size(0));
    for (const size_t index : nodes) {
        const Step &step = m_steps[index];
        for (const size_t at : step.inputs) {
            if (m_constants[at].isNone() && known.insert(at).second)
                table[at] = forBatch(recorded[at], value.size(0));
        }
        known.insert(step.outputs.begin(), step.outputs.end());
        runStep(step, table);
    }
    return dense(table, m_logits);
}

at::Tensor GraphRunner::rerunAll(const at::Tensor &x, size_t place, const at::Tensor &value) const
{
    ValueTable table = start(forBatch(x, value.size(0)).toTensor().contiguous());
    for (const Step &step : m_steps) {
        runStep(step, table);
        if (std::find(step.outputs.begin(), step.outputs.end(), place) != step.outputs.end())
            table[place] = m_blocked[place] ? toBlocked(value) : value;
    }
    return dense(table, m_logits);
}

bool GraphRunner::reachesLogits(const std::vector<size_t> &nodes) const
{
    return std::any_of(nodes.begin(), nodes.end(), [this](size_t index) {
        const std::vector<size_t> &outputs = m_steps[index].outputs;
        return std::find(outputs.begin(), outputs.end(), m_logits) != outputs.end();
    });
}

bool GraphRunner::isLight(const std::vector<size_t> &nodes) const
{
    return std::none_of(nodes.begin(), nodes.end(),
                        [this](size_t index) { return m_steps[index].isConvolution; });
}

std::optional<std::vector<int64_t>> GraphRunner::sizesIn(const ValueTable &table,
                                                         const Value *value) const
{
    const auto place = m_places.find(value);
    if (place == m_places.end() || !table[place->second].isTensor())
        return std::nullopt;
    return table[place->second].toTensor().sizes().vec();
}

const GraphRunner::Folded *GraphRunner::folded(const Value *value) const
{
    const auto found = m_folded.find(value);
    return found == m_folded.end() ? nullptr : &found->second;
}

} // namespace birblens
