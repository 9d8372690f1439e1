// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <QRect>

class QPainter;

namespace birblens {

/**
 * What is seen of a picture, at the size at which it is seen: scaled when one of these changes, not
 * at every repaint.
 */
class ScaledPicture
{
public:
    /**
     * Draws the part of @p image inside @p clip, where the whole of it covers @p picture, both in
     * @p painter's logical pixels. @p smooth false: enlarged pixels keep their edges.
     */
    void draw(QPainter *painter, const QRectF &picture, const QRectF &clip, const QImage &image,
              bool smooth = true);

private:
    void scale(const QImage &image);

    QImage m_scaled;
    qint64 m_source = 0; ///< QImage::cacheKey()
    QSize m_whole;       ///< device pixels of the whole picture
    QRect m_seen;        ///< of them, what m_scaled has
    bool m_smooth = true;
};

} // namespace birblens
