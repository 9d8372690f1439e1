// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace birblens {

struct Dimension;

/**
 * What a dimension of a tensor counts. Rows and columns may be split: of 24 rows in windows of 8, a
 * part of step 8 and size 3 counts the windows, one of step 1 and size 8 the rows within.
 */
struct AxisPart
{
    enum class Of {
        Rows,
        Columns,
        Other, ///< channels, heads, anything that is no place
        Mixed  ///< places and other things, or places in an order that is not followed
    };
    Of of = Of::Other;
    int64_t step = 1;
    int64_t size = 1;
    int64_t whole = 1; ///< all rows, or all columns, of this grid
    /** Of a mixture: so many others in front of these, as a class token before the cells. */
    int64_t before = 0;
    std::shared_ptr<const Dimension> behind = {};

    bool isPlace() const { return of == Of::Rows || of == Of::Columns; }
    bool operator==(const AxisPart &) const = default;
};

/** One dimension: its parts, the slowest first; without any when it has size 1. */
struct Dimension
{
    std::vector<AxisPart> parts;

    static Dimension of(AxisPart::Of of, int64_t size);
    /** All rows or columns of a grid that is @p size long that way. */
    static Dimension whole(AxisPart::Of of, int64_t size);

    bool counts(AxisPart::Of of) const; ///< some part does
    bool hasPlace() const;              ///< rows, columns or a mixture
    int64_t size() const;
    /** All of @p of, or steps over all, and nothing else; nothing at all when its size is 1. */
    bool isWhole(AxisPart::Of of) const;
    bool operator==(const Dimension &) const = default;
};

using Axes = std::vector<Dimension>;

/** The axes of a tensor that counts no places. */
Axes otherAxes(const std::vector<int64_t> &sizes);
/** The axes of a tensor whose places are not followed any further. */
Axes mixedAxes(const std::vector<int64_t> &sizes);
bool hasPlaces(const Axes &axes);

/** The same numbers in the same order under other sizes. */
Axes reshaped(const Axes &from, const std::vector<int64_t> &sizes);
/** What stands at the same index of both: a place wins over other things. */
Dimension combined(const Dimension &a, const Dimension &b);
/** A dimension after a convolution, pooling, padding, cut or enlargement along it. */
Dimension resampled(const Dimension &from, int64_t size);

} // namespace birblens
