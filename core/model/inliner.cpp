// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/inliner.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/inliner.h>

#include <optional>
#include <unordered_map>

namespace birblens {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;
using GraphPtr = std::shared_ptr<Graph>;

bool isTensor(const Value *value)
{
    return value->type()->isSubtypeOf(*c10::TensorType::get());
}

/** The attribute path from the graph's self: "7.2.conv2"; empty for self. */
std::string attributePath(const Value *value)
{
    const Node *node = value->node();
    if (node->kind() != c10::prim::GetAttr)
        return {};
    const std::string parent = attributePath(node->input(0));
    const std::string &own = node->s(c10::attr::name);
    return parent.empty() ? own : parent + "." + own;
}

/** The object that @p value is when the graph runs on @p self. */
std::optional<c10::IValue> objectOf(const Value *value, const Graph &graph, const c10::IValue &self)
{
    if (!graph.inputs().empty() && value == graph.inputs()[0])
        return self;
    const Node *node = value->node();
    if (node->kind() != c10::prim::GetAttr)
        return std::nullopt;
    const auto owner = objectOf(node->input(0), graph, self);
    if (!owner || !owner->isObject())
        return std::nullopt;
    return owner->toObject()->getAttr(node->s(c10::attr::name));
}

/** Reads of anything but tensors and modules become constants, so that branches on them fold. */
void foldAttributes(Block *block, Graph &graph, const c10::IValue &self)
{
    for (auto it = block->nodes().begin(); it != block->nodes().end();) {
        Node *node = *it++;
        for (Block *inner : node->blocks())
            foldAttributes(inner, graph, self);
        if (node->kind() != c10::prim::GetAttr)
            continue;
        const auto value = objectOf(node->output(), graph, self);
        if (!value || value->isTensor() || value->isObject())
            continue;
        torch::jit::WithInsertPoint at(node);
        if (const auto constant = torch::jit::tryInsertConstant(graph, *value))
            node->output()->replaceAllUsesWith(*constant);
    }
}

class Inliner
{
public:
    /** Inlines every call below @p graph; returns the submodule outputs in the order of the calls.
     */
    std::vector<Tap> run(GraphPtr &graph, const c10::IValue &self, const std::string &path)
    {
        foldAttributes(graph->block(), *graph, self);
        torch::jit::ConstantPropagation(graph);
        std::vector<Tap> taps;
        inlineBlock(graph->block(), *graph, self, path, taps);
        return taps;
    }

private:
    void inlineBlock(Block *block, Graph &graph, const c10::IValue &self, const std::string &path,
                     std::vector<Tap> &taps)
    {
        for (auto it = block->nodes().begin(); it != block->nodes().end();) {
            Node *node = *it++;
            for (Block *inner : node->blocks())
                inlineBlock(inner, graph, self, path, taps);
            if (node->kind() == c10::prim::CallMethod)
                inlineMethod(node, graph, self, path, taps);
            else if (node->kind() == c10::prim::CallFunction)
                inlineFunction(node, graph, path, taps);
        }
    }

    void inlineMethod(Node *node, Graph &graph, const c10::IValue &self, const std::string &path,
                      std::vector<Tap> &taps)
    {
        const auto object = objectOf(node->input(0), graph, self);
        if (!object || !object->isObject())
            return;
        // The instance's own class: a call through an interface type resolves as well.
        const auto type = object->toObject()->type();
        auto *function = torch::jit::tryToGraphFunction(type->getMethod(node->s(c10::attr::name)));
        if (!function)
            return;
        const std::string relative = attributePath(node->input(0));
        std::string own = path;
        if (!relative.empty())
            own = path.empty() ? relative : path + "." + relative;

        const bool top = node->owningBlock() == graph.block();
        const std::vector<Value *> outputs = insert(node, graph, function->graph()->copy(), *object,
                                                    own, node->inputs().vec(), top, taps);
        if (top && !relative.empty() && outputs.size() == 1 && isTensor(outputs[0]))
            taps.push_back({own, type->name() ? type->name()->name() : std::string(), outputs[0]});
    }

    void inlineFunction(Node *node, Graph &graph, const std::string &path, std::vector<Tap> &taps)
    {
        auto *function = torch::jit::tryToGraphFunction(node);
        if (!function)
            return;
        const std::vector<Value *> inputs(node->inputs().begin() + 1, node->inputs().end());
        insert(node, graph, function->graph()->copy(), c10::IValue(), path, inputs, false, taps);
    }

    /** Replaces the call @p node by the body @p callee. */
    std::vector<Value *> insert(Node *node, Graph &graph, GraphPtr callee, const c10::IValue &self,
                                const std::string &path, const std::vector<Value *> &inputs,
                                bool keepTaps, std::vector<Tap> &taps)
    {
        const std::vector<Tap> inner = run(callee, self, path);
        torch::jit::WithInsertPoint at(node);
        std::unordered_map<Value *, Value *> map;
        const std::vector<Value *> outputs = torch::jit::insertGraph(graph, *callee, inputs, map);
        if (keepTaps) {
            for (const Tap &tap : inner) {
                if (const auto found = map.find(tap.value); found != map.end())
                    taps.push_back({tap.name, tap.type, found->second});
            }
        }
        for (size_t i = 0; i < outputs.size(); ++i)
            node->output(i)->replaceAllUsesWith(outputs[i]);
        node->destroy();
        return outputs;
    }
};

} // namespace

std::vector<Tap> inlineCalls(GraphPtr &graph, const c10::IValue &self)
{
    return Inliner().run(graph, self, {});
}

std::vector<Tap> tapsByOperator(Graph &graph)
{
    std::vector<Tap> taps;
    for (Node *node : graph.nodes()) {
        if (node->outputs().size() != 1 || !isTensor(node->output()) || !node->kind().is_aten())
            continue;
        std::string name = node->kind().toUnqualString();
        while (!name.empty() && name.front() == '_')
            name.erase(name.begin());
        taps.push_back({name, name, node->output()});
    }
    return taps;
}

} // namespace birblens
