// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/penultimate.h"

#include "core/model/features.h"
#include "core/model/graphrunner.h"

#include <string>
#include <unordered_set>

namespace birblens {

using torch::jit::Node;
using torch::jit::Value;

Penultimate penultimate(const FlatGraph &flat, const SizesOf &sizes)
{
    std::unordered_set<const Value *> ofImage{flat.graph->inputs()[1]};
    for (Node *node : flat.graph->nodes()) {
        for (const Value *input : GraphRunner::captured(node)) {
            if (ofImage.count(input)) {
                ofImage.insert(node->outputs().begin(), node->outputs().end());
                break;
            }
        }
    }
    static const std::unordered_set<std::string> linear{"aten::linear", "aten::addmm",
                                                        "aten::matmul", "aten::mm"};
    static const std::unordered_set<std::string> convolution{"aten::conv2d", "aten::_convolution"};

    Value *at = flat.graph->outputs()[0];
    while (at->node()->kind() != c10::prim::Param) {
        Node *node = at->node();
        Value *only = nullptr;
        for (Value *input : node->inputs()) {
            if (!ofImage.count(input) || !input->type()->isSubtypeOf(*c10::TensorType::get()))
                continue; // a weight; a size of the image's
            if (only && only != input)
                return {};
            only = input;
        }
        if (!only || !node->blocks().empty())
            return {};
        const std::string kind = node->kind().toQualString();
        const auto known = sizes(only);
        if (linear.count(kind) || convolution.count(kind)) {
            const bool image = convolution.count(kind) > 0;
            if (!known || (image ? known->size() != 4 : known->size() < 2) || known->front() != 1)
                return {};
            return {only, image};
        }
        at = only;
    }
    return {};
}

QList<QByteArray> packedRows(const at::Tensor &features)
{
    QList<QByteArray> rows;
    if (!features.defined())
        return rows;
    const at::Tensor numbers = features.detach().to(at::kCPU, at::kFloat).contiguous();
    for (int64_t row = 0; row < numbers.size(0); ++row)
        rows.append(
            packedFeatures(numbers.data_ptr<float>() + row * numbers.size(1), numbers.size(1)));
    return rows;
}

} // namespace birblens
