// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/cammethod.h"

namespace birblens {

at::Tensor eigenCam(const at::Tensor &activation, const at::Tensor &gradient)
{
    const at::Tensor cells = activation.flatten(1).t(); // h*w x C
    // The right singular vector by the smaller of the two Gram matrices, in double precision.
    const at::Tensor wide = cells.to(at::kDouble);
    at::Tensor map;
    if (wide.size(0) < wide.size(1)) {
        const auto [values, vectors] = at::linalg_eigh(wide.mm(wide.t()));
        map = vectors.select(1, -1) * values[-1].clamp_min(0).sqrt();
    } else {
        const auto [values, vectors] = at::linalg_eigh(wide.t().mm(wide));
        map = wide.mv(vectors.select(1, -1));
    }
    const at::Tensor evidence = (gradient * activation).sum(0).flatten().to(at::kDouble);
    double agreement = (map - map.mean()).dot(evidence - evidence.mean()).item<double>();
    if (agreement == 0.0)
        agreement = map.sum().item<double>(); // nothing to go by: activations are mostly positive
    if (agreement < 0.0)
        map = -map;
    return map.view({activation.size(1), activation.size(2)}).to(activation.scalar_type());
}

} // namespace birblens
