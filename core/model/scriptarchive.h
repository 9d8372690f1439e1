// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/modelarchive.h"

#include <torch/script.h>

namespace birblens {

/**
 * Makes the network of a TorchScript archive, with all tensors on @p device, as torch::jit::load()
 * does, but nothing of the archive runs before all of it was looked at: the code is parsed, then
 * compiled without any object, every method is checked (see forbiddenIn()), the tensors' sizes are
 * checked (see problemOfPickle()), and only then objects are made and their state is set. What runs
 * then and later stops where interruptAsked().
 *
 * Errors say what was found, in which record and line, and what to do; c10::Error and
 * std::bad_alloc are thrown.
 */
Result<torch::jit::Module> readScript(const ModelArchive &archive, c10::Device device);

} // namespace birblens
