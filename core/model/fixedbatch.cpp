// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/fixedbatch.h"

#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_set>

namespace birblens {

namespace {

using torch::jit::Graph;
using torch::jit::Node;

constexpr size_t mostTried = 3; ///< each costs a forward of so many images

/** The first number of the sizes that a view is given, when it is a constant. */
std::optional<int64_t> imagesOf(const Node *node)
{
    static const std::unordered_set<std::string> views{"aten::view", "aten::reshape",
                                                       "aten::expand", "aten::_unsafe_view"};
    if (!views.count(node->kind().toQualString()))
        return std::nullopt;
    const Node *list = node->input(1)->node();
    const auto constant = torch::jit::toIValue(node->input(1));
    if (constant && constant->isIntList() && !constant->toIntVector().empty())
        return constant->toIntVector().front();
    if (list->kind() != c10::prim::ListConstruct || list->inputs().size() == 0)
        return std::nullopt;
    const auto first = torch::jit::toIValue(list->input(0));
    return first && first->isInt() ? std::optional(first->toInt()) : std::nullopt;
}

} // namespace

std::vector<int64_t> fixedBatches(Graph &graph)
{
    std::vector<int64_t> found;
    for (const Node *node : graph.nodes()) {
        const auto images = imagesOf(node);
        if (images && *images > 1 && *images <= 256 && found.size() < mostTried &&
            std::find(found.begin(), found.end(), *images) == found.end())
            found.push_back(*images);
    }
    return found;
}

void setOneImage(Graph &graph, int64_t images)
{
    for (Node *node : graph.nodes()) {
        if (imagesOf(node) != images)
            continue;
        torch::jit::WithInsertPoint at(node);
        const auto constant = torch::jit::toIValue(node->input(1));
        if (constant) {
            std::vector<int64_t> sizes = constant->toIntVector();
            sizes.front() = 1;
            node->replaceInput(1, graph.insertConstant(sizes));
            continue;
        }
        torch::jit::Value *one = graph.insertConstant(int64_t{1});
        Node *list = graph.create(c10::prim::ListConstruct, node->input(1)->node()->inputs(), 1);
        list->output()->setType(c10::ListType::ofInts());
        graph.insertNode(list)->replaceInput(0, one);
        node->replaceInput(1, list->output());
    }
}

} // namespace birblens
