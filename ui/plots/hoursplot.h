// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "ui/plots/plotpanel.h"

class QCheckBox;
class QCPBars;

namespace birblens {

struct HourCounts;

/** How many frames of each class in which hour of the day, one bar on the other. */
class HoursPlot : public PlotPanel
{
    Q_OBJECT
public:
    explicit HoursPlot(ReviewSession &session, QWidget *parent = nullptr);

protected:
    Computation computation() override;
    void restyle() override;

private:
    void draw(const SampleSet &set, const HourCounts &counts);

    QCheckBox *m_none;
    QList<QCPBars *> m_bars;
};

} // namespace birblens
