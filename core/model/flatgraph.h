#pragma once

// Torch-private: included by model/ and explain/ sources only.

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
    bool mutates = false;  ///< some in-place operator had to stay: live tensors must be cloned
    int trainingFlags = 0; ///< batch_norm / dropout traced in training mode, set to evaluation
};

/** @throws c10::Error when forward is not an inlinable graph of one image input. */
FlatGraph flatten(const torch::jit::Module &module);

/** Whether @p value is laid out N H W C (between a permute(0,2,3,1) and its inverse). */
bool isChannelsLast(torch::jit::Value *value);

/** Whether @p node writes into one of its inputs. */
bool writesInput(torch::jit::Node *node);

} // namespace birblens
