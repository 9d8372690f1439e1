#include "ui/plots/plotpanel.h"

#include "core/review/reviewsession.h"
#include "ui/counted.h"
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
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace birblens {

namespace {

constexpr int kSoon = 150; ///< ms in which changes are gathered

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
    connect(&session, &ReviewSession::dayOpened, this, &PlotPanel::schedule);
    connect(&session, &ReviewSession::modelChanged, this, &PlotPanel::schedule);
    connect(&session, &ReviewSession::shownKeysChanged, this, &PlotPanel::schedule);
    connect(&session, &ReviewSession::labelsChanged, this, &PlotPanel::schedule);
    const Day &day = session.day();
    connect(&day, &Day::wasReset, this, &PlotPanel::schedule);
    connect(&day, &Day::inserted, this, &PlotPanel::schedule);
    connect(&day, &Day::changed, this, &PlotPanel::schedule);
}

QString PlotPanel::note() const
{
    return m_note->text();
}

QString PlotPanel::words() const
{
    return m_pages->currentIndex() == 0 ? m_words->text() : QString();
}

void PlotPanel::schedule()
{
    m_stale = true;
    // Not restarted: during a classification something changes all the time.
    if (isVisible() && !m_soon.isActive())
        m_soon.start();
}

void PlotPanel::refresh()
{
    m_soon.stop();
    m_stale = false;
    rebuild();
    styleAxes();
}

void PlotPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (m_stale)
        refresh();
}

void PlotPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        schedule();
}

QList<const FrameEntry *> PlotPanel::shownFrames() const
{
    QList<const FrameEntry *> frames;
    const QStringList keys = m_session.shownKeys();
    const Day &day = m_session.day();
    frames.reserve(keys.size());
    for (const QString &key : keys) {
        if (const int row = day.rowOf(key); row >= 0)
            frames.append(&day.at(row));
    }
    return frames;
}

SampleSet PlotPanel::shownSamples() const
{
    return samplesOf(shownFrames(), m_session.vocabulary());
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
        m_session.say(Message::Level::Problem,
                      tr("%1: %2").arg(written.error().where, written.error().what));
}

} // namespace birblens
