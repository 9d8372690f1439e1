// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/network.h"

#include <memory>

namespace birblens {

/** Times forwards of one network on one frame, for `birblens bench`. Milliseconds of wall time. */
class ForwardTimer
{
public:
    ForwardTimer(Network &network, const QImage &frame);
    ~ForwardTimer();

    /** The file's own forward on a tensor in memory, batch 1, without gradient. */
    double plain();
    /** The network as Birblens classifies with it, on @p batch tensors in memory. */
    double layered(int batch);
    /** Preprocessing and one plain forward of an image, as a simple loop does it. */
    double plainOf(const QImage &image);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

} // namespace birblens
