#include "core/explain/cammethod.h"

namespace birblens {

at::Tensor hiResCam(const at::Tensor &activation, const at::Tensor &gradient)
{
    return (gradient * activation).sum(0);
}

} // namespace birblens
