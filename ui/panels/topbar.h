// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/framefilter.h"
#include "core/review/framesort.h"

#include <QTimer>
#include <QWidget>

class QAction;
class QLabel;
class QMenu;
class QProgressBar;
class QToolButton;

namespace birblens {

class FilterBar;
class GapEditor;
class ReviewSession;

/** Which day, which of its frames in which order, and how far the review is. */
class TopBar : public QWidget
{
    Q_OBJECT
public:
    explicit TopBar(ReviewSession &session, QWidget *parent = nullptr);

    FilterBar *filter() const { return m_filter; }
    QToolButton *dayButton() const { return m_day; }
    const FrameSort &sorting() const { return m_sort; }
    void setSorting(const FrameSort &sort);
    /** Frames of one visit share a cell, in the order of time. */
    void setFolded(bool folded);
    bool isFolded() const { return m_folded; }
    /** Frames less than this apart are one visit. */
    void setGap(double seconds);
    /** Frames that are shown although they match no longer. */
    void setStaleCount(int count);

Q_SIGNALS:
    void foldingChanged(double gapSeconds); ///< 0: not folded
    void sortingChanged(const birblens::FrameSort &sort);
    void refreshRequested();
    void daysRequested();       ///< the list of days
    void similarityRequested(); ///< to the current frame
    void classifyRequested();

private:
    void dayChanged();
    void countsChanged();
    void fillSortMenu();
    void showMissing();

    ReviewSession &m_session;
    FrameSort m_sort;
    bool m_folded = false;
    QToolButton *m_day;
    FilterBar *m_filter;
    QToolButton *m_sortButton;
    QMenu *m_sortMenu;
    QAction *m_gapAction; ///< in every menu that is made
    GapEditor *m_gap;
    QLabel *m_count;
    QToolButton *m_stale;
    QToolButton *m_leftOut; ///< what is no frame
    QToolButton *m_missing; ///< frames that could not be compared
    QLabel *m_progressText;
    QProgressBar *m_progress;
    QTimer m_later;
};

} // namespace birblens
