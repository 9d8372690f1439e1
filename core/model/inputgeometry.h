#pragma once

#include "core/model/modelinfo.h"

#include <QImage>
#include <QRect>
#include <QSize>

namespace birblens {

/**
 * The part of a frame that the network sees, in frame pixels: fastai 2's `Resize` on validation
 * data. Crop takes the largest centred rectangle of the input's aspect (whole pixels, truncated as
 * fastai does); pad takes the smallest one around the frame, so it may reach outside it; squish
 * takes the whole frame. That rectangle is resized to the input size.
 */
QRect inputRectInFrame(const QSize &frame, const InputSpec &input);

/**
 * That part in the input's size: Pillow's pixels, Format_RGB888. What is resized already stays as
 * it is.
 */
QImage resizeFrame(const QImage &frame, const InputSpec &input);

} // namespace birblens
