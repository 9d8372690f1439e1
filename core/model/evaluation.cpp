// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/evaluation.h"

#include "core/model/inliner.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <map>
#include <optional>
#include <string>

namespace birblens {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;

bool isHalf(at::ScalarType type)
{
    return type == at::kHalf || type == at::kBFloat16;
}

/** @return whether @p node has been in training mode, to any effect. */
bool clearTrainingFlag(Node *node)
{
    // Which input says so.
    static const std::map<std::string, size_t> flags{
        {"aten::batch_norm", 5},    {"aten::instance_norm", 5},   {"aten::dropout", 2},
        {"aten::dropout_", 2},      {"aten::feature_dropout", 2}, {"aten::feature_dropout_", 2},
        {"aten::alpha_dropout", 2}, {"aten::alpha_dropout_", 2},  {"aten::rrelu", 3},
        {"aten::rrelu_", 3}};
    const std::string kind = node->kind().toQualString();
    const auto flag = flags.find(kind);
    if (flag == flags.end() || flag->second >= node->inputs().size())
        return false;
    const auto value = torch::jit::toIValue(node->input(flag->second));
    if (!value || !value->isBool() || !value->toBool())
        return false;
    const bool norm = kind == "aten::batch_norm" || kind == "aten::instance_norm";
    if (norm) {
        // Without running statistics the image's own are what its author takes, always.
        if (node->input(3)->mustBeNone())
            return false;
    }
    torch::jit::WithInsertPoint at(node);
    node->replaceInput(flag->second, node->owningGraph()->insertConstant(false));
    const auto share = torch::jit::toIValue(node->input(1));
    return norm || !share || !share->isDouble() || share->toDouble() > 0.0;
}

/** @return whether @p node has made halves. */
bool makeSingle(Node *node)
{
    if (node->kind() == c10::prim::Constant) {
        const auto value = torch::jit::toIValue(node->output());
        if (!value || !value->isTensor() || !value->toTensor().defined() ||
            !isHalf(value->toTensor().scalar_type()))
            return false;
        torch::jit::WithInsertPoint at(node);
        node->output()->replaceAllUsesWith(
            node->owningGraph()->insertConstant(value->toTensor().to(at::kFloat)));
        return true;
    }
    const auto *schema = node->maybeSchema();
    if (!schema)
        return false;
    bool made = false;
    for (size_t i = 0; i < schema->arguments().size() && i < node->inputs().size(); ++i) {
        if (schema->arguments()[i].name() != "dtype")
            continue;
        const auto type = torch::jit::toIValue(node->input(i));
        if (!type || !type->isInt() || !isHalf(static_cast<at::ScalarType>(type->toInt())))
            continue;
        torch::jit::WithInsertPoint at(node);
        node->replaceInput(i,
                           node->owningGraph()->insertConstant(static_cast<int64_t>(at::kFloat)));
        made = true;
    }
    return made;
}

bool isMessage(const Node *node)
{
    const std::string kind = node->kind().toQualString();
    return kind == "aten::warn" || kind == "prim::Print";
}

void visit(Block *block, Evaluation &done)
{
    for (auto it = block->nodes().begin(); it != block->nodes().end();) {
        Node *node = *it++;
        for (Block *inner : node->blocks())
            visit(inner, done);
        if (isMessage(node)) {
            node->destroy();
            done.messages = true;
            continue;
        }
        done.trainingFlags += clearTrainingFlag(node) ? 1 : 0;
        done.halves = makeSingle(node) || done.halves;
    }
}

} // namespace

Evaluation setEvaluation(std::shared_ptr<Graph> &graph)
{
    Evaluation done;
    torch::jit::ConstantPropagation(graph); // whether a dropout does anything may be computed
    visit(graph->block(), done);
    torch::jit::ConstantPropagation(graph);
    return done;
}

std::vector<c10::IValue> otherArguments(const torch::jit::Module &module)
{
    const auto &arguments = module.get_method("forward").function().getSchema().arguments();
    TORCH_CHECK(arguments.size() >= 2, "forward takes no image");
    std::vector<c10::IValue> others;
    for (size_t i = 2; i < arguments.size(); ++i) {
        const c10::Argument &argument = arguments[i];
        if (argument.default_value()) {
            others.push_back(*argument.default_value());
        } else {
            TORCH_CHECK(argument.type()->kind() == c10::OptionalType::Kind ||
                            argument.type()->kind() == c10::NoneType::Kind,
                        "forward wants \"", argument.name(), "\" besides the image");
            others.emplace_back();
        }
    }
    return others;
}

void fillOtherInputs(Graph &graph, const torch::jit::Module &module)
{
    const std::vector<c10::IValue> others = otherArguments(module);
    torch::jit::WithInsertPoint at(*graph.nodes().begin());
    for (size_t i = others.size(); i > 0; --i) {
        torch::jit::Value *input = graph.inputs().at(i + 1);
        if (input->hasUses())
            input->replaceAllUsesWith(graph.insertConstant(others[i - 1]));
        graph.eraseInput(i + 1);
    }
}

struct OwnForward::Code
{
    torch::jit::Code code;
};

OwnForward::OwnForward(const torch::jit::Module &module, const Evaluation &changed)
    : m_module(module)
    , m_others(otherArguments(module))
{
    if (!changed.any())
        return;
    auto graph =
        torch::jit::toGraphFunction(m_module.get_method("forward").function()).graph()->copy();
    inlineCalls(graph, m_module._ivalue());
    setEvaluation(graph);
    torch::jit::runRequiredPasses(graph);
    m_changed.reset(new Code{torch::jit::Code(graph, "forward")});
}

OwnForward::~OwnForward() = default;

c10::IValue OwnForward::operator()(const at::Tensor &x)
{
    std::vector<c10::IValue> stack{x};
    stack.insert(stack.end(), m_others.begin(), m_others.end());
    if (!m_changed)
        return m_module.forward(stack);
    stack.insert(stack.begin(), m_module._ivalue());
    torch::jit::InterpreterState(m_changed->code).run(stack);
    return stack.back();
}

} // namespace birblens
