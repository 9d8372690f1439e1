// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by explain/ sources only.

#include "core/model/tappednetwork.h"

#include <QString>

#include <vector>

namespace birblens {

/** Weights that are shuffled in one step, neighbours in the network. */
struct ShuffleStage
{
    QString upTo; ///< the module among them that comes first in the network
    std::vector<Weight> weights;
};

/**
 * @p weights (in the order of first use) in at most @p most stages, from the logits down. Modules
 * are taken together by their outer names; the last one is a stage of its own.
 */
std::vector<ShuffleStage> shuffleStages(const std::vector<Weight> &weights, int most);

/** The values of @p tensor in another order: a copy. */
at::Tensor shuffled(const at::Tensor &tensor, quint64 seed);

} // namespace birblens
