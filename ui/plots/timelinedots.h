// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/store/truelabel.h"
#include "ui/views/customplot.h"

#include <QColor>
#include <QList>

namespace birblens {

/** One frame in one lane of the timeline. */
struct TimelineDot
{
    double x = 0.0; ///< seconds on the x axis
    int lane = 0;
    int frame = 0; ///< whatever the owner counts frames by
    ReviewState state = ReviewState::Unreviewed;
    float probability = 0.5F; ///< 0..1: how large it is drawn
};

/** The mark of a review state, a shape and a colour of its own. */
void drawStateMark(QPainter *painter, const QPointF &center, double radius, ReviewState state);

/**
 * Draws many dots quickly: of those that fall on the same two pixels of a lane only the largest of
 * each state is drawn, decisions of a person over what is unreviewed.
 */
class TimelineDots : public QCPLayerable
{
public:
    explicit TimelineDots(QCustomPlot *plot);

    void setDots(QList<TimelineDot> dots, const QList<QColor> &laneColors);
    const QList<TimelineDot> &dots() const { return m_dots; } ///< ascending in x
    int painted() const { return m_painted; }                 ///< marks of the last painting
    /** The dot nearest to a place of the plot, in pixels; null when there is none within 8. */
    const TimelineDot *hit(const QPointF &pos) const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter *painter) const override;
    QRect clipRect() const override;
    void draw(QCPPainter *painter) override;

private:
    QList<TimelineDot>::const_iterator firstFrom(double x) const;

    QList<TimelineDot> m_dots;
    QList<QColor> m_laneColors;
    int m_painted = 0;
};

} // namespace birblens
