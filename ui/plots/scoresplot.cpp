// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/scoresplot.h"

#include "core/analysis/classscores.h"
#include "core/review/reviewsession.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QTableWidget>

#include <algorithm>
#include <array>

namespace birblens {

namespace {

QString percent(double share)
{
    return QLocale().toString(100.0 * share, 'f', 0);
}

/** "74 % (51–88)": three columns of them stand beside a plot. */
QString shareText(const std::optional<Share> &share)
{
    return share ? ScoresPlot::tr("%1 % (%2\u2013%3)")
                       .arg(percent(share->value), percent(share->low), percent(share->high))
                 : ScoresPlot::tr("not known");
}

void addShare(const std::optional<Share> &share, double row, QVector<double> &keys,
              QVector<double> &values, QVector<double> &minus, QVector<double> &plus)
{
    if (!share)
        return;
    keys.append(row);
    values.append(100.0 * share->value);
    minus.append(100.0 * (share->value - share->low));
    plus.append(100.0 * (share->high - share->value));
}

} // namespace

ScoresPlot::ScoresPlot(ReviewSession &session, QWidget *parent)
    : PlotPanel(session, tr("Scores"), parent)
    , m_precision(plot()->addGraph(plot()->yAxis, plot()->xAxis))
    , m_recall(plot()->addGraph(plot()->yAxis, plot()->xAxis))
    , m_precisionBars(new QCPErrorBars(plot()->yAxis, plot()->xAxis))
    , m_recallBars(new QCPErrorBars(plot()->yAxis, plot()->xAxis))
    , m_table(new QTableWidget(this))
{
    m_precision->setName(tr("precision"));
    m_recall->setName(tr("recall"));
    m_precisionBars->setDataPlottable(m_precision);
    m_recallBars->setDataPlottable(m_recall);
    for (QCPErrorBars *bars : {m_precisionBars, m_recallBars}) {
        bars->removeFromLegend();
        bars->setErrorType(QCPErrorBars::etValueError);
        bars->setWhiskerWidth(5.0);
        bars->setSymbolGap(6.0);
    }
    for (QCPGraph *graph : {m_precision, m_recall})
        graph->setLineStyle(QCPGraph::lsNone);
    plot()->xAxis->setRange(-2.0, 102.0);
    plot()->xAxis->setLabel(tr("Share with its\n95 % interval (%)"));
    QSharedPointer<QCPAxisTickerFixed> percents(new QCPAxisTickerFixed);
    percents->setTickStep(50.0);
    plot()->xAxis->setTicker(percents);
    plot()->yAxis->setRangeReversed(true);
    showLegendAbove();

    m_table->setColumnCount(5);
    m_table->setHorizontalHeaderLabels(
        {tr("Class"), tr("Precision"), tr("Recall"), tr("F1"), tr("To review")});
    const std::array<QString, 5> tips{
        tr("The label; none is a class of its own"),
        tr("Of the reviewed frames predicted as the class, those that are it; in brackets the 95 % "
           "interval (Wilson)"),
        tr("Of the reviewed frames that are the class, those predicted as it; in brackets the 95 % "
           "interval (Wilson)"),
        tr("Harmonic mean of precision and recall; in brackets the 95 % interval (Wilson)"),
        tr("Predicted frames that nobody has reviewed; and how many of them bring the precision to "
           "within 5 points")};
    for (int column = 0; column < 5; ++column)
        m_table->horizontalHeaderItem(column)->setToolTip(tips.at(static_cast<size_t>(column)));
    m_table->setAccessibleName(tr("Precision, recall and F1 of every class"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setSizeAdjustPolicy(QAbstractScrollArea::AdjustToContents);
    m_table->setFocusPolicy(Qt::TabFocus);
    beside()->addWidget(m_table);
}

PlotPanel::Computation ScoresPlot::computation()
{
    return [this](const SampleSet &samples) -> Drawing {
        return [this, scores = classScores(samples)](const SampleSet &set) { draw(set, scores); };
    };
}

void ScoresPlot::draw(const SampleSet &set, QList<ClassScore> scores)
{
    const auto judged = std::count_if(set.samples.cbegin(), set.samples.cend(),
                                      [](const Sample &sample) { return sample.judged(); });
    if (judged == 0) {
        showWords(tr("No reviewed frame yet: label some of the shown frames, and how often each "
                     "class is right is seen here."));
        return;
    }
    scores.removeIf([](const ClassScore &score) {
        return score.predicted == 0 && score.truePositives + score.missed == 0;
    });
    QVector<double> pKeys, pValues, pMinus, pPlus, rKeys, rValues, rMinus, rPlus;
    QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    for (int row = 0; row < scores.size(); ++row) {
        const ClassScore &score = scores.at(row);
        names->addTick(row, set.names.at(score.index));
        addShare(score.precision, row - 0.17, pKeys, pValues, pMinus, pPlus);
        addShare(score.recall, row + 0.17, rKeys, rValues, rMinus, rPlus);
    }
    m_precision->setData(pKeys, pValues, true);
    m_precisionBars->setData(pMinus, pPlus);
    m_recall->setData(rKeys, rValues, true);
    m_recallBars->setData(rMinus, rPlus);
    plot()->yAxis->setTicker(names);
    plot()->yAxis->setRange(-0.6, static_cast<double>(scores.size()) - 0.4);
    fillTable(set, scores);
    const QLocale locale;
    showPlot(tr("%1 labelled %2").arg(locale.toString(judged), ofShown()));
}

void ScoresPlot::fillTable(const SampleSet &set, const QList<ClassScore> &scores)
{
    const QLocale locale;
    m_table->setRowCount(static_cast<int>(scores.size()));
    for (int row = 0; row < scores.size(); ++row) {
        const ClassScore &score = scores.at(row);
        const QString rest = score.toReview == 0 ? tr("all reviewed")
                             : score.reviewsForPrecision == 0
                                 ? tr("0 of %1").arg(locale.toString(score.toReview))
                                 : tr("%1 of %2")
                                       .arg(locale.toString(score.reviewsForPrecision),
                                            locale.toString(score.toReview));
        const QStringList texts{set.names.at(score.index), shareText(score.precision),
                                shareText(score.recall), shareText(score.f1), rest};
        const int judged = score.truePositives + score.falsePositives;
        const QStringList tips{
            {},
            tr("%1 of %2 reviewed predictions are right")
                .arg(locale.toString(score.truePositives), locale.toString(judged)),
            tr("%1 of %2 true ones are predicted")
                .arg(locale.toString(score.truePositives),
                     locale.toString(score.truePositives + score.missed)),
            {},
            tr("%1 predicted frames are not reviewed; %2 of them bring the precision to within 5 "
               "points")
                .arg(locale.toString(score.toReview), locale.toString(score.reviewsForPrecision))};
        for (int column = 0; column < texts.size(); ++column) {
            auto *item = new QTableWidgetItem(texts.at(column));
            item->setToolTip(tips.at(column));
            if (column > 0)
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_table->setItem(row, column, item);
        }
    }
    for (int column = 1; column < m_table->columnCount(); ++column)
        m_table->horizontalHeaderItem(column)->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_table->updateGeometry();
}

void ScoresPlot::restyle()
{
    const QColor blue = isDarkTheme() ? QColor(0x56, 0xb4, 0xe9) : QColor(0x00, 0x72, 0xb2);
    const QColor red(0xd5, 0x5e, 0x00);
    m_precision->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(blue), blue, 8.0));
    m_recall->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssSquare, QPen(red), red, 7.0));
    m_precision->setPen(QPen(blue));
    m_recall->setPen(QPen(red));
    m_precisionBars->setPen(QPen(blue, 1.4));
    m_recallBars->setPen(QPen(red, 1.4));
    plot()->yAxis->grid()->setVisible(false);
    plot()->yAxis->setTickPen(Qt::NoPen);
}

} // namespace birblens
