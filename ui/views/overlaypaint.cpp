// SPDX-License-Identifier: GPL-3.0-or-later

// How OverlayView looks; its behaviour is in overlayview.cpp.
#include "ui/views/overlayview.h"

#include "ui/theme.h"
#include "ui/views/paint.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr int kSpinnerRadius = 26;

/** Whole device pixels: an edge between two of them would be drawn blurred. */
QRectF snapped(const QRectF &rect, qreal ratio)
{
    return {std::round(rect.left() * ratio) / ratio, std::round(rect.top() * ratio) / ratio,
            std::round(rect.width() * ratio) / ratio, std::round(rect.height() * ratio) / ratio};
}

} // namespace

void OverlayView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), themeColors().surround);
    if (!hasPhoto()) {
        drawSentence(&painter);
        return;
    }
    for (const ShownPane &shown : shownPanes())
        drawPane(&painter, shown);
}

QRectF OverlayView::drawnPicture(const ShownPane &shown) const
{
    return snapped(pictureRect(shown.pane, m_size, m_zoom), devicePixelRatioF());
}

/** Nothing else of the picture is painted again for it. */
void OverlayView::updateSpinners()
{
    constexpr double reach = kSpinnerRadius + 2.0;
    for (const ShownPane &shown : shownPanes()) {
        const QPointF center =
            pictureRect(shown.pane, m_size, m_zoom).intersected(shown.pane).center();
        if (shown.overlay >= 0)
            update(QRectF(center.x() - reach, center.y() - reach, 2.0 * reach, 2.0 * reach)
                       .toAlignedRect());
    }
}

void OverlayView::drawPane(QPainter *painter, const ShownPane &shown)
{
    const bool isOverlay = shown.overlay >= 0;
    const OverlayPane overlay = isOverlay ? m_panes.value(shown.overlay) : OverlayPane();
    const QRectF picture = drawnPicture(shown);
    const QRectF visible = picture.intersected(shown.pane);

    painter->save();
    painter->setClipRect(shown.pane);
    drawPicture(painter, picture, shown.pane);
    if (isOverlay && !m_bare && !overlay.heat.isNull()) {
        QRectF clip = shown.pane;
        if (m_mode == Mode::Wipe)
            clip.setLeft(dividerX(shown.pane));
        painter->setOpacity(m_alpha * (m_pending ? 0.35 : 1.0));
        painter->setClipRect(clip, Qt::IntersectClip);
        m_scaledHeat[shown.overlay].draw(painter, picture, shown.pane, overlay.heat);
        painter->setClipRect(shown.pane);
        painter->setOpacity(1.0);
    }
    if (isOverlay && m_mode == Mode::Wipe && !m_bare) {
        const double x = std::round(dividerX(shown.pane));
        painter->fillRect(QRectF(x - 1.5, visible.top(), 3, visible.height()),
                          QColor(0, 0, 0, 130));
        painter->fillRect(QRectF(x - 0.5, visible.top(), 1, visible.height()), Qt::white);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(QColor(0, 0, 0, 150), 1));
        painter->setBrush(Qt::white);
        painter->drawEllipse(QPointF(x, visible.center().y()), 7, 7);
        painter->drawLine(QPointF(x - 2, visible.center().y() - 3),
                          QPointF(x - 2, visible.center().y() + 3));
        painter->drawLine(QPointF(x + 2, visible.center().y() - 3),
                          QPointF(x + 2, visible.center().y() + 3));
    }
    painter->restore();

    if (isOverlay && !m_bare && !overlay.note.isEmpty())
        drawNote(painter, visible, overlay.note);
    if (isOverlay && m_spinning) {
        const QPointF center = visible.center();
        painter->setPen(Qt::NoPen);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setBrush(QColor(0, 0, 0, 120));
        painter->drawEllipse(center, kSpinnerRadius, kSpinnerRadius);
        drawSpinner(painter, center, 14, m_phase, Qt::white);
    }

    // Titles as in the article: above the picture, from its left edge.
    const double height = titleHeight();
    const double top = std::max(visible.top() - height, shown.pane.top() - height);
    QRectF strip(visible.left(), top, shown.pane.right() - visible.left(), height);
    QFont bold = font();
    bold.setBold(true);
    painter->setFont(bold);
    painter->setPen(themeColors().onSurround);
    const QFontMetricsF metrics(bold);
    if (isOverlay && m_mode != Mode::SideBySide && m_panes.size() < 2) {
        // There is no bare pane beside it: the prediction stands at the left, the method at the
        // right.
        strip.setRight(std::max(visible.right(), visible.left() + shown.pane.width() * 0.6));
        strip.setRight(std::min(strip.right(), shown.pane.right()));
        const double right =
            std::min(metrics.horizontalAdvance(overlay.title) + 1, strip.width() * 0.5);
        painter->drawText(strip, Qt::AlignRight | Qt::AlignVCenter,
                          metrics.elidedText(overlay.title, Qt::ElideMiddle, right));
        painter->drawText(
            strip, Qt::AlignLeft | Qt::AlignVCenter,
            metrics.elidedText(m_title, Qt::ElideMiddle, strip.width() - right - 2 * kUnit));
        return;
    }
    const QString title = isOverlay ? overlay.title : m_title;
    // Too long for that, it begins further left, beside a narrow picture.
    const double wanted = metrics.horizontalAdvance(title) + 1;
    strip.setLeft(std::max(shown.pane.left(), std::min(strip.left(), strip.right() - wanted)));
    painter->drawText(strip, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(title, Qt::ElideMiddle, strip.width()));
}

void OverlayView::drawPicture(QPainter *painter, const QRectF &picture, const QRectF &clip)
{
    const double pixels = std::round(picture.width() * devicePixelRatioF());
    const bool previewDoes = !isFull() || (pixels < m_size.width() && m_preview.width() >= pixels);
    // Enlarged a lot, single pixels are what one wants to see.
    const bool smooth = pixels < m_size.width() * 6.0 || !isFull();
    m_scaled.draw(painter, picture, clip, previewDoes ? m_preview : m_photo, smooth);
}

void OverlayView::drawNote(QPainter *painter, const QRectF &area, const QString &text)
{
    painter->save();
    painter->setFont(font());
    const QRectF room = area.adjusted(kUnit, kUnit, -kUnit, -kUnit);
    const int flags = Qt::AlignHCenter | Qt::AlignBottom | Qt::TextWordWrap;
    const QRectF inner = room.adjusted(kUnit, 0, -kUnit, -kUnit);
    const QRectF box =
        painter->boundingRect(inner, flags, text).adjusted(-kUnit, -kUnit / 2, kUnit, kUnit / 2);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(QColor(20, 21, 23, 215));
    painter->drawRoundedRect(box, 4, 4);
    painter->setPen(QColor(0xf2, 0xf2, 0xf2));
    painter->drawText(inner, flags, text);
    painter->restore();
}

void OverlayView::drawSentence(QPainter *painter)
{
    if (m_sentence.isEmpty())
        return;
    const QRectF area = QRectF(rect()).adjusted(6 * kUnit, 2 * kUnit, -6 * kUnit, -2 * kUnit);
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.2);
    painter->setFont(large);
    painter->setPen(themeColors().onSurround);
    painter->drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_sentence);
}

} // namespace birblens
