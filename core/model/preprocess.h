#pragma once

// Torch-private: included by model/ and explain/ sources only.

#include "core/model/modelinfo.h"

#include <QImage>

#include <ATen/ATen.h>

namespace birblens {

/**
 * PIL's Image.resize(size, BILINEAR): antialiased triangle filter, width first, each pass rounded
 * to whole grey levels.
 * @param pixels 1 x 3 x H x W float with whole values 0..255. @return 1 x 3 x height x width,
 * likewise.
 */
at::Tensor resizeLikePil(const at::Tensor &pixels, int height, int width);

/**
 * fastai's validation transforms: resize (squish, crop or pad), divide by 255, subtract mean,
 * divide by std. @param frame any size and format. @return 1 x 3 x input.height x input.width
 * float.
 */
at::Tensor preprocess(const QImage &frame, const InputSpec &input);

/** Only the resizing: 1 x 3 x height x width, 0..255. */
at::Tensor resizeFrame(const QImage &frame, const InputSpec &input);

} // namespace birblens
