// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QSize>

namespace birblens {

/**
 * Where the cells of a layer's grid lie over the network's input: cell (i, j) is centred at
 * (offsetY + i * strideY, offsetX + j * strideX), in input pixels, whose centres are whole numbers.
 * It is the centre of the cell's receptive field.
 */
struct GridGeometry
{
    bool known = false; ///< false: some operator on the way has no such centre
    double offsetX = 0.0;
    double offsetY = 0.0;
    double strideX = 1.0;
    double strideY = 1.0;

    bool operator==(const GridGeometry &) const = default;
};

/** The grid stretched over the whole input, as most libraries draw it. */
inline GridGeometry stretchedGrid(const QSize &grid, const QSize &input)
{
    const double x = static_cast<double>(input.width()) / grid.width();
    const double y = static_cast<double>(input.height()) / grid.height();
    return {true, (x - 1.0) / 2.0, (y - 1.0) / 2.0, x, y};
}

} // namespace birblens
