#include "core/model/mutation.h"

#include <torch/csrc/jit/ir/alias_analysis.h>

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace birblens {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

bool isTensor(const Value *value)
{
    return value->type()->isSubtypeOf(*c10::TensorType::get());
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

} // namespace

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

} // namespace birblens
