// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ and explain/ sources only.

#include "core/model/answer.h"
#include "core/model/evaluation.h"

#include <torch/script.h>

#include <memory>
#include <string>
#include <vector>

namespace birblens {

/** A submodule's tensor output inside a flat graph. Several taps may share one value. */
struct Tap
{
    std::string name; ///< "0.7.2.conv2"; a module called again gives "relu#2"
    std::string type; ///< module class, or the operator's name in a frozen network
    torch::jit::Value *value = nullptr;
};

/**
 * A classifier's forward as one straight graph without calls, training branches, exceptions, list
 * mutation or (where it can be proven safe) in-place operators.
 *
 * Inputs: (self, image). Outputs: (logits, tap 0, tap 1, ...), taps in execution order. The values
 * belong to the graph.
 */
struct FlatGraph
{
    std::shared_ptr<torch::jit::Graph> graph;
    std::vector<Tap> taps;
    bool mutates = false;   ///< some in-place operator had to stay: live tensors must be cloned
    Evaluation evaluation;  ///< what has been changed for it to run
    std::string activation; ///< taken off the end, see takeOffLastActivation()
};

/**
 * The first half: all calls inlined, evaluating. The first output is what forward returns.
 * @throws c10::Error when forward is not an inlinable graph of one image input.
 */
FlatGraph inlinedForward(const torch::jit::Module &module);

/** The second half. @param logits where they are in what forward returns. */
void straighten(FlatGraph &flat, const AnswerPath &logits);

} // namespace birblens
