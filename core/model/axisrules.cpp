// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/axisrules.h"

#include "core/model/graphrunner.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <map>
#include <string>
#include <unordered_set>

namespace birblens {

using torch::jit::Node;
using torch::jit::Value;

namespace {

using Names = std::unordered_set<std::string>;

/** Same numbers, same order. */
const Names views{"aten::view",    "aten::reshape",   "aten::_unsafe_view", "aten::flatten",
                  "aten::squeeze", "aten::unsqueeze", "aten::unflatten",    "aten::contiguous",
                  "aten::ravel",   "aten::view_as",   "aten::reshape_as",   "aten::_reshape_alias"};
/** Along every dimension as it comes: the ones that keep their size keep their meaning. */
const Names resamplings{"aten::max_pool2d",
                        "aten::max_pool2d_with_indices",
                        "aten::avg_pool2d",
                        "aten::lp_pool2d",
                        "aten::adaptive_avg_pool2d",
                        "aten::adaptive_max_pool2d",
                        "aten::fractional_max_pool2d",
                        "aten::pad",
                        "aten::constant_pad_nd",
                        "aten::reflection_pad2d",
                        "aten::replication_pad2d",
                        "aten::pixel_shuffle",
                        "aten::pixel_unshuffle",
                        "quantized::max_pool2d"};
const Names convolutions{
    "aten::conv2d",           "aten::_convolution",        "aten::convolution",
    "aten::conv_transpose2d", "aten::thnn_conv2d",         "quantized::conv2d",
    "quantized::conv2d_relu", "quantized::conv2d_dynamic", "quantized::conv_transpose2d"};
const Names reductions{"aten::mean",
                       "aten::sum",
                       "aten::amax",
                       "aten::amin",
                       "aten::max",
                       "aten::min",
                       "aten::logsumexp",
                       "aten::std",
                       "aten::var",
                       "aten::norm",
                       "aten::prod",
                       "aten::median",
                       "aten::any",
                       "aten::all",
                       "aten::argmax",
                       "aten::argmin",
                       "aten::nansum",
                       "aten::nanmean",
                       "aten::linalg_vector_norm"};
const Names permutations{"aten::permute",  "aten::transpose", "aten::t",
                         "aten::swapaxes", "aten::swapdims",  "aten::numpy_T"};
/** The last dimension becomes another one, the others stay. */
const Names linears{"aten::linear",
                    "quantized::linear",
                    "quantized::linear_relu",
                    "quantized::linear_dynamic",
                    "quantized::linear_relu_dynamic",
                    "quantized::linear_dynamic_fp16"};
/** A place is not where it was. */
const Names scrambles{
    "aten::flip",           "aten::sort",         "aten::argsort",      "aten::gather",
    "aten::index",          "aten::index_select", "aten::take",         "aten::topk",
    "aten::take_along_dim", "aten::rot90",        "aten::fft_fft2",     "aten::fft_ifft2",
    "aten::fft_fft",        "aten::fft_ifft",     "aten::grid_sampler", "aten::grid_sampler_2d",
    "aten::scatter"};

std::optional<int64_t> number(const Node *node, size_t input)
{
    if (input >= node->inputs().size())
        return std::nullopt;
    const auto constant = torch::jit::toIValue(node->input(input));
    return constant && constant->isInt() ? std::optional(constant->toInt()) : std::nullopt;
}

/** A number, a list of numbers or a list of constants that was not folded. */
std::optional<std::vector<int64_t>> numbers(const Node *node, size_t input)
{
    if (const auto one = number(node, input))
        return std::vector<int64_t>{*one};
    if (input >= node->inputs().size())
        return std::nullopt;
    const auto constant = torch::jit::toIValue(node->input(input));
    if (constant && constant->isIntList())
        return constant->toIntVector();
    const Node *list = node->input(input)->node();
    if (list->kind() != c10::prim::ListConstruct)
        return std::nullopt;
    std::vector<int64_t> result;
    for (size_t i = 0; i < list->inputs().size(); ++i) {
        const auto item = number(list, i);
        if (!item)
            return std::nullopt;
        result.push_back(*item);
    }
    return result;
}

int64_t wrapped(int64_t dimension, size_t count)
{
    return dimension < 0 ? dimension + static_cast<int64_t>(count) : dimension;
}

bool isDimension(int64_t dimension, size_t count)
{
    return dimension >= 0 && dimension < static_cast<int64_t>(count);
}

bool isLookup(const std::string &kind)
{
    return kind == "aten::index" || kind == "aten::embedding" || kind == "aten::take";
}

std::vector<Value *> itemsOf(Value *list)
{
    Node *node = list->node();
    if (node->kind() == c10::prim::ListConstruct || node->kind() == c10::prim::TupleConstruct)
        return node->inputs().vec();
    return {list};
}

} // namespace

std::optional<Axes> AxisRules::axesOf(const Value *value) const
{
    const auto found = m_known.find(value);
    if (found != m_known.end())
        return found->second;
    const auto sizes = m_sizes(value);
    return sizes ? std::optional(otherAxes(*sizes)) : std::nullopt;
}

std::vector<Axes> AxisRules::tensorsOf(Node *node) const
{
    std::vector<Axes> tensors;
    for (Value *input : GraphRunner::captured(node)) {
        for (const Value *item : itemsOf(input)) {
            if (auto axes = axesOf(item))
                tensors.push_back(std::move(*axes));
        }
    }
    return tensors;
}

std::optional<Axes> AxisRules::after(Node *node, Value *output) const
{
    const auto sizes = m_sizes(output);
    if (!sizes)
        return std::nullopt;
    const std::string kind = node->kind().toQualString();
    if (kind == "prim::ListUnpack" || kind == "prim::ConstantChunk" || kind == "aten::__getitem__")
        return unpacked(node, output, *sizes);
    const std::vector<Axes> tensors = tensorsOf(node);
    const bool fresh = kind.rfind("aten::new_", 0) == 0; // takes the type only
    if (fresh || std::none_of(tensors.begin(), tensors.end(), hasPlaces))
        return otherAxes(*sizes);
    if (!node->blocks().empty())
        return insideBlocks(tensors, *sizes);
    const auto given = axesOf(node->input(0));

    if (isLookup(kind)) {
        if (auto axes = lookedUp(node, *sizes))
            return axes;
    }
    if (scrambles.count(kind))
        return mixedAxes(*sizes);
    if (kind == "aten::cat" || kind == "aten::stack" || kind == "prim::VarConcat" ||
        kind == "prim::VarStack" || kind == "quantized::cat")
        return joined(node, *sizes);
    if (kind == "aten::einsum")
        return einsum(node, *sizes);
    if (!given)
        return perElement(node, *sizes);
    if (views.count(kind))
        return reshaped(*given, *sizes);
    if (convolutions.count(kind))
        return convolved(*given, *sizes);
    if (resamplings.count(kind) || kind.rfind("aten::upsample", 0) == 0 ||
        kind.rfind("aten::_upsample", 0) == 0)
        return resampledAll(*given, *sizes);
    if (reductions.count(kind))
        return reduced(node, *given, *sizes);
    if (permutations.count(kind))
        return permuted(node, *given, *sizes);
    if (linears.count(kind)) {
        Axes axes = *given;
        axes.back() = Dimension::of(AxisPart::Of::Other, sizes->back());
        return axes.size() == sizes->size() ? axes : mixedAxes(*sizes);
    }
    if (kind == "aten::slice" || kind == "aten::narrow") {
        const auto start = number(node, 2);
        return cut(*given, number(node, 1).value_or(0), start ? start : std::optional<int64_t>(0),
                   *sizes);
    }
    if (kind == "aten::select") {
        Axes axes = *given;
        const int64_t dimension = wrapped(number(node, 1).value_or(-1), axes.size());
        if (!isDimension(dimension, axes.size()))
            return mixedAxes(*sizes);
        axes.erase(axes.begin() + dimension);
        return axes;
    }
    if (kind == "aten::unfold" && given->size() + 1 == sizes->size()) {
        Axes axes = resampledAll(*given, Sizes(sizes->begin(), sizes->end() - 1));
        axes.push_back(Dimension::of(AxisPart::Of::Other, sizes->back()));
        return axes;
    }
    const bool three = node->inputs().size() >= 3;
    if (kind == "aten::matmul" || kind == "aten::bmm" || kind == "aten::mm") {
        if (const auto other = axesOf(node->input(1)))
            return product(*given, *other, *sizes);
    } else if ((kind == "aten::addmm" || kind == "aten::baddbmm") && three) {
        const auto a = axesOf(node->input(1));
        const auto b = axesOf(node->input(2));
        if (a && b)
            return product(*a, *b, *sizes);
    } else if (kind == "aten::scaled_dot_product_attention" && three) {
        if (const auto values = axesOf(node->input(2)))
            return product(*given, *values, *sizes);
    } else if (kind == "aten::_native_multi_head_attention") {
        return output == node->output(0) ? *given : mixedAxes(*sizes);
    } else if (kind == "aten::roll" || kind.rfind("aten::index_put", 0) == 0) {
        return *given; // what is rolled comes back by the next roll; what is put stays there
    }
    return perElement(node, *sizes);
}

/** A table's entries, for every number of the image one. */
std::optional<Axes> AxisRules::lookedUp(Node *node, const Sizes &sizes) const
{
    const auto table = axesOf(node->input(0));
    const std::vector<Value *> indices = itemsOf(node->input(1));
    const auto index = indices.size() == 1 ? axesOf(indices[0]) : std::nullopt;
    if (!table || hasPlaces(*table) || !index || index->size() > sizes.size())
        return std::nullopt;
    Axes axes = otherAxes(sizes);
    std::copy(index->begin(), index->end(), axes.begin());
    return axes;
}

Axes AxisRules::perElement(Node *node, const Sizes &sizes) const
{
    Axes axes = otherAxes(sizes);
    for (const Axes &tensor : tensorsOf(node)) {
        if (tensor.size() > sizes.size()) {
            if (hasPlaces(tensor))
                return mixedAxes(sizes);
            continue;
        }
        const size_t missing = sizes.size() - tensor.size();
        for (size_t i = 0; i < tensor.size(); ++i) {
            const int64_t size = tensor[i].size();
            if (size == sizes[missing + i])
                axes[missing + i] = combined(axes[missing + i], tensor[i]);
            else if (size != 1 && hasPlaces(tensor))
                return mixedAxes(sizes); // no operator that treats every number by itself
        }
    }
    return axes;
}

Axes AxisRules::resampledAll(const Axes &from, const Sizes &sizes) const
{
    if (from.size() != sizes.size())
        return mixedAxes(sizes);
    Axes axes;
    for (size_t i = 0; i < sizes.size(); ++i)
        axes.push_back(from[i].size() == sizes[i] ? from[i] : resampled(from[i], sizes[i]));
    return axes;
}

Axes AxisRules::convolved(const Axes &from, const Sizes &sizes) const
{
    if (from.size() != 4 || sizes.size() != 4 || from[1].hasPlace())
        return mixedAxes(sizes);
    Axes axes = resampledAll(from, sizes);
    axes[1] = Dimension::of(AxisPart::Of::Other, sizes[1]);
    return axes;
}

Axes AxisRules::reduced(Node *node, const Axes &from, const Sizes &sizes) const
{
    if (from.size() == sizes.size())
        return resampledAll(from, sizes); // keepdim
    const auto over =
        numbers(node, node->kind().toQualString() == std::string("aten::norm") ? 2 : 1);
    if (!over)
        return sizes.empty() ? Axes() : mixedAxes(sizes);
    std::vector<bool> gone(from.size(), false);
    for (const int64_t dimension : *over) {
        if (isDimension(wrapped(dimension, from.size()), from.size()))
            gone[static_cast<size_t>(wrapped(dimension, from.size()))] = true;
    }
    Axes axes;
    for (size_t i = 0; i < from.size(); ++i) {
        if (!gone[i])
            axes.push_back(from[i]);
    }
    return axes.size() == sizes.size() ? axes : mixedAxes(sizes);
}

Axes AxisRules::permuted(Node *node, const Axes &from, const Sizes &sizes) const
{
    Axes axes = from;
    if (node->kind().toQualString() == std::string("aten::permute")) {
        const auto order = numbers(node, 1);
        if (!order || order->size() != from.size())
            return mixedAxes(sizes);
        for (size_t i = 0; i < order->size(); ++i)
            axes[i] = from.at(static_cast<size_t>(wrapped((*order)[i], from.size())));
        return axes;
    }
    if (node->inputs().size() < 3) { // t, numpy_T
        std::reverse(axes.begin(), axes.end());
        return axes;
    }
    const auto first = number(node, 1);
    const auto second = number(node, 2);
    if (!first || !second)
        return mixedAxes(sizes);
    std::swap(axes.at(static_cast<size_t>(wrapped(*first, axes.size()))),
              axes.at(static_cast<size_t>(wrapped(*second, axes.size()))));
    return axes;
}

/** @param start of what is left; nothing when it is not known. */
Axes AxisRules::cut(const Axes &from, int64_t dimension, std::optional<int64_t> start,
                    const Sizes &sizes) const
{
    const int64_t along = wrapped(dimension, from.size());
    if (from.size() != sizes.size() || !isDimension(along, from.size()))
        return mixedAxes(sizes);
    Axes axes = from;
    Dimension &cutOne = axes[static_cast<size_t>(along)];
    const int64_t size = sizes[static_cast<size_t>(along)];
    if (cutOne.size() == size)
        return axes;
    const AxisPart *only = cutOne.parts.size() == 1 ? &cutOne.parts[0] : nullptr;
    if (only && only->behind && start == only->before && only->behind->size() == size)
        cutOne = Dimension(*only->behind);
    else
        cutOne = resampled(cutOne, size);
    return axes;
}

Axes AxisRules::joined(Node *node, const Sizes &sizes) const
{
    const std::string kind = node->kind().toQualString();
    const bool variadic = kind.rfind("prim::", 0) == 0;
    const bool stack = kind == "aten::stack" || kind == "prim::VarStack";
    std::vector<Value *> items = variadic ? node->inputs().vec() : itemsOf(node->input(0));
    const auto dimension = number(node, variadic ? items.size() - 1 : 1);
    if (variadic)
        items.pop_back();
    const int64_t along = wrapped(dimension.value_or(0), sizes.size());
    if (!isDimension(along, sizes.size()))
        return mixedAxes(sizes);
    const auto at = static_cast<size_t>(along);

    Axes axes;
    int64_t before = 0; // others in front of the first places
    bool mixed = false;
    for (const Value *item : items) {
        auto next = axesOf(item);
        if (!next)
            return mixedAxes(sizes);
        if (stack)
            next->insert(next->begin() + along, Dimension());
        if (next->size() != sizes.size())
            return mixedAxes(sizes);
        if (axes.empty()) {
            axes = *next;
            continue;
        }
        const bool placesBefore = axes[at].hasPlace();
        const bool places = (*next)[at].hasPlace();
        mixed = mixed || placesBefore;
        if (!placesBefore && places) {
            before = axes[at].size();
            axes[at] = (*next)[at];
        } else if (!placesBefore) {
            axes[at] = Dimension::of(AxisPart::Of::Other, axes[at].size() + (*next)[at].size());
        }
        for (size_t i = 0; i < axes.size(); ++i) {
            if (i != at)
                axes[i] = combined(axes[i], (*next)[i]);
        }
    }
    if (axes.empty())
        return mixedAxes(sizes);
    if (axes[at].hasPlace() && (mixed || before > 0)) {
        AxisPart part{AxisPart::Of::Mixed, 1, sizes[at], 1};
        if (!mixed) {
            part.before = before;
            part.behind = std::make_shared<Dimension>(axes[at]);
        }
        axes[at].parts = {part};
    }
    return axes;
}

/** Parts of a tensor that were put in a list: chunk, split, unbind. */
Axes AxisRules::unpacked(Node *node, Value *output, const Sizes &sizes) const
{
    const bool chunk = node->kind() == c10::prim::ConstantChunk;
    Node *source = chunk ? node : node->input(0)->node();
    const std::string kind = source->kind().toQualString();
    if (source->kind() == c10::prim::ListConstruct) {
        const auto at = number(node, 1);
        const size_t index = node->kind() == c10::prim::ListUnpack ? output->offset()
                             : at ? static_cast<size_t>(wrapped(*at, source->inputs().size()))
                                  : source->inputs().size();
        const auto axes =
            index < source->inputs().size() ? axesOf(source->input(index)) : std::nullopt;
        return axes.value_or(mixedAxes(sizes));
    }
    const auto given = source->inputs().size() > 0 ? axesOf(source->input(0)) : std::nullopt;
    if (!given)
        return mixedAxes(sizes);
    if (!hasPlaces(*given))
        return otherAxes(sizes);
    if (kind == "aten::unbind") {
        Axes axes = *given;
        const int64_t dimension = wrapped(number(source, 1).value_or(0), axes.size());
        if (!isDimension(dimension, axes.size()))
            return mixedAxes(sizes);
        axes.erase(axes.begin() + dimension);
        return axes;
    }
    const bool split = kind.find("split") != std::string::npos || kind == "aten::chunk";
    const std::optional<int64_t> dimension =
        chunk ? std::optional(source->i(c10::attr::dim)) : number(source, 2);
    if ((!chunk && !split) || !dimension)
        return mixedAxes(sizes);
    // Of a class token and the cells behind it, split into the two.
    const int64_t along = wrapped(*dimension, given->size());
    std::optional<int64_t> start;
    if (node->kind() == c10::prim::ListUnpack && isDimension(along, given->size())) {
        start = 0;
        for (size_t i = 0; i < output->offset(); ++i) {
            const auto other = m_sizes(node->output(i));
            start = *start + (other ? other->at(static_cast<size_t>(along)) : 0);
        }
    }
    return cut(*given, *dimension, start, sizes);
}

Axes AxisRules::product(const Axes &a, const Axes &b, const Sizes &sizes) const
{
    if (a.size() < 2 || b.size() < 2 || sizes.size() < 2)
        return mixedAxes(sizes);
    Axes axes = otherAxes(sizes);
    const size_t batch = sizes.size() - 2;
    for (const Axes *each : {&a, &b}) {
        const size_t own = each->size() - 2;
        for (size_t i = 0; i < own && own <= batch; ++i) {
            Dimension &into = axes[batch - own + i];
            if ((*each)[i].size() == into.size())
                into = combined(into, (*each)[i]);
        }
    }
    axes[batch] = a[a.size() - 2];
    axes[batch + 1] = b.back();
    return axes;
}

Axes AxisRules::einsum(Node *node, const Sizes &sizes) const
{
    const auto constant = torch::jit::toIValue(node->input(0));
    if (!constant || !constant->isString() || node->inputs().size() < 2)
        return mixedAxes(sizes);
    std::string equation = constant->toStringRef();
    equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
    const size_t arrow = equation.find("->");
    if (arrow == std::string::npos || equation.find('.') != std::string::npos)
        return mixedAxes(sizes);
    std::map<char, Dimension> meaning;
    size_t letter = 0;
    for (const Value *operand : itemsOf(node->input(1))) {
        const auto axes = axesOf(operand);
        for (size_t i = 0; axes && i < axes->size() && letter < arrow; ++i, ++letter) {
            Dimension &known = meaning.try_emplace(equation[letter], (*axes)[i]).first->second;
            known = combined(known, (*axes)[i]);
        }
        ++letter; // the comma
    }
    Axes axes;
    for (size_t i = arrow + 2; i < equation.size(); ++i)
        axes.push_back(meaning[equation[i]]);
    return axes.size() == sizes.size() ? axes : mixedAxes(sizes);
}

/**
 * What a branch gives is not followed: it is taken for what the branch is given, if that has the
 * same sizes, and for an image of another size, if it is given one.
 */
Axes AxisRules::insideBlocks(const std::vector<Axes> &given, const Sizes &sizes)
{
    const auto sizesOf = [](const Axes &axes) {
        Sizes own;
        for (const Dimension &dimension : axes)
            own.push_back(dimension.size());
        return own;
    };
    const auto isImage = [](const Axes &axes) {
        return axes.size() == 4 && !axes[0].hasPlace() && !axes[1].hasPlace() &&
               axes[2].isWhole(AxisPart::Of::Rows) && axes[3].isWhole(AxisPart::Of::Columns);
    };
    for (const Axes &axes : given) {
        if (hasPlaces(axes) && sizesOf(axes) == sizes)
            return axes;
    }
    if (sizes.size() != 4 || std::none_of(given.begin(), given.end(), isImage))
        return mixedAxes(sizes);
    return {Dimension::of(AxisPart::Of::Other, sizes[0]),
            Dimension::of(AxisPart::Of::Other, sizes[1]),
            Dimension::whole(AxisPart::Of::Rows, sizes[2]),
            Dimension::whole(AxisPart::Of::Columns, sizes[3])};
}

} // namespace birblens
