// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/confusionplot.h"

#include "core/analysis/confusion.h"
#include "core/review/reviewsession.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr int kClasses = 24; ///< more cannot be read

/** Whole numbers without, shared counts with one digit after the point. */
QString countText(double count)
{
    const bool whole = std::abs(count - std::round(count)) < 0.05;
    return QLocale().toString(count, 'f', whole ? 0 : 1);
}

} // namespace

ConfusionPlot::ConfusionPlot(ReviewSession &session, QWidget *parent)
    : PlotPanel(session, tr("Confusion"), parent)
    , m_map(new QCPColorMap(plot()->xAxis, plot()->yAxis))
{
    m_map->setInterpolate(false);
    m_map->setTightBoundary(false);
    m_map->setDataRange(QCPRange(0.0, 1.0));
    plot()->xAxis->setLabel(tr("Predicted"));
    plot()->yAxis->setLabel(tr("True"));
    plot()->yAxis->setRangeReversed(true);
    plot()->setToolTip(
        tr("Frames by true label (row) and predicted label (column); the darker, the larger the "
           "share of its row. Of several labels on a frame those that agree are on the diagonal; a "
           "missed one is shared among the surplus ones, else it was taken for none."));
}

PlotPanel::Computation ConfusionPlot::computation()
{
    return [this](const SampleSet &samples) -> Drawing {
        return [this, confusion = confusionOf(samples)](const SampleSet &set) {
            draw(set, confusion);
        };
    };
}

void ConfusionPlot::draw(const SampleSet &set, const Confusion &confusion)
{
    if (confusion.frames == 0) {
        showWords(tr("No reviewed frame yet: label some of the shown frames, and what was taken "
                     "for what is seen here."));
        return;
    }
    // Classes that occur; of too many those that occur most.
    QList<double> uses(confusion.size, 0.0);
    QList<int> order;
    for (int i = 0; i < confusion.size; ++i) {
        for (int j = 0; j < confusion.size; ++j)
            uses[i] += confusion.at(i, j) + confusion.at(j, i);
        if (uses.at(i) > 0.0)
            order.append(i);
    }
    const auto occurring = order.size();
    if (occurring > kClasses) {
        std::stable_sort(order.begin(), order.end(),
                         [&](int a, int b) { return uses.at(a) > uses.at(b); });
        order.resize(kClasses);
        std::sort(order.begin(), order.end());
    }
    const int n = static_cast<int>(order.size());
    for (QCPItemText *text : std::as_const(m_counts))
        plot()->removeItem(text);
    m_counts.clear();
    m_names.clear();
    m_map->data()->setSize(n, n);
    m_map->data()->setRange(QCPRange(0.0, n - 1), QCPRange(0.0, n - 1));
    QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    for (int row = 0; row < n; ++row) {
        m_names.append(set.names.at(order.at(row)));
        names->addTick(row, m_names.constLast());
        const double sum = confusion.rowSum(order.at(row));
        for (int column = 0; column < n; ++column) {
            const double count = confusion.at(order.at(row), order.at(column));
            const double share = sum > 0.0 ? count / sum : 0.0;
            m_map->data()->setCell(column, row, share);
            if (count <= 0.0)
                continue;
            auto *text = new QCPItemText(plot());
            text->position->setCoords(column, row);
            text->setText(countText(count));
            text->setProperty("share", share);
            m_counts.append(text);
        }
    }
    for (QCPAxis *axis : {plot()->xAxis, plot()->yAxis}) {
        axis->setTicker(names);
        axis->setRange(-0.5, n - 0.5);
    }
    const QLocale locale;
    QString note = tr("%1 labelled %2, rows true, columns predicted")
                       .arg(locale.toString(confusion.frames), ofShown());
    if (occurring > n)
        note += tr("; the %1 most frequent of %2 classes")
                    .arg(locale.toString(n), locale.toString(occurring));
    showPlot(note);
}

void ConfusionPlot::restyle()
{
    const QColor empty = palette().color(QPalette::Base);
    const QColor full = isDarkTheme() ? QColor(0x56, 0xb4, 0xe9) : QColor(0x00, 0x5a, 0x8e);
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setColorStopAt(0.0, empty);
    gradient.setColorStopAt(1.0, full);
    m_map->setGradient(gradient);
    m_map->setDataRange(QCPRange(0.0, 1.0));
    for (QCPItemText *text : std::as_const(m_counts)) {
        text->setFont(font());
        // Readable on what is behind it: the ground's colour from the middle of the scale on.
        text->setColor(text->property("share").toDouble() > (isDarkTheme() ? 0.7 : 0.5)
                           ? empty
                           : palette().color(QPalette::WindowText));
    }
    for (QCPAxis *axis : {plot()->xAxis, plot()->yAxis}) {
        axis->grid()->setVisible(false);
        axis->setTickPen(Qt::NoPen);
    }
    // Names beside each other while they fit, else slanted.
    int widest = 0;
    for (const QString &name : std::as_const(m_names))
        widest = std::max(widest, fontMetrics().horizontalAdvance(name));
    const double cell = plot()->axisRect()->width() / std::max(1.0, plot()->xAxis->range().size());
    plot()->xAxis->setTickLabelRotation(widest + kUnit > cell ? 35.0 : 0.0);
}

} // namespace birblens
