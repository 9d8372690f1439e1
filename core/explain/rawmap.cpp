// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/rawmap.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace birblens {

float RawMap::min() const
{
    return values.empty() ? 0.0F : *std::min_element(values.begin(), values.end());
}

float RawMap::max() const
{
    return values.empty() ? 0.0F : *std::max_element(values.begin(), values.end());
}

double sumOf(const RawMap &map)
{
    return std::accumulate(map.values.begin(), map.values.end(), 0.0);
}

QString shareSentence(const ClassMap &map)
{
    if (map.method != QLatin1String("hirescam") || map.map.isEmpty())
        return {};
    const auto number = [](double value) { return QString::number(value, 'f', 2); };
    const double sum = sumOf(map.map);
    const QString quantity =
        map.target.kind == TargetKind::Class ? QStringLiteral("logit") : QStringLiteral("quantity");
    if (map.atZero && std::fabs(sum + *map.atZero - map.value) <=
                          1e-3 * std::max({1.0, std::fabs(sum), std::fabs(map.value)}))
        return QStringLiteral("The map adds up to %1, the bias to %2: together the %3, %4.")
            .arg(number(sum), number(*map.atZero), quantity, number(map.value));
    return QStringLiteral("The map adds up to %1, the %2 is %3: what follows is not linear.")
        .arg(number(sum), quantity, number(map.value));
}

} // namespace birblens
