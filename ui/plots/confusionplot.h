// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "ui/plots/plotpanel.h"

class QCPColorMap;
class QCPItemText;

namespace birblens {

struct Confusion;

/** What was taken for what: a grid of counts, rows true, columns predicted. */
class ConfusionPlot : public PlotPanel
{
    Q_OBJECT
public:
    explicit ConfusionPlot(ReviewSession &session, QWidget *parent = nullptr);

protected:
    Computation computation() override;
    void restyle() override;

private:
    void draw(const SampleSet &set, const Confusion &confusion);

    QCPColorMap *m_map;
    QStringList m_names;           ///< of rows and columns
    QList<QCPItemText *> m_counts; ///< those of the cells that are not 0
};

} // namespace birblens
