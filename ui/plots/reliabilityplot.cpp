// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/reliabilityplot.h"

#include "core/analysis/calibration.h"
#include "core/review/reviewsession.h"
#include "ui/plots/classpicker.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>

#include <algorithm>

namespace birblens {

ReliabilityPlot::ReliabilityPlot(ReviewSession &session, QWidget *parent)
    : PlotPanel(session, tr("Reliability"), parent)
    , m_class(new ClassPicker(tr("All classes"), this))
    , m_sentence(new QLabel(this))
    , m_counts(new QCPBars(plot()->xAxis, plot()->yAxis2))
{
    m_ideal = plot()->addGraph();
    m_points = plot()->addGraph();
    m_intervals = new QCPErrorBars(plot()->xAxis, plot()->yAxis);
    m_intervals->setDataPlottable(m_points);
    m_intervals->setWhiskerWidth(5.0);
    m_intervals->setSymbolGap(6.0);
    m_intervals->removeFromLegend();
    m_ideal->setData({0.0, 1.0}, {0.0, 1.0}, true);
    m_ideal->setName(tr("as it should be"));
    m_points->setName(tr("as it is, with 95 % interval"));
    m_counts->setName(tr("how many"));
    m_counts->setWidth(0.094);
    plot()->xAxis->setRange(0.0, 1.0);
    plot()->yAxis->setRange(-0.02, 1.02);
    plot()->yAxis->ticker()->setTickCount(3);
    plot()->xAxis->setLabel(tr("Predicted probability"));
    plot()->yAxis->setLabel(tr("Observed share"));
    plot()->yAxis2->setVisible(true);
    plot()->yAxis2->setLabel(tr("Count (log)"));
    plot()->yAxis2->setScaleType(QCPAxis::stLogarithmic);
    plot()->yAxis2->setTicker(QSharedPointer<QCPAxisTickerLog>(new QCPAxisTickerLog));
    plot()->yAxis2->setNumberFormat(QStringLiteral("f"));
    plot()->yAxis2->setNumberPrecision(0);
    m_counts->setBaseValue(0.5);
    showLegendAbove();
    tools()->addWidget(m_class);
    m_sentence->setObjectName(QStringLiteral("calibration"));
    m_sentence->setWordWrap(true);
    m_sentence->setToolTip(tr(
        "How far the predicted probability and the observed share are apart on average. Only "
        "reviewed frames count: when only doubtful ones were reviewed, the curve is about those"));
    below()->addWidget(m_sentence);
    connect(m_class, &QComboBox::currentIndexChanged, this, &ReliabilityPlot::recompute);
}

PlotPanel::Computation ReliabilityPlot::computation()
{
    if (!session().explain().model()) {
        showWords(tr("Open a model: reliability is about the probabilities it gives."));
        return {};
    }
    m_class->setClasses(session().explain().model()->info.vocabulary);
    return [this, index = m_class->classIndex()](const SampleSet &samples) -> Drawing {
        return [this, calibration = calibrationOf(samples, index)](const SampleSet &set) {
            draw(set, calibration);
        };
    };
}

void ReliabilityPlot::draw(const SampleSet &set, const Calibration &calibration)
{
    if (calibration.count == 0) {
        showWords(tr("No reviewed frame yet: label some of the shown frames, and whether the "
                     "model's probabilities can be believed is seen here."));
        return;
    }
    QVector<double> keys, values, minus, plus, centers, counts;
    double most = 1.0;
    for (const CalibrationBin &bin : calibration.bins) {
        if (!bin.observed)
            continue;
        keys.append(bin.meanPredicted);
        values.append(bin.observed->value);
        minus.append(bin.observed->value - bin.observed->low);
        plus.append(bin.observed->high - bin.observed->value);
        centers.append((bin.low + bin.high) / 2.0);
        counts.append(bin.count - m_counts->baseValue()); // a bar stands on its base
        most = std::max<double>(most, bin.count);
    }
    m_points->setData(keys, values, true);
    m_intervals->setData(minus, plus);
    m_counts->setData(centers, counts, true);
    plot()->yAxis2->setRange(0.5, std::max(10.0, 1.5 * most));
    const QLocale locale;
    const auto reviewed =
        std::count_if(set.samples.cbegin(), set.samples.cend(), [](const Sample &sample) {
            return sample.labelled() && !sample.probabilities.isEmpty();
        });
    showPlot(tr("%1 labelled %2").arg(locale.toString(reviewed), ofShown()));
    m_sentence->setText(tr("Expected calibration error %1 over %2 probabilities in 10 bins.")
                            .arg(locale.toString(calibration.expectedError, 'f', 3),
                                 locale.toString(calibration.count)));
}

void ReliabilityPlot::restyle()
{
    const ThemeColors &colors = themeColors();
    const QColor blue = isDarkTheme() ? QColor(0x56, 0xb4, 0xe9) : QColor(0x00, 0x72, 0xb2);
    m_ideal->setPen(QPen(colors.faint, 1.2, Qt::DashLine));
    m_points->setPen(QPen(blue, 2.0));
    m_points->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(blue), blue, 8.0));
    m_intervals->setPen(QPen(blue, 1.4));
    QColor bars = colors.line;
    m_counts->setPen(QPen(bars));
    bars.setAlpha(150);
    m_counts->setBrush(bars);
    plot()->yAxis2->grid()->setVisible(false);
}

} // namespace birblens
