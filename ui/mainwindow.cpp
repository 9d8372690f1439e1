// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/mainwindow.h"

#include "core/counted.h"
#include "core/jobs/autoclassify.h"
#include "core/jobs/inferenceservice.h"
#include "core/jobs/memoryreturn.h"
#include "core/review/reviewsession.h"
#include "core/review/similarity.h"
#include "ui/dayscontroller.h"
#include "ui/dialogs/metadatadialog.h"
#include "ui/dialogs/storeproblemdialog.h"
#include "ui/dialogs/trustdialog.h"
#include "ui/exportcontroller.h"
#include "ui/icons.h"
#include "ui/labeltext.h"
#include "ui/menus.h"
#include "ui/models/framelistmodel.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/framebrowserpanel.h"
#include "ui/panels/labelpanel.h"
#include "ui/panels/layerpanel.h"
#include "ui/panels/photopanel.h"
#include "ui/panels/topbar.h"
#include "ui/panels/whypanel.h"
#include "ui/theme.h"
#include "ui/views/messagebar.h"
#include "ui/views/progressline.h"
#include "ui/views/welcomeview.h"
#include "ui/visitplayer.h"
#include "ui/windowkeys.h"
#include "ui/windowsettings.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDesktopServices>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <QStatusBar>
#include <QUrl>
#include <QVBoxLayout>

namespace birblens {

using settings::Kind;

MainWindow::MainWindow(ReviewSession &session, InferenceService &service, QWidget *parent)
    : QMainWindow(parent)
    , m_session(session)
    , m_service(service)
    , m_actions(new WindowActions(*this, session.undoStack()))
    , m_docks(*this)
    , m_autoClassify(new AutoClassify(session, service, this))
    , m_player(new VisitPlayer(session, this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setWindowIcon(QIcon(QStringLiteral(":/birblens/icons/birblens.svg")));
    setAcceptDrops(true);
    build();
    buildDocks();
    buildStatusBar();
    m_export = new ExportController(session, service, *m_photo, this);
    statusBar()->addPermanentWidget(m_export->progress());
    statusBar()->addPermanentWidget(m_modelName);
    new MemoryReturn(session, this);
    connectFileActions();
    connectReviewActions();
    connectViewActions();
    connectSession();
    connectService();
    m_days = new DaysController(session, *m_top, this);
    connectDays();
    auto *keys = new WindowKeys(this);
    connect(keys, &WindowKeys::repeating, &service, &InferenceService::setHurrying);
    resetLayout();
    updateRecent();
    updateTitle();
    modelOpened();
}

MainWindow::~MainWindow() = default;

void MainWindow::build()
{
    auto *middle = new QWidget(this);
    auto *column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_top = new TopBar(m_session, middle);
    m_messages = new MessageBar(middle);
    m_center = new QStackedWidget(middle);
    m_welcome = new WelcomeView(m_center);
    m_photo = new PhotoPanel(m_session, m_center);
    m_center->addWidget(m_welcome);
    m_center->addWidget(m_photo);
    column->addWidget(m_messages);
    column->addWidget(m_center, 1);
    setCentralWidget(middle);
    m_photo->addButtons(m_actions->modes->actions(), false);
    m_photo->addButtons(
        {m_actions->zoomOut, m_actions->zoomIn, m_actions->zoomPixels, m_actions->zoomFit}, false);
}

void MainWindow::buildStatusBar()
{
    m_status = new QLabel(this);
    m_modelName = new QLabel(this);
    m_modelName->setToolTip(tr("The model that is open"));
    m_modelName->setContentsMargins(kUnit, 0, kUnit, 0);
    m_status->setContentsMargins(kUnit, 0, 0, 0);
    m_explaining = new ProgressLine(tr("Explanation"), this);
    m_classifying = new ProgressLine(tr("Classification"), this);
    m_surveying = new ProgressLine(tr("Measuring the scale"), this);
    statusBar()->addWidget(m_status, 1);
    statusBar()->addPermanentWidget(m_explaining);
    statusBar()->addPermanentWidget(m_classifying);
    statusBar()->addPermanentWidget(m_surveying);
    statusBar()->setSizeGripEnabled(false);
}

void MainWindow::restoreLast(bool day, bool model)
{
    if (!settings::restoreWindow(*this, *m_photo->view(), m_session))
        resetLayout();
    m_days->restore();
    const QString lastDay = settings::last(Kind::Day);
    const QString lastModel = settings::last(Kind::Model);
    if (day && !lastDay.isEmpty() && QFileInfo::exists(lastDay))
        openDay(lastDay);
    // Loading the network's library takes more than half a second: after the window is there.
    if (model && !lastModel.isEmpty() && QFileInfo::exists(lastModel))
        QTimer::singleShot(0, this, [this, lastModel] { openModel(lastModel); });
}

void MainWindow::setDemo(bool demo)
{
    m_photo->setNote(
        demo ? tr("Rendered demo day: these pictures were drawn by Birblens, not photographed")
             : QString());
}

/** The day is opened there again. */
void MainWindow::rememberFrame()
{
    if (m_session.hasDay() && !m_session.currentKey().isEmpty())
        settings::setLastFrame(m_session.day().source().folder, m_session.currentKey());
}

void MainWindow::openDay(const QString &path)
{
    rememberFrame();
    const QFileInfo info(path);
    const bool image =
        info.isFile() && info.suffix().compare(QLatin1String("db"), Qt::CaseInsensitive) != 0;
    m_wantedFrame = image ? info.canonicalFilePath() : QString();
    m_status->setText(tr("Opening %1...").arg(QDir::toNativeSeparators(path)));
    m_session.openDay(image ? info.absolutePath() : path);
}

void MainWindow::openDays(const QStringList &paths)
{
    if (paths.isEmpty())
        return;
    openDay(paths.first());
    m_days->add(paths.mid(1));
}

void MainWindow::openModel(const QString &path)
{
    m_service.openModel(path);
}

void MainWindow::openDemo()
{
    Q_EMIT demoRequested();
}

void MainWindow::askDay()
{
    const QString from =
        m_session.hasDay() ? QFileInfo(m_session.day().source().folder).path() : QDir::homePath();
    const QString chosen = QFileDialog::getExistingDirectory(
        this, tr("Open a day: a folder of images or a Birb Cam data folder"), from);
    if (!chosen.isEmpty())
        openDay(chosen);
}

void MainWindow::askModel()
{
    const QString before = settings::last(Kind::Model);
    const QString chosen = QFileDialog::getOpenFileName(
        this, tr("Open a model"), before.isEmpty() ? QDir::homePath() : QFileInfo(before).path(),
        tr("TorchScript models (*.pt *.pth *.ts *.torchscript);;All files (*)"));
    if (!chosen.isEmpty())
        openModel(chosen);
}

void MainWindow::dayOpened()
{
    const QString folder = m_session.day().source().folder;
    // Settings are files of their own: the day is shown first.
    QTimer::singleShot(0, this, [this, folder] {
        settings::addRecent(Kind::Day, folder);
        settings::setLast(Kind::Day, folder);
        updateRecent();
    });
    m_status->setText(m_service.isLoading() ? m_loading : QString());
    m_center->setCurrentWidget(m_photo);
    m_top->filter()->setFilter({});
    if (!m_wantedFrame.isEmpty()) {
        for (int row = 0; row < m_session.day().size(); ++row) {
            if (QFileInfo(m_session.day().at(row).frame.path()).canonicalFilePath() ==
                m_wantedFrame)
                m_session.setCurrentKey(m_session.day().at(row).frame.key);
        }
        m_wantedFrame.clear();
    } else if (const QString last = settings::lastFrame(folder);
               m_browser->frames().indexOf(last).isValid()) {
        m_session.setCurrentKey(last);
    }
    m_photo->view()->setFocus();
    if (!m_session.storeProblem().isEmpty())
        (new StoreProblemDialog(m_session, this))->show();
    updateTitle();
}

void MainWindow::modelOpened()
{
    const std::optional<OpenModel> &model = m_session.explain().model();
    const QString name = model ? model->info.name : QString();
    m_modelName->setText(model ? tr("Model: %1").arg(name) : tr("No model"));
    m_welcome->setModelName(name);
    m_actions->classify->setEnabled(model.has_value());
    if (!model)
        return;
    m_status->clear();
    settings::addRecent(Kind::Model, model->info.path);
    settings::setLast(Kind::Model, model->info.path);
    updateRecent();
    for (const QString &warning : model->warnings)
        m_messages->show(Message::Level::Warning, warning);
}

void MainWindow::askMetadata(const MetadataQuestion &question)
{
    m_status->clear();
    auto *dialog = new MetadataDialog(question, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, path = question.path] { m_service.openModel(path, dialog->answer()); });
    dialog->open();
}

void MainWindow::showClassifying(const ClassifyProgress &progress)
{
    const QLocale locale;
    QString text = tr("Classifying %1 of %2")
                       .arg(locale.toString(progress.done), locale.toString(progress.total));
    if (progress.framesPerSecond > 0.0) {
        const int seconds = qRound(progress.secondsLeft);
        const QString left = seconds >= 90
                                 ? tr("%1 min left").arg(locale.toString((seconds + 30) / 60))
                                 : tr("%1 s left").arg(locale.toString(seconds));
        text +=
            tr(", %1 frames/s, %2").arg(locale.toString(progress.framesPerSecond, 'f', 1), left);
    }
    m_classifying->setProgress(progress.done, progress.total, text);
}

void MainWindow::decided()
{
    // A label that could not be kept, or no prediction to accept: stay, and the reason is said.
    const FrameEntry *entry = m_session.currentEntry();
    if (!entry)
        return;
    if (entry->state() == ReviewState::Unreviewed) {
        if (!entry->prediction && !entry->frame.camera)
            m_messages->show(Message::Level::Info,
                             entry->silence.isEmpty()
                                 ? tr("There is no prediction of this frame to accept yet.")
                                 : entry->silence);
        return;
    }
    if (!m_browser->next())
        m_messages->show(Message::Level::Info, tr("No more frames in this list."));
}

void MainWindow::checkTrust()
{
    if (!m_trust)
        m_trust = new TrustDialog(m_session, m_service, this);
    m_trust->check();
    m_trust->show();
    m_trust->raise();
    m_trust->activateWindow();
}

void MainWindow::showCompared(const QString &key)
{
    m_status->clear();
    FrameSort sort;
    sort.order = FrameOrder::Similarity;
    sort.reference = key;
    sort.reversed = m_top->sorting().reference == key && m_top->sorting().reversed;
    if (sort == m_top->sorting())
        m_browser->refresh(); // the same question, other answers
    else
        m_top->setSorting(sort);
}

void MainWindow::updateTitle()
{
    const QString folder = m_session.day().source().folder;
    setWindowTitle(m_session.hasDay() ? tr("%1 \u2013 Birblens").arg(QDir(folder).dirName())
                                      : tr("Birblens"));
}

void MainWindow::updateRecent()
{
    const auto fill = [this](QMenu *menu, Kind kind, void (MainWindow::*open)(const QString &)) {
        menu->clear();
        const QStringList paths = settings::recent(kind);
        menu->setEnabled(!paths.isEmpty());
        for (const QString &path : paths) {
            QAction *action = menu->addAction(asCaption(QDir::toNativeSeparators(path)));
            connect(action, &QAction::triggered, this, [this, open, path] { (this->*open)(path); });
        }
        menu->addSeparator();
        QAction *clear = menu->addAction(tr("Clear This List"));
        connect(clear, &QAction::triggered, this, [this, kind] {
            settings::clearRecent(kind);
            updateRecent();
        });
    };
    fill(m_actions->recentDays, Kind::Day, &MainWindow::openDay);
    fill(m_actions->recentModels, Kind::Model, &MainWindow::openModel);
    m_welcome->setRecentDays(settings::recent(Kind::Day));
}

void MainWindow::linkActivated(const QString &link)
{
    if (link == QLatin1String("conflicts"))
        findChild<QDockWidget *>(link)->show();
    else
        QDesktopServices::openUrl(QUrl(link));
}

void MainWindow::fail(const Error &error)
{
    m_status->clear();
    m_messages->show(Message::Level::Problem, error.sentence());
}

/** Whether the window may go although something is not on disk yet; that is said first. */
bool MainWindow::mayQuit()
{
    if (m_session.flushWaiting())
        return true;
    QMessageBox box(QMessageBox::Warning, tr("Not Saved Yet"),
                    tr("%1.").arg(m_session.waitingText()), QMessageBox::NoButton, this);
    box.setInformativeText(
        tr("Another program is using this day's label store. Leave this question "
           "open, and Birblens saves and quits as soon as that program has finished."));
    QPushButton *wait = box.addButton(tr("Keep Working"), QMessageBox::RejectRole);
    QPushButton *quit = box.addButton(tr("Quit Without Saving"), QMessageBox::DestructiveRole);
    box.setDefaultButton(wait);
    connect(&m_session, &ReviewSession::waitingChanged, &box, [&] {
        if (!m_session.isWaiting())
            box.done(QMessageBox::Accepted);
    });
    box.exec();
    return box.clickedButton() == quit || !m_session.isWaiting();
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_labels->keepComment();
    if (!mayQuit()) {
        event->ignore();
        return;
    }
    rememberFrame();
    settings::saveWindow(*this, *m_photo->view(), m_session);
    settings::setLast(Kind::Day, m_session.day().source().folder);
    settings::setLast(Kind::Model, m_session.explain().model()
                                       ? m_session.explain().model()->info.path
                                       : QString());
    m_service.cancelClassify();
    m_service.cancelExport();
    event->accept();
}

} // namespace birblens
