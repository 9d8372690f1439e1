// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <torch/script.h>

#include <vector>

namespace birblens {

/**
 * Where the logits are in what forward returns: indices of tuples and lists, keys of dictionaries,
 * the outermost first; empty when it returns a tensor.
 */
using AnswerPath = std::vector<c10::IValue>;

/**
 * The one tensor of @p images x @p classes in what forward returned; of several in tuples or lists
 * the first, in dictionaries the one that is called logits, out or output. @param classes 0: not
 * known. @throws c10::Error that says what there is instead.
 */
AnswerPath findLogits(const c10::IValue &returned, int64_t images, int64_t classes);

/** @return images x classes. @throws c10::Error when the tensor at @p path has another shape. */
at::Tensor logitsAt(const c10::IValue &returned, const AnswerPath &path, int64_t images);

/** The first output of @p graph becomes the tensor at @p path. */
void returnLogits(torch::jit::Graph &graph, const AnswerPath &path);

} // namespace birblens
