// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/dayshelf.h"

#include "core/background.h"
#include "core/camera/dayscanner.h"
#include "core/review/day.h"
#include "core/review/dayloader.h"

#include <QFileInfo>
#include <QMap>

#include <algorithm>

namespace birblens {

namespace {

/** Counts frames by date. */
class DateCounter
{
public:
    void add(const FrameEntry &entry)
    {
        if (entry.trashed)
            return;
        const QDate date = entry.frame.captureTime.date();
        if (!m_last || date != m_date) { // frames of a date mostly follow each other
            m_date = date;
            m_last = &m_days[date];
        }
        ++m_last->frames;
        m_last->reviewed += entry.label().kind != TrueLabel::Kind::Unreviewed ? 1 : 0;
    }
    QList<ListedDay> days(const QString &folder) const
    {
        QList<ListedDay> days;
        for (auto day = m_days.cbegin(); day != m_days.cend(); ++day)
            days.append({folder, day.key(), day->frames, day->reviewed});
        return days;
    }

private:
    QMap<QDate, ListedDay> m_days;
    QDate m_date;
    ListedDay *m_last = nullptr; ///< of m_date, in m_days: a map's values stay where they are
};

} // namespace

Result<ListedFolder> listDates(const QString &path,
                               const std::shared_ptr<std::atomic_bool> &cancelled)
{
    const auto source = locateDay(path);
    if (!source)
        return source.error();
    ScanOptions options;
    options.cancelled = [cancelled] { return cancelled->load(); };
    const auto listing = listDay(*source, options);
    if (!listing)
        return listing.error();
    QHash<QString, LabelRecord> records;
    QSet<QString> trashed;
    QSet<QString> otherPictures;
    ClockShifts clock;
    if (QFileInfo(Store::pathFor(source->folder)).size() > 0) {
        // One that cannot be read is said when the day is opened.
        if (const auto store = Store::open(source->folder, StoreOpening::Quick)) {
            if (auto labels = (*store)->labels())
                records = std::move(*labels);
            if (auto keys = (*store)->trashed())
                trashed = std::move(*keys);
            if (auto keys = (*store)->changedPictures())
                otherPictures = std::move(*keys);
            if (auto shifts = (*store)->clock())
                clock = std::move(*shifts);
        }
    }
    if (listing->frames.isEmpty() && trashed.isEmpty())
        return Error{QStringLiteral("There are no images in this folder"), source->folder, {}};
    const DayEntries entries = dayEntries(correctedFrames(listing->frames, clock), records, {}, {},
                                          trashed, {}, otherPictures);
    DateCounter counter;
    for (const FrameEntry &entry : entries.entries)
        counter.add(entry);
    return ListedFolder{source->folder, counter.days(source->folder)};
}

DayShelf::DayShelf(QObject *parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

DayShelf::~DayShelf()
{
    m_cancelled->store(true);
    m_pool.waitForDone();
}

void DayShelf::add(const QString &path)
{
    ++m_listing;
    runInBackground(
        m_pool, this, "listing a folder",
        [path, flag = m_cancelled] { return listDates(path, flag); },
        [this, path](const Result<ListedFolder> &listed) {
            --m_listing;
            if (!listed) {
                const Error &error = listed.error();
                Q_EMIT failed(error.where.isEmpty() ? Error{error.what, path, error.hint} : error);
            } else {
                if (!m_folders.contains(listed->folder))
                    m_folders.append(listed->folder);
                m_days.insert(listed->folder, listed->days);
            }
            Q_EMIT changed();
        });
    Q_EMIT changed();
}

void DayShelf::remove(const QString &folder)
{
    if (m_folders.removeOne(folder)) {
        m_days.remove(folder);
        Q_EMIT changed();
    }
}

void DayShelf::join(const QString &folder)
{
    if (folder.isEmpty() || m_folders.contains(folder))
        return;
    m_folders.append(folder);
    Q_EMIT changed();
}

void DayShelf::show(const Day &day)
{
    const QString folder = day.source().folder;
    if (folder.isEmpty())
        return;
    DateCounter counter;
    for (int row = 0; row < day.size(); ++row)
        counter.add(day.at(row));
    const QList<ListedDay> days = counter.days(folder);
    const bool known = m_folders.contains(folder);
    if (known && m_days.value(folder) == days)
        return;
    if (!known)
        m_folders.append(folder);
    m_days.insert(folder, days);
    Q_EMIT changed();
}

QList<ListedDay> DayShelf::days() const
{
    QList<ListedDay> all;
    for (const QString &folder : m_folders)
        all += m_days.value(folder);
    std::stable_sort(all.begin(), all.end(), [](const ListedDay &a, const ListedDay &b) {
        return a.date != b.date ? a.date < b.date : a.folder < b.folder;
    });
    return all;
}

std::optional<ListedDay> DayShelf::neighbour(const QString &folder, const QDate &date,
                                             int step) const
{
    const QList<ListedDay> all = days();
    const auto here = std::find_if(all.cbegin(), all.cend(), [&](const ListedDay &day) {
        return day.folder == folder && day.date == date;
    });
    if (here == all.cend())
        return std::nullopt;
    const qsizetype at = here - all.cbegin() + step;
    return at < 0 || at >= all.size() ? std::nullopt : std::optional(all.at(at));
}

} // namespace birblens
