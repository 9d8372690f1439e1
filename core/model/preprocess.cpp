// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/preprocess.h"

#include "core/model/resample.h"

#include <ATen/Functions.h>
#include <ATen/native/GridSamplerUtils.h>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>

namespace birblens {

namespace {

using at::native::GridSamplerInterpolation;
using at::native::GridSamplerPadding;

/** The pixels of @p rect, which may reach outside the frame (pad). Shares @p rgb's memory if it
 * can. */
cv::Mat cutOut(const QImage &rgb, const QRect &rect, PadMode padMode)
{
    const cv::Mat whole(rgb.height(), rgb.width(), CV_8UC3, const_cast<uchar *>(rgb.constBits()),
                        static_cast<size_t>(rgb.bytesPerLine()));
    const QRect inside = rect.intersected(rgb.rect());
    cv::Mat part = whole(cv::Rect(inside.x(), inside.y(), inside.width(), inside.height()));
    if (inside == rect)
        return part;
    const int border = padMode == PadMode::Zeros    ? cv::BORDER_CONSTANT
                       : padMode == PadMode::Border ? cv::BORDER_REPLICATE
                                                    : cv::BORDER_REFLECT_101;
    cv::Mat padded;
    cv::copyMakeBorder(part, padded, inside.top() - rect.top(), rect.bottom() - inside.bottom(),
                       inside.left() - rect.left(), rect.right() - inside.right(), border);
    return padded;
}

cv::Mat resized(const QImage &rgb, const InputSpec &input)
{
    const QRect rect = resizedRectInFrame(rgb.size(), input);
    const QSize size = !input.presize                    ? input.size()
                       : input.presize->size().isEmpty() ? rgb.size()
                                                         : input.presize->size();
    return resizeLikePil(cutOut(rgb, rect, input.padMode), size.width(), size.height());
}

/**
 * fastai 2 vision.augment._grid_sample where nothing is turned or zoomed, as on validation data.
 * @param plane 1 x 1 x H x W. @return 1 x 1 x input.height x input.width
 */
at::Tensor sampled(at::Tensor plane, const InputSpec &input)
{
    const auto rows = static_cast<double>(plane.size(2));
    const auto columns = static_cast<double>(plane.size(3));
    // Averaged first, because the grid looks at the four nearest pixels only. fastai takes the
    // sides of its grid, height x width x 2, to be the input's: it compares rows with the width,
    // and columns with 2.
    const double reduction = std::min(rows / input.width, columns / 2.0) / 2.0;
    if (reduction > 1.0) {
        const double scale = 1.0 / reduction; // cut to whole pixels as torch's interpolate() does
        plane = at::adaptive_avg_pool2d(
            plane, {static_cast<int64_t>(rows * scale), static_cast<int64_t>(columns * scale)});
    }
    const at::Tensor identity = at::eye(2, 3).unsqueeze(0);
    const at::Tensor grid =
        at::affine_grid_generator(identity, {1, 1, input.height, input.width}, true);
    return at::grid_sampler(plane, grid, static_cast<int64_t>(GridSamplerInterpolation::Bilinear),
                            static_cast<int64_t>(GridSamplerPadding::Reflection), true);
}

/** Plane by plane: a frame that keeps its size may be large, and is four times as large in float.
 */
at::Tensor sampledInput(const cv::Mat &pixels, const InputSpec &input)
{
    const QRect rect = sampledRect({pixels.cols, pixels.rows}, *input.presize);
    at::Tensor x = at::empty({1, 3, input.height, input.width}, at::kFloat);
    for (int channel = 0; channel < 3; ++channel) {
        at::Tensor plane = at::empty({1, 1, rect.height(), rect.width()}, at::kFloat);
        float *to = plane.data_ptr<float>();
        for (int y = rect.top(); y <= rect.bottom(); ++y) {
            const uchar *from = pixels.ptr<uchar>(y) + channel;
            for (int column = rect.left(); column <= rect.right(); ++column)
                *to++ = static_cast<float>(from[3 * column]) / 255.0F;
        }
        const auto at = static_cast<size_t>(channel);
        x.select(1, channel)
            .copy_(sampled(plane, input).squeeze(1).sub_(input.mean[at]).div_(input.std[at]));
    }
    return x;
}

} // namespace

QImage resizeFrame(const QImage &frame, const InputSpec &input)
{
    const QImage rgb = frame.convertToFormat(QImage::Format_RGB888);
    const cv::Mat pixels = resized(rgb, input);
    return QImage(pixels.data, pixels.cols, pixels.rows, static_cast<qsizetype>(pixels.step),
                  QImage::Format_RGB888)
        .copy();
}

at::Tensor preprocess(const QImage &frame, const InputSpec &input)
{
    const QImage rgb = frame.convertToFormat(QImage::Format_RGB888);
    const cv::Mat pixels = resized(rgb, input);
    if (input.presize)
        return sampledInput(pixels, input);
    at::Tensor x = at::empty({1, 3, input.height, input.width}, at::kFloat);
    float *to = x.data_ptr<float>();
    for (size_t channel = 0; channel < 3; ++channel) {
        std::array<float, 256> levels{};
        for (size_t level = 0; level < levels.size(); ++level)
            levels[level] =
                (static_cast<float>(level) / 255.0F - input.mean[channel]) / input.std[channel];
        for (int y = 0; y < pixels.rows; ++y) {
            const uchar *from = pixels.ptr<uchar>(y) + channel;
            for (int column = 0; column < pixels.cols; ++column)
                *to++ = levels[from[3 * column]];
        }
    }
    return x;
}

} // namespace birblens
