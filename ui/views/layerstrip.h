// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/heatmap.h"
#include "core/model/modelinfo.h"

#include <QAbstractScrollArea>

namespace birblens {

/** Small maps of several layers in execution order, side by side; a click chooses one. */
class LayerStrip : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit LayerStrip(QWidget *parent = nullptr);

    struct Cell
    {
        LayerInfo layer;
        QImage map; ///< null: not there yet
    };
    void setCells(const QList<Cell> &cells);
    const QList<Cell> &cells() const { return m_cells; }
    /** Stands in place of maps that will not come; empty: none. */
    void setNote(const QString &note);
    QString note() const { return m_note; }
    /** @param layer index in the network; marks the last cell that is not behind it. */
    void setCurrent(int layer);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void layerClicked(const QString &name);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    bool viewportEvent(QEvent *event) override;

private:
    QRect cellRect(int index) const; ///< in the viewport
    int cellAt(const QPoint &position) const;
    void updateScrollBar();

    QList<Cell> m_cells;
    QString m_note;
    int m_layer = -1;
    int m_current = -1; ///< cell
    QSize m_mapSize;
};

} // namespace birblens
