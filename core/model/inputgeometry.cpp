#include "core/model/inputgeometry.h"

#include <algorithm>

namespace birblens {

QRect inputRectInFrame(const QSize &frame, const InputSpec &input)
{
    if (input.resize == Resize::Squish || frame.isEmpty())
        return {QPoint(0, 0), frame};
    // fastai 2 vision.augment.Resize.encodes: m frame pixels per input pixel, truncated to whole
    // pixels.
    const double perWidth = static_cast<double>(frame.width()) / input.width;
    const double perHeight = static_cast<double>(frame.height()) / input.height;
    const double m = input.resize == Resize::Crop ? std::min(perWidth, perHeight)
                                                  : std::max(perWidth, perHeight);
    const QSize size(static_cast<int>(m * input.width), static_cast<int>(m * input.height));
    const QPoint corner(static_cast<int>(0.5 * (frame.width() - size.width())),
                        static_cast<int>(0.5 * (frame.height() - size.height())));
    // A side that sticks out by one pixel is centred at 0 and then not padded at all.
    const auto clamped = [](int position, int length, int whole) {
        return std::max(1, position >= 0 ? std::min(length, whole - position) : length);
    };
    return {corner, QSize(clamped(corner.x(), size.width(), frame.width()),
                          clamped(corner.y(), size.height(), frame.height()))};
}

} // namespace birblens
