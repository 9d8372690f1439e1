// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/layerstrip.h"

#include "ui/theme.h"
#include "ui/views/layerslider.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

namespace birblens {

namespace {

constexpr int kMapHeight = 6 * kUnit;
constexpr int kGap = kUnit / 2;
constexpr int kFrame = 2; ///< around the chosen one

} // namespace

LayerStrip::LayerStrip(QWidget *parent)
    : QAbstractScrollArea(parent)
    , m_mapSize(kMapHeight * 3 / 4, kMapHeight)
{
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    setFocusPolicy(Qt::NoFocus); // the slider has the keys
    setAccessibleName(tr("Maps of the layers"));
    viewport()->setMouseTracking(true);
    viewport()->setCursor(Qt::PointingHandCursor);
    viewport()->setAutoFillBackground(false);
}

void LayerStrip::setCells(const QList<Cell> &cells)
{
    m_cells = cells;
    m_mapSize = QSize(kMapHeight * 3 / 4, kMapHeight);
    for (const Cell &cell : cells) {
        if (!cell.map.isNull()) {
            m_mapSize = cell.map.size().scaled(3 * kMapHeight, kMapHeight, Qt::KeepAspectRatio);
            break;
        }
    }
    updateScrollBar();
    setCurrent(m_layer);
    viewport()->update();
}

void LayerStrip::setNote(const QString &note)
{
    m_note = note;
    viewport()->update();
}

void LayerStrip::setCurrent(int layer)
{
    m_layer = layer;
    m_current = -1;
    for (int i = 0; i < m_cells.size() && m_cells[i].layer.index <= layer; ++i)
        m_current = i;
    if (m_current >= 0) {
        const QRect cell = cellRect(m_current);
        if (cell.left() < 0)
            horizontalScrollBar()->setValue(horizontalScrollBar()->value() + cell.left() - kGap);
        else if (cell.right() > viewport()->width())
            horizontalScrollBar()->setValue(horizontalScrollBar()->value() + cell.right() -
                                            viewport()->width() + kGap);
    }
    viewport()->update();
}

QSize LayerStrip::sizeHint() const
{
    return {200, kMapHeight + 2 * kFrame};
}

QSize LayerStrip::minimumSizeHint() const
{
    return {60, sizeHint().height()};
}

QRect LayerStrip::cellRect(int index) const
{
    const int step = m_mapSize.width() + 2 * kFrame + kGap;
    return {QPoint(index * step - horizontalScrollBar()->value(), 0),
            m_mapSize + QSize(2 * kFrame, 2 * kFrame)};
}

int LayerStrip::cellAt(const QPoint &position) const
{
    for (int i = 0; i < m_cells.size(); ++i) {
        if (cellRect(i).contains(position))
            return i;
    }
    return -1;
}

void LayerStrip::updateScrollBar()
{
    const int step = m_mapSize.width() + 2 * kFrame + kGap;
    const int all = static_cast<int>(m_cells.size()) * step - kGap;
    horizontalScrollBar()->setRange(0, std::max(0, all - viewport()->width()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(step);
}

void LayerStrip::resizeEvent(QResizeEvent *event)
{
    QAbstractScrollArea::resizeEvent(event);
    updateScrollBar();
    setCurrent(m_layer);
}

void LayerStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    if (!m_note.isEmpty()) {
        painter.setPen(themeColors().faint);
        painter.drawText(viewport()->rect(), Qt::AlignCenter | Qt::TextWordWrap, m_note);
        return;
    }
    for (int i = 0; i < m_cells.size(); ++i) {
        const QRect cell = cellRect(i);
        if (!cell.intersects(viewport()->rect()))
            continue;
        const QRect inner = cell.adjusted(kFrame, kFrame, -kFrame, -kFrame);
        if (m_cells[i].map.isNull())
            painter.fillRect(inner, themeColors().surround);
        else
            painter.drawImage(inner, m_cells[i].map);
        if (i == m_current) {
            painter.setPen(QPen(palette().color(QPalette::Highlight), kFrame));
            painter.drawRect(cell.adjusted(1, 1, -1, -1));
        }
    }
}

void LayerStrip::mousePressEvent(QMouseEvent *event)
{
    const int index = cellAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && index >= 0 && m_note.isEmpty())
        Q_EMIT layerClicked(m_cells[index].layer.name);
}

void LayerStrip::wheelEvent(QWheelEvent *event)
{
    const QPoint by = event->angleDelta();
    const int turn = by.x() != 0 ? by.x() : by.y();
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - turn / 2);
    viewport()->update();
    event->accept();
}

bool LayerStrip::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const int index = cellAt(help->pos());
        QToolTip::showText(help->globalPos(),
                           index < 0 ? QString() : layerText(m_cells[index].layer), viewport());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace birblens
