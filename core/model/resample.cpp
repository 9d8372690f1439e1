// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/resample.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace birblens {

namespace {

constexpr int kChannels = 3;
constexpr int kFractionBits = 22;
constexpr int32_t kHalf = 1 << (kFractionBits - 1);

/** Which input samples one output sample is made of. */
struct Window
{
    int first = 0;
    std::vector<int32_t> weights; ///< fixed point; they add up to 1 but for rounding
};

std::vector<Window> windows(int inputs, int outputs)
{
    const double scale = static_cast<double>(inputs) / outputs;
    const double support = std::max(scale, 1.0); // the triangle reaches one sample, or one step
    std::vector<Window> result(static_cast<size_t>(outputs));
    std::vector<double> weights;
    for (int i = 0; i < outputs; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(std::floor(centre - support + 0.5)));
        const int last = std::min(inputs, static_cast<int>(std::floor(centre + support + 0.5)));
        weights.clear();
        double sum = 0.0;
        for (int j = first; j < last; ++j) {
            const double distance = std::fabs((j - centre + 0.5) * (1.0 / support));
            weights.push_back(std::max(0.0, 1.0 - distance));
            sum += weights.back();
        }
        Window &window = result[static_cast<size_t>(i)];
        window.first = first;
        for (const double weight : weights)
            window.weights.push_back(static_cast<int32_t>(
                std::floor(0.5 + (sum != 0.0 ? weight / sum : weight) * (1 << kFractionBits))));
    }
    return result;
}

uint8_t toLevel(int32_t sum)
{
    return static_cast<uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

cv::Mat resizeWidth(const cv::Mat &image, int width)
{
    const std::vector<Window> columns = windows(image.cols, width);
    cv::Mat result(image.rows, width, CV_8UC3);
    for (int y = 0; y < image.rows; ++y) {
        const uint8_t *row = image.ptr<uint8_t>(y);
        uint8_t *to = result.ptr<uint8_t>(y);
        for (const Window &column : columns) {
            const uint8_t *from = row + static_cast<ptrdiff_t>(column.first) * kChannels;
            int32_t red = kHalf;
            int32_t green = kHalf;
            int32_t blue = kHalf;
            for (const int32_t weight : column.weights) {
                red += from[0] * weight;
                green += from[1] * weight;
                blue += from[2] * weight;
                from += kChannels;
            }
            to[0] = toLevel(red);
            to[1] = toLevel(green);
            to[2] = toLevel(blue);
            to += kChannels;
        }
    }
    return result;
}

cv::Mat resizeHeight(const cv::Mat &image, int height)
{
    const int bytes = image.cols * kChannels;
    cv::Mat result(height, image.cols, CV_8UC3);
    std::vector<int32_t> sums(static_cast<size_t>(bytes));
    int y = 0;
    for (const Window &window : windows(image.rows, height)) {
        std::fill(sums.begin(), sums.end(), kHalf);
        int row = window.first;
        for (const int32_t weight : window.weights) {
            const uint8_t *from = image.ptr<uint8_t>(row++);
            for (int i = 0; i < bytes; ++i)
                sums[static_cast<size_t>(i)] += from[i] * weight;
        }
        std::transform(sums.begin(), sums.end(), result.ptr<uint8_t>(y++), toLevel);
    }
    return result;
}

} // namespace

cv::Mat resizeLikePil(const cv::Mat &rgb, int width, int height)
{
    CV_Assert(rgb.type() == CV_8UC3 && !rgb.empty() && width > 0 && height > 0);
    // A pass that changes nothing is left out.
    const cv::Mat narrow = rgb.cols == width ? rgb : resizeWidth(rgb, width);
    return narrow.rows == height ? narrow : resizeHeight(narrow, height);
}

} // namespace birblens
