// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/script.h>

#include <functional>
#include <optional>

namespace birblens {

/** The value that a condition had in a run; nothing for one that was not reached. */
using ConditionOf = std::function<std::optional<bool>(const torch::jit::Value *)>;

/** Whether some branch of @p graph can be decided for good, see takeBranches(). */
bool hasFixedBranches(torch::jit::Graph &graph);

/**
 * Branches that depend on sizes, types and modes only are the same for all images of one size:
 * each becomes what was run. Only the outermost ones; branches in them are outermost then. Nothing
 * is done in a graph that branches on numbers in the image anywhere.
 * @return whether anything was done.
 */
bool takeBranches(torch::jit::Graph &graph, const ConditionOf &conditionOf);

} // namespace birblens
