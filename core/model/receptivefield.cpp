// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/receptivefield.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace birblens {

namespace {

using torch::jit::Node;
using torch::jit::Value;

/** Rows and columns of a value's grid. */
using Grid = std::array<int64_t, 2>;

/** Kernel, stride, padding and dilation along one direction. */
struct Window
{
    int64_t kernel = 1;
    int64_t stride = 1;
    double padding = 0.0;
    int64_t dilation = 1;
};

class Walk
{
public:
    Walk(const FlatGraph &flat, const SizesOf &sizes, const Layouts &layouts)
        : m_sizes(sizes)
        , m_layouts(layouts)
    {
        const Value *image = flat.graph->inputs()[1];
        m_known[image] = {true, 0.0, 0.0, 1.0, 1.0};
        for (Node *node : flat.graph->nodes()) {
            // The first output of several: poolings also say where each largest value was.
            if (node->outputs().size() == 0)
                continue;
            if (const auto geometry = after(node))
                m_known[node->output(0)] = *geometry;
        }
    }

    std::unordered_map<const Value *, GridGeometry> take() { return std::move(m_known); }

private:
    std::optional<Grid> gridOf(Value *value) const
    {
        const auto sizes = m_sizes(value);
        const auto layout = m_layouts.find(value);
        if (!sizes || sizes->size() != 4 || layout == m_layouts.end() ||
            layout->second == Layout::None)
            return std::nullopt;
        const size_t rows = layout->second == Layout::ChannelsLast ? 1 : 2;
        return Grid{(*sizes)[rows], (*sizes)[rows + 1]};
    }

    std::optional<GridGeometry> known(const Value *value) const
    {
        const auto found = m_known.find(value);
        return found == m_known.end() ? std::nullopt : std::optional(found->second);
    }

    /** One or two numbers of a constant list; nothing for anything else. */
    static std::optional<Grid> pair(const Value *value)
    {
        const auto constant = torch::jit::toIValue(value);
        if (!constant || !constant->isIntList())
            return std::nullopt;
        const std::vector<int64_t> list = constant->toIntVector();
        if (list.empty() || list.size() > 2)
            return std::nullopt;
        return Grid{list.front(), list.back()};
    }

    static GridGeometry moved(const GridGeometry &before, const Window &rows, const Window &columns)
    {
        const auto shift = [](const Window &w) {
            return static_cast<double>(w.dilation * (w.kernel - 1)) / 2.0 - w.padding;
        };
        GridGeometry result = before;
        result.offsetY += before.strideY * shift(rows);
        result.offsetX += before.strideX * shift(columns);
        result.strideY *= static_cast<double>(rows.stride);
        result.strideX *= static_cast<double>(columns.stride);
        return result;
    }

    std::optional<GridGeometry> afterConvolution(Node *node, bool traced) const
    {
        const auto before = known(node->input(0));
        const auto weight = m_sizes(node->input(1));
        const auto stride = pair(node->input(3));
        const auto dilation = pair(node->input(5));
        if (!before || !weight || weight->size() != 4 || !stride || !dilation)
            return std::nullopt;
        if (traced) {
            const auto transposed = torch::jit::toIValue(node->input(6));
            if (!transposed || transposed->toBool())
                return std::nullopt;
        }
        const auto padding = pair(node->input(4));
        const auto word = torch::jit::toIValue(node->input(4));
        std::array<Window, 2> windows;
        for (size_t i = 0; i < 2; ++i) {
            Window &w = windows[i];
            w = {(*weight)[i + 2], (*stride)[i], 0.0, (*dilation)[i]};
            if (padding)
                w.padding = static_cast<double>((*padding)[i]);
            else if (word && word->isString() && word->toStringRef() == "same")
                w.padding = std::floor(static_cast<double>(w.dilation * (w.kernel - 1)) / 2.0);
            else if (!word || !word->isString())
                return std::nullopt;
        }
        return moved(*before, windows[0], windows[1]);
    }

    std::optional<GridGeometry> afterPooling(Node *node, bool average) const
    {
        const auto before = known(node->input(0));
        const auto kernel = pair(node->input(1));
        const auto padding = pair(node->input(3));
        if (!before || !kernel || !padding)
            return std::nullopt;
        const Grid stride = pair(node->input(2)).value_or(*kernel);
        const Grid dilation = average ? Grid{1, 1} : pair(node->input(4)).value_or(Grid{1, 1});
        std::array<Window, 2> windows;
        for (size_t i = 0; i < 2; ++i)
            windows[i] = {(*kernel)[i], stride[i], static_cast<double>((*padding)[i]), dilation[i]};
        return moved(*before, windows[0], windows[1]);
    }

    /** The whole grid becomes another one: adaptive pooling, means, enlargement. */
    std::optional<GridGeometry> afterScaling(Node *node) const
    {
        const auto before = known(node->input(0));
        const auto from = gridOf(node->input(0));
        const auto to = gridOf(node->output(0));
        if (!before || !from || !to)
            return std::nullopt;
        const double rows = static_cast<double>((*from)[0]) / static_cast<double>((*to)[0]);
        const double columns = static_cast<double>((*from)[1]) / static_cast<double>((*to)[1]);
        GridGeometry result = *before;
        result.offsetY += before->strideY * (rows - 1.0) / 2.0;
        result.offsetX += before->strideX * (columns - 1.0) / 2.0;
        result.strideY *= rows;
        result.strideX *= columns;
        return result;
    }

    std::optional<GridGeometry> afterPadding(Node *node) const
    {
        const auto before = known(node->input(0));
        const auto amounts = torch::jit::toIValue(node->input(1));
        if (!before || !amounts || !amounts->isIntList())
            return std::nullopt;
        const std::vector<int64_t> sides = amounts->toIntVector(); // left, right, top, bottom
        GridGeometry result = *before;
        if (!sides.empty())
            result.offsetX -= before->strideX * static_cast<double>(sides[0]);
        if (sides.size() > 2)
            result.offsetY -= before->strideY * static_cast<double>(sides[2]);
        return result;
    }

    /** Every so many rows or columns, from one on; channels do not move anything. */
    std::optional<GridGeometry> afterSlice(Node *node) const
    {
        const auto before = known(node->input(0));
        const auto from = gridOf(node->input(0));
        const auto to = gridOf(node->output(0));
        if (!before || !from || !to)
            return std::nullopt;
        if (from == to)
            return before;
        const auto dimension = torch::jit::toIValue(node->input(1));
        const auto start = torch::jit::toIValue(node->input(2));
        const auto step = torch::jit::toIValue(node->input(4));
        if (!dimension || !step || !start || !(start->isInt() || start->isNone()))
            return std::nullopt;
        const int64_t along = dimension->toInt() < 0 ? dimension->toInt() + 4 : dimension->toInt();
        const bool last = m_layouts.at(node->input(0)) == Layout::ChannelsLast;
        const bool rows = along == (last ? 1 : 2);
        const int64_t length = (*from)[rows ? 0 : 1];
        int64_t first = start->isInt() ? start->toInt() : 0;
        first = std::clamp<int64_t>(first < 0 ? first + length : first, 0, length);
        GridGeometry result = *before;
        (rows ? result.offsetY : result.offsetX) +=
            (rows ? before->strideY : before->strideX) * static_cast<double>(first);
        (rows ? result.strideY : result.strideX) *= static_cast<double>(step->toInt());
        return result;
    }

    /** Cell by cell: whatever has the same grid is at the same place. */
    std::optional<GridGeometry> afterOthers(Node *node) const
    {
        const auto grid = gridOf(node->output(0));
        if (!grid)
            return std::nullopt;
        std::vector<Value *> inputs;
        for (Value *input : node->inputs()) {
            if (input->node()->kind() == c10::prim::ListConstruct ||
                input->node()->kind() == c10::prim::TupleConstruct)
                inputs.insert(inputs.end(), input->node()->inputs().begin(),
                              input->node()->inputs().end());
            else
                inputs.push_back(input);
        }
        std::optional<GridGeometry> result;
        int count = 0;
        for (Value *input : inputs) {
            if (gridOf(input) != grid)
                continue;
            const auto one = known(input);
            if (!one)
                continue; // a constant, or the way back from a global pooling
            if (!result) {
                result = one;
            } else if (result->strideX != one->strideX || result->strideY != one->strideY) {
                return std::nullopt;
            } else {
                result->offsetX += one->offsetX;
                result->offsetY += one->offsetY;
            }
            ++count;
        }
        if (!result)
            return std::nullopt;
        result->offsetX /= count;
        result->offsetY /= count;
        return result;
    }

    std::optional<GridGeometry> after(Node *node) const
    {
        const std::string kind = node->kind().toQualString();
        if (!node->blocks().empty() || !m_sizes(node->output(0)))
            return std::nullopt;
        if (kind == "aten::conv2d" || kind == "aten::_convolution")
            return afterConvolution(node, kind == "aten::_convolution");
        if (kind == "aten::max_pool2d" || kind == "aten::max_pool2d_with_indices")
            return afterPooling(node, false);
        if (kind == "aten::avg_pool2d")
            return afterPooling(node, true);
        if (kind == "aten::adaptive_avg_pool2d" || kind == "aten::adaptive_max_pool2d" ||
            kind == "aten::mean" || kind.rfind("aten::upsample", 0) == 0)
            return afterScaling(node);
        if (kind == "aten::pad" || kind == "aten::constant_pad_nd" ||
            kind == "aten::reflection_pad2d" || kind == "aten::replication_pad2d")
            return afterPadding(node);
        if (kind == "aten::slice")
            return afterSlice(node);
        if (kind == "aten::conv_transpose2d")
            return std::nullopt;
        return afterOthers(node);
    }

    const SizesOf &m_sizes;
    const Layouts &m_layouts;
    std::unordered_map<const Value *, GridGeometry> m_known;
};

} // namespace

std::unordered_map<const torch::jit::Value *, GridGeometry>
gridGeometries(const FlatGraph &flat, const SizesOf &sizes, const Layouts &layouts)
{
    return Walk(flat, sizes, layouts).take();
}

} // namespace birblens
