// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/style.h"

#include "ui/theme.h"

#include <QLabel>
#include <QPainter>
#include <QStyleOption>

#include <algorithm>

namespace birblens {

namespace {

QColor onAccent(const QStyleOption *option)
{
    return option->palette.color(QPalette::HighlightedText);
}

/** The accent, or grey where nothing can be done. */
QColor active(const QStyleOption *option)
{
    return option->state.testFlag(QStyle::State_Enabled) ? themeColors().accent
                                                         : themeColors().line;
}

void drawBox(const QStyleOption *option, QPainter *painter, bool round)
{
    const bool on = option->state.testFlag(QStyle::State_On);
    const bool enabled = option->state.testFlag(QStyle::State_Enabled);
    const QRectF r = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    QColor edge = enabled ? themeColors().faint : themeColors().line;
    if (option->state.testFlag(QStyle::State_HasFocus))
        edge = themeColors().accent;
    painter->setPen(QPen(on ? active(option) : edge, 1));
    painter->setBrush(on ? active(option) : option->palette.color(QPalette::Base));
    if (round)
        painter->drawEllipse(r);
    else
        painter->drawRoundedRect(r, 2.5, 2.5);
    if (on && round) {
        painter->setBrush(onAccent(option));
        painter->setPen(Qt::NoPen);
        painter->drawEllipse(r.center(), r.width() * 0.2, r.width() * 0.2);
    } else if (on) {
        painter->setBrush(Qt::NoBrush);
        painter->setPen(QPen(onAccent(option), 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        const QPointF m = r.center();
        const qreal s = r.width() / 2;
        painter->drawPolyline(QPolygonF({m + QPointF(-s * 0.5, 0), m + QPointF(-s * 0.1, s * 0.4),
                                         m + QPointF(s * 0.55, -s * 0.4)}));
    }
    painter->restore();
}

void drawSlider(const QStyleOptionSlider *option, QPainter *painter)
{
    const QRectF r = option->rect;
    const double margin = 8.0;
    const double room = r.width() - 2 * margin;
    const int span = std::max(1, option->maximum - option->minimum);
    const double x = r.left() + margin + room * (option->sliderPosition - option->minimum) / span;
    const double y = std::round(r.center().y());
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(themeColors().line);
    painter->drawRoundedRect(QRectF(r.left() + margin, y - 1.5, room, 3), 1.5, 1.5);
    painter->setBrush(active(option));
    painter->drawRoundedRect(QRectF(r.left() + margin, y - 1.5, x - r.left() - margin, 3), 1.5,
                             1.5);
    painter->setPen(QPen(option->palette.color(QPalette::Window), 1.5));
    painter->drawEllipse(QPointF(x, y), 7, 7);
    if (option->state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(QPen(themeColors().accent, 1));
        painter->setBrush(Qt::NoBrush);
        painter->drawEllipse(QPointF(x, y), 8.5, 8.5);
    }
    painter->restore();
}

} // namespace

Style::Style()
    : QProxyStyle(QStringLiteral("Fusion"))
{
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                          const QWidget *widget) const
{
    switch (element) {
    case PE_IndicatorCheckBox:
        drawBox(option, painter, false);
        return;
    case PE_IndicatorRadioButton:
        drawBox(option, painter, true);
        return;
    case PE_FrameStatusBarItem:
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void Style::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                        const QWidget *widget) const
{
    const auto *bar = qstyleoption_cast<const QStyleOptionProgressBar *>(option);
    if (bar && (element == CE_ProgressBarGroove || element == CE_ProgressBarContents)) {
        QRectF r = bar->rect;
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        if (element == CE_ProgressBarContents) {
            const int span = std::max(1, bar->maximum - bar->minimum);
            const double part = std::clamp((bar->progress - bar->minimum) / double(span), 0.0, 1.0);
            // The first few percent are seen as well.
            r.setWidth(part > 0.0 ? std::max(6.0, r.width() * part) : 0.0);
            painter->setBrush(themeColors().accent);
        } else {
            painter->setBrush(themeColors().line);
        }
        if (r.width() >= 1.0)
            painter->drawRoundedRect(r, 3, 3);
        painter->restore();
        return;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option,
                               QPainter *painter, const QWidget *widget) const
{
    const auto *slider = qstyleoption_cast<const QStyleOptionSlider *>(option);
    if (control == CC_Slider && slider && slider->orientation == Qt::Horizontal) {
        drawSlider(slider, painter);
        return;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

void Style::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    // A tool tip is a label, too.
    if (auto *label = qobject_cast<QLabel *>(widget); label && label->textFormat() == Qt::AutoText)
        label->setTextFormat(Qt::PlainText);
}

int Style::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                     QStyleHintReturn *data) const
{
    switch (hint) {
    case SH_DialogButtonBox_ButtonsHaveIcons:
        return 0;
    case SH_Slider_AbsoluteSetButtons:
        return Qt::LeftButton; // a click goes there
    case SH_ItemView_ActivateItemOnSingleClick:
        return 0;
    default:
        return QProxyStyle::styleHint(hint, option, widget, data);
    }
}

} // namespace birblens
