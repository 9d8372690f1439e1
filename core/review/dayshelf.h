// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QDate>
#include <QHash>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QThreadPool>

#include <atomic>
#include <memory>
#include <optional>

namespace birblens {

class Day;

/** One date in one folder: a line of the list of days. */
struct ListedDay
{
    QString folder; ///< as DaySource::folder
    QDate date;     ///< the camera's wall clock
    int frames = 0; ///< without those in the trash
    int reviewed = 0;

    bool operator==(const ListedDay &) const = default;
};

/**
 * The folders that are open side by side, as one list of days. Folders are listed on a worker; the
 * one that is being reviewed tells its numbers by show(). GUI thread only.
 */
class DayShelf : public QObject
{
    Q_OBJECT
public:
    explicit DayShelf(QObject *parent = nullptr);
    ~DayShelf() override; ///< cancels the listing and waits for it

    QStringList folders() const { return m_folders; }
    /** Adds what locateDay() finds at @p path; changed() or failed() follows. */
    void add(const QString &path);
    void remove(const QString &folder);
    /** The folder under review joins the list; its dates come with the next show(). */
    void join(const QString &folder);
    /** The day under review as it stands now; its folder is added. Looks at every frame. */
    void show(const Day &day);
    bool isListing() const { return m_listing > 0; }

    QList<ListedDay> days() const; ///< by date, then folder
    /** Of the neighbour of @p date in @p folder, @p step days away; nothing beyond the ends. */
    std::optional<ListedDay> neighbour(const QString &folder, const QDate &date, int step) const;

Q_SIGNALS:
    void changed();
    void failed(const birblens::Error &error);

private:
    QStringList m_folders; ///< in the order they were added
    QHash<QString, QList<ListedDay>> m_days;
    int m_listing = 0;
    std::shared_ptr<std::atomic_bool> m_cancelled = std::make_shared<std::atomic_bool>(false);
    QThreadPool m_pool; ///< last: waits for the worker before anything else goes
};

/** The dates of one folder, in order. */
struct ListedFolder
{
    QString folder;        ///< as DaySource::folder
    QList<ListedDay> days; ///< empty when every frame is in the trash
};

/** For a worker. The folder's store is read when there is one, never made. */
Result<ListedFolder> listDates(const QString &path,
                               const std::shared_ptr<std::atomic_bool> &cancelled);

} // namespace birblens
