// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/inputgeometry.h"

#include <algorithm>

namespace birblens {

QRect resizedRectInFrame(const QSize &frame, const InputSpec &input)
{
    const QSize target = input.presize ? input.presize->size() : input.size();
    if (input.resize == Resize::Squish || frame.isEmpty() || target.isEmpty())
        return {QPoint(0, 0), frame};
    // fastai 2 vision.augment.Resize.encodes: m frame pixels per pixel of the target, truncated to
    // whole pixels.
    const double perWidth = static_cast<double>(frame.width()) / target.width();
    const double perHeight = static_cast<double>(frame.height()) / target.height();
    const double m = input.resize == Resize::Crop ? std::min(perWidth, perHeight)
                                                  : std::max(perWidth, perHeight);
    const QSize size(static_cast<int>(m * target.width()), static_cast<int>(m * target.height()));
    const QPoint corner(static_cast<int>(0.5 * (frame.width() - size.width())),
                        static_cast<int>(0.5 * (frame.height() - size.height())));
    // A side that sticks out by one pixel is centred at 0 and then not padded at all.
    const auto clamped = [](int position, int length, int whole) {
        return std::max(1, position >= 0 ? std::min(length, whole - position) : length);
    };
    return {corner, QSize(clamped(corner.x(), size.width(), frame.width()),
                          clamped(corner.y(), size.height(), frame.height()))};
}

QRect sampledRect(const QSize &presized, const Presize &presize)
{
    QSize size = presized;
    const double ratio = static_cast<double>(presized.width()) / presized.height();
    if (presize.ratioLow > 0.0 && ratio < presize.ratioLow)
        size.setHeight(static_cast<int>(presized.width() / presize.ratioLow));
    else if (presize.ratioLow > 0.0 && ratio > presize.ratioHigh)
        size.setWidth(static_cast<int>(presized.height() * presize.ratioHigh));
    size = {std::max(1, static_cast<int>(size.width() * presize.scale)),
            std::max(1, static_cast<int>(size.height() * presize.scale))};
    return {QPoint((presized.width() - size.width()) / 2, (presized.height() - size.height()) / 2),
            size};
}

QRect inputRectInFrame(const QSize &frame, const InputSpec &input)
{
    const QRect resized = resizedRectInFrame(frame, input);
    if (!input.presize || frame.isEmpty())
        return resized;
    const QSize presized = input.presize->size().isEmpty() ? frame : input.presize->size();
    const QRect sampled = sampledRect(presized, *input.presize);
    const auto across = [&](int x) {
        return resized.x() + qRound(1.0 * x * resized.width() / presized.width());
    };
    const auto down = [&](int y) {
        return resized.y() + qRound(1.0 * y * resized.height() / presized.height());
    };
    const QPoint corner(across(sampled.x()), down(sampled.y()));
    return {corner, QSize(across(sampled.x() + sampled.width()) - corner.x(),
                          down(sampled.y() + sampled.height()) - corner.y())};
}

} // namespace birblens
