// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/flatgraph.h"

#include "core/model/inliner.h"
#include "core/model/interruption.h"
#include "core/model/lastactivation.h"
#include "core/model/mutation.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inline_fork_wait.h>
#include <torch/csrc/jit/passes/lower_tuples.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/remove_exceptions.h>
#include <torch/csrc/jit/passes/remove_mutation.h>
#include <torch/csrc/jit/passes/variadic_ops.h>

#include <algorithm>
#include <map>
#include <unordered_map>

namespace birblens {

namespace {

using torch::jit::Node;

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

void registerTaps(FlatGraph &flat)
{
    for (const Tap &tap : flat.taps)
        flat.graph->registerOutput(tap.value);
}

void readTaps(FlatGraph &flat)
{
    for (size_t i = 0; i < flat.taps.size(); ++i)
        flat.taps[i].value = flat.graph->outputs()[i + 1];
}

} // namespace

FlatGraph inlinedForward(const torch::jit::Module &module)
{
    FlatGraph flat;
    flat.graph =
        torch::jit::toGraphFunction(module.get_method("forward").function()).graph()->copy();
    fillOtherInputs(*flat.graph, module);
    flat.taps = inlineCalls(flat.graph, module._ivalue());
    removeStops(*flat.graph, /*keepInLoops=*/true); // between operators the runner looks
    torch::jit::InlineForkWait(flat.graph);
    registerTaps(flat);
    flat.evaluation = setEvaluation(flat.graph);
    readTaps(flat);
    return flat;
}

void straighten(FlatGraph &flat, const AnswerPath &logits)
{
    returnLogits(*flat.graph, logits);
    torch::jit::EliminateExceptions(flat.graph);
    torch::jit::ConstantPropagation(flat.graph);
    torch::jit::PeepholeOptimize(flat.graph);
    torch::jit::LowerSimpleTuples(flat.graph);
    torch::jit::RemoveListMutationAndUseVariadicCat(flat.graph);
    torch::jit::EliminateDeadCode(flat.graph);
    readTaps(flat);
    if (flat.taps.empty()) {
        flat.taps = tapsByOperator(*flat.graph);
        registerTaps(flat);
    }
    flat.mutates = removeMutation(flat);
    readTaps(flat);
    if (flat.mutates)
        protectTaps(flat);
    flat.activation = takeOffLastActivation(*flat.graph);
    readTaps(flat);

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
    registerTaps(flat);
    torch::jit::EliminateDeadCode(flat.graph);
    readTaps(flat);
}

} // namespace birblens
