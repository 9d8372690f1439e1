// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only, but for InterruptScope.

#include <functional>
#include <memory>

namespace torch::jit {
struct Graph;
}

namespace birblens {

/**
 * While it lives, a network that runs on this thread stops when @p asked says so: between two
 * operators, and in every turn of a loop in the network's own code. What runs throws then; who
 * catches it asks interruptAsked() for the reason. Scopes may lie in one another; each counts.
 */
class InterruptScope
{
public:
    explicit InterruptScope(std::function<bool()> asked);
    ~InterruptScope();
    InterruptScope(const InterruptScope &) = delete;
    InterruptScope &operator=(const InterruptScope &) = delete;

private:
    friend bool interruptAsked();
    std::function<bool()> m_asked;
    InterruptScope *m_outer;
};

/** Whether what runs on this thread shall stop. */
bool interruptAsked();
/** Throws std::runtime_error then. */
void stopIfAsked();

/** Puts stopIfAsked() in front of @p graph and into every loop of it. */
void addStops(torch::jit::Graph &graph);
/** Takes them away again, in loops too unless @p keepInLoops. */
void removeStops(torch::jit::Graph &graph, bool keepInLoops);

} // namespace birblens
