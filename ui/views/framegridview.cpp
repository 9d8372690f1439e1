// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/framegridview.h"

#include <QKeyEvent>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>

namespace birblens {

namespace {

bool isTimeKey(const QKeyEvent *event)
{
    const Qt::KeyboardModifiers others =
        event->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier);
    if (others != Qt::NoModifier || event->text().size() != 1)
        return false;
    const QChar c = event->text().at(0);
    return c == QLatin1Char(':') || (c >= QLatin1Char('0') && c <= QLatin1Char('9'));
}

} // namespace

FrameGridView::FrameGridView(QWidget *parent)
    : QAbstractItemView(parent)
{
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setVerticalScrollMode(ScrollPerPixel);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_Hover);
}

void FrameGridView::setCellSize(const QSize &smallest)
{
    m_smallest = smallest;
    scheduleDelayedItemsLayout();
}

void FrameGridView::setModel(QAbstractItemModel *newModel)
{
    QAbstractItemView::setModel(newModel);
    // After the base class has heard of the change: the contents have another height now.
    const auto changed = [this] {
        updateGeometries();
        restoreAnchor();
        viewport()->update();
        Q_EMIT visibleRowsChanged();
    };
    connect(newModel, &QAbstractItemModel::rowsInserted, this, changed);
    connect(newModel, &QAbstractItemModel::rowsRemoved, this, changed);
    connect(newModel, &QAbstractItemModel::layoutChanged, this, changed);
    connect(newModel, &QAbstractItemModel::modelReset, this, changed);
}

int FrameGridView::rowCount() const
{
    return model() ? model()->rowCount(rootIndex()) : 0;
}

int FrameGridView::columns() const
{
    return std::max(1, viewport()->width() / m_smallest.width());
}

QRect FrameGridView::cellRect(int row) const
{
    const int n = columns();
    const int width = viewport()->width();
    const int column = row % n;
    const int left = column * width / n;
    const int right = (column + 1) * width / n;
    return {left, row / n * m_smallest.height(), right - left, m_smallest.height()};
}

int FrameGridView::verticalOffset() const
{
    return verticalScrollBar()->value();
}

std::pair<int, int> FrameGridView::visibleRows() const
{
    const int n = columns();
    const int first = verticalOffset() / m_smallest.height() * n;
    const int lastLine = (verticalOffset() + viewport()->height() - 1) / m_smallest.height();
    return {first, std::min(rowCount() - 1, (lastLine + 1) * n - 1)};
}

QList<int> FrameGridView::wantedRows() const
{
    const auto [first, last] = visibleRows();
    const int page = last - first + 1;
    QList<int> rows;
    for (int row = first; row <= last; ++row)
        rows.append(row);
    for (int step = 1; step <= page; ++step) {
        const int row = m_upwards ? first - step : last + step;
        if (row >= 0 && row < rowCount())
            rows.append(row);
    }
    return rows;
}

QRect FrameGridView::visualRect(const QModelIndex &index) const
{
    return index.isValid() ? cellRect(index.row()).translated(0, -verticalOffset()) : QRect();
}

QModelIndex FrameGridView::indexAt(const QPoint &point) const
{
    const int n = columns();
    const int y = point.y() + verticalOffset();
    if (point.x() < 0 || point.x() >= viewport()->width() || y < 0)
        return {};
    for (int column = 0; column < n; ++column) {
        const int row = y / m_smallest.height() * n + column;
        const QRect cell = cellRect(row);
        if (point.x() >= cell.left() && point.x() <= cell.right())
            return row < rowCount() ? model()->index(row, 0, rootIndex()) : QModelIndex();
    }
    return {};
}

int FrameGridView::rowNear(const QPoint &point) const
{
    const int n = columns();
    const int line = std::max(0, point.y() + verticalOffset()) / m_smallest.height();
    const int column = std::clamp(point.x() * n / std::max(1, viewport()->width()), 0, n - 1);
    return std::clamp(line * n + column, 0, std::max(0, rowCount() - 1));
}

void FrameGridView::scrollTo(const QModelIndex &index, ScrollHint hint)
{
    if (!index.isValid())
        return;
    const QRect cell = visualRect(index);
    const int height = viewport()->height();
    int by = 0;
    switch (hint) {
    case EnsureVisible:
        if (cell.top() < 0)
            by = cell.top();
        else if (cell.bottom() >= height)
            by = std::min(cell.top(), cell.bottom() - height + 1);
        break;
    case PositionAtTop:
        by = cell.top();
        break;
    case PositionAtBottom:
        by = cell.bottom() - height + 1;
        break;
    case PositionAtCenter:
        by = cell.center().y() - height / 2;
        break;
    }
    verticalScrollBar()->setValue(verticalOffset() + by);
    rememberAnchor();
}

QModelIndex FrameGridView::target(int key) const
{
    const int count = rowCount();
    if (count == 0)
        return {};
    const int row = currentIndex().isValid() ? currentIndex().row() : -1;
    const int n = columns();
    const int page = std::max(1, viewport()->height() / m_smallest.height()) * n;
    int to = row;
    switch (key) {
    case Qt::Key_Left:
        to = row - 1;
        break;
    case Qt::Key_Right:
        to = row + 1;
        break;
    case Qt::Key_Up:
        to = row - n < 0 ? row : row - n;
        break;
    case Qt::Key_Down:
        if (row + n < count)
            to = row + n;
        else if (row / n < (count - 1) / n)
            to = count - 1; // the last line is shorter
        break;
    case Qt::Key_PageUp:
        to = row - page;
        break;
    case Qt::Key_PageDown:
        to = row + page;
        break;
    case Qt::Key_Home:
        to = 0;
        break;
    case Qt::Key_End:
        to = count - 1;
        break;
    default:
        break;
    }
    return model()->index(std::clamp(to, 0, count - 1), 0, rootIndex());
}

QModelIndex FrameGridView::moveCursor(CursorAction action, Qt::KeyboardModifiers)
{
    switch (action) {
    case MoveLeft:
    case MovePrevious:
        return target(Qt::Key_Left);
    case MoveRight:
    case MoveNext:
        return target(Qt::Key_Right);
    case MoveUp:
        return target(Qt::Key_Up);
    case MoveDown:
        return target(Qt::Key_Down);
    case MovePageUp:
        return target(Qt::Key_PageUp);
    case MovePageDown:
        return target(Qt::Key_PageDown);
    case MoveHome:
        return target(Qt::Key_Home);
    case MoveEnd:
        return target(Qt::Key_End);
    }
    return {};
}

void FrameGridView::setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags flags)
{
    if (rowCount() == 0)
        return;
    // Not normalised: from where the selection began to where it ends, in reading order.
    const int a = rowNear(rect.topLeft());
    const int b = rowNear(rect.bottomRight());
    selectionModel()->select(QItemSelection(model()->index(std::min(a, b), 0, rootIndex()),
                                            model()->index(std::max(a, b), 0, rootIndex())),
                             flags);
}

QRegion FrameGridView::visualRegionForSelection(const QItemSelection &selection) const
{
    QRegion region;
    const auto [first, last] = visibleRows();
    for (const QItemSelectionRange &range : selection) {
        for (int row = std::max(first, range.top()); row <= std::min(last, range.bottom()); ++row)
            region += cellRect(row).translated(0, -verticalOffset());
    }
    return region;
}

void FrameGridView::updateGeometries()
{
    const int lines = (rowCount() + columns() - 1) / columns();
    const int height = viewport()->height();
    m_restoring = true; // a clamped value is not where the person scrolled to
    verticalScrollBar()->setRange(0, std::max(0, lines * m_smallest.height() - height));
    verticalScrollBar()->setPageStep(height);
    verticalScrollBar()->setSingleStep(m_smallest.height() / 2);
    m_restoring = false;
    QAbstractItemView::updateGeometries();
}

void FrameGridView::scrollContentsBy(int dx, int dy)
{
    QAbstractItemView::scrollContentsBy(dx, dy);
    if (dy != 0 && !m_restoring)
        m_upwards = dy > 0;
    viewport()->update();
    rememberAnchor();
    Q_EMIT visibleRowsChanged();
}

void FrameGridView::rememberAnchor()
{
    if (m_restoring || rowCount() == 0)
        return;
    QModelIndex anchor = currentIndex();
    if (!anchor.isValid() || !visualRect(anchor).intersects(viewport()->rect()))
        anchor = model()->index(std::min(visibleRows().first, rowCount() - 1), 0, rootIndex());
    m_anchor = anchor;
    m_anchorTop = visualRect(anchor).top();
}

void FrameGridView::restoreAnchor()
{
    if (!m_anchor.isValid()) {
        rememberAnchor();
        return;
    }
    m_restoring = true;
    verticalScrollBar()->setValue(cellRect(m_anchor.row()).top() - m_anchorTop);
    m_restoring = false;
}

void FrameGridView::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    painter.fillRect(event->rect(), palette().base());
    const auto [first, last] = visibleRows();
    QStyleOptionViewItem base;
    initViewItemOption(&base);
    const QPoint mouse = viewport()->mapFromGlobal(QCursor::pos());
    for (int row = first; row <= last; ++row) {
        const QModelIndex index = model()->index(row, 0, rootIndex());
        QStyleOptionViewItem option = base;
        option.rect = visualRect(index);
        if (!event->region().intersects(option.rect))
            continue;
        option.state.setFlag(QStyle::State_Selected, selectionModel()->isSelected(index));
        option.state.setFlag(QStyle::State_HasFocus, index == currentIndex());
        option.state.setFlag(QStyle::State_MouseOver,
                             viewport()->underMouse() && option.rect.contains(mouse));
        itemDelegate()->paint(&painter, option, index);
    }
}

void FrameGridView::resizeEvent(QResizeEvent *event)
{
    QAbstractItemView::resizeEvent(event);
    updateGeometries();
    restoreAnchor();
    Q_EMIT visibleRowsChanged();
}

bool FrameGridView::event(QEvent *event)
{
    // A time typed here must not reach the number keys of the labels.
    if (event->type() == QEvent::ShortcutOverride && isTimeKey(static_cast<QKeyEvent *>(event))) {
        event->accept();
        return true;
    }
    return QAbstractItemView::event(event);
}

void FrameGridView::keyPressEvent(QKeyEvent *event)
{
    if (isTimeKey(event)) {
        Q_EMIT timeTyped(event->text().at(0));
        return;
    }
    if (event->key() != Qt::Key_Shift && event->key() != Qt::Key_Control)
        Q_EMIT otherKeyPressed();
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier) {
        if (!event->isAutoRepeat())
            Q_EMIT spaceHeld(true);
        return;
    }
    QAbstractItemView::keyPressEvent(event);
}

void FrameGridView::keyReleaseEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat())
        Q_EMIT spaceHeld(false);
    QAbstractItemView::keyReleaseEvent(event);
}

} // namespace birblens
