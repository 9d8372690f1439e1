// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/figure.h"
#include "ui/views/overlayview.h"
#include "ui/views/travel.h"

#include <QPointer>
#include <QWidget>

#include <optional>

class QAction;
class QHBoxLayout;
class QLabel;

namespace birblens {

struct Frame;
class FrameListModel;
class PhotoLoader;
class ReviewSession;
struct FrameEntry;
struct LoadedPhoto;

/** The centre of the window: brings the current frame and its explanation into the overlay view. */
class PhotoPanel : public QWidget
{
    Q_OBJECT
public:
    explicit PhotoPanel(ReviewSession &session, QWidget *parent = nullptr);
    ~PhotoPanel() override;

    OverlayView *view() const { return m_view; }
    /** The frame whose photograph is in the view; it may lag behind the session's. */
    QString shownKey() const { return m_shownKey; }
    /** Buttons above the photograph, in groups; each action once. */
    void addButtons(const QList<QAction *> &actions, bool withText);
    /** Through which list the person goes: its next frames are decoded ahead. Not owned. */
    void setList(const FrameListModel *list);
    /** A quiet line under the photograph; empty: none. */
    void setNote(const QString &note);
    /** The decoded frame in full resolution when it is at hand, else null. */
    QImage decoded(const QString &path) const;
    /** The figures of what is shown now, one per explained class; empty while nothing is explained.
     */
    QList<FigureInput> figures() const;

private:
    void frameChanged();
    void showTime(const Frame &frame);
    void entryChanged();
    void photoLoaded(const QString &path, const LoadedPhoto &photo);
    void lookAhead();
    void noteProblem(const FrameEntry &entry, const QString &problem);
    void photoFailed(const QString &path, const QString &problem);
    void updateTitle();
    void updateOverlay();
    QString title() const;
    /** The explanation of the frame that is shown, or null. */
    const Explanation *shownExplanation() const;
    /** Of a heat layer: what is seen of the frame on this screen. */
    QSize heatSize() const;
    OverlayPane makePane(const Explanation &explanation, const ClassMap &map) const;

    ReviewSession &m_session;
    PhotoLoader *m_loader;
    OverlayView *m_view;
    QHBoxLayout *m_bar;
    QLabel *m_time;
    QLabel *m_name;
    QLabel *m_percent;
    QLabel *m_note;
    QString m_shownKey;
    QSize m_heatSize; ///< of the heat in the view
    QPointer<const FrameListModel> m_list;
    Travel m_travel; ///< through the list's rows
};

} // namespace birblens
