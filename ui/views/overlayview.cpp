// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/overlayview.h"

#include "ui/theme.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace birblens {

OverlayView::OverlayView(QWidget *parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Photograph and overlay"));
    setAccessibleDescription(
        tr("Arrow keys go through the frames, hold Space to see the bare frame"));
    m_spinnerDelay.setSingleShot(true);
    m_spinnerDelay.setInterval(150);
    connect(&m_spinnerDelay, &QTimer::timeout, this, [this] {
        m_spinning = true;
        m_spinnerTurn.start();
        updateSpinners();
    });
    m_spinnerTurn.setInterval(50);
    connect(&m_spinnerTurn, &QTimer::timeout, this, [this] {
        m_phase = std::fmod(m_phase + 0.06, 1.0);
        updateSpinners();
    });
}

void OverlayView::setPhoto(const QImage &photo, const QImage &preview, const QString &title,
                           const QSize &size)
{
    m_photo = photo;
    m_preview = preview;
    m_size = size.isEmpty() ? photo.size() : size;
    m_title = title;
    m_sentence.clear();
    m_panes.clear();
    if (m_pending)
        waitToSpin();
    Q_EMIT zoomChanged(); // another frame size: the percentage differs although the zoom is kept
    update();
}

void OverlayView::setFullPhoto(const QImage &photo)
{
    m_photo = photo;
    update();
}

void OverlayView::setSentence(const QString &sentence)
{
    clear();
    m_sentence = sentence;
}

void OverlayView::clear()
{
    m_photo = {};
    m_preview = {};
    m_scaled = {};
    m_scaledHeat.clear();
    m_size = {};
    m_title.clear();
    m_sentence.clear();
    m_panes.clear();
    update();
}

void OverlayView::setPhotoTitle(const QString &title)
{
    if (title == m_title)
        return;
    m_title = title;
    update();
}

void OverlayView::setPanes(const QList<OverlayPane> &panes)
{
    const bool countChanged = panes.size() != m_panes.size();
    m_panes = panes;
    m_scaledHeat.erase(m_scaledHeat.lower_bound(static_cast<int>(panes.size())),
                       m_scaledHeat.end());
    if (countChanged)
        Q_EMIT zoomChanged();
    update();
}

void OverlayView::setOverlayExpected(bool expected)
{
    if (expected == m_expected)
        return;
    m_expected = expected;
    Q_EMIT zoomChanged();
    update();
}

void OverlayView::setAlpha(double alpha)
{
    if (alpha == m_alpha)
        return;
    m_alpha = alpha;
    update();
}

void OverlayView::setMode(Mode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    setCursor(Qt::ArrowCursor);
    Q_EMIT modeChanged();
    Q_EMIT zoomChanged();
    update();
}

void OverlayView::setBare(bool bare)
{
    if (bare == m_bare)
        return;
    m_bare = bare;
    update();
}

void OverlayView::setPending(bool pending)
{
    if (pending == m_pending)
        return;
    m_pending = pending;
    waitToSpin();
    if (!pending)
        m_spinnerDelay.stop();
    update();
}

void OverlayView::waitToSpin()
{
    m_spinnerTurn.stop();
    m_spinning = false;
    m_spinnerDelay.start();
}

bool OverlayView::hasHeat() const
{
    return std::any_of(m_panes.begin(), m_panes.end(),
                       [](const OverlayPane &pane) { return !pane.heat.isNull(); });
}

double OverlayView::titleHeight() const
{
    return std::ceil(fontMetrics().height() / double(kUnit)) * kUnit + kUnit / 2;
}

QList<OverlayView::ShownPane> OverlayView::shownPanes() const
{
    QList<int> order;
    const int overlays = m_expected ? std::max<int>(1, static_cast<int>(m_panes.size())) : 0;
    if (m_mode == Mode::SideBySide || overlays == 0)
        order.append(-1);
    for (int i = 0; i < overlays; ++i)
        order.append(i);
    const QRectF area = QRectF(rect()).adjusted(kUnit, kUnit / 2, -kUnit, -kUnit);
    const QList<QRectF> panes =
        layoutPanes(area, m_size, static_cast<int>(order.size()), titleHeight(), 2 * kUnit);
    QList<ShownPane> result;
    for (qsizetype i = 0; i < panes.size(); ++i)
        result.append({order.at(i), panes.at(i)});
    return result;
}

QList<QRectF> OverlayView::pictureRects() const
{
    QList<QRectF> rects;
    for (const ShownPane &shown : shownPanes())
        rects.append(pictureRect(shown.pane, m_size, m_zoom));
    return rects;
}

QSize OverlayView::pictureSize() const
{
    const QList<ShownPane> panes = shownPanes();
    if (panes.isEmpty() || !hasPhoto())
        return {};
    return (drawnPicture(panes.first()).size() * devicePixelRatioF()).toSize();
}

QStringList OverlayView::shownTitles() const
{
    QStringList titles;
    for (const ShownPane &shown : shownPanes())
        titles.append(shown.overlay < 0 ? m_title : m_panes.value(shown.overlay).title);
    return titles;
}

QRectF OverlayView::paneAt(const QPointF &point) const
{
    const QList<ShownPane> panes = shownPanes();
    for (const ShownPane &shown : panes) {
        if (shown.pane.contains(point))
            return shown.pane;
    }
    return panes.isEmpty() ? QRectF() : panes.first().pane;
}

double OverlayView::percent() const
{
    const QList<ShownPane> panes = shownPanes();
    if (panes.isEmpty() || !hasPhoto())
        return 0.0;
    return effectiveScale(panes.first().pane, m_size, m_zoom) * devicePixelRatioF() * 100.0;
}

void OverlayView::setZoom(const ViewZoom &zoom)
{
    if (zoom == m_zoom)
        return;
    m_zoom = zoom;
    if (m_drag == Drag::None)
        setCursor(zoom.fit ? Qt::ArrowCursor : Qt::OpenHandCursor);
    Q_EMIT zoomChanged();
    update();
}

void OverlayView::zoomBy(double factor, const QPointF &at)
{
    const QRectF pane = paneAt(at);
    if (!hasPhoto() || pane.isEmpty())
        return;
    const double scale = effectiveScale(pane, m_size, m_zoom) * factor;
    setZoom(zoomedTo(m_zoom, pane, m_size, scale, at));
}

void OverlayView::zoomToFit()
{
    setZoom(ViewZoom());
}

void OverlayView::zoomToPixels()
{
    const QRectF pane = paneAt(QPointF(-1, -1));
    if (!!hasPhoto())
        setZoom(zoomedTo(m_zoom, pane, m_size, 1.0 / devicePixelRatioF(), pane.center()));
}

void OverlayView::zoomIn()
{
    zoomBy(1.25, paneAt(QPointF(-1, -1)).center());
}

void OverlayView::zoomOut()
{
    zoomBy(0.8, paneAt(QPointF(-1, -1)).center());
}

void OverlayView::resizeEvent(QResizeEvent *)
{
    Q_EMIT zoomChanged(); // fitted, the percentage is another one
}

void OverlayView::wheelEvent(QWheelEvent *event)
{
    const double steps = event->angleDelta().y() / 120.0;
    if (steps != 0.0)
        zoomBy(std::pow(1.2, steps), event->position());
    event->accept();
}

double OverlayView::dividerX(const QRectF &pane) const
{
    const QRectF visible = pictureRect(pane, m_size, m_zoom).intersected(pane);
    return visible.left() + m_wipe * visible.width();
}

bool OverlayView::onDivider(const QPointF &point) const
{
    if (m_mode != Mode::Wipe || !m_expected || !hasPhoto())
        return false;
    const QRectF pane = paneAt(point);
    return pane.contains(point) && std::abs(point.x() - dividerX(pane)) <= kUnit;
}

void OverlayView::mousePressEvent(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton && event->button() != Qt::MiddleButton)
        return;
    m_dragFrom = event->position();
    m_drag = onDivider(m_dragFrom) ? Drag::Wipe : m_zoom.fit ? Drag::None : Drag::Pan;
    if (m_drag == Drag::Pan)
        setCursor(Qt::ClosedHandCursor);
}

void OverlayView::mouseMoveEvent(QMouseEvent *event)
{
    const QPointF at = event->position();
    const QRectF pane = paneAt(at);
    switch (m_drag) {
    case Drag::Pan:
        setZoom(panned(m_zoom, pane, m_size, at - m_dragFrom));
        m_dragFrom = at;
        break;
    case Drag::Wipe: {
        const QRectF visible = pictureRect(pane, m_size, m_zoom).intersected(pane);
        if (visible.width() > 0.0)
            m_wipe = std::clamp((at.x() - visible.left()) / visible.width(), 0.0, 1.0);
        update();
        break;
    }
    case Drag::None:
        setCursor(onDivider(at) ? Qt::SplitHCursor
                  : m_zoom.fit  ? Qt::ArrowCursor
                                : Qt::OpenHandCursor);
        break;
    }
}

void OverlayView::mouseReleaseEvent(QMouseEvent *)
{
    m_drag = Drag::None;
    setCursor(m_zoom.fit ? Qt::ArrowCursor : Qt::OpenHandCursor);
}

void OverlayView::mouseDoubleClickEvent(QMouseEvent *event)
{
    if (!hasPhoto() || onDivider(event->position()))
        return;
    if (!m_zoom.fit) {
        zoomToFit();
        return;
    }
    const QRectF pane = paneAt(event->position());
    const double twice = 2.0 * fitScale(pane, m_size);
    setZoom(zoomedTo(m_zoom, pane, m_size, std::max(twice, 1.0 / devicePixelRatioF()),
                     event->position()));
}

void OverlayView::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Space:
        setBare(true);
        return;
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Home:
    case Qt::Key_End:
        Q_EMIT stepRequested(event->key());
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void OverlayView::keyReleaseEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat())
        setBare(false);
    else
        QWidget::keyReleaseEvent(event);
}

void OverlayView::focusOutEvent(QFocusEvent *event)
{
    setBare(false);
    QWidget::focusOutEvent(event);
}

bool OverlayView::event(QEvent *event)
{
    if (event->type() == QEvent::ScreenChangeInternal)
        Q_EMIT zoomChanged(); // its pixels may be smaller
    return QWidget::event(event);
}

void OverlayView::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace birblens
