// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ and explain/ sources only.

#include "core/model/evaluation.h"
#include "core/model/graphrunner.h"
#include "core/model/layout.h"
#include "core/model/modelinfo.h"
#include "core/model/penultimate.h"

#include <torch/script.h>

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace birblens {

/**
 * One forward of one image with every value kept: whatever is asked of the image afterwards needs
 * no second forward. About as large as all activations together.
 */
struct Recording
{
    at::Tensor x;      ///< 1 x 3 x height x width
    at::Tensor logits; ///< 1 x classes
    ValueTable values;
};

/** What one forward of N images says. */
struct Answer
{
    at::Tensor logits;   ///< N x classes
    at::Tensor features; ///< N x features(), see TappedNetwork::features()
};

/** Activation of one layer and d (direction . logits) / d activation, both C x h x w. */
struct Sensitivity
{
    at::Tensor activation;
    at::Tensor gradient;
};

/** A tensor that training has set, but for the statistics of batch normalisations. */
struct Weight
{
    QString module; ///< that owns it: "layer4.1.bn2"; of a frozen network the operator: "conv2d#3"
    size_t place = 0;
    at::Tensor tensor; ///< the module's own: not to be written to
};

/**
 * A classifier whose 4-D layers can be looked at and replaced. Not thread-safe: one thread at a
 * time. All functions may throw c10::Error / std::exception; Network turns these into an Error.
 *
 * Convolutions run packed (see PackedConvolution) where that is possible and the logits agree; a
 * layer between a convolution and its folded batch normalisation is computed when it is asked for.
 */
class TappedNetwork
{
public:
    enum class Packing { Off, WherePossible };

    /**
     * @param classes how many logits it ought to have; 0: not known.
     * @throws c10::Error when forward cannot be flattened or does not take 1 x 3 x height x width.
     */
    TappedNetwork(const torch::jit::Module &module, const InputSpec &input, int classes = 0,
                  Packing packing = Packing::WherePossible);
    ~TappedNetwork();

    const QList<LayerInfo> &layers() const { return m_layers; }
    int outputs() const { return m_outputs; }
    /** What was changed for the network to run; what was taken off its end. */
    const Evaluation &evaluation() const { return m_flat.evaluation; }
    const std::string &takenOff() const { return m_flat.activation; }
    /** Whether it is given levels from 0 to 255 in place of normalised numbers. */
    bool isGivenLevels() const { return m_bytes; }
    /** Whether every output lies between 0 and 1, whatever the image. Some forwards. */
    bool givesProbabilities();
    /** Whether the logits can be differentiated with respect to the layer. */
    bool hasGradients(int layer) const { return m_hasGradients.at(static_cast<size_t>(layer)); }
    bool isPacked() const { return m_packed; }
    /** Batch normalisations that are part of the convolution before them. */
    int foldedNorms() const { return m_runner->foldedNorms(); }
    /**
     * Largest difference between what these logits give and the module's own forward on one image,
     * as a share of the largest output, if that is over 1.
     */
    double disagreement() const { return m_disagreement; }

    /**
     * @param x N x 3 x H x W, moved to the network's device. @return N x classes. No gradient. One
     * image after another where the network answers otherwise when several come at once.
     */
    at::Tensor logits(const at::Tensor &x) { return answer(x).logits; }
    /** The same with the features, which cost nothing. */
    Answer answer(const at::Tensor &x);
    /** The author's own forward, for comparison: what a plain user of the file runs. */
    at::Tensor plainForward(const at::Tensor &x);

    /** @param x 1 x 3 x H x W */
    Recording record(const at::Tensor &x);
    /**
     * What the classes are told apart by: see penultimate(), the mean over the image where it still
     * has height and width; in networks that have none, the mean over the image of the last layer.
     * 1 x n, no gradient.
     */
    at::Tensor features(const Recording &recording) const;
    /** 1 x ... in the layer's own layout, dense, no gradient. */
    at::Tensor activation(const Recording &recording, int layer) const;
    /**
     * Logits (N x classes) with @p activations, N x ... in the layer's own layout, in place of the
     * layer's. Differentiable with respect to them.
     */
    at::Tensor tail(const Recording &recording, int layer, const at::Tensor &activations);
    /** Whether no convolution follows the layer: then tail() takes next to no time. */
    bool isTailLight(int layer);
    /** @param direction classes; what is differentiated is its inner product with the logits. */
    Sensitivity sensitivity(const Recording &recording, int layer, const at::Tensor &direction);
    /**
     * The gradient at every layer by one backward, in order and as it lies in memory; undefined for
     * a layer that does not reach the logits. sensitivityFrom() turns one into a Sensitivity.
     */
    std::vector<at::Tensor> gradients(const Recording &recording, const at::Tensor &direction);
    Sensitivity sensitivityFrom(const Recording &recording, int layer,
                                const at::Tensor &gradient) const;

    /** A second network on the same tensors, without packed convolutions. */
    std::unique_ptr<TappedNetwork> unpacked(const InputSpec &input) const;
    /** Every weight that the logits depend on, in the order of first use. */
    std::vector<Weight> weights() const;
    /**
     * Runs with @p tensor in place of a weight from now on; the module keeps its own. Not with
     * packed convolutions, which have copies.
     */
    void setWeight(const Weight &weight, const at::Tensor &tensor);

    /** N x C x h x w of the layer's own layout, channels moved first where they are last. */
    at::Tensor channelsFirst(const at::Tensor &activation, int layer) const;

private:
    AnswerPath findAnswer(const at::Tensor &x, int classes);
    void takeFixedBranches(const at::Tensor &x);
    at::Tensor asInput(const at::Tensor &x) const;
    at::Tensor logitsIn(const ValueTable &values, int64_t images) const;
    void listLayers(const Recording &recording);
    void noteGradients(const Recording &recording);
    void holdFeatures();
    at::Tensor featuresIn(const ValueTable &values) const;
    void packWherePossible(const Recording &exact, double tolerance);
    const GraphRunner::Folded *foldedAt(int layer) const;
    torch::jit::Value *valueOf(int layer) const;
    const std::vector<size_t> &dependents(int layer);
    size_t placeOf(int layer) const;
    QString tapAt(const torch::jit::Node *node) const;
    std::vector<at::Tensor> gradientsAt(const Recording &recording, const at::Tensor &direction,
                                        const std::vector<size_t> &layers);
    Answer answerTogether(const at::Tensor &x);
    at::Tensor tailTogether(const Recording &recording, int layer, const at::Tensor &activations);
    bool takesBatches();
    bool tailTakesBatches(const Recording &recording, int layer);

    torch::jit::Module m_module;
    InputSpec m_input;
    FlatGraph m_flat;
    OwnForward m_own;
    AnswerPath m_answer;
    std::unique_ptr<GraphRunner> m_runner;
    std::vector<size_t> m_tapOfLayer;
    QList<LayerInfo> m_layers;
    std::vector<bool> m_hasGradients;                          ///< by layer
    std::unordered_map<int, std::vector<size_t>> m_dependents; ///< by layer, made on demand
    std::optional<bool> m_takesBatches;                        ///< likewise
    std::unordered_map<int, bool> m_tailTakesBatches;          ///< by layer, likewise
    at::TensorOptions m_options; ///< of images and logits: the parameters' type and device
    Penultimate m_penultimate;   ///< null: the last layer's mean
    size_t m_featurePlace = 0;
    int m_outputs = 0;
    bool m_bytes = false; ///< takes levels 0..255 and not normalised numbers
    int64_t m_copies = 1; ///< of an image that the author's forward wants at once
    bool m_packed = false;
    double m_disagreement = 0.0;
};

} // namespace birblens
