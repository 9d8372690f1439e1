// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/script.h>

#include <vector>

namespace birblens {

/** Numbers of images that views of @p graph are fixed to, more than one; a few at most. */
std::vector<int64_t> fixedBatches(torch::jit::Graph &graph);

/** Views for @p images become views for one. */
void setOneImage(torch::jit::Graph &graph, int64_t images);

} // namespace birblens
