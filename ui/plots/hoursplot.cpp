// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/hoursplot.h"

#include "core/analysis/hourcounts.h"
#include "core/counted.h"
#include "core/review/reviewsession.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLocale>

#include <algorithm>

namespace birblens {

HoursPlot::HoursPlot(ReviewSession &session, QWidget *parent)
    : PlotPanel(session, tr("Hours"), parent)
    , m_none(new QCheckBox(tr("With none"), this))
{
    m_none->setToolTip(tr("Counts the frames with nothing there too"));
    tools()->addWidget(m_none);
    connect(m_none, &QCheckBox::toggled, this, &HoursPlot::recompute);
    plot()->xAxis->setRange(-0.2, 24.2);
    QSharedPointer<QCPAxisTickerFixed> hours(new QCPAxisTickerFixed);
    hours->setTickStep(1.0);
    hours->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    plot()->xAxis->setTicker(hours);
    plot()->xAxis->setLabel(tr("Hour of the day (camera's clock)"));
    QSharedPointer<QCPAxisTickerFixed> whole(new QCPAxisTickerFixed); // there is no half frame
    whole->setTickStep(1.0);
    whole->setScaleStrategy(QCPAxisTickerFixed::ssMultiples);
    plot()->yAxis->setTicker(whole);
    plot()->yAxis->setLabel(tr("Frames"));
    showLegendAbove();
    plot()->legend->setWrap(6);
}

PlotPanel::Computation HoursPlot::computation()
{
    return [this](const SampleSet &samples) -> Drawing {
        return [this, counts = hourCounts(samples)](const SampleSet &set) { draw(set, counts); };
    };
}

void HoursPlot::draw(const SampleSet &set, const HourCounts &counts)
{
    const int nothing = sumOf(counts.classes.at(set.none()));
    const QList<HourStack> stacks = hourStacks(counts, m_none->isChecked());
    if (stacks.isEmpty()) {
        showWords(counts.withoutTime > 0
                      ? tr("No shown frame has a capture time.")
                      : tr("No shown frame has a prediction or a label yet: open a model, or label "
                           "frames."));
        return;
    }
    for (QCPBars *bars : std::as_const(m_bars))
        plot()->removePlottable(bars);
    m_bars.clear();
    std::array<int, 24> height{};
    const auto add = [&](const QString &name, const QColor &color,
                         const std::array<int, 24> &hours) {
        auto *bars = new QCPBars(plot()->xAxis, plot()->yAxis);
        bars->setWidth(0.8);
        bars->setStackingGap(0.0);
        bars->setName(name);
        bars->setPen(QPen(color.darker(125), 1.0));
        bars->setBrush(color);
        for (int hour = 0; hour < 24; ++hour) {
            const int count = hours.at(static_cast<size_t>(hour));
            bars->addData(hour + 0.5, count);
            height.at(static_cast<size_t>(hour)) += count;
        }
        if (!m_bars.isEmpty())
            bars->moveAbove(m_bars.constLast());
        m_bars.append(bars);
    };
    for (const HourStack &stack : stacks) {
        if (stack.label < 0)
            add(tr("%1 other classes").arg(QLocale().toString(stack.classes)), themeColors().faint,
                stack.hours);
        else
            add(set.names.at(stack.label),
                classColor(session().vocabulary(), set.names.at(stack.label)), stack.hours);
    }
    const bool withNone = stacks.constLast().label == set.none();
    const int highest = *std::max_element(height.begin(), height.end());
    plot()->yAxis->setRange(0.0, std::max(1.0, 1.05 * highest));

    const QLocale locale;
    const auto shown =
        set.samples.size() - counts.withoutTime - counts.withoutLabel - (withNone ? 0 : nothing);
    QString note = tr("%1 %2, %3")
                       .arg(locale.toString(shown), ofShown(),
                            counted(counts.days, tr("%1 day"), tr("%1 days added up")));
    if (!withNone && nothing > 0)
        note += tr("; %1 none left out").arg(locale.toString(nothing));
    if (counts.withoutTime > 0)
        note += tr("; %1 without a capture time").arg(locale.toString(counts.withoutTime));
    showPlot(note);
}

void HoursPlot::restyle()
{
    plot()->xAxis->grid()->setVisible(false);
}

} // namespace birblens
