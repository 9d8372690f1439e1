// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/cammethod.h"

namespace birblens {

at::Tensor gradCamSigned(const at::Tensor &activation, const at::Tensor &gradient)
{
    return (gradient.mean({1, 2}, /*keepdim=*/true) * activation).sum(0);
}

at::Tensor gradCam(const at::Tensor &activation, const at::Tensor &gradient)
{
    return gradCamSigned(activation, gradient).relu();
}

at::Tensor gradCamPlusPlus(const at::Tensor &activation, const at::Tensor &gradient)
{
    const at::Tensor sums = activation.sum({1, 2}, /*keepdim=*/true);
    // Cells with a gradient of zero or less have no weight, whatever their denominator.
    const at::Tensor up = gradient.relu();
    const at::Tensor weights = (up / (2 + sums * up)).sum({1, 2}, true);
    return (weights * activation).sum(0).relu();
}

at::Tensor xGradCam(const at::Tensor &activation, const at::Tensor &gradient)
{
    const at::Tensor sums = activation.sum({1, 2}, /*keepdim=*/true);
    const at::Tensor shares = (gradient * activation).sum({1, 2}, true) / sums;
    return (at::where(sums != 0, shares, at::zeros_like(shares)) * activation).sum(0);
}

} // namespace birblens
