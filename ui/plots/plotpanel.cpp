// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/plotpanel.h"

#include "core/background.h"
#include "core/counted.h"
#include "core/review/reviewsession.h"
#include "ui/icons.h"
#include "ui/plots/plotexport.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"
#include "ui/views/elidedlabel.h"

#include <QAction>
#include <QDir>
#include <QEvent>
#include <QFileDialog>
#include <QLabel>
#include <QScopeGuard>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace birblens {

namespace {

constexpr int kSoon = 150;   ///< ms in which changes are gathered
constexpr int kLater = 3000; ///< at most, where a plot takes long
constexpr int kPatience = 4; ///< times as long as it takes, it rests
constexpr int kSlice = 6;    ///< ms that gathering may keep the window waiting
constexpr int kStride = 256; ///< frames between looks at the clock

} // namespace

PlotPanel::PlotPanel(ReviewSession &session, const QString &title, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_title(title)
    , m_plot(new QCustomPlot(this))
    , m_note(new ElidedLabel(this))
    , m_words(new QLabel(this))
    , m_pages(new QStackedWidget(this))
    , m_tools(new QHBoxLayout)
    , m_below(new QVBoxLayout)
    , m_beside(new QHBoxLayout)
    , m_export(new QAction(icon(QStringLiteral("export")), tr("Save the Plot..."), this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(kUnit, kUnit / 2, kUnit, kUnit / 2);
    column->setSpacing(kUnit / 2);
    m_export->setToolTip(tr("Saves this plot as PNG, SVG or PDF"));
    connect(m_export, &QAction::triggered, this, &PlotPanel::askExport);
    auto *save = new QToolButton(this);
    save->setDefaultAction(m_export);
    save->setAutoRaise(true);
    save->setAccessibleName(tr("Save the plot"));
    auto *head = new QHBoxLayout;
    head->setSpacing(kUnit);
    m_tools->setSpacing(kUnit);
    head->addWidget(m_note, 1);
    head->addLayout(m_tools);
    head->addWidget(save);
    column->addLayout(head);

    auto *page = new QWidget(m_pages);
    auto *inner = new QVBoxLayout(page);
    inner->setContentsMargins(0, 0, 0, 0);
    inner->setSpacing(kUnit / 2);
    m_beside->setSpacing(kUnit);
    m_beside->addWidget(m_plot, 1);
    inner->addLayout(m_beside, 1);
    inner->addLayout(m_below);
    m_words->setAlignment(Qt::AlignCenter);
    m_words->setWordWrap(true);
    m_words->setMargin(2 * kUnit);
    m_pages->addWidget(m_words);
    m_pages->addWidget(page);
    column->addWidget(m_pages, 1);

    m_plot->setAccessibleName(title);
    m_plot->setMinimumSize(20 * kUnit, 18 * kUnit);
    m_plot->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_plot->addAction(m_export);
    m_export->setEnabled(false);

    m_soon.setSingleShot(true);
    m_soon.setInterval(kSoon);
    connect(&m_soon, &QTimer::timeout, this, &PlotPanel::refresh);
    m_slice.setInterval(0);
    connect(&m_slice, &QTimer::timeout, this, &PlotPanel::gather);
    m_pool.setMaxThreadCount(1);
    m_pool.setThreadPriority(QThread::LowPriority);
    connect(&session, &ReviewSession::dayOpened, this, &PlotPanel::startOver);
    connect(&session.explain(), &ExplainState::modelChanged, this, &PlotPanel::startOver);
    connect(&session, &ReviewSession::shownKeysChanged, this, &PlotPanel::schedule);
    connect(&session, &ReviewSession::labelsChanged, this, &PlotPanel::schedule);
    const Day &day = session.day();
    connect(&day, &Day::wasReset, this, &PlotPanel::startOver);
    connect(&day, &Day::inserted, this, &PlotPanel::schedule);
    connect(&day, &Day::changed, this, &PlotPanel::schedule);
}

PlotPanel::~PlotPanel()
{
    stop();
    m_pool.clear();
    m_pool.waitForDone();
}

QString PlotPanel::note() const
{
    return m_note->text();
}

QString PlotPanel::words() const
{
    return m_pages->currentIndex() == 0 ? m_words->text() : QString();
}

void PlotPanel::paintNow()
{
    m_plot->replot();
}

void PlotPanel::schedule()
{
    m_stale = true;
    m_samples.reset();
    // Not restarted: during a classification something changes all the time.
    if (isVisible() && !m_busy && !m_soon.isActive())
        m_soon.start();
}

void PlotPanel::startOver()
{
    stop();
    schedule();
}

void PlotPanel::stop()
{
    ++m_ticket;
    m_slice.stop();
    m_gatherer = SampleGatherer();
    m_busy = false;
}

void PlotPanel::refresh()
{
    stop();
    m_soon.stop();
    m_stale = false;
    m_samples.reset();
    recompute();
}

void PlotPanel::recompute()
{
    if (!isVisible()) {
        m_stale = true;
        return;
    }
    if (m_stale) // what is shown will be drawn anew with this choice anyway
        m_soon.stop();
    const bool gathering = m_slice.isActive();
    m_computation = saysNothingShown() ? Computation() : computation();
    if (!m_computation) {
        stop();
        finish();
        return;
    }
    if (gathering)
        return; // the new computation takes the place of the old one
    stop();
    m_busy = true;
    m_since.start();
    if (m_samples && !m_stale) {
        compute([samples = m_samples] { return samples; });
        return;
    }
    m_stale = false;
    m_keys = m_session.shownKeys();
    m_next = 0;
    m_gatherer = SampleGatherer(m_session.vocabulary());
    m_gatherer.reserve(m_keys.size());
    gather();
    if (m_busy && m_next < m_keys.size())
        m_slice.start();
}

/** A slice of it. Frames may have changed between two slices: then another pass follows. */
void PlotPanel::gather()
{
    QElapsedTimer clock;
    clock.start();
    const Day &day = m_session.day();
    while (m_next < m_keys.size()) {
        if (m_next % kStride == 0 && clock.elapsed() >= kSlice)
            return;
        if (const int row = day.rowOf(m_keys.at(m_next)); row >= 0)
            m_gatherer.add(day.at(row), static_cast<int>(m_next));
        ++m_next;
    }
    m_slice.stop();
    auto gathered = std::make_shared<SampleGatherer>(std::move(m_gatherer));
    m_gatherer = SampleGatherer();
    compute([gathered] { return std::make_shared<const SampleSet>(gathered->finish()); });
}

void PlotPanel::compute(const std::function<std::shared_ptr<const SampleSet>()> &samples)
{
    runInBackground(
        m_pool, this, "plot",
        [samples, computation = m_computation] {
            Answer answer{samples(), {}};
            answer.draw = computation(*answer.samples);
            return answer;
        },
        [this, ticket = m_ticket](const Result<Answer> &answer) {
            if (ticket == m_ticket)
                arrived(answer);
        });
}

void PlotPanel::arrived(const Result<Answer> &answer)
{
    const auto done = qScopeGuard([this] { finish(); }); // drawing may throw
    if (answer) {
        m_samples = m_stale ? nullptr : answer->samples;
        m_drawnKeys = m_keys;
        answer->draw(*answer->samples);
    } else {
        showWords(answer.error().sentence());
    }
    m_soon.setInterval(std::clamp(static_cast<int>(kPatience * m_since.elapsed()), kSoon, kLater));
}

void PlotPanel::finish()
{
    m_busy = false;
    styleAxes();
    if (m_stale && isVisible())
        m_soon.start();
    Q_EMIT drawn();
}

void PlotPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (m_stale)
        refresh();
}

void PlotPanel::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_stale = m_stale || m_busy;
    stop();
    m_soon.stop();
    m_samples.reset(); // gathered again when it is chosen again
}

void PlotPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        schedule();
}

void PlotPanel::showPlot(const QString &note)
{
    m_note->setText(note);
    m_export->setEnabled(true);
    m_pages->setCurrentIndex(1);
}

void PlotPanel::showWords(const QString &words)
{
    m_note->clear();
    m_words->setText(words);
    m_export->setEnabled(false);
    m_pages->setCurrentIndex(0);
}

bool PlotPanel::saysNothingShown()
{
    if (!m_session.hasDay())
        showWords(tr("No day is open."));
    else if (m_session.day().size() == 0)
        showWords(tr("There is no frame in this day yet."));
    else if (m_session.shownKeys().isEmpty())
        showWords(tr("No frame passes the filter."));
    else
        return false;
    return true;
}

QString PlotPanel::ofShown() const
{
    return counted(m_session.shownKeys().size(), tr("of the %1 shown frame"),
                   tr("of the %1 shown frames"));
}

void PlotPanel::showLegendAbove()
{
    QCPLayoutGrid *layout = m_plot->plotLayout();
    m_plot->legend->setVisible(true);
    layout->insertRow(0);
    layout->addElement(0, 0, m_plot->legend);
    layout->setRowStretchFactor(0, 0.001);
    layout->setRowSpacing(0);
    m_plot->legend->setFillOrder(QCPLegend::foColumnsFirst);
    m_plot->legend->setMargins(QMargins());
}

void PlotPanel::styleAxes()
{
    const ThemeColors &colors = themeColors();
    const QColor text = palette().color(QPalette::WindowText);
    m_plot->setBackground(palette().color(QPalette::Window));
    m_plot->axisRect()->setBackground(palette().color(QPalette::Base));
    for (QCPAxis *axis : {m_plot->xAxis, m_plot->yAxis, m_plot->xAxis2, m_plot->yAxis2}) {
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
    if (m_plot->legend) {
        m_plot->legend->setFont(font());
        m_plot->legend->setTextColor(text);
        m_plot->legend->setBrush(Qt::NoBrush);
        m_plot->legend->setBorderPen(Qt::NoPen);
    }
    restyle();
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

Result<QString> PlotPanel::exportTo(const QString &path)
{
    return exportPlot(*m_plot, m_title + QStringLiteral(": ") + note(), path);
}

void PlotPanel::askExport()
{
    QString name = m_title.toLower().replace(QLatin1Char(' '), QLatin1Char('-'));
    QFileDialog dialog(this, tr("Save the Plot"), QDir::homePath());
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setNameFilters(
        {tr("PNG picture (*.png)"), tr("SVG drawing (*.svg)"), tr("PDF document (*.pdf)")});
    dialog.setDefaultSuffix(QStringLiteral("png"));
    connect(&dialog, &QFileDialog::filterSelected, &dialog, [&dialog](const QString &filter) {
        dialog.setDefaultSuffix(filter.section(QStringLiteral("*."), 1, 1).chopped(1));
    });
    dialog.selectFile(name);
    if (dialog.exec() != QDialog::Accepted)
        return;
    const Result<QString> written = exportTo(dialog.selectedFiles().constFirst());
    if (written)
        m_session.say(Message::Level::Info, tr("The plot is saved as %1.").arg(*written));
    else
        m_session.say(Message::Level::Problem, written.error().sentence());
}

} // namespace birblens
