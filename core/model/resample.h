// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <opencv2/core/mat.hpp>

namespace birblens {

/**
 * Pillow's Image.resize(size, BILINEAR), bit for bit: triangle filter widened by the scale (so that
 * shrinking averages), weights in fixed point with 22 binary digits, width first, each pass rounded
 * to whole grey levels.
 * @param rgb CV_8UC3, not empty. @return CV_8UC3 of width x height, which are at least 1.
 */
cv::Mat resizeLikePil(const cv::Mat &rgb, int width, int height);

} // namespace birblens
