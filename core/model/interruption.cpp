// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/interruption.h"

#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/custom_operator.h>

#include <stdexcept>

namespace birblens {

namespace {

using torch::jit::Block;
using torch::jit::Node;

thread_local InterruptScope *innermost = nullptr;

const char *const stopName = "birblens::stop_if_asked";

/** Counts as having side effects, so that no pass of libtorch removes it. */
const torch::jit::RegisterOperators stopOperator({torch::jit::Operator(
    "birblens::stop_if_asked() -> ()", [](torch::jit::Stack &) { stopIfAsked(); },
    c10::AliasAnalysisKind::CONSERVATIVE)});

void addStop(Block *block, torch::jit::Graph &graph)
{
    block->prependNode(graph.create(c10::Symbol::fromQualString(stopName), {}, 0));
}

void addToLoops(Block *block, torch::jit::Graph &graph)
{
    for (Node *node : block->nodes()) {
        for (Block *inner : node->blocks()) {
            addToLoops(inner, graph);
            if (node->kind() == c10::prim::Loop)
                addStop(inner, graph);
        }
    }
}

void removeFrom(Block *block, bool keepInLoops)
{
    for (auto at = block->nodes().begin(); at != block->nodes().end();) {
        Node *node = *at++;
        if (node->kind().toQualString() == std::string(stopName)) {
            node->destroy();
            continue;
        }
        for (Block *inner : node->blocks()) {
            if (!keepInLoops || node->kind() != c10::prim::Loop)
                removeFrom(inner, keepInLoops);
        }
    }
}

} // namespace

InterruptScope::InterruptScope(std::function<bool()> asked)
    : m_asked(std::move(asked))
    , m_outer(innermost)
{
    innermost = this;
}

InterruptScope::~InterruptScope()
{
    innermost = m_outer;
}

bool interruptAsked()
{
    for (const InterruptScope *scope = innermost; scope; scope = scope->m_outer) {
        if (scope->m_asked && scope->m_asked())
            return true;
    }
    return false;
}

void stopIfAsked()
{
    if (interruptAsked())
        throw std::runtime_error("stopped");
}

void addStops(torch::jit::Graph &graph)
{
    addToLoops(graph.block(), graph);
    addStop(graph.block(), graph);
}

void removeStops(torch::jit::Graph &graph, bool keepInLoops)
{
    removeFrom(graph.block(), keepInLoops);
}

} // namespace birblens
