#include "core/model/preprocess.h"

#include "core/model/resample.h"

#include <ATen/Functions.h>

#include <opencv2/core.hpp>

#include <array>

namespace birblens {

namespace {

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
    const QRect rect = inputRectInFrame(rgb.size(), input);
    return resizeLikePil(cutOut(rgb, rect, input.padMode), input.width, input.height);
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
