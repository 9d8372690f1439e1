// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/flatgraph.h"

namespace birblens {

/**
 * Inlines every call below @p graph, a copy of the forward of @p self. @return the submodules'
 * outputs in the order of the calls.
 */
std::vector<Tap> inlineCalls(std::shared_ptr<torch::jit::Graph> &graph, const c10::IValue &self);

/** Networks without module calls (frozen): tensors named by operator and order. */
std::vector<Tap> tapsByOperator(torch::jit::Graph &graph);

} // namespace birblens
