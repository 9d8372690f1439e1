// SPDX-License-Identifier: GPL-3.0-or-later

// Which command, key and signal leads where. What the window does itself is in mainwindow.cpp.
#include "ui/mainwindow.h"

#include "core/counted.h"
#include "core/jobs/autoclassify.h"
#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"
#include "core/review/similarity.h"
#include "ui/dayscontroller.h"
#include "ui/dialogs/clockdialog.h"
#include "ui/dialogs/keysdialog.h"
#include "ui/dialogs/trustdialog.h"
#include "ui/exportcontroller.h"
#include "ui/menus.h"
#include "ui/models/framelistmodel.h"
#include "ui/panels/conflictspanel.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/framebrowserpanel.h"
#include "ui/panels/historypanel.h"
#include "ui/panels/labelpanel.h"
#include "ui/panels/layerpanel.h"
#include "ui/panels/photopanel.h"
#include "ui/panels/topbar.h"
#include "ui/panels/whypanel.h"
#include "ui/plots/plotspanel.h"
#include "ui/plots/timelineplot.h"
#include "ui/theme.h"
#include "ui/views/messagebar.h"
#include "ui/views/progressline.h"
#include "ui/views/welcomeview.h"
#include "ui/visitplayer.h"

#include <QAction>
#include <QActionGroup>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMimeData>
#include <QPointer>
#include <QScreen>
#include <QScrollArea>
#include <QToolBar>
#include <QUrl>

namespace birblens {

namespace {

bool looksLikeModel(const QString &path)
{
    static const QStringList suffixes{QStringLiteral("pt"), QStringLiteral("pth"),
                                      QStringLiteral("ts"), QStringLiteral("torchscript"),
                                      QStringLiteral("pkl")};
    const QFileInfo info(path);
    return info.isFile() && suffixes.contains(info.suffix().toLower());
}

QStringList localPaths(const QMimeData *data)
{
    QStringList paths;
    for (const QUrl &url : data->urls()) {
        if (url.isLocalFile())
            paths.append(url.toLocalFile());
    }
    return paths;
}

/** For a panel so long that on a small screen it would push its neighbours out of sight. */
QScrollArea *scrolling(QWidget *panel)
{
    auto *scroll = new QScrollArea;
    scroll->setWidget(panel);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    panel->setAutoFillBackground(false);
    scroll->viewport()->setAutoFillBackground(false);
    return scroll;
}

} // namespace

void MainWindow::buildDocks()
{
    auto *bar = new QToolBar(tr("Day and filter"), this);
    bar->setObjectName(QStringLiteral("topBar"));
    bar->setMovable(false);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->toggleViewAction()->setVisible(false);
    bar->addWidget(m_top);
    addToolBar(Qt::TopToolBarArea, bar);

    m_browser = new FrameBrowserPanel(m_session, this);
    m_photo->setList(&m_browser->frames());
    m_why = new WhyPanel(m_session, this);
    m_layers = new LayerPanel(m_session, this);
    m_labels = new LabelPanel(m_session, this);
    auto *plots = new PlotsPanel(m_session, this);
    constexpr auto left = Qt::LeftDockWidgetArea;
    constexpr auto right = Qt::RightDockWidgetArea;
    constexpr auto bottom = Qt::BottomDockWidgetArea;
    m_docks.add({
        {QStringLiteral("frames"), tr("Frames"), m_browser, left, {33, 100}},
        {QStringLiteral("why"), tr("Why"), m_why, right, {41, 30}},
        {QStringLiteral("layer"), tr("Layer and colours"), scrolling(m_layers), right, {41, 33}},
        {QStringLiteral("label"), tr("True label"), m_labels, right, {41, 22}},
        {QStringLiteral("history"),
         tr("History"),
         new HistoryPanel(m_session, this),
         bottom,
         {80, 38},
         false},
        {QStringLiteral("conflicts"),
         tr("Conflicts"),
         new ConflictsPanel(m_session, this),
         bottom,
         {80, 38},
         false},
        {QStringLiteral("plots"), tr("Plots"), plots, bottom, {80, 38}, false},
    });
    m_docks.fill(*m_actions->panels);
    connect(plots->timeline(), &TimelinePlot::timeRangeChosen, m_top->filter(),
            &FilterBar::setTimeRange);
    connect(plots->timeline(), &TimelinePlot::hoursChosen, m_top->filter(), &FilterBar::setHours);
}

void MainWindow::resetLayout()
{
    m_docks.reset();
    if (!isVisible()) {
        // Room for the title bar, which not every window manager keeps on the screen.
        const QSize room = screen()->availableSize() - QSize(0, 4 * kUnit);
        resize(room.boundedTo(QSize(1600, 1000)));
    }
}

void MainWindow::connectFileActions()
{
    connect(m_actions->openDay, &QAction::triggered, this, &MainWindow::askDay);
    connect(m_actions->openModel, &QAction::triggered, this, &MainWindow::askModel);
    connect(m_actions->openDemo, &QAction::triggered, this, &MainWindow::openDemo);
    connect(m_actions->exportFrames, &QAction::triggered, m_export, &ExportController::ask);
    connect(m_actions->exportFilm, &QAction::triggered, m_export, &ExportController::askFilm);
    connect(m_actions->copyFigure, &QAction::triggered, m_export, &ExportController::copyFigure);
    connect(m_actions->classify, &QAction::triggered, this, [this] {
        m_autoClassify->start();
        m_service.classifyDay(/*featuresToo=*/true);
    });
    connect(m_top, &TopBar::classifyRequested, m_actions->classify, &QAction::trigger);
    connect(m_actions->quit, &QAction::triggered, this, &QWidget::close);
    connect(m_actions->keys, &QAction::triggered, this,
            [this] { (new KeysDialog(*m_actions, m_labels->quickLabels(), this))->show(); });
    connect(m_actions->about, &QAction::triggered, this, [this] { showAbout(this); });
    connect(m_welcome, &WelcomeView::openDayRequested, this, &MainWindow::askDay);
    connect(m_welcome, &WelcomeView::openModelRequested, this, &MainWindow::askModel);
    connect(m_welcome, &WelcomeView::demoRequested, this, &MainWindow::openDemo);
    connect(m_welcome, &WelcomeView::recentDayRequested, this, &MainWindow::openDay);
    connect(m_why, &WhyPanel::openModelRequested, this, &MainWindow::askModel);
}

void MainWindow::connectReviewActions()
{
    connect(m_actions->accept, &QAction::triggered, this, [this] {
        m_labels->accept();
        decided();
    });
    connect(m_actions->falsePositive, &QAction::triggered, this, [this] {
        m_labels->setNone();
        decided();
    });
    connect(m_labels, &LabelPanel::decided, this, &MainWindow::decided);
    connect(m_actions->nothing, &QAction::triggered, m_labels, &LabelPanel::setNone);
    connect(m_actions->unsure, &QAction::triggered, m_labels, &LabelPanel::setUnsure);
    connect(m_actions->clearLabel, &QAction::triggered, m_labels, &LabelPanel::clearLabel);
    connect(m_actions->notThisClass, &QAction::triggered, m_labels, &LabelPanel::notThisClass);
    connect(m_actions->copyLabels, &QAction::triggered, m_labels,
            [this] { m_labels->copyFrom(m_browser->keyBefore()); });
    connect(m_actions->wholeEvent, &QAction::triggered, m_browser, [this] {
        const int count = m_browser->selectKeys(m_session.eventOf(m_session.currentKey()));
        m_messages->show(Message::Level::Info,
                         counted(count, tr("This visit has %1 frame."),
                                 tr("The %1 frames of this visit are selected: the next label is "
                                    "for all of them.")));
    });
    m_labels->setReasons([this](const QString &key) { return m_browser->frames().reasons(key); });
    connect(m_actions->flag, &QAction::triggered, m_labels, &LabelPanel::toggleFlag);
    connect(m_actions->trash, &QAction::triggered, m_labels, &LabelPanel::moveToTrash);
    connect(m_actions->comment, &QAction::triggered, m_labels, &LabelPanel::focusComment);
    connect(m_actions->correctClock, &QAction::triggered, this, [this] {
        if (!m_session.hasDay())
            return;
        if (!m_clock) // one at a time: a correction that is applied in two is added twice
            m_clock = new ClockDialog(m_session, this);
        m_clock->show();
        m_clock->raise();
        m_clock->activateWindow();
    });
    connect(m_actions->otherLabel, &QAction::triggered, m_labels, &LabelPanel::focusOther);
    for (QAction *digit : m_actions->digits)
        connect(digit, &QAction::triggered, m_labels,
                [this, number = digit->data().toInt()] { m_labels->digit(number); });
    connect(m_browser, &FrameBrowserPanel::digitTyped, m_labels, &LabelPanel::digit);
    connect(m_actions->selectAll, &QAction::triggered, m_browser, &FrameBrowserPanel::selectAll);
    FilterBar *filter = m_top->filter();
    connect(m_actions->clearFilter, &QAction::triggered, filter,
            [filter] { filter->setFilter({}); });
    connect(m_actions->toggleFilter, &QAction::triggered, filter,
            [filter] { filter->setOn(!filter->isOn()); });
    connect(filter, &FilterBar::filterChanged, m_browser, &FrameBrowserPanel::setFilter);
    connect(m_top, &TopBar::sortingChanged, m_browser, &FrameBrowserPanel::setSorting);
    connect(m_top, &TopBar::foldingChanged, m_browser, &FrameBrowserPanel::setFolding);
    connect(m_actions->openVisit, &QAction::triggered, m_browser, &FrameBrowserPanel::toggleVisit);
    connect(m_actions->playVisit, &QAction::triggered, m_player, &VisitPlayer::toggle);
    const auto refresh = [this] {
        if (m_top->sorting().order == FrameOrder::Similarity)
            m_session.similarity().compareWith(
                m_top->sorting().reference); // what came since is compared as well
        m_browser->refresh();
    };
    connect(m_top, &TopBar::refreshRequested, this, refresh);
    connect(m_actions->refresh, &QAction::triggered, this, refresh);
    const auto findSimilar = [this] { m_session.similarity().compareWith(m_session.currentKey()); };
    connect(m_actions->findSimilar, &QAction::triggered, this, findSimilar);
    connect(m_top, &TopBar::similarityRequested, this, findSimilar);
    connect(&m_session.similarity(), &Similarity::comparing, this,
            [this] { m_status->setText(tr("Comparing the frames...")); });
    connect(&m_session.similarity(), &Similarity::compared, this, &MainWindow::showCompared);
    connect(&m_session.similarity(), &Similarity::failed, this, [this](const Error &error) {
        m_status->clear();
        m_messages->show(Message::Level::Info, error.sentence());
    });
    connect(m_browser, &FrameBrowserPanel::staleCountChanged, m_top, &TopBar::setStaleCount);
    connect(m_actions->previousFrame, &QAction::triggered, m_browser,
            [this] { m_browser->navigate(Qt::Key_Left); });
    connect(m_actions->nextFrame, &QAction::triggered, m_browser,
            [this] { m_browser->navigate(Qt::Key_Right); });
    const auto nextUnreviewed = [this] {
        if (!m_browser->nextUnreviewed())
            m_messages->show(Message::Level::Info,
                             tr("Every frame that is shown has been reviewed."));
    };
    connect(m_actions->nextUnreviewed, &QAction::triggered, this, nextUnreviewed);
    connect(m_labels, &LabelPanel::nextUnreviewedRequested, this, nextUnreviewed);
}

void MainWindow::connectViewActions()
{
    OverlayView *view = m_photo->view();
    connect(m_actions->modes, &QActionGroup::triggered, view, [view](const QAction *action) {
        view->setMode(static_cast<OverlayView::Mode>(action->data().toInt()));
    });
    connect(view, &OverlayView::modeChanged, this, [this, view] {
        m_actions->modes->actions().at(static_cast<int>(view->mode()))->setChecked(true);
    });
    connect(m_actions->zoomIn, &QAction::triggered, view, &OverlayView::zoomIn);
    connect(m_actions->zoomOut, &QAction::triggered, view, &OverlayView::zoomOut);
    connect(m_actions->zoomPixels, &QAction::triggered, view, &OverlayView::zoomToPixels);
    connect(m_actions->zoomFit, &QAction::triggered, view, &OverlayView::zoomToFit);
    connect(m_actions->bareFrame, &QAction::toggled, view, &OverlayView::setBare);
    connect(m_actions->focusPhoto, &QAction::triggered, view,
            [view] { view->setFocus(Qt::ShortcutFocusReason); });
    connect(m_browser, &FrameBrowserPanel::spaceHeld, view,
            [this, view](bool down) { view->setBare(down || m_actions->bareFrame->isChecked()); });
    connect(view, &OverlayView::stepRequested, m_browser, &FrameBrowserPanel::navigate);
    connect(m_actions->themes, &QActionGroup::triggered, this, [](const QAction *action) {
        setThemeMode(static_cast<ThemeMode>(action->data().toInt()));
    });
    connect(m_actions->resetLayout, &QAction::triggered, this, &MainWindow::resetLayout);

    connect(m_actions->explainAll, &QAction::triggered, m_why, &WhyPanel::explainPredicted);
    connect(m_actions->searchClasses, &QAction::triggered, m_why, &WhyPanel::focusSearch);
    connect(m_actions->previousBlock, &QAction::triggered, m_layers,
            [this] { m_layers->stepLayer(-1, true); });
    connect(m_actions->nextBlock, &QAction::triggered, m_layers,
            [this] { m_layers->stepLayer(1, true); });
    connect(m_actions->previousLayer, &QAction::triggered, m_layers,
            [this] { m_layers->stepLayer(-1, false); });
    connect(m_actions->nextLayer, &QAction::triggered, m_layers,
            [this] { m_layers->stepLayer(1, false); });
    connect(m_actions->trust, &QAction::triggered, this, &MainWindow::checkTrust);
    const auto canCheck = [this] {
        m_actions->trust->setEnabled(TrustDialog::canCheck(m_session));
    };
    connect(&m_session.explain(), &ExplainState::explanationChanged, this, canCheck);
    connect(&m_session, &ReviewSession::currentFrameChanged, this, canCheck);
    connect(m_actions->lessAlpha, &QAction::triggered, m_layers,
            [this] { m_layers->stepAlpha(-0.05); });
    connect(m_actions->moreAlpha, &QAction::triggered, m_layers,
            [this] { m_layers->stepAlpha(0.05); });
    connect(m_actions->stretchGrid, &QAction::toggled, this, [this](bool stretch) {
        HeatStyle style = m_session.explain().heatStyle();
        style.align = stretch ? Alignment::Stretch : Alignment::ReceptiveField;
        m_session.explain().setHeatStyle(style);
    });
    connect(m_actions->strips, &QActionGroup::triggered, this, [this](const QAction *action) {
        m_session.explain().setStrip(static_cast<ExplainState::Strip>(action->data().toInt()));
    });
    const auto showChoices = [this] {
        m_actions->stretchGrid->setChecked(m_session.explain().heatStyle().align ==
                                           Alignment::Stretch);
        m_actions->strips->actions()
            .at(static_cast<int>(m_session.explain().strip()))
            ->setChecked(true);
    };
    connect(&m_session.explain(), &ExplainState::heatStyleChanged, this, showChoices);
    connect(&m_session.explain(), &ExplainState::stripChanged, this, showChoices);
    showChoices();
}

void MainWindow::connectSession()
{
    connect(&m_session, &ReviewSession::dayOpened, this, &MainWindow::dayOpened);
    connect(&m_session, &ReviewSession::dayFailed, this, &MainWindow::fail);
    connect(&m_session, &ReviewSession::message, this,
            [this](const Message &message) { m_messages->show(message); });
    connect(&m_session, &ReviewSession::conflictsFound, this, [this](int count) {
        m_messages->show(
            {Message::Level::Warning,
             counted(count, tr("%1 label was changed both here and in Birb Cam's database."),
                     tr("%1 labels were changed both here and in Birb Cam's database.")),
             {{QStringLiteral("conflicts"), tr("Choose which to keep")}}});
    });
    connect(m_messages, &MessageBar::linkActivated, this, &MainWindow::linkActivated);
}

void MainWindow::connectService()
{
    m_service.setPictures([photo = QPointer(m_photo)](const QString &path) {
        return photo ? photo->decoded(path) : QImage();
    });
    connect(&m_service, &InferenceService::modelLoading, this, [this](const QString &path) {
        m_loading = tr("Loading %1...").arg(QFileInfo(path).fileName());
        m_status->setText(m_loading);
    });
    connect(&m_service, &InferenceService::modelOpened, this, &MainWindow::modelOpened);
    connect(&m_service, &InferenceService::modelFailed, this, &MainWindow::fail);
    connect(&m_service, &InferenceService::metadataNeeded, this, &MainWindow::askMetadata);
    connect(&m_service, &InferenceService::classifyProgress, this, &MainWindow::showClassifying);
    connect(&m_service, &InferenceService::classifyFinished, this, [this](bool) {
        m_classifying->done();
        if (m_top->sorting().order == FrameOrder::Similarity)
            m_session.similarity().compareWith(m_top->sorting().reference); // with the new ones
    });
    connect(&m_service, &InferenceService::explanationProgress, this, [this](double share) {
        m_explaining->setProgress(qRound(share * 100.0), 100,
                                  tr("Explaining: %1 %").arg(qRound(share * 100.0)));
    });
    connect(&m_session.explain(), &ExplainState::explanationPendingChanged, this,
            [this](bool pending) {
                if (!pending)
                    m_explaining->done();
            });
    connect(m_explaining, &ProgressLine::cancelled, &m_service,
            &InferenceService::cancelExplanation);
    connect(m_layers, &LayerPanel::surveyRequested, &m_service, &InferenceService::startSurvey);
    connect(&m_service, &InferenceService::surveyProgress, this, [this](int done, int total) {
        const QLocale locale;
        m_surveying->setProgress(
            done, total,
            tr("Measuring %1 of %2").arg(locale.toString(done), locale.toString(total)));
    });
    connect(&m_service, &InferenceService::surveyFinished, m_surveying, &ProgressLine::done);
    connect(m_surveying, &ProgressLine::cancelled, &m_service, &InferenceService::cancelSurvey);
    connect(m_classifying, &ProgressLine::cancelled, this, [this] {
        m_autoClassify->stop();
        m_service.cancelClassify();
    });
}

void MainWindow::connectDays()
{
    connect(m_days, &DaysController::openRequested, this, &MainWindow::openDay);
    connect(m_actions->addFolder, &QAction::triggered, m_days, &DaysController::askFolder);
    connect(m_actions->dayList, &QAction::triggered, m_days, &DaysController::showList);
    connect(m_actions->previousDay, &QAction::triggered, m_days, [this] { m_days->step(-1); });
    connect(m_actions->nextDay, &QAction::triggered, m_days, [this] { m_days->step(1); });
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (!localPaths(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    // Days and their model may come together.
    QStringList days;
    for (const QString &path : localPaths(event->mimeData())) {
        if (looksLikeModel(path))
            openModel(path);
        else if (days.isEmpty() || QFileInfo(path).isDir())
            days.append(path);
    }
    openDays(days);
    event->acceptProposedAction();
}

} // namespace birblens
