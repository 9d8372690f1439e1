// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/colorbar.h"

#include "core/explain/colormap.h"
#include "ui/theme.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>

namespace birblens {

namespace {

QImage strip(const QString &map)
{
    const ColorTable &table = colorTable(map);
    QImage image(static_cast<int>(table.size()), 1, QImage::Format_RGB32);
    for (size_t i = 0; i < table.size(); ++i)
        image.setPixel(static_cast<int>(i), 0, table[i]);
    return image;
}

} // namespace

QString evidenceText(float value)
{
    const double v = static_cast<double>(value);
    const double size = std::abs(v);
    const int decimals = size >= 100.0 ? 0 : size >= 10.0 ? 1 : size >= 0.1 ? 2 : 3;
    return QLocale().toString(v == 0.0 ? 0.0 : v, 'f', v == 0.0 ? 0 : decimals);
}

QPixmap colorMapPixmap(const QString &name, const QSize &size, qreal ratio)
{
    QPixmap pixmap = QPixmap::fromImage(strip(name).scaled(size * ratio));
    pixmap.setDevicePixelRatio(ratio);
    return pixmap;
}

ColorBar::ColorBar(QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Colour bar"));
    setToolTip(tr("What the colours mean: how much each place adds to the class's logit"));
}

void ColorBar::setColorMap(const QString &name)
{
    m_map = name;
    update();
}

void ColorBar::setUnit(const QString &unit)
{
    m_unit = unit;
    update();
}

void ColorBar::setRange(std::optional<ScaleRange> range, const QString &caption)
{
    m_range = range;
    m_caption = caption;
    setAccessibleDescription(
        range ? QStringLiteral("%1 \u2013 %2 %3")
                    .arg(evidenceText(range->low), evidenceText(range->high), m_unit)
              : QString());
    update();
}

QSize ColorBar::sizeHint() const
{
    return {200, 2 * kUnit + fontMetrics().height()};
}

QSize ColorBar::minimumSizeHint() const
{
    return {120, sizeHint().height()};
}

void ColorBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    const QRectF bar(0.5, 0.5, width() - 1, kUnit + 4);
    painter.setOpacity(isEnabled() ? 1.0 : 0.4);
    painter.drawImage(bar, strip(m_map));
    painter.setPen(themeColors().line);
    painter.drawRect(bar);
    painter.setOpacity(1.0);

    const QRectF below(0, bar.bottom() + 2, width(), height() - bar.bottom() - 2);
    painter.setPen(themeColors().faint);
    if (!m_range) {
        painter.drawText(below, Qt::AlignHCenter | Qt::AlignTop,
                         m_caption.isEmpty() ? m_unit : m_caption);
        return;
    }
    const QString low = evidenceText(m_range->low);
    const QString high = evidenceText(m_range->high);
    const QFontMetricsF metrics(font());
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(below, Qt::AlignLeft | Qt::AlignTop, low);
    painter.drawText(below, Qt::AlignRight | Qt::AlignTop, high);

    QRectF free(metrics.horizontalAdvance(low) + kUnit, below.top(),
                width() - metrics.horizontalAdvance(low) - metrics.horizontalAdvance(high) -
                    2 * kUnit,
                below.height());
    if (m_range->low < 0.0F && m_range->high > 0.0F) {
        const double part = static_cast<double>(-m_range->low / (m_range->high - m_range->low));
        const double x = bar.left() + part * bar.width();
        painter.fillRect(QRectF(x - 1.5, bar.top() - 0.5, 3, bar.height() + 3),
                         QColor(0, 0, 0, 150));
        painter.fillRect(QRectF(x - 0.5, bar.top() - 0.5, 1, bar.height() + 3), Qt::white);
        const QRectF zero(x - kUnit, below.top(), 2 * kUnit, below.height());
        if (zero.left() > free.left() && zero.right() < free.right()) {
            painter.drawText(zero, Qt::AlignHCenter | Qt::AlignTop, QStringLiteral("0"));
            // The unit stands on the wider side of zero.
            if (zero.center().x() - free.left() > free.right() - zero.center().x())
                free.setRight(zero.left());
            else
                free.setLeft(zero.right());
        }
    }
    painter.setPen(themeColors().faint);
    if (metrics.horizontalAdvance(m_unit) <= free.width())
        painter.drawText(free, Qt::AlignHCenter | Qt::AlignTop, m_unit);
}

} // namespace birblens
