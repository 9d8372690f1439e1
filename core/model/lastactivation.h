// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/script.h>

#include <string>

namespace birblens {

/**
 * Takes the sigmoid, softmax or logarithm of one that makes probabilities of the first output of
 * @p graph off, so that the output is the logits.
 * @return "sigmoid", "softmax", "log_softmax", "logsigmoid"; empty: there is none at the end.
 */
std::string takeOffLastActivation(torch::jit::Graph &graph);

/**
 * Whether something that keeps numbers between bounds stands between the last layer with weights
 * and the first output of @p graph.
 */
bool endsBounded(const torch::jit::Graph &graph);

/** What the network's author would get: @p activation of N x classes. */
at::Tensor withActivation(const std::string &activation, const at::Tensor &logits);

} // namespace birblens
