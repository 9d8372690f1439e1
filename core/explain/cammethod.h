#pragma once

// Torch-private: included by explain/ sources only.

#include "core/explain/cammethods.h"
#include "core/model/tappednetwork.h"

#include <functional>

namespace birblens {

/** What a method may ask of the network at one cut. */
struct CamContext
{
    TappedNetwork &network;
    const at::Tensor &x; ///< 1 x 3 x H x W
    const CutState &state;
    int layer;
    int classIndex;
    std::function<bool()> cancelled; ///< asked between batches; may be empty
};

/**
 * One CAM method: exactly one of the two functions is there. A = activation, g = d logit / dA, both
 * C x h x w; sums over k run over channels. Both return the raw map, h x w, in units of the logit.
 */
struct CamMethod
{
    CamMethodInfo info;
    at::Tensor (*fromGradient)(const at::Tensor &activation, const at::Tensor &gradient);
    at::Tensor (*fromNetwork)(
        const CamContext &context); ///< without gradients; undefined if cancelled
};

/** Grad-CAM without the ReLU: sum_k mean(g_k) A_k. The map of the original bird cam article. */
at::Tensor gradCamSigned(const at::Tensor &activation, const at::Tensor &gradient);
/** Grad-CAM, ReLU of the above. Selvaraju et al. 2017, arXiv:1610.02391. */
at::Tensor gradCam(const at::Tensor &activation, const at::Tensor &gradient);
/** HiResCAM, sum_k g_k * A_k elementwise. Draelos and Carin 2020, arXiv:2011.08891. */
at::Tensor hiResCam(const at::Tensor &activation, const at::Tensor &gradient);
/**
 * Ablation-CAM, ReLU sum_k w_k A_k with w_k = (y - y_k) / |y|, y_k the logit with channel k set to
 * zero. Desai and Ramaswamy 2020 divide by y; |y| keeps "the logit drops" positive for a negative
 * y.
 */
at::Tensor ablationCam(const CamContext &context);

const QList<CamMethod> &camMethodTable();

} // namespace birblens
