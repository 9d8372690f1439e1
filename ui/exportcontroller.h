// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QString>

namespace birblens {

class InferenceService;
class PhotoPanel;
class ProgressLine;
class ReviewSession;
struct ExportChoice;

/** Export from the dialog to the closing message, and the figure on the clipboard. */
class ExportController : public QObject
{
    Q_OBJECT
public:
    /** Nothing is owned; @p window is the parent of the dialog. */
    ExportController(ReviewSession &session, InferenceService &service, PhotoPanel &photo,
                     QWidget *window);

    ProgressLine *progress() const { return m_progress; } ///< for the status bar
    void ask();
    /** The same, with a film of the current frame's visit proposed. */
    void askFilm();
    void copyFigure();

private:
    void askFrom(const ExportChoice &proposed);
    void start(const ExportChoice &choice);
    void finished(const QString &exporter, int written, int skipped, int failed, bool cancelled,
                  const QString &folder, const QString &firstProblem);

    ReviewSession &m_session;
    InferenceService &m_service;
    PhotoPanel &m_photo;
    QWidget *m_window;
    ProgressLine *m_progress;
    QString m_what; ///< title of the running export
};

} // namespace birblens
