// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/scaledpicture.h"

#include <QPaintDevice>
#include <QPainter>

namespace birblens {

void ScaledPicture::draw(QPainter *painter, const QRectF &picture, const QRectF &clip,
                         const QImage &image, bool smooth)
{
    const qreal ratio = painter->device()->devicePixelRatio();
    const QSize whole = (picture.size() * ratio).toSize();
    const QRectF visible = picture.intersected(clip);
    if (visible.isEmpty() || whole.isEmpty() || image.isNull())
        return;
    const QRectF part((visible.topLeft() - picture.topLeft()) * ratio, visible.size() * ratio);
    // A large zoom costs no more than the pane; a reduced picture is kept whole.
    const bool enlarged = whole.width() >= image.width();
    const QRect seen =
        (enlarged ? part.toAlignedRect() : QRect(QPoint(), whole)) & QRect(QPoint(), whole);
    if (image.cacheKey() != m_source || whole != m_whole || !m_seen.contains(seen) ||
        smooth != m_smooth) {
        m_source = image.cacheKey();
        m_whole = whole;
        // A pixel more: in another pane of the same size it may be rounded the other way.
        m_seen = seen.adjusted(-1, -1, 1, 1) & QRect(QPoint(), whole);
        m_smooth = smooth;
        scale(image);
        m_scaled.setDevicePixelRatio(ratio);
    }
    painter->drawImage(picture.topLeft() + QPointF(m_seen.topLeft()) / ratio, m_scaled);
}

void ScaledPicture::scale(const QImage &image)
{
    // What is painted without converting it each time.
    const QImage::Format format =
        image.hasAlphaChannel() ? QImage::Format_ARGB32_Premultiplied : QImage::Format_RGB32;
    if (m_whole.width() < image.width()) {
        m_scaled = image.scaled(m_whole, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                       .convertToFormat(format);
        return;
    }
    m_scaled = QImage(m_seen.size(), format);
    const double fx = image.width() / double(m_whole.width());
    const double fy = image.height() / double(m_whole.height());
    QPainter painter(&m_scaled);
    painter.setCompositionMode(QPainter::CompositionMode_Source);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, m_smooth);
    painter.drawImage(
        QRectF(m_scaled.rect()), image,
        QRectF(m_seen.left() * fx, m_seen.top() * fy, m_seen.width() * fx, m_seen.height() * fy));
}

} // namespace birblens
