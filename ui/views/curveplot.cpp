// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/curveplot.h"

#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>

namespace birblens {

CurvePlot::CurvePlot(const QString &title, const QString &xLabel, QWidget *parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kUnit / 2);
    auto *heading = new QLabel(title, this);
    QFont bold = heading->font();
    bold.setBold(true);
    heading->setFont(bold);
    column->addWidget(heading);
    column->addWidget(m_plot, 1);
    m_plot->setAccessibleName(title);
    m_plot->setMinimumHeight(18 * kUnit);
    m_plot->xAxis->setLabel(xLabel);
    m_plot->xAxis->setRange(0.0, 100.0);
    m_plot->legend->setVisible(true);
    // Above the axes: inside it would hide curves.
    m_plot->plotLayout()->insertRow(0);
    m_plot->plotLayout()->addElement(0, 0, m_plot->legend);
    m_plot->plotLayout()->setRowStretchFactor(0, 0.001);
    m_plot->plotLayout()->setRowSpacing(0);
    m_plot->legend->setFillOrder(QCPLegend::foColumnsFirst);
    m_plot->legend->setMargins(QMargins());
    m_plot->legend->setBrush(Qt::NoBrush);
    m_plot->legend->setBorderPen(Qt::NoPen);
    applyPalette();
}

void CurvePlot::setCurves(const CurveSet &curves, const QString &yLabel, double lowest,
                          double highest)
{
    m_plot->clearGraphs();
    QVector<double> percent;
    for (const double fraction : curves.fractions)
        percent.append(100.0 * fraction);
    for (const QList<double> &random : curves.random) {
        m_plot->addGraph()->setData(percent, random, true);
        m_plot->graph()->setName(tr("%1 random maps").arg(curves.random.size()));
        if (m_plot->graphCount() > 1)
            m_plot->graph()->removeFromLegend();
    }
    m_plot->addGraph()->setData(percent, curves.shown, true);
    m_plot->graph()->setName(tr("this map"));
    m_plot->yAxis->setLabel(yLabel);
    m_plot->yAxis->setRange(lowest, highest);
    applyPalette();
}

QSize CurvePlot::sizeHint() const
{
    return {52 * kUnit, 32 * kUnit};
}

void CurvePlot::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        applyPalette();
}

void CurvePlot::applyPalette()
{
    const ThemeColors &colors = themeColors();
    const QColor text = palette().color(QPalette::WindowText);
    m_plot->setBackground(palette().color(QPalette::Window));
    m_plot->axisRect()->setBackground(palette().color(QPalette::Base));
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setBasePen(QPen(colors.faint));
        axis->setTickPen(QPen(colors.faint));
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(text);
        axis->setLabelColor(text);
        axis->setTickLabelFont(font());
        axis->setLabelFont(font());
        axis->grid()->setPen(QPen(colors.line, 1, Qt::DotLine));
        axis->grid()->setZeroLinePen(Qt::NoPen);
    }
    m_plot->legend->setFont(font());
    m_plot->legend->setTextColor(text);
    for (int i = 0; i < m_plot->graphCount(); ++i) {
        const bool shown = i + 1 == m_plot->graphCount();
        QColor grey = colors.faint;
        grey.setAlpha(130);
        m_plot->graph(i)->setPen(shown ? QPen(colors.accent, 2.5) : QPen(grey, 1));
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

} // namespace birblens
