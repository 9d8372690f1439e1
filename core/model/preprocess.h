// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ and explain/ sources only.

#include "core/model/inputgeometry.h"
#include "core/model/modelinfo.h"

#include <QImage>

#include <ATen/ATen.h>

namespace birblens {

/**
 * fastai's validation transforms: resize (squish, crop or pad), divide by 255, sample from the
 * presized picture where the input asks for it, subtract mean, divide by std. @param frame any size
 * and format. @return 1 x 3 x input.height x input.width float.
 */
at::Tensor preprocess(const QImage &frame, const InputSpec &input);

} // namespace birblens
