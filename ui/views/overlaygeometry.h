// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QPointF>
#include <QRectF>
#include <QSizeF>

namespace birblens {

/** Where one looks: shared by all panes, kept from frame to frame. */
struct ViewZoom
{
    bool fit = true;
    double scale = 1.0;       ///< logical pixels per frame pixel, when not fitted
    QPointF center{0.5, 0.5}; ///< the point of the frame in a pane's middle, 0..1

    bool operator==(const ViewZoom &) const = default;
};

/**
 * @p count equal panes in @p area, in rows and columns so that a frame of this shape is drawn as
 * large as possible; above each @p title pixels are kept for its title (not part of the returned
 * pane).
 */
QList<QRectF> layoutPanes(const QRectF &area, const QSizeF &frame, int count, double title,
                          double gap);

/** The scale at which the whole frame just fits. */
double fitScale(const QRectF &pane, const QSizeF &frame);
double effectiveScale(const QRectF &pane, const QSizeF &frame, const ViewZoom &zoom);

/** Where the whole picture lies, may reach outside the pane. Centred where it is smaller. */
QRectF pictureRect(const QRectF &pane, const QSizeF &frame, const ViewZoom &zoom);

/** Sets the scale; the point of the picture under @p at stays there. Close to fit becomes fit. */
ViewZoom zoomedTo(const ViewZoom &zoom, const QRectF &pane, const QSizeF &frame, double scale,
                  const QPointF &at);
ViewZoom panned(const ViewZoom &zoom, const QRectF &pane, const QSizeF &frame, const QPointF &by);

} // namespace birblens
