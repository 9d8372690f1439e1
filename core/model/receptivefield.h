// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/gridgeometry.h"
#include "core/model/layout.h"

#include <unordered_map>

namespace birblens {

/**
 * The geometry of every value whose receptive field has a centre, by following kernel, stride,
 * padding and dilation through the graph: a convolution or pooling moves the centre of cell 0 by
 * stride * (dilation * (kernel - 1) / 2 - padding) and multiplies the stride. See Araujo et al.
 * 2019, doi:10.23915/distill.00021.
 */
std::unordered_map<const torch::jit::Value *, GridGeometry>
gridGeometries(const FlatGraph &flat, const SizesOf &sizes, const Layouts &layouts);

} // namespace birblens
