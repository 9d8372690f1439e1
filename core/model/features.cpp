// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/features.h"

#include <algorithm>
#include <cmath>

namespace birblens {

QByteArray packedFeatures(const float *values, qsizetype count)
{
    QByteArray packed(count, '\0');
    float peak = 0.0F;
    for (qsizetype i = 0; i < count; ++i) {
        if (!std::isfinite(values[i]))
            return packed;
        peak = std::max(peak, std::fabs(values[i]));
    }
    if (peak <= 0.0F)
        return packed;
    for (qsizetype i = 0; i < count; ++i)
        packed[i] = static_cast<char>(std::lround(127.0 * (double(values[i]) / double(peak))));
    return packed;
}

int32_t dotProduct(const int8_t *a, const int8_t *b, qsizetype count)
{
    int32_t sum = 0;
    for (qsizetype i = 0; i < count; ++i)
        sum += int16_t(a[i]) * int16_t(b[i]);
    return sum;
}

double cosine(const QByteArray &a, const QByteArray &b)
{
    if (a.size() != b.size())
        return 0.0;
    const auto *left = reinterpret_cast<const int8_t *>(a.constData());
    const auto *right = reinterpret_cast<const int8_t *>(b.constData());
    const double lengths = std::sqrt(double(dotProduct(left, left, a.size())) *
                                     double(dotProduct(right, right, b.size())));
    return lengths > 0.0 ? dotProduct(left, right, a.size()) / lengths : 0.0;
}

} // namespace birblens
