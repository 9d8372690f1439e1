// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/levels.h"

#include <torch/csrc/jit/ir/constants.h>

#include <cmath>
#include <optional>
#include <string>
#include <unordered_set>

namespace birblens {

namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
using Names = std::unordered_set<std::string>;

/** Normalised numbers stay below 4; levels are divided by 127.5 or 255, or 128 is subtracted. */
constexpr double surelyLevels = 32.0;

enum class Sign { None, Levels, Other };

std::optional<c10::IValue> fixedValue(const Value *value, const Graph &graph,
                                      const torch::jit::Module &module)
{
    if (value == graph.inputs()[0])
        return c10::IValue(module._ivalue());
    const Node *node = value->node();
    if (node->kind() != c10::prim::GetAttr)
        return torch::jit::toIValue(value);
    const auto owner = fixedValue(node->input(0), graph, module);
    return owner && owner->isObject()
               ? std::optional(owner->toObject()->getAttr(node->s(c10::attr::name)))
               : std::nullopt;
}

/** The smallest of the numbers that @p value always is, without their signs. */
std::optional<double> sizeOf(const std::optional<c10::IValue> &value)
{
    if (value && value->isInt())
        return std::abs(static_cast<double>(value->toInt()));
    if (value && value->isDouble())
        return std::abs(value->toDouble());
    if (value && value->isTensor() && value->toTensor().defined() && value->toTensor().numel() > 0)
        return value->toTensor().abs().min().item<double>();
    return std::nullopt;
}

/** What a cast casts to; nothing when it is no cast. */
std::optional<at::ScalarType> castTo(const Node *node)
{
    const auto *schema = node->maybeSchema();
    if (!schema || node->kind().toQualString() != std::string("aten::to"))
        return std::nullopt;
    for (size_t i = 0; i < schema->arguments().size(); ++i) {
        const auto type = torch::jit::toIValue(node->input(i));
        if (schema->arguments()[i].name() == "dtype" && type && type->isInt())
            return static_cast<at::ScalarType>(type->toInt());
    }
    return std::nullopt;
}

Sign signOf(const Value *image, const Graph &graph, const torch::jit::Module &module);

Sign signOf(const torch::jit::Use &use, const Graph &graph, const torch::jit::Module &module)
{
    static const Names onShape{"aten::size",   "aten::dim",    "aten::len",
                               "prim::dtype",  "prim::device", "aten::is_floating_point",
                               "prim::Return", "prim::shape",  "aten::__isnot__",
                               "aten::__is__", "prim::layout", "aten::numel"};
    static const Names sameNumbers{"aten::to",        "aten::contiguous", "aten::clone",
                                   "aten::detach",    "aten::permute",    "aten::flip",
                                   "aten::transpose", "aten::select",     "aten::slice",
                                   "aten::unsqueeze", "aten::alias",      "aten::float"};
    const Node *node = use.user;
    std::string kind = node->kind().toQualString();
    if (onShape.count(kind))
        return Sign::None;
    if (const auto type = castTo(node); type && at::isIntegralType(*type, /*includeBool=*/false))
        return Sign::Levels;
    if (sameNumbers.count(kind))
        return signOf(node->output(0), graph, module);
    if (kind.back() == '_')
        kind.pop_back();
    if (use.offset != 0 || node->inputs().size() < 2)
        return Sign::Other;
    const auto other = sizeOf(fixedValue(node->input(1), graph, module));
    if (!other)
        return Sign::Other;
    const bool levels = kind == "aten::div" || kind == "aten::sub"
                            ? *other > surelyLevels
                            : kind == "aten::mul" && *other < 1.0 / surelyLevels;
    return levels ? Sign::Levels : Sign::Other;
}

Sign signOf(const Value *image, const Graph &graph, const torch::jit::Module &module)
{
    Sign sign = Sign::None;
    for (const torch::jit::Use &use : image->uses()) {
        const Sign next = signOf(use, graph, module);
        if (next == Sign::Other)
            return next;
        if (next == Sign::Levels)
            sign = next;
    }
    return sign;
}

} // namespace

bool takesLevels(const Graph &graph, const torch::jit::Module &module)
{
    return signOf(graph.inputs()[1], graph, module) == Sign::Levels;
}

} // namespace birblens
