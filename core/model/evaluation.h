// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/script.h>

#include <memory>
#include <vector>

namespace birblens {

/** What had to be changed in a graph for it to run here as its author runs it for an answer. */
struct Evaluation
{
    int trainingFlags = 0; ///< operators traced in training mode that now evaluate
    bool halves = false;   ///< half precision inside became single precision
    bool messages = false; ///< warnings and prints that are gone

    bool any() const { return trainingFlags > 0 || halves || messages; }
};

/**
 * Switches @p graph to evaluation in single precision: training flags that a trace keeps as
 * constants, casts to and constants of half precision, and messages, which nobody here reads.
 */
Evaluation setEvaluation(std::shared_ptr<torch::jit::Graph> &graph);

/** What forward takes besides the image: its defaults, None where it may be. @throws c10::Error
 * when something else is needed, named. */
std::vector<c10::IValue> otherArguments(const torch::jit::Module &module);

/** Inputs of @p graph after (self, image) become the constants that otherArguments() says. */
void fillOtherInputs(torch::jit::Graph &graph, const torch::jit::Module &module);

/**
 * The forward of the network's author, uncut: the module's own code, or where setEvaluation() has
 * something to change the graph with that change.
 */
class OwnForward
{
public:
    OwnForward(const torch::jit::Module &module, const Evaluation &changed);
    ~OwnForward();
    c10::IValue operator()(const at::Tensor &x);

private:
    struct Code;
    torch::jit::Module m_module;
    std::vector<c10::IValue> m_others;
    std::unique_ptr<Code> m_changed; ///< null: the module's own code runs
};

} // namespace birblens
