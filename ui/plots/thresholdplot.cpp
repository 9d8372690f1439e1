// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/thresholdplot.h"

#include "core/background.h"
#include "core/model/bundlecopy.h"
#include "core/review/reviewsession.h"
#include "ui/plots/classpicker.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QPushButton>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr int kBins = 20;
constexpr int kGrip = 8; ///< pixels left and right of the handle that hold it

} // namespace

ThresholdPlot::ThresholdPlot(ReviewSession &session, QWidget *parent)
    : PlotPanel(session, tr("Thresholds"), parent)
    , m_class(new ClassPicker({}, this))
    , m_value(new QDoubleSpinBox(this))
    , m_store(new QPushButton(tr("Save in a Copy of the Model..."), this))
    , m_sentence(new QLabel(this))
    , m_true(new QCPBars(plot()->xAxis, plot()->yAxis))
    , m_false(new QCPBars(plot()->xAxis, plot()->yAxis))
    , m_line(new QCPItemStraightLine(plot()))
    , m_present(new QCPItemStraightLine(plot()))
    , m_grip(new QCPItemText(plot()))
{
    m_value->setRange(0.0, 1.0);
    m_value->setSingleStep(0.01);
    m_value->setDecimals(2);
    m_value->setPrefix(tr("p > "));
    m_value->setAccessibleName(tr("Threshold"));
    m_value->setToolTip(tr("The class is predicted where its probability is over this; the line in "
                           "the plot can be dragged too"));
    m_store->setToolTip(tr("Writes a copy of the model whose thresholds are the chosen ones of all "
                           "classes; the model itself stays as it is"));
    m_store->setAutoDefault(false);
    m_sentence->setObjectName(QStringLiteral("forecast"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    tools()->addWidget(m_class);
    tools()->addWidget(m_value);
    auto *foot = new QHBoxLayout;
    foot->setSpacing(kUnit);
    foot->addWidget(m_sentence, 1);
    foot->addWidget(m_store);
    below()->addLayout(foot);

    auto *group = new QCPBarsGroup(plot());
    group->setSpacingType(QCPBarsGroup::stAbsolute);
    group->setSpacing(1.0);
    for (QCPBars *bars : {m_true, m_false}) {
        bars->setWidth(0.4 / kBins);
        bars->setBarsGroup(group);
        bars->setBaseValue(0.5);
    }
    m_true->setName(tr("it was there"));
    m_false->setName(tr("it was not there"));
    showLegendAbove();
    plot()->xAxis->setRange(0.0, 1.0);
    plot()->xAxis->setLabel(tr("Probability that the model gave the class"));
    plot()->yAxis->setScaleType(QCPAxis::stLogarithmic);
    plot()->yAxis->setTicker(QSharedPointer<QCPAxisTickerLog>(new QCPAxisTickerLog));
    plot()->yAxis->setNumberFormat(QStringLiteral("f"));
    plot()->yAxis->setNumberPrecision(0);
    plot()->yAxis->setLabel(tr("Frames (log)"));
    m_grip->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_grip->setPositionAlignment(Qt::AlignTop | Qt::AlignHCenter);
    m_grip->setPadding(QMargins(5, 2, 5, 2));
    connect(plot(), &QCustomPlot::mousePress, this, &ThresholdPlot::press);
    connect(plot(), &QCustomPlot::mouseMove, this, &ThresholdPlot::move);
    connect(plot(), &QCustomPlot::mouseRelease, this, [this] { m_dragging = false; });
    connect(m_class, &QComboBox::currentIndexChanged, this, &ThresholdPlot::recompute);
    connect(m_value, &QDoubleSpinBox::valueChanged, this, &ThresholdPlot::setThreshold);
    connect(m_store, &QPushButton::clicked, this, &ThresholdPlot::askStore);
}

ThresholdPlot::~ThresholdPlot()
{
    m_writer.waitForDone();
}

double ThresholdPlot::presentThreshold() const
{
    return session().explain().model()
               ? session().explain().model()->info.threshold(m_class->classIndex())
               : 0.5;
}

double ThresholdPlot::threshold() const
{
    return m_chosen.value(m_class->classIndex(), presentThreshold());
}

QString ThresholdPlot::sentence() const
{
    return m_sentence->text();
}

PlotPanel::Computation ThresholdPlot::computation()
{
    const auto &model = session().explain().model();
    if (!model) {
        showWords(tr("Open a model: thresholds are about the probabilities it gives."));
        return {};
    }
    if (model->info.id != m_modelId) {
        m_modelId = model->info.id;
        m_chosen.clear();
        for (int i = 0; i < model->info.vocabulary.size(); ++i)
            m_chosen.append(model->info.threshold(i));
    }
    m_class->setClasses(model->info.vocabulary);
    const bool single = model->info.task == Task::SingleLabel;
    m_store->setEnabled(!single && !m_writing);
    if (single)
        m_store->setToolTip(
            tr("This model predicts its most probable class: it has no thresholds"));

    m_forecast.reset(); // the class may be another one
    return [this, index = m_class->classIndex()](const SampleSet &samples) -> Drawing {
        return
            [this, forecast = ClassForecast(samples, index)](const SampleSet &) { draw(forecast); };
    };
}

void ThresholdPlot::draw(const ClassForecast &forecast)
{
    m_forecast = forecast;
    if (m_forecast->frames() == 0) {
        showWords(tr("No reviewed frame yet: label some of the shown frames, and what another "
                     "threshold would have changed is seen here."));
        return;
    }
    int most = 1;
    const auto fill = [&most](QCPBars *bars, const QList<float> &probabilities) {
        QVector<double> keys;
        QVector<double> values;
        const QList<int> counts = probabilityHistogram(probabilities, kBins);
        for (int bin = 0; bin < kBins; ++bin) {
            if (counts.at(bin) == 0) // has no logarithm
                continue;
            keys.append((bin + 0.5) / kBins);
            values.append(counts.at(bin) - bars->baseValue()); // a bar stands on its base
            most = std::max(most, counts.at(bin));
        }
        bars->setData(keys, values, true);
    };
    fill(m_true, m_forecast->trueProbabilities());
    fill(m_false, m_forecast->falseProbabilities());
    // Room above the bars for the legend and the handle's number.
    plot()->yAxis->setRange(0.5, std::max(10.0, std::pow(most, 1.35)));
    const QLocale locale;
    showPlot(tr("%1: %2 reviewed frames %3, %4 with it")
                 .arg(m_class->currentText(), locale.toString(m_forecast->frames()), ofShown(),
                      locale.toString(m_forecast->trueProbabilities().size())));
    showThreshold();
}

void ThresholdPlot::setThreshold(double threshold)
{
    const int index = m_class->classIndex();
    if (index < 0 || index >= m_chosen.size())
        return;
    m_chosen[index] = std::clamp(threshold, 0.0, 1.0);
    showThreshold();
}

void ThresholdPlot::showThreshold()
{
    if (!m_forecast || !session().explain().model())
        return;
    const QLocale locale;
    const double t = threshold();
    {
        const QSignalBlocker blocker(m_value);
        m_value->setValue(t);
    }
    m_line->point1->setCoords(t, 1.0);
    m_line->point2->setCoords(t, 2.0);
    m_present->point1->setCoords(presentThreshold(), 1.0);
    m_present->point2->setCoords(presentThreshold(), 2.0);
    m_grip->position->setCoords(t, 0.01);
    m_grip->setText(locale.toString(t, 'f', 2));
    const Forecast f =
        m_forecast->at(t, session().explain().model()->info.task == Task::SingleLabel);
    const auto number = [&locale](int value) { return locale.toString(value); };
    QString text =
        tr("At %1: %2 of %3 false %4 frames gone, %5 of %6 true ones lost")
            .arg(locale.toString(t, 'f', 2), number(f.falseRemoved), number(f.falseTotal),
                 m_class->currentText(), number(f.trueLost), number(f.trueTotal));
    if (f.trueFound > 0 || f.falseAdded > 0)
        text += tr("; %1 missed ones found, %2 more false")
                    .arg(number(f.trueFound), number(f.falseAdded));
    m_sentence->setText(text + QLatin1Char('.'));
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

QPoint ThresholdPlot::handlePlace() const
{
    return {qRound(plot()->xAxis->coordToPixel(threshold())), plot()->axisRect()->center().y()};
}

bool ThresholdPlot::onHandle(const QPoint &pos) const
{
    return std::abs(pos.x() - handlePlace().x()) <= kGrip &&
           plot()->axisRect()->rect().contains(pos);
}

void ThresholdPlot::press(QMouseEvent *event)
{
    m_dragging = event->button() == Qt::LeftButton && onHandle(event->pos());
}

void ThresholdPlot::move(QMouseEvent *event)
{
    if (m_dragging)
        setThreshold(std::round(plot()->xAxis->pixelToCoord(event->pos().x()) * 100.0) / 100.0);
    else
        plot()->setCursor(onHandle(event->pos()) ? Qt::SplitHCursor : Qt::ArrowCursor);
}

void ThresholdPlot::restyle()
{
    // Blue and vermilion of Okabe and Ito: told apart by everybody; the second is hatched too.
    const QColor there(0x00, 0x72, 0xb2);
    const QColor away(0xd5, 0x5e, 0x00);
    const QColor blue = isDarkTheme() ? QColor(0x56, 0xb4, 0xe9) : there;
    m_true->setPen(QPen(blue));
    m_true->setBrush(blue);
    m_false->setPen(QPen(away));
    m_false->setBrush(QBrush(away, Qt::BDiagPattern));
    const ThemeColors &colors = themeColors();
    m_line->setPen(QPen(colors.accent, 2.0));
    m_present->setPen(QPen(colors.faint, 1.0, Qt::DashLine));
    m_grip->setBrush(colors.accent);
    m_grip->setColor(palette().color(QPalette::HighlightedText));
    m_grip->setFont(font());
    plot()->xAxis->grid()->setVisible(false);
}

void ThresholdPlot::askStore()
{
    const ModelInfo &info = session().explain().model()->info;
    const QFileInfo file(info.path);
    const QString suggestion =
        file.dir().filePath(file.completeBaseName() + QStringLiteral(".thresholds.pt"));
    const QString path = QFileDialog::getSaveFileName(this, tr("Save a Copy of the Model"),
                                                      suggestion, tr("TorchScript model (*.pt)"));
    if (!path.isEmpty())
        store(path);
}

void ThresholdPlot::store(const QString &path)
{
    if (!session().explain().model() || m_writing)
        return;
    ModelInfo info = session().explain().model()->info;
    info.thresholds = m_chosen;
    const QString note = tr("thresholds chosen from reviewed frames in Birblens");
    info.provenance =
        info.provenance.isEmpty() ? note : info.provenance + QStringLiteral("; ") + note;
    m_store->setEnabled(false);
    m_writing = true;
    runInBackground(
        m_writer, this, "copying a model", [info, path] { return copyBundle(info, path); },
        [this](const Result<QString> &result) { stored(result); });
}

void ThresholdPlot::stored(const Result<QString> &result)
{
    m_writing = false;
    m_store->setEnabled(true);
    if (result)
        session().say(
            Message::Level::Info,
            tr("The copy %1 has the chosen thresholds. Open it to use them.").arg(*result));
    else
        session().say(Message::Level::Problem, result.error().sentence());
}

} // namespace birblens
