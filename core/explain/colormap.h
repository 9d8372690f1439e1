// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QRgb>
#include <QString>

#include <array>

namespace birblens {

using ColorTable = std::array<QRgb, 256>;

/** Names in menu order: magma first, then viridis, inferno, cividis, turbo, grey, then blue-red,
 * for signed maps. */
QStringList colorMapNames();

/** Whether its middle stands for zero: against below it, for above it. */
bool isDiverging(const QString &name);

/** The 256 colours of a map, low to high; magma for an unknown name. Tables of OpenCV/matplotlib.
 */
const ColorTable &colorTable(const QString &name);

} // namespace birblens
