// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/model/flatgraph.h"
#include "core/model/packedconvolution.h"
#include "core/model/receptivefield.h"

#include <ATen/core/ivalue.h>

#include <unordered_map>

namespace birblens {

/** The values of one run: one place for every value of the flat graph. */
using ValueTable = std::vector<c10::IValue>;

/**
 * Runs a flat graph node by node, so that every value can be kept, replaced and differentiated, and
 * a part of the graph can be run again. Not thread-safe. Functions throw c10::Error.
 */
class GraphRunner
{
public:
    GraphRunner(const FlatGraph &flat, const torch::jit::Module &module);
    /**
     * With packed convolutions and their batch normalisations folded in, for images whose values
     * have these sizes. Values stay blocked (see channelBlock()) as long as the operators behind
     * the convolutions can take them so.
     */
    GraphRunner(const FlatGraph &flat, const torch::jit::Module &module, const SizesOf &sizes);
    ~GraphRunner();

    /** A table that holds the constants and @p x. */
    ValueTable start(const at::Tensor &x) const;
    enum class Keep {
        All,
        Nothing,         ///< each value is let go after its last use, but for the logits
        AllWithGradients ///< also where the network makes numbers of bytes, which have none
    };
    /** Runs all nodes. */
    void run(ValueTable &table, Keep keep) const;
    /** From now on run() lets the value at @p place not go. */
    void hold(size_t place);
    /** The nodes that have to run again when the value at @p place is replaced, in order. */
    std::vector<size_t> dependents(size_t place) const;
    /**
     * The logits with @p value (N x ...) at @p place instead of what was @p recorded there for one
     * image. Only @p nodes run, see dependents().
     */
    at::Tensor rerun(const ValueTable &recorded, size_t place, const at::Tensor &value,
                     const std::vector<size_t> &nodes) const;
    /** The same with all nodes, for graphs that write into values they have read. */
    at::Tensor rerunAll(const at::Tensor &x, size_t place, const at::Tensor &value) const;

    /** Values from outside that @p node and the blocks inside it read; each once. */
    static std::vector<torch::jit::Value *> captured(torch::jit::Node *node);
    /** What is known at @p place before any run; none for what a run computes. */
    const c10::IValue &constant(size_t place) const { return m_constants[place]; }
    void setConstant(size_t place, const at::Tensor &tensor) { m_constants[place] = tensor; }

    size_t placeOf(const torch::jit::Value *value) const { return m_places.at(value); }
    size_t logitsPlace() const { return m_logits; }
    /** The tensor at @p place as the network's author knows it. Differentiable. */
    at::Tensor dense(const ValueTable &table, size_t place) const;
    /** The same for a tensor laid out as the one at @p place. */
    at::Tensor dense(const at::Tensor &value, size_t place) const;

    /**
     * A convolution whose own output does not exist because its batch normalisation is folded in:
     * it is computed again from `input` when it is asked for.
     */
    struct Folded
    {
        size_t input = 0;
        size_t output = 0; ///< of the batch normalisation
        PackedConvolution *convolution = nullptr;
    };
    /** Whether one of @p nodes gives the logits. */
    bool reachesLogits(const std::vector<size_t> &nodes) const;
    /** Whether @p nodes are without a convolution: then they take next to no time. */
    bool isLight(const std::vector<size_t> &nodes) const;
    /** Sizes of what is in @p table. */
    std::optional<std::vector<int64_t>> sizesIn(const ValueTable &table,
                                                const torch::jit::Value *value) const;
    /** Null when @p value has a place of its own. */
    const Folded *folded(const torch::jit::Value *value) const;
    int foldedNorms() const { return static_cast<int>(m_folded.size()); }

private:
    struct Step;
    struct Builder;
    void runStep(const Step &step, ValueTable &table) const;

    std::shared_ptr<torch::jit::Graph> m_graph;
    std::unordered_map<const torch::jit::Value *, size_t> m_places;
    std::unordered_map<const torch::jit::Value *, Folded> m_folded;
    std::vector<std::unique_ptr<PackedConvolution>> m_convolutions;
    std::vector<Step> m_steps;
    ValueTable m_constants;
    std::vector<bool> m_blocked; ///< by place
    size_t m_input = 0;
    size_t m_logits = 0;
    bool m_quantised = false; ///< statically
};

} // namespace birblens
