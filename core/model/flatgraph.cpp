#include "core/model/flatgraph.h"

#include "core/model/interruption.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>
#include <torch/csrc/jit/passes/remove_mutation.h>
#include <torch/csrc/jit/passes/variadic_ops.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace birblens {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
using GraphPtr = std::shared_ptr<Graph>;

bool isTensor(const Value *value)
{
    return value->type()->isSubtypeOf(*c10::TensorType::get());
}

/** The attribute path from the graph's self: "7.2.conv2"; empty for self. */
std::string attributePath(const Value *value)
{
    const Node *node = value->node();
    if (node->kind() != c10::prim::GetAttr)
        return {};
    const std::string parent = attributePath(node->input(0));
    const std::string &own = node->s(c10::attr::name);
    return parent.empty() ? own : parent + "." + own;
}

/** The object that @p value is when the graph runs on @p self. */
std::optional<c10::IValue> objectOf(const Value *value, const Graph &graph, const c10::IValue &self)
{
    if (!graph.inputs().empty() && value == graph.inputs()[0])
        return self;
    const Node *node = value->node();
    if (node->kind() != c10::prim::GetAttr)
        return std::nullopt;
    const auto owner = objectOf(node->input(0), graph, self);
    if (!owner || !owner->isObject())
        return std::nullopt;
    return owner->toObject()->getAttr(node->s(c10::attr::name));
}

/** Reads of anything but tensors and modules become constants, so that branches on them fold. */
void foldAttributes(Block *block, Graph &graph, const c10::IValue &self)
{
    for (auto it = block->nodes().begin(); it != block->nodes().end();) {
        Node *node = *it++;
        for (Block *inner : node->blocks())
            foldAttributes(inner, graph, self);
        if (node->kind() != c10::prim::GetAttr)
            continue;
        const auto value = objectOf(node->output(), graph, self);
        if (!value || value->isTensor() || value->isObject())
            continue;
        torch::jit::WithInsertPoint at(node);
        if (const auto constant = torch::jit::tryInsertConstant(graph, *value))
            node->output()->replaceAllUsesWith(*constant);
    }
}

class Inliner
{
public:
    /** Inlines every call below @p graph; returns the submodule outputs in the order of the calls.
     */
    std::vector<Tap> run(GraphPtr &graph, const c10::IValue &self, const std::string &path)
    {
        foldAttributes(graph->block(), *graph, self);
        torch::jit::ConstantPropagation(graph);
        std::vector<Tap> taps;
        inlineBlock(graph->block(), *graph, self, path, taps);
        return taps;
    }

private:
    void inlineBlock(Block *block, Graph &graph, const c10::IValue &self, const std::string &path,
                     std::vector<Tap> &taps)
    {
        for (auto it = block->nodes().begin(); it != block->nodes().end();) {
            Node *node = *it++;
            for (Block *inner : node->blocks())
                inlineBlock(inner, graph, self, path, taps);
            if (node->kind() == c10::prim::CallMethod)
                inlineMethod(node, graph, self, path, taps);
            else if (node->kind() == c10::prim::CallFunction)
                inlineFunction(node, graph, path, taps);
        }
    }

    void inlineMethod(Node *node, Graph &graph, const c10::IValue &self, const std::string &path,
                      std::vector<Tap> &taps)
    {
        const auto object = objectOf(node->input(0), graph, self);
        if (!object || !object->isObject())
            return;
        // The instance's own class: a call through an interface type resolves as well.
        const auto type = object->toObject()->type();
        auto *function = torch::jit::tryToGraphFunction(type->getMethod(node->s(c10::attr::name)));
        if (!function)
            return;
        const std::string relative = attributePath(node->input(0));
        std::string own = path;
        if (!relative.empty())
            own = path.empty() ? relative : path + "." + relative;

        const bool top = node->owningBlock() == graph.block();
        const std::vector<Value *> outputs = insert(node, graph, function->graph()->copy(), *object,
                                                    own, node->inputs().vec(), top, taps);
        if (top && !relative.empty() && outputs.size() == 1 && isTensor(outputs[0]))
            taps.push_back({own, type->name() ? type->name()->name() : std::string(), outputs[0]});
    }

    void inlineFunction(Node *node, Graph &graph, const std::string &path, std::vector<Tap> &taps)
    {
        auto *function = torch::jit::tryToGraphFunction(node);
        if (!function)
            return;
        const std::vector<Value *> inputs(node->inputs().begin() + 1, node->inputs().end());
        insert(node, graph, function->graph()->copy(), c10::IValue(), path, inputs, false, taps);
    }

    /** Replaces the call @p node by the body @p callee. */
    std::vector<Value *> insert(Node *node, Graph &graph, GraphPtr callee, const c10::IValue &self,
                                const std::string &path, const std::vector<Value *> &inputs,
                                bool keepTaps, std::vector<Tap> &taps)
    {
        const std::vector<Tap> inner = run(callee, self, path);
        torch::jit::WithInsertPoint at(node);
        std::unordered_map<Value *, Value *> map;
        const std::vector<Value *> outputs = torch::jit::insertGraph(graph, *callee, inputs, map);
        if (keepTaps) {
            for (const Tap &tap : inner) {
                if (const auto found = map.find(tap.value); found != map.end())
                    taps.push_back({tap.name, tap.type, found->second});
            }
        }
        for (size_t i = 0; i < outputs.size(); ++i)
            node->output(i)->replaceAllUsesWith(outputs[i]);
        node->destroy();
        return outputs;
    }
};

/** Networks without module calls (frozen): name tensors by operator and order. */
std::vector<Tap> tapsByOperator(Graph &graph)
{
    std::vector<Tap> taps;
    for (Node *node : graph.nodes()) {
        if (node->outputs().size() != 1 || !isTensor(node->output()) || !node->kind().is_aten())
            continue;
        std::string name = node->kind().toUnqualString();
        while (!name.empty() && name.front() == '_')
            name.erase(name.begin());
        taps.push_back({name, name, node->output()});
    }
    return taps;
}

/** The tensor that forward returns; the first one of a tuple. */
void useFirstOfTuple(Graph &graph)
{
    Value *result = graph.outputs().at(0);
    while (result->node()->kind() == c10::prim::TupleConstruct)
        result = result->node()->input(0);
    TORCH_CHECK(isTensor(result), "forward returns ", result->type()->str(),
                " instead of a tensor");
    graph.block()->return_node()->replaceInput(0, result);
}

void clearTrainingFlag(Node *node, size_t input, FlatGraph &flat)
{
    const auto value = torch::jit::toIValue(node->input(input));
    if (!value || !value->isBool() || !value->toBool())
        return;
    torch::jit::WithInsertPoint at(node);
    node->replaceInput(input, flat.graph->insertConstant(false));
    ++flat.trainingFlags;
}

/** A network traced in training mode keeps the mode as constants; eval() has no effect on those. */
void clearTrainingFlags(Block *block, FlatGraph &flat)
{
    for (Node *node : block->nodes()) {
        for (Block *inner : node->blocks())
            clearTrainingFlags(inner, flat);
        const std::string kind = node->kind().toQualString();
        if (kind == "aten::batch_norm")
            clearTrainingFlag(node, 5, flat);
        else if (kind == "aten::dropout" || kind == "aten::dropout_" ||
                 kind == "aten::feature_dropout" || kind == "aten::alpha_dropout")
            clearTrainingFlag(node, 2, flat);
    }
}

/** The same operator without the trailing underscore, or null when there is none. */
Node *functionalTwin(Graph &graph, Node *node)
{
    std::string name = node->kind().toQualString();
    name.pop_back();
    Node *twin = graph.create(c10::Symbol::fromQualString(name), node->inputs(), 1);
    twin->copyMetadata(node);
    twin->output()->setType(node->output()->type());
    if (twin->maybeOperator() && !writesInput(twin))
        return twin;
    twin->destroy();
    return nullptr;
}

/**
 * Replaces in-place operators by their functional twins where no other name of the same memory is
 * read afterwards, so that every tap keeps the value it had when its module returned.
 * @return whether some in-place operator had to stay.
 */
bool removeMutation(FlatGraph &flat)
{
    Graph &graph = *flat.graph;
    const torch::jit::AliasDb aliases(flat.graph);
    std::unordered_map<const Node *, size_t> position;
    std::vector<Node *> nodes;
    for (Node *node : graph.nodes()) {
        position[node] = nodes.size();
        nodes.push_back(node);
    }

    // A twin's output is unknown to the alias analysis: it stands where the original's output
    // stood.
    std::unordered_map<const Value *, const Value *> original;
    const auto known = [&](const Value *v) {
        const auto found = original.find(v);
        return found == original.end() ? v : found->second;
    };
    std::vector<Node *> dead;
    bool left = false;

    for (Node *node : nodes) {
        if (!node->blocks().empty()) {
            left = left || std::any_of(node->blocks().begin(), node->blocks().end(), [](Block *b) {
                       return std::any_of(b->nodes().begin(), b->nodes().end(), writesInput);
                   });
            continue;
        }
        if (!writesInput(node))
            continue;
        const std::string kind = node->kind().toQualString();
        Value *target = node->inputs().empty() ? nullptr : node->input(0);
        if (!target || kind.back() != '_' || node->outputs().size() != 1 || !isTensor(target)) {
            left = true;
            continue;
        }
        const Value *memory = known(target);
        const auto readLater = [&](const Value *v) {
            return std::any_of(v->uses().begin(), v->uses().end(), [&](const torch::jit::Use &use) {
                const auto at = position.find(use.user);
                return at != position.end() && at->second > position.at(node);
            });
        };
        bool shared = false;
        for (size_t i = 0; i < position.at(node) && !shared; ++i) {
            for (const Value *other : nodes[i]->outputs()) {
                if (other != target && isTensor(other) && readLater(other) &&
                    aliases.mayAlias(known(other), memory)) {
                    shared = true;
                    break;
                }
            }
        }
        for (const Value *input : graph.inputs())
            shared = shared || (isTensor(input) && aliases.mayAlias(input, memory));
        // Parameters and buffers are shared with every later run.
        shared = shared || target->node()->kind() == c10::prim::GetAttr;

        Node *twin = shared ? nullptr : functionalTwin(graph, node);
        if (!twin) {
            left = true;
            continue;
        }
        twin->insertBefore(node);
        position[twin] = position.at(node);
        nodes[position.at(node)] = twin;
        original[twin->output()] = node->output();
        node->output()->replaceAllUsesWith(twin->output());
        // Reads of the target after this point saw the new value; taps and earlier reads did not.
        std::vector<torch::jit::Use> uses(target->uses().begin(), target->uses().end());
        for (const torch::jit::Use &use : uses) {
            const auto at = position.find(use.user);
            if (at != position.end() && use.user != twin && use.user != node &&
                at->second > position.at(twin))
                use.user->replaceInput(use.offset, twin->output());
        }
        dead.push_back(node);
    }
    for (auto it = dead.rbegin(); it != dead.rend(); ++it)
        (*it)->destroy();
    return left;
}

/** Taps that a remaining in-place operator overwrites: everything but the tap reads a clone. */
void protectTaps(FlatGraph &flat)
{
    const torch::jit::AliasDb aliases(flat.graph);
    std::vector<Node *> writers;
    const std::function<void(Block *)> collect = [&](Block *block) {
        for (Node *node : block->nodes()) {
            if (writesInput(node))
                writers.push_back(node);
            for (Block *inner : node->blocks())
                collect(inner);
        }
    };
    collect(flat.graph->block());

    std::unordered_set<Value *> done;
    for (size_t i = 1; i < flat.graph->outputs().size(); ++i) {
        Value *tap = flat.graph->outputs()[i];
        if (tap->node()->kind() == c10::prim::Param || !done.insert(tap).second)
            continue;
        const bool overwritten = std::any_of(writers.begin(), writers.end(), [&](Node *writer) {
            return aliases.mayAlias(tap, writer->input(0)) && writer->isAfter(tap->node());
        });
        if (!overwritten)
            continue;
        torch::jit::WithInsertPoint at(tap->node()->next());
        Value *none = flat.graph->insertConstant(c10::IValue());
        Node *clone = flat.graph->create(c10::Symbol::fromQualString("aten::clone"), {tap, none});
        clone->output()->setType(c10::TensorType::get());
        flat.graph->insertNode(clone);
        const std::vector<torch::jit::Use> uses(tap->uses().begin(), tap->uses().end());
        for (const torch::jit::Use &use : uses) {
            if (use.user != clone && use.user != flat.graph->block()->return_node())
                use.user->replaceInput(use.offset, clone->output());
        }
    }
}

/** Execution order; a repeated name gets "#2", "#3", ... */
void orderAndName(FlatGraph &flat)
{
    std::unordered_map<const Node *, int> position;
    int next = 0;
    for (const Node *node : flat.graph->nodes())
        position[node] = next++;
    std::stable_sort(flat.taps.begin(), flat.taps.end(), [&](const Tap &a, const Tap &b) {
        return position[a.value->node()] < position[b.value->node()];
    });
    std::map<std::string, int> seen;
    for (Tap &tap : flat.taps) {
        const int call = ++seen[tap.name];
        if (call > 1)
            tap.name.append("#").append(std::to_string(call));
    }
}

} // namespace

bool writesInput(Node *node)
{
    const auto *schema = node->maybeSchema();
    if (!schema)
        return false;
    return std::any_of(schema->arguments().begin(), schema->arguments().end(),
                       [](const c10::Argument &argument) {
                           return argument.alias_info() && argument.alias_info()->isWrite();
                       });
}

bool isChannelsLast(Value *value)
{
    // Walks up through operators that keep the layout until a permutation decides.
    static const std::unordered_set<std::string> keepsLayout{
        "aten::layer_norm", "aten::linear", "aten::gelu",      "aten::mul",   "aten::add",
        "aten::dropout",    "aten::relu",   "aten::hardswish", "aten::clone", "aten::silu"};
    for (Node *node = value->node(); node->kind() != c10::prim::Param;
         node = node->input(0)->node()) {
        const std::string kind = node->kind().toQualString();
        if (kind == "aten::permute") {
            const auto order = torch::jit::toIValue(node->input(1));
            return order && order->isIntList() &&
                   order->toIntVector() == std::vector<int64_t>{0, 2, 3, 1};
        }
        if (!keepsLayout.count(kind) || node->inputs().empty())
            return false;
    }
    return false;
}

FlatGraph flatten(const torch::jit::Module &module)
{
    FlatGraph flat;
    flat.graph =
        torch::jit::toGraphFunction(module.get_method("forward").function()).graph()->copy();
    TORCH_CHECK(flat.graph->inputs().size() == 2, "forward takes ", flat.graph->inputs().size() - 1,
                " inputs instead of one image");
    flat.taps = Inliner().run(flat.graph, module._ivalue(), {});
    removeStops(*flat.graph, /*keepInLoops=*/true); // between operators the runner looks

    useFirstOfTuple(*flat.graph);
    const auto registerTaps = [&flat] {
        for (const Tap &tap : flat.taps)
            flat.graph->registerOutput(tap.value);
    };
    const auto readTaps = [&flat] {
        for (size_t i = 0; i < flat.taps.size(); ++i)
            flat.taps[i].value = flat.graph->outputs()[i + 1];
    };
    registerTaps();
    clearTrainingFlags(flat.graph->block(), flat);
    torch::jit::EliminateExceptions(flat.graph);
    torch::jit::ConstantPropagation(flat.graph);
    torch::jit::PeepholeOptimize(flat.graph);
    torch::jit::RemoveListMutationAndUseVariadicCat(flat.graph);
    torch::jit::EliminateDeadCode(flat.graph);
    readTaps();
    if (flat.taps.empty()) {
        flat.taps = tapsByOperator(*flat.graph);
        registerTaps();
    }
    flat.mutates = removeMutation(flat);
    if (flat.mutates)
        protectTaps(flat);
    readTaps();

    // A module that hands its input through has no tensor of its own to cut at.
    std::vector<Tap> own;
    for (const Tap &tap : flat.taps) {
        if (tap.value->node()->kind() != c10::prim::Param)
            own.push_back(tap);
    }
    flat.taps = std::move(own);
    orderAndName(flat);
    while (flat.graph->outputs().size() > 1)
        flat.graph->eraseOutput(flat.graph->outputs().size() - 1);
    registerTaps();
    torch::jit::EliminateDeadCode(flat.graph);
    readTaps();
    return flat;
}

} // namespace birblens
