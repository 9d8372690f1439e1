// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "ui/plots/plotpanel.h"

class QCPBars;
class QCPErrorBars;
class QCPGraph;
class QLabel;

namespace birblens {

class ClassPicker;
struct Calibration;

/** Whether a probability of 0.9 means nine times out of ten. */
class ReliabilityPlot : public PlotPanel
{
    Q_OBJECT
public:
    explicit ReliabilityPlot(ReviewSession &session, QWidget *parent = nullptr);

protected:
    Computation computation() override;
    void restyle() override;

private:
    void draw(const SampleSet &set, const Calibration &calibration);

    ClassPicker *m_class;
    QLabel *m_sentence;
    QCPGraph *m_points;
    QCPGraph *m_ideal;
    QCPErrorBars *m_intervals;
    QCPBars *m_counts;
};

} // namespace birblens
