// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"
#include "ui/docks.h"

#include <QMainWindow>
#include <QPointer>
#include <QString>

class QLabel;
class QStackedWidget;

namespace birblens {

class AutoClassify;
class ClockDialog;
class DaysController;
class ExportController;
class FrameBrowserPanel;
class InferenceService;
class LabelPanel;
class LayerPanel;
class MessageBar;
class PhotoPanel;
class ProgressLine;
class ReviewSession;
class TopBar;
class TrustDialog;
class VisitPlayer;
class WelcomeView;
class WhyPanel;
class WindowActions;
struct ClassifyProgress;
struct MetadataQuestion;

/** Puts the panels together and connects them with the commands; decides nothing itself. */
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /** Both outlive the window. */
    MainWindow(ReviewSession &session, InferenceService &service, QWidget *parent = nullptr);
    ~MainWindow() override;

    /** Geometry, docks, style of the heat; then the last day and model, unless others are to come.
     */
    void restoreLast(bool day = true, bool model = true);
    /** Says that the day is a rendered one. */
    void setDemo(bool demo);

    PhotoPanel *photo() const { return m_photo; }
    FrameBrowserPanel *browser() const { return m_browser; }
    LabelPanel *labels() const { return m_labels; }
    TopBar *topBar() const { return m_top; }
    DaysController *days() const { return m_days; }
    MessageBar *messages() const { return m_messages; }
    const WindowActions &actionList() const { return *m_actions; }

public Q_SLOTS:
    void openDay(const QString &path); ///< also an image file: its folder, and that frame
    /** The first one is opened, all are in the list of days. */
    void openDays(const QStringList &paths);
    void openModel(const QString &path);
    void openDemo();

Q_SIGNALS:
    void demoRequested(); ///< the application writes the demo day and opens it

protected:
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    bool mayQuit();
    void build();
    void buildDocks();
    void buildStatusBar();
    void connectFileActions();
    void connectReviewActions();
    void connectViewActions();
    void connectSession();
    void connectService();
    void connectDays();
    void resetLayout();

    void rememberFrame();
    void askDay();
    void askModel();
    void dayOpened();
    void modelOpened();
    void askMetadata(const MetadataQuestion &question);
    void showClassifying(const ClassifyProgress &progress);
    void decided();
    void checkTrust();
    void showCompared(const QString &key);
    void updateTitle();
    void updateRecent();
    void linkActivated(const QString &link);
    void fail(const Error &error);

    ReviewSession &m_session;
    InferenceService &m_service;
    WindowActions *m_actions;
    Docks m_docks;
    AutoClassify *m_autoClassify;
    VisitPlayer *m_player;
    QStackedWidget *m_center = nullptr;
    WelcomeView *m_welcome = nullptr;
    PhotoPanel *m_photo = nullptr;
    MessageBar *m_messages = nullptr;
    TopBar *m_top = nullptr;
    FrameBrowserPanel *m_browser = nullptr;
    WhyPanel *m_why = nullptr;
    LayerPanel *m_layers = nullptr;
    LabelPanel *m_labels = nullptr;
    ExportController *m_export = nullptr;
    DaysController *m_days = nullptr;
    ProgressLine *m_explaining = nullptr; ///< only for methods that take long
    TrustDialog *m_trust = nullptr;       ///< made when it is asked for
    QPointer<ClockDialog> m_clock;        ///< deletes itself when it is closed
    ProgressLine *m_classifying = nullptr;
    ProgressLine *m_surveying = nullptr; ///< for the shared scale
    QLabel *m_status = nullptr;
    QString m_loading; ///< what the status says while a model loads
    QLabel *m_modelName = nullptr;

    QString m_wantedFrame; ///< file to go to when the day is open
};

} // namespace birblens
