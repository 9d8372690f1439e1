// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "ui/views/overlaygeometry.h"
#include "ui/views/scaledpicture.h"

#include <QImage>
#include <QString>
#include <QTimer>
#include <QWidget>

#include <map>

namespace birblens {

/** What is drawn over the photograph in one pane. */
struct OverlayPane
{
    QString title;
    QImage heat;  ///< covers the whole frame, any resolution; null while there is none
    QString note; ///< a sentence in the picture: "Nothing in this frame speaks for ..."
};

/**
 * The photograph, bare and under its heat layers, with one zoom for all panes. Knows pictures and
 * titles only; the photo panel feeds it. Opacity and zoom are applied while painting.
 */
class OverlayView : public QWidget
{
    Q_OBJECT
public:
    enum class Mode { SideBySide, Wipe, OverlayOnly };
    Q_ENUM(Mode)

    explicit OverlayView(QWidget *parent = nullptr);

    /**
     * A new frame: takes the old heat away at once. @p preview is the same picture, about
     * screen-sized; drawn when the photo is shown smaller than that. While @p photo is null it
     * stands for a frame of @p size, until setFullPhoto().
     */
    void setPhoto(const QImage &photo, const QImage &preview, const QString &title,
                  const QSize &size = {});
    void setFullPhoto(const QImage &photo);
    /** Says why there is no picture, in its place. */
    void setSentence(const QString &sentence);
    void clear();
    void setPhotoTitle(const QString &title);

    void setPanes(const QList<OverlayPane> &panes);
    /** Without a model there is only the photograph, in one pane. */
    void setOverlayExpected(bool expected);
    void setAlpha(double alpha);
    void setMode(Mode mode);
    void setBare(bool bare);
    void setPending(bool pending); ///< dims; the spinner comes after 150 ms at one frame

    Mode mode() const { return m_mode; }
    double alpha() const { return m_alpha; }
    bool isBare() const { return m_bare; }
    bool isPending() const { return m_pending; }
    bool spinnerShown() const { return m_spinning; }
    bool hasHeat() const;
    bool hasPhoto() const { return !m_size.isEmpty(); }
    bool isFull() const { return !m_photo.isNull(); } ///< in full resolution
    QString sentence() const { return m_sentence; }
    QString photoTitle() const { return m_title; }
    const QList<OverlayPane> &panes() const { return m_panes; }
    ViewZoom zoom() const { return m_zoom; }
    double percent() const; ///< device pixels per frame pixel, times 100
    /** Where each picture is; the first is the bare one when side by side. */
    QList<QRectF> pictureRects() const;
    /** The whole picture of one pane in device pixels, as it is drawn. */
    QSize pictureSize() const;
    double wipePosition() const { return m_wipe; }
    /** Titles in the order of panes as they are shown. */
    QStringList shownTitles() const;

    QSize sizeHint() const override { return {720, 560}; }
    QSize minimumSizeHint() const override { return {320, 240}; }

public Q_SLOTS:
    void zoomToFit();
    void zoomToPixels(); ///< one frame pixel is one screen pixel
    void zoomIn();
    void zoomOut();

Q_SIGNALS:
    void stepRequested(int key); ///< a Qt::Key of navigation: arrows, Home, End, PgUp, PgDn
    void zoomChanged();
    void modeChanged();

protected:
    bool event(QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void keyReleaseEvent(QKeyEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    enum class Drag { None, Pan, Wipe };

    struct ShownPane
    {
        int overlay = -1; ///< -1: the bare photograph; else index into m_panes
        QRectF pane;
    };

    QList<ShownPane> shownPanes() const;
    QRectF paneAt(const QPointF &point) const;
    double dividerX(const QRectF &pane) const;
    bool onDivider(const QPointF &point) const;
    double titleHeight() const;
    void setZoom(const ViewZoom &zoom);
    void zoomBy(double factor, const QPointF &at);
    void waitToSpin();
    void updateSpinners();
    /** The whole picture in that pane, at whole device pixels. */
    QRectF drawnPicture(const ShownPane &shown) const;
    void drawPane(QPainter *painter, const ShownPane &shown);
    void drawPicture(QPainter *painter, const QRectF &picture, const QRectF &clip);
    void drawNote(QPainter *painter, const QRectF &area, const QString &text);
    void drawSentence(QPainter *painter);

    QImage m_photo; ///< null while there is only the preview
    QImage m_preview;
    QSize m_size; ///< of the frame in full resolution
    QString m_title;
    QString m_sentence;
    QList<OverlayPane> m_panes;
    ScaledPicture m_scaled;
    std::map<int, ScaledPicture> m_scaledHeat; ///< by index into m_panes

    Mode m_mode = Mode::SideBySide;
    ViewZoom m_zoom;
    double m_alpha = 0.5;
    double m_wipe = 0.5; ///< of the visible picture
    bool m_expected = false;
    bool m_bare = false;
    bool m_pending = false;
    bool m_spinning = false;
    Drag m_drag = Drag::None;
    QPointF m_dragFrom;
    QTimer m_spinnerDelay;
    QTimer m_spinnerTurn;
    qreal m_phase = 0.0;
};

} // namespace birblens
