// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/modelinfo.h"

#include <QByteArray>

#include <torch/script.h>

#include <optional>

namespace birblens {

/**
 * What decides the logits of @p module for an input tensor: BLAKE2b-256 of its inlined forward
 * graph, printed in canonical numbering, and of every tensor and number that the graph reads. The
 * module is as it was read, but for eval(). Not in it: names of Python classes, places in source
 * files, the numbers that libtorch adds to names, the order and the compression of the archive.
 * @return nothing when the graph reads what cannot be written down, such as packed quantised
 * weights, or calls what cannot be inlined. @throws c10::Error
 */
std::optional<QByteArray> networkDigest(const torch::jit::Module &module);

/**
 * The key under which predictions are kept, 32 hexadecimal digits: of the network and of
 * everything that lies between a frame and its input tensor. Raise the version in modelkey.cpp when
 * a change of ours to preprocessing or to the rewriting of graphs changes logits.
 * @param network networkDigest(), else another text that stands for this network only
 */
QString modelKey(const QByteArray &network, const InputSpec &input);

} // namespace birblens
