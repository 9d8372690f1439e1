#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/flatgraph.h"
#include "core/model/gridgeometry.h"

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace birblens {

/** Sizes of a tensor value for one image; nothing for what is no tensor. */
using SizesOf = std::function<std::optional<std::vector<int64_t>>(const torch::jit::Value *)>;

/**
 * The geometry of every value whose receptive field has a centre, by following kernel, stride,
 * padding and dilation through the graph: a convolution or pooling moves the centre of cell 0 by
 * stride * (dilation * (kernel - 1) / 2 - padding) and multiplies the stride. See Araujo et al.
 * 2019, doi:10.23915/distill.00021.
 */
std::unordered_map<const torch::jit::Value *, GridGeometry> gridGeometries(const FlatGraph &flat,
                                                                           const SizesOf &sizes);

} // namespace birblens
