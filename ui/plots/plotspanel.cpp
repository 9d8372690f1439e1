// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/plotspanel.h"

#include "ui/plots/confusionplot.h"
#include "ui/plots/hoursplot.h"
#include "ui/plots/reliabilityplot.h"
#include "ui/plots/scoresplot.h"
#include "ui/plots/thresholdplot.h"
#include "ui/plots/timelineplot.h"

namespace birblens {

PlotsPanel::PlotsPanel(ReviewSession &session, QWidget *parent)
    : QTabWidget(parent)
    , m_timeline(new TimelinePlot(session, this))
{
    setDocumentMode(true);
    const auto add = [this](PlotPanel *plot, const QString &tip) {
        setTabToolTip(addTab(plot, plot->title()), tip);
    };
    add(m_timeline, tr("What was seen when; one mark per frame"));
    add(new HoursPlot(session, this), tr("How many frames of each class in which hour"));
    add(new ScoresPlot(session, this), tr("How often each class is right, from reviewed frames"));
    add(new ConfusionPlot(session, this), tr("True against predicted class, from reviewed frames"));
    add(new ThresholdPlot(session, this), tr("What another threshold would remove and lose"));
    add(new ReliabilityPlot(session, this), tr("How well calibrated the probabilities are"));
}

} // namespace birblens
