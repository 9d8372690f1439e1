// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/branches.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace birblens {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

bool readsOnlyShape(const Node *node)
{
    static const std::unordered_set<std::string> kinds{
        "aten::size",     "aten::dim",           "aten::len",       "aten::numel",
        "prim::shape",    "prim::dtype",         "prim::device",    "aten::is_floating_point",
        "prim::layout",   "prim::is_cuda",       "aten::__is__",    "aten::__isnot__",
        "aten::stride",   "prim::requires_grad", "prim::is_nested", "prim::is_quantized",
        "prim::is_sparse"};
    return kinds.count(node->kind().toQualString()) > 0;
}

bool isTensor(const Value *value)
{
    return value->type()->isSubtypeOf(*c10::TensorType::get());
}

/** Whether @p value is computed from sizes and constants alone. */
bool isOfShape(const Value *value, std::unordered_set<const Value *> &seen)
{
    if (!seen.insert(value).second)
        return true;
    const Node *node = value->node();
    if (node->kind() == c10::prim::Constant || readsOnlyShape(node))
        return true;
    if (node->kind() == c10::prim::Param || isTensor(value))
        return false;
    const auto ofShape = [&seen](const Value *input) { return isOfShape(input, seen); };
    const bool branch = node->kind() == c10::prim::If;
    for (const Block *block : node->blocks()) {
        const auto outputs = block->outputs();
        if (branch ? !ofShape(outputs[value->offset()])
                   : !std::all_of(outputs.begin(), outputs.end(), ofShape))
            return false;
    }
    return std::all_of(node->inputs().begin(), node->inputs().end(), ofShape);
}

void collect(Block *block, std::vector<Node *> &branches)
{
    for (Node *node : block->nodes()) {
        if (node->kind() == c10::prim::If)
            branches.push_back(node);
        for (Block *inner : node->blocks())
            collect(inner, branches);
    }
}

/** The nodes of @p chosen stand where @p branch stood. */
void unfold(Node *branch, Block *chosen)
{
    std::unordered_map<const Value *, Value *> copies;
    const auto copyOf = [&copies](Value *value) {
        const auto found = copies.find(value);
        return found == copies.end() ? value : found->second;
    };
    Graph &graph = *branch->owningGraph();
    torch::jit::WithInsertPoint at(branch);
    for (Node *node : chosen->nodes()) {
        Node *copy = graph.insertNode(graph.createClone(node, copyOf));
        for (size_t i = 0; i < node->outputs().size(); ++i)
            copies[node->output(i)] = copy->output(i);
    }
    for (size_t i = 0; i < branch->outputs().size(); ++i)
        branch->output(i)->replaceAllUsesWith(copyOf(chosen->outputs()[i]));
    branch->destroy();
}

} // namespace

bool hasFixedBranches(Graph &graph)
{
    std::vector<Node *> branches;
    collect(graph.block(), branches);
    return !branches.empty() &&
           std::all_of(branches.begin(), branches.end(), [](const Node *branch) {
               std::unordered_set<const Value *> seen;
               return isOfShape(branch->input(0), seen);
           });
}

bool takeBranches(Graph &graph, const ConditionOf &conditionOf)
{
    // All asked first: what a branch gives may be the condition of a later one.
    std::vector<std::pair<Node *, bool>> decided;
    for (Node *node : graph.nodes()) {
        if (node->kind() != c10::prim::If)
            continue;
        if (const auto condition = conditionOf(node->input(0)))
            decided.emplace_back(node, *condition);
    }
    for (const auto &[branch, condition] : decided)
        unfold(branch, branch->blocks()[condition ? 0 : 1]);
    return !decided.empty();
}

} // namespace birblens
