// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/axes.h"
#include "core/model/layout.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace birblens {

/** What each operator does to the axes of what it is given. */
class AxisRules
{
public:
    explicit AxisRules(const SizesOf &sizes)
        : m_sizes(sizes)
    {
    }

    void set(const torch::jit::Value *value, Axes axes) { m_known[value] = std::move(axes); }
    /** The axes of @p output, one of @p node's; nothing when it is no tensor. */
    std::optional<Axes> after(torch::jit::Node *node, torch::jit::Value *output) const;

private:
    using Sizes = std::vector<int64_t>;

    /** Of a constant or parameter, which counts no places, too; nothing when it is no tensor. */
    std::optional<Axes> axesOf(const torch::jit::Value *value) const;
    /** All tensors that @p node is given, those in lists as well. */
    std::vector<Axes> tensorsOf(torch::jit::Node *node) const;

    std::optional<Axes> lookedUp(torch::jit::Node *node, const Sizes &sizes) const;
    Axes perElement(torch::jit::Node *node, const Sizes &sizes) const;
    Axes resampledAll(const Axes &from, const Sizes &sizes) const;
    Axes convolved(const Axes &from, const Sizes &sizes) const;
    Axes reduced(torch::jit::Node *node, const Axes &from, const Sizes &sizes) const;
    Axes permuted(torch::jit::Node *node, const Axes &from, const Sizes &sizes) const;
    Axes cut(const Axes &from, int64_t dimension, std::optional<int64_t> start,
             const Sizes &sizes) const;
    Axes joined(torch::jit::Node *node, const Sizes &sizes) const;
    Axes unpacked(torch::jit::Node *node, torch::jit::Value *output, const Sizes &sizes) const;
    Axes product(const Axes &a, const Axes &b, const Sizes &sizes) const;
    Axes einsum(torch::jit::Node *node, const Sizes &sizes) const;
    static Axes insideBlocks(const std::vector<Axes> &given, const Sizes &sizes);

    const SizesOf &m_sizes;
    std::unordered_map<const torch::jit::Value *, Axes> m_known;
};

} // namespace birblens
