// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/flatgraph.h"

namespace birblens {

/** Whether @p node writes into one of its inputs. */
bool writesInput(torch::jit::Node *node);

/**
 * Replaces in-place operators by their functional twins where no other name of the same memory is
 * read afterwards, so that every tap keeps the value it had when its module returned.
 * @return whether some in-place operator had to stay.
 */
bool removeMutation(FlatGraph &flat);

/**
 * Taps that a remaining in-place operator overwrites: everything but the tap reads a clone; where
 * that would change the logits, there is no such tap any more. Wants the taps read and registered.
 */
void protectTaps(FlatGraph &flat);

} // namespace birblens
