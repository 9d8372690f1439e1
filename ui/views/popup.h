// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QScreen>
#include <QWidget>

#include <algorithm>

namespace birblens {

/** Puts a popup that has its size below @p anchor, inside the screen. */
inline void placeUnder(QWidget &popup, const QWidget &anchor)
{
    const QRect room = anchor.screen()->availableGeometry();
    QPoint at = anchor.mapToGlobal(QPoint(0, anchor.height()));
    at.setX(std::max(room.left(), std::min(at.x(), room.right() - popup.width())));
    at.setY(std::max(room.top(), std::min(at.y(), room.bottom() - popup.height())));
    popup.move(at);
}

} // namespace birblens
