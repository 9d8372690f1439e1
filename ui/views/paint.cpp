// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/paint.h"

#include "ui/theme.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QPixmap>

#include <algorithm>

namespace birblens {

namespace {

qreal digitWidth(const QFontMetricsF &metrics)
{
    qreal width = 0.0;
    for (char c = '0'; c <= '9'; ++c)
        width = std::max(width, metrics.horizontalAdvance(QLatin1Char(c)));
    return width;
}

qreal advance(const QFontMetricsF &metrics, qreal digit, QChar c)
{
    return c.isDigit() ? digit : metrics.horizontalAdvance(c);
}

} // namespace

void drawTabular(QPainter *painter, const QRectF &rect, const QString &text)
{
    const QFontMetricsF metrics(painter->font());
    const qreal digit = digitWidth(metrics);
    const qreal baseline = rect.center().y() + (metrics.ascent() - metrics.descent()) / 2.0;
    qreal x = rect.right();
    for (auto c = text.crbegin(); c != text.crend(); ++c) {
        const qreal cell = advance(metrics, digit, *c);
        x -= cell;
        const qreal own = metrics.horizontalAdvance(*c);
        painter->drawText(QPointF(x + (cell - own) / 2.0, baseline), QString(*c));
    }
}

qreal tabularWidth(const QFont &font, const QString &text)
{
    const QFontMetricsF metrics(font);
    const qreal digit = digitWidth(metrics);
    qreal width = 0.0;
    for (const QChar c : text)
        width += advance(metrics, digit, c);
    return width;
}

void drawBadge(QPainter *painter, const QRectF &square, Badge badge)
{
    const ThemeColors &c = themeColors();
    const qreal w = square.width();
    const QRectF r = square.adjusted(w * 0.08, w * 0.08, -w * 0.08, -w * 0.08);
    const QPointF m = r.center();
    const qreal s = r.width() / 2.0;
    const QColor onColor = isDarkTheme() ? QColor(0x16, 0x17, 0x18) : QColor(0xff, 0xff, 0xff);
    QPen inner(onColor, std::max(1.2, w * 0.12), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);

    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    switch (badge) {
    case Badge::Unreviewed:
        painter->setPen(QPen(c.faint, std::max(1.2, w * 0.1)));
        painter->setBrush(Qt::NoBrush);
        painter->drawEllipse(r.adjusted(s * 0.2, s * 0.2, -s * 0.2, -s * 0.2));
        break;
    case Badge::Confirmed:
        painter->setPen(Qt::NoPen);
        painter->setBrush(c.good);
        painter->drawEllipse(r);
        painter->setPen(inner);
        painter->drawPolyline(QPolygonF({m + QPointF(-s * 0.45, 0), m + QPointF(-s * 0.1, s * 0.38),
                                         m + QPointF(s * 0.48, -s * 0.36)}));
        break;
    case Badge::Corrected: {
        painter->setPen(Qt::NoPen);
        painter->setBrush(c.warn);
        painter->drawPolygon(QPolygonF({m + QPointF(0, -s * 1.1), m + QPointF(s * 1.1, 0),
                                        m + QPointF(0, s * 1.1), m + QPointF(-s * 1.1, 0)}));
        painter->setPen(inner);
        const qreal a = s * 0.3;
        painter->drawLine(m + QPointF(-a, -a), m + QPointF(a, a));
        painter->drawLine(m + QPointF(-a, a), m + QPointF(a, -a));
        break;
    }
    case Badge::Unsure: {
        painter->setPen(Qt::NoPen);
        painter->setBrush(c.accent);
        painter->drawRoundedRect(r, s * 0.3, s * 0.3);
        painter->setPen(inner);
        QPainterPath hook;
        hook.moveTo(m + QPointF(-s * 0.35, -s * 0.25));
        hook.cubicTo(m + QPointF(-s * 0.3, -s * 0.8), m + QPointF(s * 0.55, -s * 0.7),
                     m + QPointF(s * 0.35, -s * 0.15));
        hook.quadTo(m + QPointF(0, s * 0.05), m + QPointF(0, s * 0.2));
        painter->setBrush(Qt::NoBrush);
        painter->drawPath(hook);
        painter->drawPoint(m + QPointF(0, s * 0.6));
        break;
    }
    case Badge::Unreadable:
        painter->setPen(QPen(c.bad, 1.0, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->setBrush(c.bad);
        painter->drawPolygon(
            QPolygonF({m + QPointF(0, -s), m + QPointF(s, s * 0.85), m + QPointF(-s, s * 0.85)}));
        painter->setPen(inner);
        painter->drawLine(m + QPointF(0, -s * 0.35), m + QPointF(0, s * 0.2));
        painter->drawPoint(m + QPointF(0, s * 0.58));
        break;
    case Badge::Gone: {
        QPen pen(c.faint, std::max(1.2, w * 0.1));
        pen.setDashPattern({2.0, 1.5});
        painter->setPen(pen);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(r.adjusted(s * 0.15, s * 0.15, -s * 0.15, -s * 0.15));
        painter->setPen(QPen(c.faint, std::max(1.2, w * 0.1)));
        painter->drawLine(r.bottomLeft(), r.topRight());
        break;
    }
    case Badge::Waiting: {
        // An hourglass.
        painter->setPen(QPen(c.warn, std::max(1.2, w * 0.1)));
        painter->setBrush(c.warn);
        const QRectF glass = r.adjusted(s * 0.25, s * 0.15, -s * 0.25, -s * 0.15);
        painter->drawPolygon(QPolygonF{glass.topLeft(), glass.topRight(), glass.center()});
        painter->setBrush(Qt::NoBrush);
        painter->drawPolygon(QPolygonF{glass.bottomLeft(), glass.bottomRight(), glass.center()});
        break;
    }
    case Badge::PictureChanged: {
        // Two pictures, one behind the other.
        painter->setPen(QPen(c.warn, std::max(1.2, w * 0.1)));
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(QRectF(r.topLeft(), r.size() * 0.7));
        painter->setBrush(c.warn);
        painter->drawRect(QRectF(r.topLeft() + QPointF(s * 0.6, s * 0.6), r.size() * 0.7));
        break;
    }
    }
    painter->restore();
}

void drawUncertainTime(QPainter *painter, const QRectF &square)
{
    const QColor color = themeColors().warn;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color, std::max(1.2, square.width() * 0.1)));
    painter->setBrush(Qt::NoBrush);
    painter->drawEllipse(square.adjusted(0.8, 0.8, -0.8, -0.8));
    QFont font = painter->font();
    font.setBold(true);
    font.setPixelSize(static_cast<int>(square.height() * 0.72));
    painter->setFont(font);
    painter->drawText(square, Qt::AlignCenter, QStringLiteral("?"));
    painter->restore();
}

QPixmap badgePixmap(Badge badge, int size, qreal ratio)
{
    QPixmap pixmap(QSize(size, size) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    drawBadge(&painter, QRectF(0, 0, size, size), badge);
    return pixmap;
}

void drawSpinner(QPainter *painter, const QPointF &center, qreal radius, qreal phase,
                 const QColor &color)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF circle(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius);
    QColor track = color;
    track.setAlphaF(0.25F);
    painter->setPen(QPen(track, radius * 0.28));
    painter->drawEllipse(circle);
    painter->setPen(QPen(color, radius * 0.28, Qt::SolidLine, Qt::RoundCap));
    painter->drawArc(circle, static_cast<int>(-phase * 360.0 * 16.0), 90 * 16);
    painter->restore();
}

void drawSwatch(QPainter *painter, const QRectF &square, const QColor &color)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(color.darker(130), 1.0));
    painter->setBrush(color);
    painter->drawRoundedRect(square.adjusted(0.5, 0.5, -0.5, -0.5), 2.0, 2.0);
    painter->restore();
}

} // namespace birblens
