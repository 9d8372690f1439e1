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

} // namespace birblens
