// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "ui/plots/plotpanel.h"

class QCPErrorBars;
class QCPGraph;
class QTableWidget;

namespace birblens {

struct ClassScore;

/** How often the model is right, class by class: precision, recall, F1, each with its interval. */
class ScoresPlot : public PlotPanel
{
    Q_OBJECT
public:
    explicit ScoresPlot(ReviewSession &session, QWidget *parent = nullptr);

    const QTableWidget &table() const { return *m_table; }

protected:
    Computation computation() override;
    void restyle() override;

private:
    void draw(const SampleSet &set, QList<ClassScore> scores);
    void fillTable(const SampleSet &set, const QList<ClassScore> &scores);

    QCPGraph *m_precision;
    QCPGraph *m_recall;
    QCPErrorBars *m_precisionBars;
    QCPErrorBars *m_recallBars;
    QTableWidget *m_table;
};

} // namespace birblens
