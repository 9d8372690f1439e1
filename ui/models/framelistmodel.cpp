// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/models/framelistmodel.h"

#include "core/frames/events.h"
#include "core/frames/thumbnailer.h"
#include "core/review/reviewsession.h"
#include "ui/labeltext.h"
#include "ui/timetext.h"

#include <QImage>
#include <QLocale>

#include <cmath>

namespace birblens {

Badge badgeOf(const FrameEntry &entry)
{
    if (entry.waiting)
        return Badge::Waiting;
    switch (entry.state()) {
    case ReviewState::Confirmed:
        return Badge::Confirmed;
    case ReviewState::Corrected:
        return Badge::Corrected;
    case ReviewState::Unsure:
        return Badge::Unsure;
    case ReviewState::Unreviewed:
        break;
    }
    if (entry.frame.gone)
        return Badge::Gone;
    if (entry.pictureChanged())
        return Badge::PictureChanged;
    return entry.problem.isEmpty() ? Badge::Unreviewed : Badge::Unreadable;
}

QString badgeText(Badge badge)
{
    switch (badge) {
    case Badge::Unreviewed:
        return FrameListModel::tr("unreviewed");
    case Badge::Confirmed:
        return FrameListModel::tr("confirmed");
    case Badge::Corrected:
        return FrameListModel::tr("corrected");
    case Badge::Unsure:
        return FrameListModel::tr("unsure");
    case Badge::Unreadable:
        return FrameListModel::tr("unreadable");
    case Badge::Gone:
        return FrameListModel::tr("gone");
    case Badge::PictureChanged:
        return FrameListModel::tr("picture changed");
    case Badge::Waiting:
        return FrameListModel::tr("not saved yet");
    }
    return {};
}

FrameListModel::FrameListModel(ReviewSession &session, Thumbnailer *thumbnails, QObject *parent)
    : QAbstractListModel(parent)
    , m_session(session)
    , m_thumbnails(thumbnails)
{
    const Day *day = &session.day();
    connect(day, &Day::aboutToReset, this, [this] {
        beginResetModel();
        m_asked.clear();
        m_rows.clear();
        m_matching.clear();
        m_places.clear();
        m_open.clear();
        m_visits.clear();
    });
    connect(day, &Day::wasReset, this, [this] {
        rebuild();
        endResetModel();
        Q_EMIT staleCountChanged();
    });
    connect(day, &Day::inserted, this, &FrameListModel::dayInserted);
    connect(day, &Day::changed, this, &FrameListModel::dayChanged);
    const auto otherPredictions = [this] {
        if (!m_filter.isDefault() || m_sort != FrameSort())
            refresh();
    };
    connect(&session.explain(), &ExplainState::modelChanged, this, otherPredictions);
    connect(&session, &ReviewSession::predictionsLoaded, this, otherPredictions);
    rebuild();
    if (m_thumbnails)
        connect(m_thumbnails, &Thumbnailer::ready, this, &FrameListModel::thumbnailReady);
}

int FrameListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

const ModelInfo *FrameListModel::modelInfo() const
{
    return m_session.explain().model() ? &m_session.explain().model()->info : nullptr;
}

FrameMatcher FrameListModel::matcher() const
{
    return {m_filter, m_session.vocabulary()};
}

void FrameListModel::setFilter(const FrameFilter &filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    refresh();
}

void FrameListModel::setSorting(const FrameSort &sort)
{
    if (sort == m_sort)
        return;
    m_sort = sort;
    refresh();
}

void FrameListModel::refresh()
{
    beginResetModel();
    rebuild();
    endResetModel();
    Q_EMIT staleCountChanged();
}

void FrameListModel::rebuild()
{
    const Day &day = m_session.day();
    FrameMatcher match = matcher();
    QList<int> rows;
    rows.reserve(day.size());
    for (int row = 0; row < day.size(); ++row) {
        if (match.matches(day.at(row)))
            rows.append(row);
    }
    m_looks = m_sort.order == FrameOrder::Look ? needsALook(day, modelInfo(), m_sort.gapSeconds)
                                               : QHash<int, Look>();
    m_matching = sortedRows(day, std::move(rows), m_sort, modelInfo(), &m_looks);
    m_stale.clear();
    fold();
}

QStringList FrameListModel::reasons(const QString &key) const
{
    const int row = m_session.day().rowOf(key);
    const int reference = m_session.day().rowOf(m_sort.reference);
    if (m_sort.order != FrameOrder::Similarity || row < 0 || reference < 0)
        return m_looks.value(row).reasons;
    const float similarity = m_session.day().at(row).similarity;
    const QString time = QLocale().toString(m_session.day().at(reference).frame.captureTime.time(),
                                            QStringLiteral("HH:mm:ss"));
    if (row == reference)
        return {tr("the reference")};
    if (std::isnan(similarity))
        return {tr("not compared with %1: the model has not looked at it yet").arg(time)};
    return {tr("similarity %1 to %2")
                .arg(QLocale().toString(static_cast<double>(similarity), 'f', 2), time)};
}

/** From m_matching to what is shown. */
void FrameListModel::fold()
{
    m_visits.clear();
    m_rows = m_matching;
    if (m_gap <= 0.0 || m_sort.order != FrameOrder::Time) {
        place();
        return;
    }
    const Day &day = m_session.day();
    QList<int> rows = m_matching;
    if (m_sort.reversed)
        std::reverse(rows.begin(), rows.end());
    const auto frame = [&](int i) -> const Frame & { return day.at(rows.at(i)).frame; };
    m_rows.clear();
    QHash<int, int> shownBy; // rows that are folded away
    for (const Event &event : eventsOf(static_cast<int>(rows.size()), frame, m_gap)) {
        int best = rows.at((event.first + event.last) / 2);
        double sure = 0.0;
        for (int i = event.first; i <= event.last; ++i) {
            const FrameEntry &entry = day.at(rows.at(i));
            if (!m_session.shownPrediction(entry).isEmpty() && shownProbability(entry) > sure) {
                sure = shownProbability(entry);
                best = rows.at(i);
            }
        }
        const Visit visit{event.count(), secondsBetween(frame(event.first), frame(event.last)),
                          m_open.contains(frame(event.first).key)};
        if (event.count() == 1 || visit.open)
            m_rows.append(rows.mid(event.first, event.count()));
        else
            m_rows.append(best);
        if (event.count() > 1)
            m_visits.insert(visit.open ? rows.at(event.first) : best, visit);
        for (int i = event.first; i <= event.last && !visit.open; ++i)
            shownBy.insert(rows.at(i), best);
    }
    if (m_sort.reversed)
        std::reverse(m_rows.begin(), m_rows.end());
    place();
    for (auto it = shownBy.cbegin(); it != shownBy.cend(); ++it)
        m_places[static_cast<size_t>(it.key())] = m_places[static_cast<size_t>(*it)];
}

void FrameListModel::setFolding(double gapSeconds)
{
    if (gapSeconds == m_gap)
        return;
    m_gap = gapSeconds;
    m_open.clear();
    refresh();
}

void FrameListModel::toggleVisit(const QModelIndex &index)
{
    if (m_gap <= 0.0 || !index.isValid() || m_sort.order != FrameOrder::Time)
        return;
    const Day &day = m_session.day();
    QList<int> rows = m_matching;
    std::sort(rows.begin(), rows.end());
    auto at = std::lower_bound(rows.cbegin(), rows.cend(), m_rows.at(index.row()));
    while (at != rows.cbegin() &&
           secondsBetween(day.at(*(at - 1)).frame, day.at(*at).frame) < m_gap)
        --at;
    const QString first = day.at(*at).frame.key;
    beginResetModel();
    if (!m_open.remove(first))
        m_open.insert(first);
    fold();
    endResetModel();
}

void FrameListModel::place()
{
    m_places.assign(static_cast<size_t>(m_session.day().size()), -1);
    for (int row = 0; row < m_rows.size(); ++row)
        m_places[static_cast<size_t>(m_rows[row])] = row;
}

void FrameListModel::dayInserted(int first, int last)
{
    const int count = last - first + 1;
    for (QList<int> *rows : {&m_rows, &m_matching}) {
        for (int &row : *rows)
            row += row >= first ? count : 0;
    }
    QSet<int> stale;
    for (const int row : std::as_const(m_stale))
        stale.insert(row >= first ? row + count : row);
    m_stale = stale;
    fold();
    FrameMatcher match = matcher();
    QList<int> fresh;
    for (int row = first; row <= last; ++row) {
        if (match.matches(m_session.day().at(row)))
            fresh.append(row);
    }
    add(fresh);
}

void FrameListModel::dayChanged(int first, int last)
{
    FrameMatcher match = matcher();
    QList<int> fresh;
    QList<int> trashed; // rows that are shown
    int from = rowCount();
    int to = -1;
    const qsizetype staleBefore = m_stale.size();
    for (int dayRow = first; dayRow <= last; ++dayRow) {
        const int row = m_places[static_cast<size_t>(dayRow)];
        const bool matches = match.matches(m_session.day().at(dayRow));
        if (row < 0) {
            if (matches)
                fresh.append(dayRow);
            continue;
        }
        from = std::min(from, row);
        to = std::max(to, row);
        if (matches)
            m_stale.remove(dayRow);
        else if (m_session.day().at(dayRow).trashed)
            trashed.append(row);
        else
            m_stale.insert(dayRow);
    }
    if (to >= 0)
        Q_EMIT dataChanged(index(from), index(to));
    if (m_stale.size() != staleBefore)
        Q_EMIT staleCountChanged();
    remove(std::move(trashed));
    add(fresh);
}

/** Takes @p rows away that are shown. */
void FrameListModel::remove(QList<int> rows)
{
    if (rows.isEmpty())
        return;
    if (m_gap > 0.0) { // visits shrink
        refresh();
        return;
    }
    std::sort(rows.begin(), rows.end());
    for (qsizetype end = rows.size(); end > 0;) {
        qsizetype first = end - 1;
        while (first > 0 && rows[first - 1] == rows[first] - 1)
            --first;
        const int count = static_cast<int>(end - first);
        m_removing = true;
        beginRemoveRows({}, rows[first], rows[first] + count - 1);
        for (int i = 0; i < count; ++i)
            m_stale.remove(m_rows[rows[first] + i]);
        m_rows.remove(rows[first], count);
        m_matching = m_rows;
        place();
        m_removing = false;
        endRemoveRows();
        end = first;
    }
    Q_EMIT staleCountChanged();
}

/** Shows these rows of the day where they belong. */
void FrameListModel::add(const QList<int> &dayRows)
{
    if (dayRows.isEmpty())
        return;
    if (m_gap > 0.0) { // they join visits, or part them
        refresh();
        return;
    }
    const Day &day = m_session.day();
    const QList<int> sorted = sortedRows(day, m_rows + dayRows, m_sort, modelInfo());
    const QSet<int> fresh(dayRows.cbegin(), dayRows.cend());
    // What is shown keeps its order even where its value has changed: only the new ones move in.
    QList<std::pair<int, int>> places; // after how many of those that are shown, which row
    int before = 0;
    for (const int row : sorted) {
        if (fresh.contains(row))
            places.append({before, row});
        else
            ++before;
    }
    for (qsizetype i = 0; i < places.size();) {
        qsizetype end = i + 1;
        while (end < places.size() && places[end].first == places[i].first)
            ++end;
        const int at = places[i].first + static_cast<int>(i);
        const int count = static_cast<int>(end - i);
        beginInsertRows({}, at, at + count - 1);
        m_rows.insert(at, count, 0);
        for (int k = 0; k < count; ++k)
            m_rows[at + k] = places[i + k].second;
        m_matching = m_rows;
        place();
        endInsertRows();
        i = end;
    }
}

const FrameEntry &FrameListModel::entry(int row) const
{
    return m_session.day().at(m_rows.at(row));
}

QString FrameListModel::keyAt(int row) const
{
    return row >= 0 && row < rowCount() ? entry(row).frame.key : QString();
}

QModelIndex FrameListModel::indexOf(const QString &key) const
{
    const int dayRow = m_session.day().rowOf(key);
    const int row = dayRow < 0 ? -1 : m_places[static_cast<size_t>(dayRow)];
    return row < 0 ? QModelIndex() : index(row);
}

QStringList FrameListModel::keys() const
{
    if (m_matching.size() == m_session.day().size() && m_sort.order == FrameOrder::Time &&
        !m_sort.reversed)
        return m_session.day().keys();
    QStringList result;
    result.reserve(m_matching.size());
    for (const int row : m_matching)
        result.append(m_session.day().at(row).frame.key);
    return result;
}

QVariant FrameListModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows.size())
        return {};
    const FrameEntry &e = entry(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return QLocale().toString(e.frame.captureTime.time(), QStringLiteral("HH:mm:ss"));
    case Qt::ToolTipRole:
        return toolTip(e);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1, %2, %3")
            .arg(QLocale().toString(e.frame.captureTime, QStringLiteral("HH:mm:ss")) +
                     (e.frame.timeUncertain() ? tr(" (uncertain)") : QString()),
                 labelsInWords(m_session.shownPrediction(e)), badgeText(badgeOf(e)));
    case KeyRole:
        return e.frame.key;
    case TimeRole:
        return e.frame.captureTime;
    case LabelsRole:
        return m_session.shownPrediction(e);
    case ProbabilityRole:
        return shownProbability(e);
    case BadgeRole:
        return static_cast<int>(badgeOf(e));
    case ThumbnailRole:
        if (!m_thumbnails || e.frame.gone)
            return QImage();
        m_asked.insert(e.frame.path(), e.frame.key);
        return m_thumbnails->thumbnail(e.frame.path());
    case KnownRole:
        return e.prediction.has_value() || e.frame.camera.has_value();
    case FlagRole:
        return e.mark.flagged;
    case UncertainTimeRole:
        return e.frame.timeUncertain();
    case VisitCountRole:
        return m_visits.value(m_rows.at(index.row())).count;
    case VisitSecondsRole:
        return m_visits.value(m_rows.at(index.row())).seconds;
    case VisitOpenRole:
        return m_visits.value(m_rows.at(index.row())).open;
    case SimilarityRole:
        return m_sort.order != FrameOrder::Similarity || std::isnan(e.similarity)
                   ? QVariant()
                   : QVariant(static_cast<double>(e.similarity));
    case TrueLabelRole:
        return e.label().isLabelled() ? labelsInWords(e.label().labels) : QString();
    default:
        return {};
    }
}

QString FrameListModel::toolTip(const FrameEntry &e) const
{
    const QString time = QLocale().toString(e.frame.captureTime, QLocale::LongFormat);
    QString text = QStringLiteral("%1\n%2\n%3").arg(e.frame.key, time, badgeText(badgeOf(e)));
    if (e.frame.timeUncertain() || e.frame.clockShift != 0)
        text += QLatin1Char('\n') + timeOriginInWords(e.frame);
    if (e.label().isLabelled())
        text += tr("\nTrue label: %1").arg(labelsInWords(e.label().labels));
    if (e.pictureChanged())
        text += tr("\nLabel of the picture before: %1").arg(trueLabelText(e.record.label));
    if (e.prediction && e.prediction->settingsUnknown)
        text +=
            tr("\nPredicted by an older Birblens; the model's settings at the time are unknown");
    for (const QString &reason : reasons(e.frame.key))
        text += QLatin1Char('\n') + reason;
    if (!e.mark.comment.isEmpty())
        text += QLatin1Char('\n') + e.mark.comment;
    if (!e.problem.isEmpty())
        text += QLatin1Char('\n') + e.problem;
    if (!e.silence.isEmpty())
        text += QLatin1Char('\n') + e.silence;
    return text;
}

void FrameListModel::thumbnailReady(const QString &path, const QString &problem)
{
    const QString key = m_asked.take(path);
    const int dayRow = m_session.day().rowOf(key);
    if (dayRow < 0)
        return;
    if (m_session.day().at(dayRow).problem != problem)
        m_session.day().setProblem(key, problem);
    if (const QModelIndex found = indexOf(key); found.isValid())
        Q_EMIT dataChanged(found, found, {ThumbnailRole});
}

} // namespace birblens
