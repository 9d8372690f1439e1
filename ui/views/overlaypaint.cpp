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

/** Whole device pixels: an edge between two of them would be drawn blurred. */
QRectF snapped(const QRectF &rect, qreal ratio)
{
    return {std::round(rect.left() * ratio) / ratio, std::round(rect.top() * ratio) / ratio,
            std::round(rect.width() * ratio) / ratio, std::round(rect.height() * ratio) / ratio};
}

/** Draws the part of @p image that is seen: a large zoom costs no more than the pane. */
void drawPart(QPainter *painter, const QRectF &picture, const QRectF &clip, const QImage &image)
{
    const QRectF seen = picture.intersected(clip);
    if (seen.isEmpty())
        return;
    const double fx = image.width() / picture.width();
    const double fy = image.height() / picture.height();
    const QRectF source((seen.left() - picture.left()) * fx, (seen.top() - picture.top()) * fy,
                        seen.width() * fx, seen.height() * fy);
    painter->drawImage(seen, image, source);
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

void OverlayView::drawPane(QPainter *painter, const ShownPane &shown)
{
    const bool isOverlay = shown.overlay >= 0;
    const OverlayPane overlay = isOverlay ? m_panes.value(shown.overlay) : OverlayPane();
    const QRectF picture = snapped(pictureRect(shown.pane, m_size, m_zoom), devicePixelRatioF());
    const QRectF visible = picture.intersected(shown.pane);

    painter->save();
    painter->setClipRect(shown.pane);
    drawPicture(painter, picture, shown.pane);
    if (isOverlay && !m_bare && !overlay.heat.isNull()) {
        QRectF clip = shown.pane;
        if (m_mode == Mode::Wipe)
            clip.setLeft(dividerX(shown.pane));
        painter->setOpacity(m_alpha * (m_pending ? 0.35 : 1.0));
        drawHeat(painter, picture, clip, overlay.heat);
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
        const QPointF center(visible.center().x(), visible.center().y());
        painter->setPen(Qt::NoPen);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setBrush(QColor(0, 0, 0, 120));
        painter->drawEllipse(center, 26, 26);
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
    painter->drawText(strip, Qt::AlignLeft | Qt::AlignVCenter,
                      metrics.elidedText(title, Qt::ElideMiddle, strip.width()));
}

void OverlayView::drawPicture(QPainter *painter, const QRectF &picture, const QRectF &clip)
{
    const qreal ratio = devicePixelRatioF();
    const QSize pixels = (picture.size() * ratio).toSize();
    if (pixels.width() < m_size.width()) {
        // Smaller than it is: scaled once, properly, and kept for the next repaint.
        if (m_scaled.size() != pixels) {
            const bool enough = m_preview.width() >= pixels.width() || !isFull();
            m_scaled = QPixmap::fromImage(
                (enough ? m_preview : m_photo)
                    .scaled(pixels, Qt::IgnoreAspectRatio, Qt::SmoothTransformation));
            m_scaled.setDevicePixelRatio(ratio);
        }
        painter->drawPixmap(picture.topLeft(), m_scaled);
        return;
    }
    // Enlarged a lot, single pixels are what one wants to see.
    const bool smooth = pixels.width() < m_size.width() * 6 || !isFull();
    painter->setRenderHint(QPainter::SmoothPixmapTransform, smooth);
    drawPart(painter, picture, clip, isFull() ? m_photo : m_preview);
}

void OverlayView::drawHeat(QPainter *painter, const QRectF &picture, const QRectF &clip,
                           const QImage &heat)
{
    painter->save();
    painter->setClipRect(clip, Qt::IntersectClip);
    painter->setRenderHint(QPainter::SmoothPixmapTransform);
    drawPart(painter, picture, clip.intersected(picture), heat);
    painter->restore();
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
