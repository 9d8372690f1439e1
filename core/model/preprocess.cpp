#include "core/model/preprocess.h"

#include "core/model/inputgeometry.h"

#include <ATen/Functions.h>

#include <opencv2/core.hpp>

namespace birblens {

namespace {

/** The pixels of @p rect, which may reach outside the frame (pad). 1 x 3 x h x w float. */
at::Tensor cutOut(const QImage &frame, const QRect &rect, PadMode padMode)
{
    const QImage rgb = frame.convertToFormat(QImage::Format_RGB888);
    const cv::Mat whole(rgb.height(), rgb.width(), CV_8UC3, const_cast<uchar *>(rgb.constBits()),
                        static_cast<size_t>(rgb.bytesPerLine()));
    const QRect inside = rect.intersected(rgb.rect());
    cv::Mat part = whole(cv::Rect(inside.x(), inside.y(), inside.width(), inside.height()));
    if (inside != rect) {
        const int border = padMode == PadMode::Zeros    ? cv::BORDER_CONSTANT
                           : padMode == PadMode::Border ? cv::BORDER_REPLICATE
                                                        : cv::BORDER_REFLECT_101;
        cv::Mat padded;
        cv::copyMakeBorder(part, padded, inside.top() - rect.top(), rect.bottom() - inside.bottom(),
                           inside.left() - rect.left(), rect.right() - inside.right(), border);
        part = padded;
    }
    if (!part.isContinuous())
        part = part.clone();
    return at::from_blob(part.data, {1, part.rows, part.cols, 3}, at::kByte)
        .permute({0, 3, 1, 2})
        .to(at::kFloat, false, /*copy=*/true, at::MemoryFormat::Contiguous);
}

} // namespace

at::Tensor resizeLikePil(const at::Tensor &pixels, int height, int width)
{
    at::Tensor result = pixels;
    // PIL skips a pass that changes nothing.
    if (result.size(3) != width)
        result =
            at::_upsample_bilinear2d_aa(result, {result.size(2), width}, false).add_(0.5).floor_();
    if (result.size(2) != height)
        result = at::_upsample_bilinear2d_aa(result, {height, width}, false).add_(0.5).floor_();
    return result;
}

at::Tensor resizeFrame(const QImage &frame, const InputSpec &input)
{
    at::NoGradGuard noGrad;
    const QRect rect = inputRectInFrame(frame.size(), input);
    return resizeLikePil(cutOut(frame, rect, input.padMode), input.height, input.width);
}

at::Tensor preprocess(const QImage &frame, const InputSpec &input)
{
    at::NoGradGuard noGrad;
    at::Tensor x = resizeFrame(frame, input).div(255.0F);
    for (int channel = 0; channel < 3; ++channel) {
        const auto index = static_cast<size_t>(channel);
        x[0][channel].sub_(input.mean[index]).div_(input.std[index]);
    }
    return x;
}

} // namespace birblens
