// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/cammethod.h"

namespace birblens {

at::Tensor hiResCam(const at::Tensor &activation, const at::Tensor &gradient)
{
    return (gradient * activation).sum(0);
}

at::Tensor layerCam(const at::Tensor &activation, const at::Tensor &gradient)
{
    return (gradient.relu() * activation).sum(0).relu();
}

} // namespace birblens
