// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QCPRange;
class QCustomPlot;

namespace birblens {

/** What a CurvePlot draws: one curve against others over the share of pixels. */
struct CurveSet
{
    QList<double> fractions; ///< 0..1, drawn as per cent
    QList<double> shown;
    QList<QList<double>> random; ///< each as long as the fractions
};

/** One curve in the accent colour over thin grey ones, with a title. Follows the palette. */
class CurvePlot : public QWidget
{
    Q_OBJECT
public:
    CurvePlot(const QString &title, const QString &xLabel, QWidget *parent = nullptr);

    void setCurves(const CurveSet &curves, const QString &yLabel, double lowest, double highest);

    QSize sizeHint() const override;

protected:
    void changeEvent(QEvent *event) override;

private:
    void applyPalette();

    QCustomPlot *m_plot;
};

} // namespace birblens
