#pragma once

#include <QList>
#include <QRgb>
#include <QString>

#include <array>

namespace birblens {

using ColorTable = std::array<QRgb, 256>;

/** Names in menu order: magma first, then viridis, inferno, cividis, turbo, grey. */
QStringList colorMapNames();

/** The 256 colours of a map, low to high; magma for an unknown name. Tables of OpenCV/matplotlib.
 */
const ColorTable &colorTable(const QString &name);

} // namespace birblens
