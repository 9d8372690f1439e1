// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"

#include <QImage>
#include <QRect>
#include <QSize>

namespace birblens {

/**
 * The part of a frame that becomes the picture of the first step, in frame pixels: fastai 2's
 * `Resize` on validation data. Crop takes the largest centred rectangle of the target's aspect
 * (whole pixels, truncated as fastai does); pad takes the smallest one around the frame, so it may
 * reach outside it; squish takes the whole frame. That rectangle is resized to the presizing's size
 * where there is one, else to the input size. Presizing without a size takes the frame as it is.
 */
QRect resizedRectInFrame(const QSize &frame, const InputSpec &input);

/**
 * The part of the presized picture that the input is sampled from, in its pixels: fastai 2's
 * `RandomResizedCropGPU` on validation data. The middle, cut to within the ratio.
 */
QRect sampledRect(const QSize &presized, const Presize &presize);

/**
 * The part of a frame that the network sees, through both steps, in whole frame pixels. With
 * presizing a map drawn over it is off by less than a quarter of an input pixel, because the
 * outermost input pixels then lie on the centres of the outermost pixels; where the step enlarges,
 * by less than half a pixel of the presized picture.
 */
QRect inputRectInFrame(const QSize &frame, const InputSpec &input);

/**
 * The frame after the first step: Pillow's pixels, Format_RGB888, in the presizing's size or the
 * input's. What is resized already stays as it is.
 */
QImage resizeFrame(const QImage &frame, const InputSpec &input);

} // namespace birblens
