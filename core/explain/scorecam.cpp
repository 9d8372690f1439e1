// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/cammethod.h"

#include <algorithm>

namespace birblens {

namespace {
constexpr int64_t batchSize = 8; ///< whole forwards: more gain nothing and take memory
} // namespace

at::Tensor scoreCam(const CamContext &context)
{
    torch::NoGradGuard noGrad;
    const at::Tensor &x = context.recording.x;
    const at::Tensor activation = context.network.channelsFirst(
        context.network.activation(context.recording, context.layer), context.layer)[0];
    const int64_t channels = activation.size(0);
    at::Tensor scores = at::zeros({channels}, context.direction.options());
    for (int64_t first = 0; first < channels; first += batchSize) {
        if (context.report.isCancelled())
            return {};
        context.report.tell(static_cast<double>(first) / static_cast<double>(channels));
        const int64_t count = std::min(batchSize, channels - first);
        const at::Tensor some = activation.narrow(0, first, count).unsqueeze(1).contiguous();
        at::Tensor masks =
            at::upsample_bilinear2d(some, {x.size(2), x.size(3)}, /*align_corners=*/false);
        const at::Tensor low = masks.amin({2, 3}, true);
        const at::Tensor span = masks.amax({2, 3}, true) - low;
        // A constant channel says nothing about where: its mask is empty. Asked before stretching,
        // whose rounding would become a mask.
        const at::Tensor varies = some.amax({2, 3}, true) > some.amin({2, 3}, true);
        masks =
            at::where(varies.logical_and(span > 0), (masks - low) / span, at::zeros_like(masks));
        scores.narrow(0, first, count)
            .copy_(context.network.logits(x * masks).mv(context.direction));
    }
    return (scores.softmax(0).view({-1, 1, 1}) * activation).sum(0).relu();
}

} // namespace birblens
