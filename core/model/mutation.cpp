// SPDX-License-Identifier: GPL-3.0-or-later

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
    // The logits are read at the end; the taps, which are returned as well, keep what they had.
    const auto readAt = [&](const torch::jit::Use &use) {
        const auto at = position.find(use.user);
        if (at != position.end())
            return at->second;
        const bool isLogits = use.user == graph.block()->return_node() && use.offset == 0;
        return isLogits ? nodes.size() : size_t{0};
    };

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
                return readAt(use) > position.at(node);
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
            if (use.user != twin && use.user != node && readAt(use) > position.at(twin))
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
    // What is written to, by the names that the analysis knows: clones are made on the way.
    std::vector<std::pair<Node *, Value *>> writers;
    const std::function<void(Block *)> collect = [&](Block *block) {
        for (Node *node : block->nodes()) {
            if (writesInput(node))
                writers.emplace_back(node, node->input(0));
            for (Block *inner : node->blocks())
                collect(inner);
        }
    };
    collect(flat.graph->block());

    const auto isOverwritten = [&](const Value *tap) {
        return std::any_of(writers.begin(), writers.end(), [&](const auto &writer) {
            return aliases.mayAlias(tap, writer.second) && writer.first->isAfter(tap->node());
        });
    };
    // Read after the tap under a name that is older: a clone would part the two.
    const auto hasOlderName = [&](const Value *tap) {
        const auto isOlderName = [&](const Value *other) {
            return other != tap && isTensor(other) && aliases.mayAlias(other, tap) &&
                   std::any_of(other->uses().begin(), other->uses().end(),
                               [tap](const torch::jit::Use &use) {
                                   return use.user->isAfter(tap->node());
                               });
        };
        for (Node *node : flat.graph->nodes()) {
            if (node == tap->node())
                break;
            if (std::any_of(node->outputs().begin(), node->outputs().end(), isOlderName))
                return true;
        }
        return std::any_of(flat.graph->inputs().begin(), flat.graph->inputs().end(), isOlderName);
    };

    std::vector<Value *> cloned;
    std::unordered_set<const Value *> given;
    for (const Tap &tap : flat.taps) {
        if (tap.value->node()->kind() == c10::prim::Param || !isOverwritten(tap.value))
            continue;
        if (hasOlderName(tap.value))
            given.insert(tap.value);
        else if (std::find(cloned.begin(), cloned.end(), tap.value) == cloned.end())
            cloned.push_back(tap.value);
    }
    for (size_t i = flat.taps.size(); i > 0; --i) {
        if (!given.count(flat.taps[i - 1].value))
            continue;
        flat.taps.erase(flat.taps.begin() + static_cast<std::ptrdiff_t>(i - 1));
        flat.graph->eraseOutput(i);
    }
    for (Value *tap : cloned) {
        torch::jit::WithInsertPoint at(tap->node()->next());
        Value *none = flat.graph->insertConstant(c10::IValue());
        Node *clone = flat.graph->create(c10::Symbol::fromQualString("aten::clone"), {tap, none});
        clone->output()->setType(c10::TensorType::get());
        flat.graph->insertNode(clone);
        const std::vector<torch::jit::Use> uses(tap->uses().begin(), tap->uses().end());
        for (const torch::jit::Use &use : uses) {
            const bool isTap = use.user == flat.graph->block()->return_node() && use.offset > 0;
            if (use.user != clone && !isTap)
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
