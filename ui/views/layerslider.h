// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"

#include <QList>
#include <QSlider>

namespace birblens {

/** Runs over the network's layers in execution order; ends of blocks are large ticks. */
class LayerSlider : public QSlider
{
    Q_OBJECT
public:
    explicit LayerSlider(QWidget *parent = nullptr);

    void setLayers(const QList<LayerInfo> &layers);
    const QList<LayerInfo> &layers() const { return m_layers; }
    /** The next layer in that direction; with @p blocks the next end of a block. */
    int neighbour(int direction, bool blocks) const;

    QSize sizeHint() const override { return {200, 28}; }
    QSize minimumSizeHint() const override { return {100, 28}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    double xOf(int layer) const;
    int layerAt(double x) const;

    QList<LayerInfo> m_layers;
};

/** `0.7.2.conv2 · 512 ch · 10×8` */
QString layerText(const LayerInfo &layer);

} // namespace birblens
