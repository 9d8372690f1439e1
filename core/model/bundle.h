// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/modelinfo.h"
#include "core/result.h"

#include <torch/script.h>

#include <optional>

namespace birblens {

/** A model file in memory. */
struct Bundle
{
    torch::jit::Module module; ///< float32, evaluation mode, no parameter gradients
    QByteArray network;        ///< stands for graph and weights, see networkDigest()
    QStringList warnings;
    /** From the file's `birblens.json` (ModelInfo::settingsInFile) or a side-car; nothing for a
     * bare TorchScript file. */
    std::optional<ModelInfo> info;
};

/**
 * Reads a TorchScript file, with all tensors on @p device: those that are constants of the code
 * (the weights of a frozen network) cannot be moved later. Errors name the file, what was found
 * instead and what to do.
 */
Result<Bundle> readBundle(const QString &path, c10::Device device = c10::kCPU);

/** When the card and not the network is to blame: only for a network on @p device CUDA. */
std::optional<Error> cardFailure(const QString &path, c10::Device device,
                                 const std::exception &error);

/** Instead of what a network says that was stopped, see InterruptScope. */
Error stopped(const QString &path);

/** First line of a libtorch error, without its location. */
QString firstLine(const std::exception &error);

} // namespace birblens
