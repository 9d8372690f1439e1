// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/axes.h"

#include <algorithm>
#include <deque>

namespace birblens {

namespace {

/** Neighbours that count on where the other ends become one. */
void append(std::vector<AxisPart> &parts, const AxisPart &next)
{
    if (next.size == 1)
        return;
    if (!parts.empty()) {
        AxisPart &last = parts.back();
        const bool same = last.of == next.of && last.whole == next.whole;
        if (same && (!last.isPlace() || last.step == next.step * next.size)) {
            last.size *= next.size;
            last.step = next.step;
            last.behind.reset();
            return;
        }
    }
    parts.push_back(next);
}

} // namespace

Dimension Dimension::of(AxisPart::Of of, int64_t size)
{
    Dimension dimension;
    append(dimension.parts, {of, 1, size, 1});
    return dimension;
}

Dimension Dimension::whole(AxisPart::Of of, int64_t size)
{
    Dimension dimension;
    append(dimension.parts, {of, 1, size, size});
    return dimension;
}

bool Dimension::counts(AxisPart::Of of) const
{
    return std::any_of(parts.begin(), parts.end(),
                       [of](const AxisPart &part) { return part.of == of; });
}

bool Dimension::hasPlace() const
{
    return std::any_of(parts.begin(), parts.end(),
                       [](const AxisPart &part) { return part.of != AxisPart::Of::Other; });
}

int64_t Dimension::size() const
{
    int64_t size = 1;
    for (const AxisPart &part : parts)
        size *= part.size;
    return size;
}

bool Dimension::isWhole(AxisPart::Of of) const
{
    return parts.empty() || (parts.size() == 1 && parts[0].of == of &&
                             parts[0].size * parts[0].step == parts[0].whole);
}

Axes otherAxes(const std::vector<int64_t> &sizes)
{
    Axes axes;
    for (const int64_t size : sizes)
        axes.push_back(Dimension::of(AxisPart::Of::Other, size));
    return axes;
}

Axes mixedAxes(const std::vector<int64_t> &sizes)
{
    Axes axes;
    for (const int64_t size : sizes)
        axes.push_back(Dimension::of(AxisPart::Of::Mixed, size));
    return axes;
}

bool hasPlaces(const Axes &axes)
{
    return std::any_of(axes.begin(), axes.end(),
                       [](const Dimension &dimension) { return dimension.hasPlace(); });
}

Axes reshaped(const Axes &from, const std::vector<int64_t> &sizes)
{
    std::deque<AxisPart> left;
    for (const Dimension &dimension : from)
        left.insert(left.end(), dimension.parts.begin(), dimension.parts.end());
    Axes axes;
    for (const int64_t size : sizes) {
        Dimension dimension;
        for (int64_t have = 1; have < size;) {
            if (left.empty() || size % have != 0)
                return mixedAxes(sizes);
            AxisPart part = left.front();
            left.pop_front();
            const int64_t need = size / have;
            if (part.size > need) {
                if (part.size % need != 0)
                    return mixedAxes(sizes);
                part.behind.reset();
                AxisPart inner = part;
                inner.size = part.size / need;
                part.size = need;
                part.step *= part.isPlace() ? inner.size : 1;
                left.push_front(inner);
            }
            append(dimension.parts, part);
            have *= part.size;
        }
        axes.push_back(dimension);
    }
    return left.empty() ? axes : mixedAxes(sizes);
}

Dimension combined(const Dimension &a, const Dimension &b)
{
    if (!b.hasPlace() || a == b)
        return a;
    if (!a.hasPlace())
        return b;
    return Dimension::of(AxisPart::Of::Mixed, a.size());
}

Dimension resampled(const Dimension &from, int64_t size)
{
    for (const AxisPart::Of of : {AxisPart::Of::Rows, AxisPart::Of::Columns}) {
        if (from.counts(of) && from.isWhole(of))
            return Dimension::whole(of, size);
    }
    return Dimension::of(from.hasPlace() ? AxisPart::Of::Mixed : AxisPart::Of::Other, size);
}

} // namespace birblens
