// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/flatgraph.h"
#include "core/model/receptivefield.h"

#include <QByteArray>
#include <QList>

namespace birblens {

/** Where a network has gathered all it knows of an image, just before it names classes. */
struct Penultimate
{
    torch::jit::Value *value = nullptr; ///< null: the network is built in a way not known here
    bool image = false;                 ///< N x C x h x w; else the last dimension is the features'
};

/**
 * The input of the last linear layer, or of the convolution that takes its place (SqueezeNet's 1 x
 * 1 one), found from the logits backwards: through whatever takes one tensor that depends on the
 * image (pooling, flattening, dropout, activation, bias). Networks whose last steps join several
 * such tensors have none.
 *
 * @param sizes of one run with one image.
 */
Penultimate penultimate(const FlatGraph &flat, const SizesOf &sizes);

/** Each row of N x n numbers, see packedFeatures(); nothing when @p features is undefined. */
QList<QByteArray> packedRows(const at::Tensor &features);

} // namespace birblens
