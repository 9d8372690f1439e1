// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/cammethod.h"

#include <algorithm>

namespace birblens {

namespace {
/** Channels ablated in one batch: small enough to stay in cache at the last blocks. */
constexpr int64_t batchSize = 32;
} // namespace

at::Tensor ablationCam(const CamContext &context)
{
    torch::NoGradGuard noGrad;
    const at::Tensor activation = context.network.activation(context.recording, context.layer);
    const bool channelsLast = context.network.layers().at(context.layer).channelsLast;
    const int64_t channelDim = channelsLast ? 3 : 1;
    const int64_t channels = activation.size(channelDim);
    const auto values = [&](const at::Tensor &batch) {
        return context.network.tail(context.recording, context.layer, batch).mv(context.direction);
    };
    const double y = values(activation).item<double>();

    at::Tensor weights = at::zeros({channels}, context.direction.options());
    for (int64_t first = 0; first < channels; first += batchSize) {
        if (context.report.isCancelled())
            return {};
        context.report.tell(static_cast<double>(first) / static_cast<double>(channels));
        const int64_t count = std::min(batchSize, channels - first);
        const at::Tensor batch = activation.repeat({count, 1, 1, 1});
        for (int64_t i = 0; i < count; ++i)
            batch[i].select(channelDim - 1, first + i).zero_();
        weights.narrow(0, first, count).copy_(y - values(batch));
    }
    if (y != 0.0)
        weights.div_(std::abs(y));
    const at::Tensor first = context.network.channelsFirst(activation, context.layer)[0];
    return (weights.view({-1, 1, 1}) * first).sum(0).relu();
}

} // namespace birblens
