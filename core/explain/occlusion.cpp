// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/cammethod.h"

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {
constexpr int64_t batchSize = 8;
constexpr int64_t mostCells = 16; ///< a side
} // namespace

at::Tensor occlusion(const CamContext &context)
{
    torch::NoGradGuard noGrad;
    const at::Tensor &x = context.recording.x;
    const auto cells = [](int64_t most) { return std::min<int64_t>(most, mostCells); };
    const bool layered = context.layer >= 0;
    const LayerInfo layer = layered ? context.network.layers().at(context.layer) : LayerInfo();
    const int64_t rows = cells(layered ? layer.height : x.size(2));
    const int64_t columns = cells(layered ? layer.width : x.size(3));
    const double cellHeight = static_cast<double>(x.size(2)) / static_cast<double>(rows);
    const double cellWidth = static_cast<double>(x.size(3)) / static_cast<double>(columns);
    const double y = context.recording.logits.detach().mv(context.direction).item<double>();

    at::Tensor map = at::zeros({rows * columns}, context.direction.options());
    for (int64_t first = 0; first < map.numel(); first += batchSize) {
        if (context.report.isCancelled())
            return {};
        context.report.tell(static_cast<double>(first) / static_cast<double>(map.numel()));
        const int64_t count = std::min(batchSize, map.numel() - first);
        const at::Tensor batch = x.repeat({count, 1, 1, 1});
        for (int64_t i = 0; i < count; ++i) {
            const auto cover = [](int64_t cell, double size, int64_t length) {
                const auto from = std::llround((static_cast<double>(cell) - 0.5) * size);
                const auto to = std::llround((static_cast<double>(cell) + 1.5) * size);
                return at::indexing::Slice(std::clamp<int64_t>(from, 0, length),
                                           std::clamp<int64_t>(to, 0, length));
            };
            // Zero is the mean colour after normalisation.
            batch[i]
                .index({at::indexing::Slice(), cover((first + i) / columns, cellHeight, x.size(2)),
                        cover((first + i) % columns, cellWidth, x.size(3))})
                .zero_();
        }
        map.narrow(0, first, count).copy_(y - context.network.logits(batch).mv(context.direction));
    }
    return map.view({rows, columns});
}

} // namespace birblens
