// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by explain/ sources only.

#include "core/explain/cammethods.h"
#include "core/explain/rawmap.h"
#include "core/explain/report.h"
#include "core/model/tappednetwork.h"

namespace birblens {

/** What a method that asks the network may use. y is direction . logits, the explained quantity. */
struct CamContext
{
    TappedNetwork &network;
    const Recording &recording;
    int layer;
    const at::Tensor &direction; ///< classes
    const Report &report;        ///< asked and told between batches
};

/**
 * One CAM method: exactly one of the two functions is there. A = activation, g = dy/dA, both
 * C x h x w; sums over k run over channels. Both return the raw map, h x w, in units of the logit
 * unless said otherwise.
 */
struct CamMethod
{
    CamMethodInfo info;
    at::Tensor (*fromGradient)(const at::Tensor &activation, const at::Tensor &gradient);
    at::Tensor (*fromNetwork)(const CamContext &context); ///< undefined if cancelled
    bool needsPositive = false;   ///< defined for activations without negative values only
    bool ownGrid = false;         ///< stretched over the input instead of the layer's
    bool needsNoGradient = false; ///< of those from a gradient: it decides the sign only
};

/** Grad-CAM without the ReLU: sum_k mean(g_k) A_k. The map of the original bird cam article. */
at::Tensor gradCamSigned(const at::Tensor &activation, const at::Tensor &gradient);
/** Grad-CAM, ReLU of the above. Selvaraju et al. 2017, arXiv:1610.02391. */
at::Tensor gradCam(const at::Tensor &activation, const at::Tensor &gradient);
/** HiResCAM, sum_k g_k * A_k elementwise. Draelos and Carin 2020, arXiv:2011.08891. */
at::Tensor hiResCam(const at::Tensor &activation, const at::Tensor &gradient);
/**
 * Grad-CAM++ of the exponential of y: ReLU sum_k w_k A_k with w_k = sum ReLU(g_k) / (2 + g_k sum
 * A_k), sums over cells. Chattopadhyay et al. 2018, arXiv:1710.11063, equations 10 to 19 with the
 * common factor exp(y) left out. For A >= 0 only: elsewhere the denominator may vanish.
 */
at::Tensor gradCamPlusPlus(const at::Tensor &activation, const at::Tensor &gradient);
/**
 * XGrad-CAM: sum_k w_k A_k with w_k = sum (g_k * A_k) / sum A_k, a channel of sum zero has no
 * weight; no ReLU. Fu et al. 2020, arXiv:2008.02312.
 */
at::Tensor xGradCam(const at::Tensor &activation, const at::Tensor &gradient);
/** LayerCAM: ReLU sum_k ReLU(g_k) * A_k. Jiang et al. 2021, doi:10.1109/TIP.2021.3089943. */
at::Tensor layerCam(const at::Tensor &activation, const at::Tensor &gradient);
/**
 * Eigen-CAM: the activations projected on their first principal direction (cells are samples,
 * channels are coordinates, not centred). Muhammad and Yeasin 2020, arXiv:2008.00299. A singular
 * vector has no sign of its own: the one is taken that correlates with HiResCAM's map, so that
 * bright is for the target; the map itself is the same for every target. In units of the
 * activation.
 */
at::Tensor eigenCam(const at::Tensor &activation, const at::Tensor &gradient);
/**
 * Ablation-CAM, ReLU sum_k w_k A_k with w_k = (y - y_k) / |y|, y_k with channel k set to zero.
 * Desai and Ramaswamy 2020 divide by y; |y| keeps "y drops" positive for a negative y. In units of
 * the activation.
 */
at::Tensor ablationCam(const CamContext &context);
/**
 * Score-CAM: ReLU sum_k w_k A_k, w = softmax over k of y(x * H_k), H_k = A_k stretched over the
 * input and scaled to 0..1. Wang et al. 2020, arXiv:1910.01279. One forward for each channel. In
 * units of the activation.
 */
at::Tensor scoreCam(const CamContext &context);
/**
 * Occlusion: what y loses when a square around a cell is filled with the input's mean colour. No
 * gradients, no layer but for the grid, which is the layer's, at most 16 cells a side (and 16 where
 * there is no layer); the square is two cells wide. Zeiler and Fergus 2014, arXiv:1311.2901,
 * section 4.2.
 */
at::Tensor occlusion(const CamContext &context);

const QList<CamMethod> &camMethodTable();
/** Null when unknown. */
const CamMethod *methodNamed(const QString &name);

/** @param map h x w, any floating type. */
RawMap toRawMap(const at::Tensor &map);

} // namespace birblens
