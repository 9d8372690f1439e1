// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/script.h>

namespace birblens {

/**
 * Whether @p graph, a forward of @p module with all calls inlined, takes the levels 0 to 255 of an
 * image and not normalised numbers: the first thing that it does with them is to make whole numbers
 * of them, or to divide by, multiply with or subtract what makes sense for levels only.
 */
bool takesLevels(const torch::jit::Graph &graph, const torch::jit::Module &module);

} // namespace birblens
