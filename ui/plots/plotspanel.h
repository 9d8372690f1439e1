// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QTabWidget>

namespace birblens {

class ReviewSession;
class TimelinePlot;

/** The plots of the shown frames, one tab each. Only the one that is seen computes. */
class PlotsPanel : public QTabWidget
{
    Q_OBJECT
public:
    explicit PlotsPanel(ReviewSession &session, QWidget *parent = nullptr);

    TimelinePlot *timeline() const { return m_timeline; }

private:
    TimelinePlot *m_timeline;
};

} // namespace birblens
