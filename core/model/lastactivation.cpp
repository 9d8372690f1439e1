// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/lastactivation.h"

#include <torch/csrc/jit/ir/constants.h>

#include <string>
#include <unordered_set>
#include <vector>

namespace birblens {

namespace {

using torch::jit::Node;
using torch::jit::Value;

std::string activationOf(const Node *node)
{
    const std::string kind = node->kind().toQualString();
    if (kind == "aten::sigmoid" || kind == "aten::sigmoid_" || kind == "quantized::sigmoid")
        return "sigmoid";
    if (kind == "aten::log_sigmoid")
        return "logsigmoid";
    const bool softmax = kind == "aten::softmax" || kind == "aten::_softmax";
    if (!softmax && kind != "aten::log_softmax" && kind != "aten::_log_softmax")
        return {};
    // Over the classes: the second dimension, the last one but for grids of 1 x 1.
    const auto dimension = torch::jit::toIValue(node->input(1));
    if (!dimension || !dimension->isInt() || (dimension->toInt() != 1 && dimension->toInt() != -1))
        return {};
    return softmax ? "softmax" : "log_softmax";
}

/** Hands its first input on with the same numbers, but for their shape, type or place. */
bool handsOn(const Node *node)
{
    static const std::unordered_set<std::string> kinds{
        "aten::to",       "aten::clone",   "aten::contiguous", "aten::detach",     "aten::view",
        "aten::reshape",  "aten::flatten", "aten::squeeze",    "aten::unsqueeze",  "aten::dropout",
        "aten::identity", "aten::float",   "aten::type_as",    "aten::dequantize", "aten::alias"};
    return kinds.count(node->kind().toQualString()) > 0;
}

} // namespace

std::string takeOffLastActivation(torch::jit::Graph &graph)
{
    // Who reads the activation on the way to the output, and as which of its inputs.
    Node *reader = graph.block()->return_node();
    Node *node = reader->input(0)->node();
    while (handsOn(node)) {
        reader = node;
        node = node->input(0)->node();
    }
    std::string activation = activationOf(node);
    if (node->kind().toQualString() == std::string("aten::exp") &&
        activationOf(node->input(0)->node()) == "log_softmax") {
        activation = "softmax";
        node = node->input(0)->node();
    }
    if (!activation.empty())
        reader->replaceInput(0, node->input(0));
    return activation;
}

bool endsBounded(const torch::jit::Graph &graph)
{
    static const std::unordered_set<std::string> weighted{"aten::linear",
                                                          "aten::addmm",
                                                          "aten::matmul",
                                                          "aten::mm",
                                                          "aten::bmm",
                                                          "aten::conv2d",
                                                          "aten::_convolution",
                                                          "aten::convolution",
                                                          "aten::einsum",
                                                          "quantized::linear",
                                                          "quantized::linear_relu",
                                                          "quantized::linear_dynamic",
                                                          "quantized::conv2d",
                                                          "quantized::conv2d_relu",
                                                          "prim::Param",
                                                          "prim::GetAttr",
                                                          "prim::Constant",
                                                          "aten::conv1d"};
    static const std::unordered_set<std::string> bounding{
        "sigmoid", "softmax", "_softmax", "hardsigmoid", "exp",        "tanh", "clamp",
        "clip",    "pow",     "hardtanh", "relu6",       "reciprocal", "div",  "softsign"};
    std::unordered_set<const Node *> seen;
    std::vector<const Node *> next{graph.outputs()[0]->node()};
    while (!next.empty()) {
        const Node *node = next.back();
        next.pop_back();
        if (!seen.insert(node).second || weighted.count(node->kind().toQualString()))
            continue;
        std::string name = node->kind().toUnqualString();
        if (name.size() > 1 && name.back() == '_')
            name.pop_back();
        if (!node->blocks().empty() || bounding.count(name))
            return true;
        for (const Value *input : node->inputs())
            next.push_back(input->node());
    }
    return false;
}

at::Tensor withActivation(const std::string &activation, const at::Tensor &logits)
{
    if (activation == "sigmoid")
        return logits.sigmoid();
    if (activation == "softmax")
        return logits.softmax(1);
    if (activation == "log_softmax")
        return logits.log_softmax(1);
    if (activation == "logsigmoid")
        return at::log_sigmoid(logits);
    return logits;
}

} // namespace birblens
