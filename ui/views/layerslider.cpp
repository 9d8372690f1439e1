// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/layerslider.h"

#include "ui/theme.h"

#include <QHelpEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr double kMargin = 8.0;

} // namespace

QString layerText(const LayerInfo &layer)
{
    return LayerSlider::tr("%1 \u00b7 %2 ch \u00b7 %3\u00d7%4")
        .arg(layer.name)
        .arg(layer.channels)
        .arg(layer.height)
        .arg(layer.width);
}

LayerSlider::LayerSlider(QWidget *parent)
    : QSlider(Qt::Horizontal, parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setRange(0, 0);
    setPageStep(5);
}

void LayerSlider::setLayers(const QList<LayerInfo> &layers)
{
    m_layers = layers;
    setRange(0, std::max(0, static_cast<int>(layers.size()) - 1));
    update();
}

int LayerSlider::neighbour(int direction, bool blocks) const
{
    int to = value() + direction;
    while (blocks && to >= 0 && to < m_layers.size() && !m_layers.at(to).block)
        to += direction;
    if (blocks && (to < 0 || to >= m_layers.size()))
        return value(); // no further block on this side
    return std::clamp(to, minimum(), maximum());
}

double LayerSlider::xOf(int layer) const
{
    const double room = width() - 2 * kMargin;
    return kMargin + (maximum() > 0 ? room * layer / maximum() : room);
}

int LayerSlider::layerAt(double x) const
{
    const double room = std::max(1.0, width() - 2 * kMargin);
    return std::clamp(static_cast<int>(std::lround((x - kMargin) / room * maximum())), 0,
                      maximum());
}

void LayerSlider::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const ThemeColors &colors = themeColors();
    const QColor ink =
        palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::WindowText);
    const double y = 9.0;
    painter.fillRect(QRectF(kMargin, y - 1.5, width() - 2 * kMargin, 3), colors.line);
    if (m_layers.isEmpty())
        return;
    painter.fillRect(QRectF(kMargin, y - 1.5, xOf(value()) - kMargin, 3),
                     isEnabled() ? colors.accent : colors.faint);

    // Single layers are drawn only where they do not run into one another.
    const bool all = (width() - 2 * kMargin) / std::max<qsizetype>(1, m_layers.size()) >= 1.8;
    for (int i = 0; i < m_layers.size(); ++i) {
        const bool block = m_layers.at(i).block;
        if (!block && !all)
            continue;
        const double x = std::round(xOf(i)) - 0.5;
        QColor tick = block ? ink : colors.faint;
        tick.setAlphaF(block ? 0.85F : 0.55F);
        painter.fillRect(QRectF(x, y + 8, block ? 1.6 : 1, block ? 10 : 4), tick);
    }

    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(palette().color(QPalette::Window), 1.5));
    painter.setBrush(isEnabled() ? colors.accent : colors.faint);
    painter.drawEllipse(QPointF(xOf(value()), y), 7, 7);
    if (hasFocus()) {
        painter.setPen(QPen(colors.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(QPointF(xOf(value()), y), 8.5, 8.5);
    }
}

void LayerSlider::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    setSliderDown(true);
    setValue(layerAt(event->position().x()));
}

void LayerSlider::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons().testFlag(Qt::LeftButton))
        setValue(layerAt(event->position().x()));
}

void LayerSlider::mouseReleaseEvent(QMouseEvent *)
{
    setSliderDown(false);
}

bool LayerSlider::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip && !m_layers.isEmpty()) {
        auto *help = static_cast<QHelpEvent *>(event);
        const LayerInfo &layer = m_layers.at(layerAt(help->pos().x()));
        QToolTip::showText(help->globalPos(),
                           tr("%1 of %2: %3 (%4)\n[ and ] go from block to block, with Shift from "
                              "layer to layer")
                               .arg(QLocale().toString(layer.index + 1),
                                    QLocale().toString(m_layers.size()), layerText(layer),
                                    layer.type),
                           this);
        return true;
    }
    return QSlider::event(event);
}

} // namespace birblens
