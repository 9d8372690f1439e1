// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/trust.h"
#include "core/result.h"

#include <QDialog>
#include <QString>

#include <optional>

class QGridLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QStackedWidget;

namespace birblens {

class CurvePlot;
class InferenceService;
class ReviewSession;

/**
 * Whether a map can be trusted: a reading in words, deletion and insertion curves, and the maps of
 * the network with shuffled weights. Stays with the map it was asked for while the person goes on.
 */
class TrustDialog : public QDialog
{
    Q_OBJECT
public:
    /** Both outlive the dialog. */
    TrustDialog(ReviewSession &session, InferenceService &service, QWidget *parent = nullptr);

    /** There is a map of the current frame. */
    static bool canCheck(const ReviewSession &session);
    /** Checks the map that is shown in the window; the first one when there are several. */
    void check();
    /** @param frame its name, for the title. */
    void setReport(const TrustReport &report, const QString &frame);

    void done(int result) override; ///< cancels a check that runs

private:
    void cancel();
    void finished(const Result<TrustReport> &result);
    void say(const QString &text);
    void setRunning(bool running);
    void updateActions();
    void updateTitle();
    void fillStrip();

    ReviewSession &m_session;
    InferenceService &m_service;
    QStackedWidget *m_pages;
    QLabel *m_message;
    QLabel *m_reading;
    CurvePlot *m_deletion;
    CurvePlot *m_insertion;
    QLabel *m_deletionArea;
    QLabel *m_insertionArea;
    QLabel *m_stripTitle;
    QWidget *m_strip;
    QGridLayout *m_stripGrid;
    QProgressBar *m_progress;
    QPushButton *m_cancel;
    QPushButton *m_again;

    bool m_running = false;
    QString m_runningFrame; ///< name of the frame that is being checked
    QString m_frame;        ///< name of the frame of the report
    std::optional<TrustReport> m_report;
};

} // namespace birblens
