// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/rangeslider.h"

#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {
constexpr int handleWidth = 10;
constexpr int handleHeight = 16;
} // namespace

RangeSlider::RangeSlider(QWidget *parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize RangeSlider::sizeHint() const
{
    return {34 * kUnit, 10 * kUnit};
}

QSize RangeSlider::minimumSizeHint() const
{
    return {16 * kUnit, 8 * kUnit};
}

void RangeSlider::setRange(double least, double most)
{
    const auto rounded = [](double value) {
        return std::round(std::clamp(value, 0.0, 1.0) * 100.0) / 100.0;
    };
    const double low = rounded(std::min(least, most));
    const double high = rounded(std::max(least, most));
    if (low == m_ends[0] && high == m_ends[1])
        return;
    m_ends[0] = low;
    m_ends[1] = high;
    update();
    Q_EMIT rangeChanged(low, high);
}

void RangeSlider::setHistogram(const QList<int> &counts)
{
    m_histogram = counts;
    update();
}

QRect RangeSlider::track() const
{
    return rect().adjusted(handleWidth, 2, -handleWidth, -handleHeight);
}

double RangeSlider::valueAt(int x) const
{
    const QRect line = track();
    return static_cast<double>(x - line.left()) / std::max(1, line.width());
}

int RangeSlider::xOf(double value) const
{
    const QRect line = track();
    return line.left() + static_cast<int>(std::lround(value * line.width()));
}

void RangeSlider::moveEnd(double value)
{
    double ends[2] = {m_ends[0], m_ends[1]};
    ends[m_held] = std::clamp(value, 0.0, 1.0);
    if (ends[0] > ends[1]) // pulled past the other one: now that one is held
        m_held = 1 - m_held;
    setRange(ends[0], ends[1]);
}

void RangeSlider::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRect area = track();
    const int highest =
        m_histogram.isEmpty() ? 0 : *std::max_element(m_histogram.cbegin(), m_histogram.cend());
    const QColor inside = palette().color(QPalette::Highlight);
    const QColor outside = palette().color(QPalette::Mid);
    painter.setPen(Qt::NoPen);
    for (qsizetype i = 0; i < m_histogram.size(); ++i) {
        if (m_histogram[i] == 0)
            continue;
        const double from = static_cast<double>(i) / double(m_histogram.size());
        const double to = static_cast<double>(i + 1) / double(m_histogram.size());
        // Square root: the few beside the many are what one looks for.
        const double share = std::sqrt(static_cast<double>(m_histogram[i]) / highest);
        const int height = std::max(2, static_cast<int>(std::lround(share * area.height())));
        const double middle = (from + to) / 2.0;
        painter.setBrush(middle >= m_ends[0] && middle <= m_ends[1] ? inside : outside);
        painter.drawRect(QRectF(xOf(from), area.bottom() - height + 1,
                                std::max(1, xOf(to) - xOf(from) - 1), height));
    }
    painter.setBrush(outside);
    painter.drawRect(QRect(area.left(), area.bottom() + 2, area.width(), 3));
    painter.setBrush(inside);
    painter.drawRect(QRect(QPoint(xOf(m_ends[0]), area.bottom() + 2),
                           QPoint(xOf(m_ends[1]), area.bottom() + 4)));
    for (int end = 0; end < 2; ++end) {
        const bool focus = hasFocus() && end == m_held;
        painter.setPen(
            QPen(focus ? inside : palette().color(QPalette::PlaceholderText), focus ? 2 : 1));
        painter.setBrush(palette().color(QPalette::Button));
        painter.drawRoundedRect(QRectF(xOf(m_ends[end]) - handleWidth / 2.0, area.bottom() - 3.5,
                                       handleWidth, handleHeight - 2),
                                3, 3);
    }
}

void RangeSlider::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const int x = event->position().toPoint().x();
    const int left = std::abs(x - xOf(m_ends[0]));
    const int right = std::abs(x - xOf(m_ends[1]));
    m_held = left < right || (left == right && x < xOf(m_ends[0])) ? 0 : 1;
    moveEnd(valueAt(x));
    update();
}

void RangeSlider::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons().testFlag(Qt::LeftButton))
        moveEnd(valueAt(event->position().toPoint().x()));
}

void RangeSlider::mouseDoubleClickEvent(QMouseEvent *)
{
    setRange(0.0, 1.0);
}

void RangeSlider::keyPressEvent(QKeyEvent *event)
{
    const double step = event->modifiers().testFlag(Qt::ShiftModifier) ? 0.1 : 0.01;
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Down:
        moveEnd(m_ends[m_held] - step);
        break;
    case Qt::Key_Right:
    case Qt::Key_Up:
        moveEnd(m_ends[m_held] + step);
        break;
    case Qt::Key_Home:
        moveEnd(m_held == 0 ? 0.0 : m_ends[0]);
        break;
    case Qt::Key_End:
        moveEnd(m_held == 0 ? m_ends[1] : 1.0);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool RangeSlider::focusNextPrevChild(bool next)
{
    if (next ? m_held == 0 : m_held == 1) {
        m_held = 1 - m_held;
        update();
        return true;
    }
    return QWidget::focusNextPrevChild(next);
}

} // namespace birblens
