#include "core/explain/rawmap.h"

#include <algorithm>

namespace birblens {

float RawMap::min() const
{
    return values.empty() ? 0.0F : *std::min_element(values.begin(), values.end());
}

float RawMap::max() const
{
    return values.empty() ? 0.0F : *std::max_element(values.begin(), values.end());
}

} // namespace birblens
