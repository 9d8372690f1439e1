// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>

namespace birblens {

/**
 * A model is data: its code may compute with tensors and values, draw random numbers and say
 * something, and nothing else. Names the first operator in @p graph, its blocks and subgraphs that
 * could do more, and where it stands: "aten::save (code/__torch__.py, line 12)". What is not known
 * to be harmless counts as more: operators of other libraries, those that take the name of a file,
 * those that trust sizes that they are given.
 */
std::optional<std::string> forbiddenIn(const torch::jit::Graph &graph);

/** Whether objects of this C++ class may be made: the packed weights of quantised layers. */
bool isAllowedClass(const std::string &qualifiedName);

} // namespace birblens
