// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/framefilter.h"
#include "core/review/framesort.h"

#include <QTimer>
#include <QWidget>

class QLabel;

namespace birblens {

class FrameGridView;
class FrameListModel;
class ReviewSession;
class Thumbnailer;
class TimeSearch;

/** The grid of thumbnails: chooses the current frame and the selection, tells what is shown. */
class FrameBrowserPanel : public QWidget
{
    Q_OBJECT
public:
    explicit FrameBrowserPanel(ReviewSession &session, QWidget *parent = nullptr);
    ~FrameBrowserPanel() override;

    const FrameListModel &frames() const { return *m_shown; }
    FrameGridView *view() const { return m_view; }
    void setFilter(const FrameFilter &filter);
    void setSorting(const FrameSort &sort);
    void setFolding(double gapSeconds); ///< see FrameListModel
    void toggleVisit();                 ///< of the current frame
    /** Frames that match no longer go now. */
    void refresh();

    /** Goes where this navigation key leads; also used by the photo. */
    void navigate(int key);
    /** The frame after the selection; false at the end. */
    bool next();
    /** The next unreviewed frame after the current one, from the start again at the end. */
    bool nextUnreviewed();
    void selectAll();
    /** Selects those of @p keys that are shown. @return how many. */
    int selectKeys(const QStringList &keys);
    /** The frame before the current one in the list; empty when it is the first. */
    QString keyBefore() const;

Q_SIGNALS:
    void digitTyped(int number); ///< a label key
    void spaceHeld(bool down);
    void staleCountChanged(int count);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void goTo(const QModelIndex &index);
    void listChanged(int dayRow);
    void takeCurrent(); ///< from the session
    /** What undo has changed is what one wants to see, unless the filter hides all of it. */
    void showTurned(const QStringList &keys);
    void unfold(const QString &key); ///< the visit that it is folded into
    void giveCurrent(const QModelIndex &index);
    void giveSelection();
    void tellShown();
    void askThumbnails();
    bool findTime(const QString &typed);
    void placeHints();
    void updateEmptyText();

    ReviewSession &m_session;
    Thumbnailer *m_thumbnails;
    FrameListModel *m_shown;
    FrameGridView *m_view;
    TimeSearch *m_search;
    QLabel *m_typed;
    QLabel *m_empty;
    QTimer m_tellShown;
    QTimer m_askThumbnails;
};

} // namespace birblens
