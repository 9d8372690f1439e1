// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/forwardtimer.h"

#include "core/model/preprocess.h"
#include "core/model/tappednetwork.h"

#include <QElapsedTimer>

namespace birblens {

namespace {

/** @param work returns a tensor: bringing it to the CPU waits for a card to have computed it. */
template <class Work>
double milliseconds(Work work)
{
    QElapsedTimer timer;
    timer.start();
    work().cpu();
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

} // namespace

struct ForwardTimer::Private
{
    Network &network;
    at::Tensor x;
};

ForwardTimer::ForwardTimer(Network &network, const QImage &frame)
    : d(new Private{network, preprocess(frame, network.info().input)})
{
}

ForwardTimer::~ForwardTimer() = default;

double ForwardTimer::plain()
{
    return milliseconds([this] { return d->network.tapped().plainForward(d->x); });
}

double ForwardTimer::layered(int batch)
{
    const at::Tensor x = d->x.expand({batch, -1, -1, -1}).contiguous();
    return milliseconds([this, &x] { return d->network.tapped().logits(x); });
}

double ForwardTimer::plainOf(const QImage &image)
{
    return milliseconds([this, &image] {
        return d->network.tapped().plainForward(preprocess(image, d->network.info().input));
    });
}

} // namespace birblens
