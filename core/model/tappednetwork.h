#pragma once

// Torch-private: included by model/ and explain/ sources only.

#include "core/model/flatgraph.h"
#include "core/model/modelinfo.h"

#include <torch/csrc/jit/runtime/interpreter.h>
#include <torch/script.h>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace birblens {

/** The tensors that cross a cut, for one image or a batch. */
struct CutState
{
    std::vector<c10::IValue> live;
    size_t tapped = 0; ///< which of them is the layer's activation

    const at::Tensor &activation() const { return live[tapped].toTensor(); }
};

/** Activation and d logit / d activation of one layer, both C x h x w. */
struct Sensitivity
{
    at::Tensor activation;
    at::Tensor gradient;
};

/**
 * A classifier whose 4-D layers can be cut at: `prefix` runs input -> live tensors at the cut,
 * `tail` runs live tensors -> logits. Not thread-safe: one thread at a time. All functions may
 * throw c10::Error / std::exception; Network turns these into an Error.
 */
class TappedNetwork
{
public:
    /** @throws c10::Error when forward cannot be flattened or does not take 1 x 3 x height x width.
     */
    TappedNetwork(torch::jit::Module module, const InputSpec &input);
    ~TappedNetwork();

    const QList<LayerInfo> &layers() const { return m_layers; }
    int outputs() const { return m_outputs; }
    int trainingFlags() const { return m_flat.trainingFlags; }
    bool hasGradients() const { return m_hasGradients; }
    /** Largest difference between these logits and the module's own forward on one image. */
    double disagreement() const { return m_disagreement; }

    /** @param x N x 3 x H x W float. @return N x classes. No gradient. */
    at::Tensor logits(const at::Tensor &x);
    /** The module's own forward, for comparison: what a plain user of the file runs. */
    at::Tensor plainForward(const at::Tensor &x);

    CutState prefix(const at::Tensor &x, int layer);
    /** Logits (1 x classes) with @p activation in place of the cut layer's. Differentiable. */
    at::Tensor tail(const at::Tensor &x, const CutState &state, int layer,
                    const at::Tensor &activation);
    /** One tail with gradient: of the logit of @p classIndex at the cut. */
    Sensitivity sensitivity(const at::Tensor &x, const CutState &state, int layer, int classIndex);
    /**
     * Every layer by one forward and one backward; @p visit is called for each layer in order. A
     * layer that does not reach the logit has gradient zero.
     */
    void sensitivities(const at::Tensor &x, int classIndex,
                       const std::function<void(int layer, const Sensitivity &)> &visit);

    /** N x C x h x w of the layer's own layout, channels moved first where they are last. */
    at::Tensor channelsFirst(const at::Tensor &activation, int layer) const;

private:
    struct Cut;
    Cut &cut(size_t tap);
    std::vector<c10::IValue> run(const torch::jit::Code &code,
                                 std::vector<c10::IValue> inputs) const;
    size_t tapOf(int layer) const { return m_tapOfLayer.at(static_cast<size_t>(layer)); }

    torch::jit::Module m_module;
    FlatGraph m_flat;
    torch::jit::Code m_forward; ///< logits and every tap
    torch::jit::Code m_logits;  ///< logits alone: nothing has to be kept alive
    std::vector<size_t> m_tapOfLayer;
    QList<LayerInfo> m_layers;
    std::unordered_map<const torch::jit::Value *, std::unique_ptr<Cut>> m_cuts;
    int m_outputs = 0;
    bool m_hasGradients = true;
    double m_disagreement = 0.0;
};

} // namespace birblens
