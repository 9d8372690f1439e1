#include "core/explain/heatmap.h"

#include "core/explain/colormap.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>

namespace birblens {

ScaleRange ownRange(const RawMap &map)
{
    const float low = map.min();
    const float high = map.max();
    return {low, high > low ? high : low + 1.0F};
}

QImage renderHeat(const RawMap &map, const QSize &frameSize, const QRect &inputRect,
                  const ScaleRange &range, const QString &colorMap)
{
    QImage heat(frameSize, QImage::Format_ARGB32_Premultiplied);
    heat.fill(Qt::transparent);
    const QRect visible = inputRect.intersected(heat.rect());
    if (map.isEmpty() || visible.isEmpty())
        return heat;

    // cv::resize places cell centres as the network's stretched grid does: half a cell from the
    // border.
    const cv::Mat grid(map.height, map.width, CV_32FC1, const_cast<float *>(map.values.data()));
    cv::Mat stretched;
    cv::resize(grid, stretched, cv::Size(inputRect.width(), inputRect.height()), 0, 0,
               cv::INTER_LINEAR);

    const ColorTable &colours = colorTable(colorMap);
    const float span = range.high > range.low ? range.high - range.low : 1.0F;
    const float factor = 255.0F / span;
    for (int y = visible.top(); y <= visible.bottom(); ++y) {
        const float *from = stretched.ptr<float>(y - inputRect.top()) - inputRect.left();
        auto *to = reinterpret_cast<QRgb *>(heat.scanLine(y));
        for (int x = visible.left(); x <= visible.right(); ++x) {
            const float level = (from[x] - range.low) * factor + 0.5F;
            to[x] = colours[static_cast<size_t>(std::clamp(level, 0.0F, 255.0F))];
        }
    }
    return heat;
}

} // namespace birblens
