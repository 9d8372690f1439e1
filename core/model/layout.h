// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/flatgraph.h"

#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

namespace birblens {

/** Sizes of a tensor value for one image; nothing for what is no tensor. */
using SizesOf = std::function<std::optional<std::vector<int64_t>>(const torch::jit::Value *)>;

/** How a 4-D value of one image lies in memory. */
enum class Layout {
    None,          ///< its cells have no place in the image: attention, windows, tokens
    ChannelsFirst, ///< N C H W
    ChannelsLast   ///< N H W C
};

using Layouts = std::unordered_map<const torch::jit::Value *, Layout>;

/**
 * The layout of every 4-D value. Each dimension of each value is followed from the image on: what
 * of the image's rows and columns it counts, whole, in parts (windows) or together (tokens),
 * through views, permutations, joins, convolutions and products of matrices. A value has a layout
 * when one dimension counts all rows, the next one all columns and what is left counts neither.
 */
Layouts layoutsOf(const FlatGraph &flat, const SizesOf &sizes);

} // namespace birblens
