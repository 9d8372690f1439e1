// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDate>
#include <QObject>
#include <QString>
#include <QStringList>

namespace birblens {

class DayShelf;
class DaysPopup;
class ReviewSession;
class TopBar;

/** Several folders as one list of days, switched by date: the list, its popup, what is remembered.
 */
class DaysController : public QObject
{
    Q_OBJECT
public:
    /**
     * All outlive it. Made after the window has connected ReviewSession::dayOpened: a day that is
     * switched to by date is filtered when the window has taken it in.
     */
    DaysController(ReviewSession &session, TopBar &top, QWidget *window);
    ~DaysController() override;

    DayShelf &shelf() const { return *m_shelf; }
    DaysPopup *popup() const { return m_popup; }
    /** The folders of the last run join the list. */
    void restore();
    void add(const QStringList &paths);

public Q_SLOTS:
    void showList();
    void askFolder();
    void step(int days); ///< to the day before (-1) or after (1)
    /** @p date invalid: every date of the folder. */
    void goTo(const QString &folder, const QDate &date);

Q_SIGNALS:
    void openRequested(const QString &folder);

private:
    QDate shownDate() const; ///< invalid while several dates are shown
    void filterBy(const QDate &date);
    void dayOpened();
    void remember() const;

    ReviewSession &m_session;
    TopBar &m_top;
    QWidget *m_window;
    DayShelf *m_shelf;
    DaysPopup *m_popup;
    QString m_wantedFolder; ///< that is being opened for m_wantedDate
    QDate m_wantedDate;
    bool m_restored = false; ///< before, nothing is written over
};

} // namespace birblens
