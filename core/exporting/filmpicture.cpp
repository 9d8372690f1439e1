// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/filmpicture.h"

#include "core/explain/figure.h"

#include <QPainter>

#include <algorithm>

namespace birblens {

namespace {

constexpr int leastSide = 240; ///< smaller ones leave no room for words
constexpr double wide = 1.5;   ///< width to height from which the panels lie one below the other

const QColor surround(0x14, 0x15, 0x16);
const QColor words(0xe6, 0xe7, 0xe8);

QSize panelSize(const QSize &frame, int longestSide)
{
    const int longer = std::max({frame.width(), frame.height(), 1});
    const int wanted = std::clamp(longer, leastSide, std::max(leastSide, longestSide));
    return (frame * (double(wanted) / longer)).expandedTo(QSize(1, 1));
}

int even(int length)
{
    return length + length % 2;
}

void drawCentred(QPainter &painter, const QRect &panel, const QImage &image)
{
    painter.save();
    painter.setClipRect(panel);
    painter.drawImage(panel.topLeft() + QPoint((panel.width() - image.width()) / 2,
                                               (panel.height() - image.height()) / 2),
                      image);
    painter.restore();
}

} // namespace

FilmLayout::FilmLayout(const QSize &frame, int longestSide, bool withOverlay)
{
    const QSize panel = panelSize(frame, longestSide);
    m_font = std::clamp(panel.width() / 24, 11, 22);
    const int margin = m_font / 2;
    const int title = 2 * m_font;
    m_photo = QRect(QPoint(margin, title), panel);
    if (withOverlay) {
        const bool below = panel.width() > wide * panel.height();
        m_overlay = m_photo.translated(below ? QPoint(0, panel.height() + title)
                                             : QPoint(panel.width() + margin, 0));
    }
    const QRect all = m_photo.united(m_overlay);
    m_bar = QRect(margin, all.bottom() + 1, all.width(), title);
    m_size = QSize(even(all.right() + 1 + margin), even(m_bar.bottom() + 1));
}

QImage FilmLayout::paint(const QImage &photo, const QImage &overlay,
                         const FilmCaption &caption) const
{
    QImage image(m_size, QImage::Format_RGB32);
    image.fill(surround);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::TextAntialiasing);
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setPixelSize(m_font);
    painter.setFont(font);
    painter.setPen(words);
    const auto titleOf = [this](const QRect &panel) {
        return QRect(panel.left(), panel.top() - 2 * m_font, panel.width(), 2 * m_font);
    };
    drawFittedText(painter, titleOf(m_photo), caption.photo);
    drawCentred(painter, m_photo, photo);
    if (!m_overlay.isEmpty() && !overlay.isNull()) {
        drawFittedText(painter, titleOf(m_overlay), caption.overlay);
        drawCentred(painter, m_overlay, overlay);
    }
    const QFontMetrics metrics(font);
    const int right = metrics.horizontalAdvance(caption.place) + m_font;
    painter.drawText(m_bar, Qt::AlignRight | Qt::AlignVCenter, caption.place);
    painter.drawText(m_bar, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(caption.time, Qt::ElideRight, m_bar.width() - right));
    return image;
}

} // namespace birblens
