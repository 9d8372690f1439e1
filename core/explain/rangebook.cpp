// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/rangebook.h"

#include <algorithm>

namespace birblens {

void RangeBook::note(const QString &frame, const QString &what, const ScaleRange &range)
{
    m_ranges[what].insert(frame, range);
}

void RangeBook::clear()
{
    m_ranges.clear();
    m_scope.reset();
}

std::optional<ScaleRange> RangeBook::shared(const QString &what) const
{
    std::optional<ScaleRange> all;
    const QHash<QString, ScaleRange> ranges = m_ranges.value(what);
    for (auto it = ranges.cbegin(); it != ranges.cend(); ++it) {
        if (m_scope && !m_scope->contains(it.key()))
            continue;
        all = all ? ScaleRange{std::min(all->low, it->low), std::max(all->high, it->high)} : *it;
    }
    return all;
}

int RangeBook::count(const QString &what) const
{
    const QHash<QString, ScaleRange> ranges = m_ranges.value(what);
    if (!m_scope)
        return static_cast<int>(ranges.size());
    return static_cast<int>(
        std::count_if(m_scope->cbegin(), m_scope->cend(),
                      [&](const QString &key) { return ranges.contains(key); }));
}

} // namespace birblens
