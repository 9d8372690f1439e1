// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dayscontroller.h"

#include "core/review/dayshelf.h"
#include "core/review/reviewsession.h"
#include "ui/panels/dayspopup.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/topbar.h"
#include "ui/windowsettings.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QToolButton>

namespace birblens {

DaysController::DaysController(ReviewSession &session, TopBar &top, QWidget *window)
    : QObject(window)
    , m_session(session)
    , m_top(top)
    , m_window(window)
    , m_shelf(new DayShelf(this))
    , m_popup(new DaysPopup(*m_shelf, window))
{
    connect(&session, &ReviewSession::dayOpened, this, &DaysController::dayOpened);
    connect(&session, &ReviewSession::dayFailed, this, [this] { m_wantedFolder.clear(); });
    connect(m_shelf, &DayShelf::failed, this, [this](const Error &error) {
        m_session.say(Message::Level::Problem, error.sentence());
    });
    connect(m_shelf, &DayShelf::changed, this, &DaysController::remember);
    connect(m_popup, &DaysPopup::dayChosen, this, &DaysController::goTo);
    connect(m_popup, &DaysPopup::addRequested, this, &DaysController::askFolder);
    connect(&top, &TopBar::daysRequested, this, &DaysController::showList);
}

DaysController::~DaysController() = default;

void DaysController::restore()
{
    m_restored = true;
    QStringList folders;
    for (const QString &folder : settings::dayFolders()) {
        if (QFileInfo(folder).isDir())
            folders.append(folder);
    }
    add(folders);
}

void DaysController::remember() const
{
    if (m_restored && !m_shelf->isListing())
        settings::setDayFolders(m_shelf->folders());
}

void DaysController::add(const QStringList &paths)
{
    for (const QString &path : paths)
        m_shelf->add(path);
}

void DaysController::askFolder()
{
    const QString from =
        m_session.hasDay() ? QFileInfo(m_session.day().source().folder).path() : QDir::homePath();
    const QString chosen = QFileDialog::getExistingDirectory(
        m_window, tr("Add a folder of images or a Birb Cam data folder to the list of days"), from);
    if (!chosen.isEmpty()) {
        add({chosen});
        if (!m_session.hasDay())
            Q_EMIT openRequested(chosen);
    }
}

QDate DaysController::shownDate() const
{
    return m_top.filter()->filter().onlyDate();
}

void DaysController::showList()
{
    m_shelf->show(m_session.day()); // what has been reviewed meanwhile
    m_popup->showUnder(m_top.dayButton(), m_session.day().source().folder, shownDate());
}

void DaysController::step(int days)
{
    m_shelf->show(m_session.day());
    QDate from = shownDate();
    if (!from.isValid() && m_session.currentEntry())
        from = m_session.currentEntry()->frame.captureTime.date();
    const auto next = m_shelf->neighbour(m_session.day().source().folder, from, days);
    if (next)
        goTo(next->folder, next->date);
    else
        m_session.say(Message::Level::Info, days < 0 ? tr("This is the first day of the list.")
                                                     : tr("This is the last day of the list."));
}

void DaysController::goTo(const QString &folder, const QDate &date)
{
    if (m_session.hasDay() && folder == m_session.day().source().folder) {
        filterBy(date);
        return;
    }
    m_wantedFolder = folder;
    m_wantedDate = date;
    Q_EMIT openRequested(folder);
}

/** What else is filtered stays. */
void DaysController::filterBy(const QDate &date)
{
    FrameFilter filter = m_top.filter()->filter();
    filter.choose(dateCriterion, {});
    filter.from = {};
    filter.to = {};
    bool several = false;
    m_shelf->show(m_session.day());
    for (const ListedDay &day : m_shelf->days())
        several = several || (day.folder == m_session.day().source().folder && day.date != date);
    if (date.isValid() && several)
        filter.choose(dateCriterion, {date.toString(Qt::ISODate)});
    m_top.filter()->setFilter(filter);
}

void DaysController::dayOpened()
{
    m_shelf->join(m_session.day().source().folder);
    if (m_wantedFolder == m_session.day().source().folder && m_wantedDate.isValid())
        filterBy(m_wantedDate);
    m_wantedFolder.clear();
}

} // namespace birblens
