// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "ui/plots/plotpanel.h"

#include <QDateTime>
#include <QPoint>

class QCPItemRect;
class QCPItemStraightLine;
class QCPRange;
class QMouseEvent;
class QToolButton;

namespace birblens {

struct TimelineDot;
class TimelineDots;
struct TimelineLayout;

/**
 * When was what seen: a lane per class, a mark per frame. A click goes to the frame, the wheel
 * zooms, dragging pans, dragging with Shift chooses a range of time, a double click shows
 * everything. Days can be laid on top of each other by the hour of the day; dragging with Shift
 * then chooses hours.
 */
class TimelinePlot : public PlotPanel
{
    Q_OBJECT
public:
    explicit TimelinePlot(ReviewSession &session, QWidget *parent = nullptr);

    /** Days on top of each other, hour of the day on the x axis. */
    void setDaysOverlaid(bool overlaid);
    /** Where the mark of a frame is drawn, in the plot's pixels; null when it is not. */
    QPointF placeOf(const QString &key) const;

Q_SIGNALS:
    /** On the camera's clock, as Frame::captureTime; @p from is not later than @p to. */
    void timeRangeChosen(const QDateTime &from, const QDateTime &to);
    /** Of the camera's clock, 0 to 23, ascending; of any date. Empty: all of them. */
    void hoursChosen(const QList<int> &hours);

protected:
    Computation computation() override;
    void restyle() override;

private:
    void draw(const SampleSet &set, const TimelineLayout &layout);
    void buildTools();
    void showAll();
    void limit(const QCPRange &range);
    void moveCursor();
    void press(QMouseEvent *event);
    void move(QMouseEvent *event);
    void release(QMouseEvent *event);
    /** What dragging from where the button was pressed to @p x, in pixels, chooses. */
    QCPRange chosenRange(int x) const;
    QDateTime timeAt(double x) const;
    QString describe(const TimelineDot &dot) const;

    TimelineDots *m_dots;
    QCPItemStraightLine *m_cursor;
    QCPItemRect *m_range;
    QToolButton *m_choose;
    QToolButton *m_overlay;
    bool m_overlaid = false; ///< what is drawn; the button says what is wanted
    QStringList m_lanes;
    double m_first = 0.0; ///< of all dots
    double m_last = 0.0;
    bool m_all = true; ///< until somebody zooms: everything is shown
    bool m_pressed = false;
    bool m_choosing = false;
    QPoint m_pressedAt;
};

} // namespace birblens
