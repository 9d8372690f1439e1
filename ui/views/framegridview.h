// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QAbstractItemView>
#include <QPersistentModelIndex>

namespace birblens {

/**
 * A grid of equal cells. Positions are computed, never stored, so that 110,000 frames cost no more
 * than those in sight. Insertions and removals keep the anchor (the current frame when it is in
 * sight, else the first in sight) where it is on the screen.
 */
class FrameGridView : public QAbstractItemView
{
    Q_OBJECT
public:
    explicit FrameGridView(QWidget *parent = nullptr);

    void setCellSize(const QSize &smallest);
    int columns() const;
    /** First and last row in sight; first > last when empty. */
    std::pair<int, int> visibleRows() const;
    /**
     * Whose pictures are wanted, the most wanted first: those in sight, then a page further in the
     * direction of the last scrolling.
     */
    QList<int> wantedRows() const;
    /** Where an arrow, Home, End or page key leads from the current frame. */
    QModelIndex target(int key) const;

    void setModel(QAbstractItemModel *model) override;
    QRect visualRect(const QModelIndex &index) const override;
    void scrollTo(const QModelIndex &index, ScrollHint hint = EnsureVisible) override;
    QModelIndex indexAt(const QPoint &point) const override;

Q_SIGNALS:
    void visibleRowsChanged();
    /** A digit or ':' typed here: the beginning of a time. */
    void timeTyped(QChar key);
    /** Any other key, before it acts. */
    void otherKeyPressed();
    void spaceHeld(bool down);

protected:
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    int horizontalOffset() const override { return 0; }
    int verticalOffset() const override;
    bool isIndexHidden(const QModelIndex &) const override { return false; }
    void setSelection(const QRect &rect, QItemSelectionModel::SelectionFlags flags) override;
    QRegion visualRegionForSelection(const QItemSelection &selection) const override;
    void updateGeometries() override;
    void scrollContentsBy(int dx, int dy) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    bool event(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void keyReleaseEvent(QKeyEvent *event) override;

private:
    int rowCount() const;
    QRect cellRect(int row) const; ///< in contents coordinates
    int rowNear(const QPoint &point) const;
    void rememberAnchor();
    void restoreAnchor();

    QSize m_smallest{120, 160};
    QPersistentModelIndex m_anchor;
    int m_anchorTop = 0; ///< of the anchor's cell, in the viewport
    bool m_restoring = false;
    bool m_upwards = false; ///< the last scrolling
};

} // namespace birblens
