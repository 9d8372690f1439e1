// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/overlaygeometry.h"

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr double largestScale = 32.0;

/** Start of the picture along one axis; never leaves an empty margin while it is larger. */
double axisStart(double paneStart, double paneLength, double length, double center)
{
    if (length <= paneLength)
        return paneStart + (paneLength - length) / 2.0;
    const double start = paneStart + paneLength / 2.0 - center * length;
    return std::clamp(start, paneStart + paneLength - length, paneStart);
}

QPointF centerOf(const QRectF &pane, const QRectF &picture)
{
    return {(pane.center().x() - picture.left()) / picture.width(),
            (pane.center().y() - picture.top()) / picture.height()};
}

} // namespace

QList<QRectF> layoutPanes(const QRectF &area, const QSizeF &frame, int count, double title,
                          double gap)
{
    QList<QRectF> panes;
    if (count <= 0 || area.isEmpty())
        return panes;
    int bestColumns = 1;
    double bestScale = -1.0;
    QSizeF bestSize;
    for (int columns = count; columns >= 1; --columns) {
        const int rows = (count + columns - 1) / columns;
        const QSizeF size((area.width() - (columns - 1) * gap) / columns,
                          (area.height() - (rows - 1) * gap) / rows - title);
        const double scale = fitScale(QRectF(QPointF(), size), frame);
        if (scale > bestScale * 1.001) {
            bestScale = scale;
            bestColumns = columns;
            bestSize = size;
        }
    }
    for (int i = 0; i < count; ++i) {
        const double x = area.left() + (i % bestColumns) * (bestSize.width() + gap);
        const double y = area.top() + (i / bestColumns) * (bestSize.height() + title + gap) + title;
        panes.append(QRectF(QPointF(x, y), bestSize));
    }
    return panes;
}

double fitScale(const QRectF &pane, const QSizeF &frame)
{
    if (frame.isEmpty() || pane.width() <= 0.0 || pane.height() <= 0.0)
        return 0.0;
    return std::min(pane.width() / frame.width(), pane.height() / frame.height());
}

double effectiveScale(const QRectF &pane, const QSizeF &frame, const ViewZoom &zoom)
{
    return zoom.fit ? fitScale(pane, frame) : zoom.scale;
}

QRectF pictureRect(const QRectF &pane, const QSizeF &frame, const ViewZoom &zoom)
{
    const QSizeF size = frame * effectiveScale(pane, frame, zoom);
    return {axisStart(pane.left(), pane.width(), size.width(), zoom.center.x()),
            axisStart(pane.top(), pane.height(), size.height(), zoom.center.y()), size.width(),
            size.height()};
}

ViewZoom zoomedTo(const ViewZoom &zoom, const QRectF &pane, const QSizeF &frame, double scale,
                  const QPointF &at)
{
    const double fit = fitScale(pane, frame);
    if (fit <= 0.0)
        return zoom;
    const double wanted = std::clamp(scale, std::min(fit, 0.05), largestScale);
    ViewZoom result = zoom;
    result.fit = std::abs(wanted / fit - 1.0) < 0.02;
    result.scale = result.fit ? fit : wanted;
    const QRectF before = pictureRect(pane, frame, zoom);
    const QPointF point((at.x() - before.left()) / before.width(),
                        (at.y() - before.top()) / before.height());
    const QSizeF size = frame * result.scale;
    const QRectF after(at.x() - point.x() * size.width(), at.y() - point.y() * size.height(),
                       size.width(), size.height());
    result.center = result.fit ? QPointF(0.5, 0.5) : centerOf(pane, after);
    // Keep what is really shown, so that the next step does not start from outside the border.
    result.center = centerOf(pane, pictureRect(pane, frame, result));
    return result;
}

ViewZoom panned(const ViewZoom &zoom, const QRectF &pane, const QSizeF &frame, const QPointF &by)
{
    if (zoom.fit)
        return zoom;
    ViewZoom result = zoom;
    result.center = centerOf(pane, pictureRect(pane, frame, zoom).translated(by));
    result.center = centerOf(pane, pictureRect(pane, frame, result));
    return result;
}

} // namespace birblens
