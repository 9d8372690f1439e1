// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "ui/models/framelistmodel.h"

#include <QRectF>
#include <QString>

class QPainter;

namespace birblens {

/** Right-aligned text whose digits are all as wide as the widest: numbers in a column stand still.
 */
void drawTabular(QPainter *painter, const QRectF &rect, const QString &text);
/** The width drawTabular needs. */
qreal tabularWidth(const QFont &font, const QString &text);

/** The badge of a frame inside a square: a shape of its own for every state, and a colour. */
void drawBadge(QPainter *painter, const QRectF &square, Badge badge);
QPixmap badgePixmap(Badge badge, int size, qreal ratio);

/** Beside a time that is only the file's date: a clock with a question mark for its hands. */
void drawUncertainTime(QPainter *painter, const QRectF &square);

/** A turning circle; @p phase in 0..1. */
void drawSpinner(QPainter *painter, const QPointF &center, qreal radius, qreal phase,
                 const QColor &color);

/** The small square of a class. */
void drawSwatch(QPainter *painter, const QRectF &square, const QColor &color);

} // namespace birblens
