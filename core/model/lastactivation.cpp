#include "core/model/lastactivation.h"

#include <torch/csrc/jit/ir/constants.h>

#include <unordered_set>

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
        "aten::to",       "aten::clone",   "aten::contiguous", "aten::detach",   "aten::view",
        "aten::reshape",  "aten::flatten", "aten::squeeze",    "aten::unsqueeze", "aten::dropout",
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
