// SPDX-License-Identifier: GPL-3.0-or-later

// Day: what is known of its frames: labels, marks, predictions, features, the trash.

#include "core/review/day.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace birblens {

namespace {

/** More runs than this are announced as one: a view is quicker to look at rows than at signals. */
constexpr qsizetype mostRuns = 64;

} // namespace

void Day::announce(QList<int> rows)
{
    std::sort(rows.begin(), rows.end());
    QList<std::pair<int, int>> runs;
    for (const int row : std::as_const(rows)) {
        if (!runs.isEmpty() && row <= runs.last().second + 1)
            runs.last().second = row;
        else
            runs.append({row, row});
    }
    if (runs.size() > mostRuns)
        runs = {{runs.first().first, runs.last().second}};
    for (const auto &[first, last] : std::as_const(runs))
        Q_EMIT changed(first, last);
}

void Day::setRecord(const QString &key, const LabelRecord &record)
{
    setRecords({{key, record}});
}

void Day::setRecords(const QHash<QString, LabelRecord> &records)
{
    const int before = m_reviewed;
    QList<int> rows;
    for (auto it = records.cbegin(); it != records.cend(); ++it) {
        const int row = rowOf(it.key());
        if (row < 0 || m_entries.at(row).record == *it)
            continue;
        FrameEntry &entry = m_entries[row];
        m_reviewed -= int(entry.isReviewed());
        entry.record = *it;
        m_reviewed += int(entry.isReviewed());
        rows.append(row);
    }
    announce(rows);
    if (m_reviewed != before)
        Q_EMIT reviewedCountChanged();
}

void Day::setPredictions(const QHash<QString, Classified> &classified)
{
    QList<int> rows;
    for (auto it = classified.cbegin(); it != classified.cend(); ++it) {
        const int row = rowOf(it.key());
        if (row < 0)
            continue;
        FrameEntry &entry = m_entries[row];
        entry.prediction = it->prediction;
        entry.silence.clear();
        noteFeatures(entry, !it->features.isEmpty());
        rows.append(row);
    }
    announce(rows);
}

void Day::setSilence(const QString &key, const QString &sentence)
{
    const int row = rowOf(key);
    if (row < 0)
        return;
    m_entries[row].silence = sentence;
    m_entries[row].prediction.reset();
    announce({row});
}

void Day::dropPredictions(const QStringList &keys)
{
    QList<int> rows;
    for (const QString &key : keys) {
        const int row = rowOf(key);
        if (row < 0)
            continue;
        FrameEntry &entry = m_entries[row];
        entry.silence.clear();
        if (!entry.prediction && !entry.hasFeatures)
            continue;
        entry.prediction.reset();
        m_features -= int(std::exchange(entry.hasFeatures, false));
        entry.similarity = std::numeric_limits<float>::quiet_NaN();
        rows.append(row);
    }
    announce(rows);
}

void Day::setWaiting(const QStringList &keys, const QSet<QString> &waiting)
{
    QList<int> rows;
    for (const QString &key : keys) {
        const int row = rowOf(key);
        if (row < 0 || m_entries.at(row).waiting == waiting.contains(key))
            continue;
        m_entries[row].waiting = !m_entries.at(row).waiting;
        rows.append(row);
    }
    announce(rows);
}

void Day::setOtherPicture(const QStringList &keys, bool other)
{
    const int before = m_reviewed;
    QList<int> rows;
    for (const QString &key : keys) {
        const int row = rowOf(key);
        if (row < 0 || m_entries.at(row).otherPicture == other)
            continue;
        FrameEntry &entry = m_entries[row];
        m_reviewed -= int(entry.isReviewed());
        entry.otherPicture = other;
        m_reviewed += int(entry.isReviewed());
        rows.append(row);
    }
    announce(rows);
    if (m_reviewed != before)
        Q_EMIT reviewedCountChanged();
}

void Day::noteFeatures(FrameEntry &entry, bool there)
{
    m_features += int(there && !entry.hasFeatures);
    entry.hasFeatures = entry.hasFeatures || there;
}

void Day::takePredictions(KnownPredictions known)
{
    int first = size();
    int last = -1;
    int row = -1;
    for (qsizetype i = 0; i < known.keys.size(); ++i) {
        // Nearly always the next one; since then frames may have come in or changed their order.
        if (++row >= size() || m_entries.at(row).frame.key != known.keys.at(i))
            row = rowOf(known.keys.at(i));
        if (row < 0)
            continue;
        const auto at = static_cast<size_t>(i);
        FrameEntry &entry = m_entries[row];
        noteFeatures(entry, known.features[at]);
        if (!known.predictions[at] || entry.prediction)
            continue;
        entry.prediction = std::move(known.predictions[at]);
        first = std::min(first, row);
        last = std::max(last, row);
    }
    if (last >= 0)
        Q_EMIT changed(first, last);
}

std::vector<Prediction> Day::clearPredictions()
{
    std::vector<Prediction> before;
    int first = size();
    int last = -1;
    for (int row = 0; row < size(); ++row) {
        FrameEntry &entry = m_entries[row];
        entry.hasFeatures = false;
        entry.silence.clear();
        entry.similarity = std::numeric_limits<float>::quiet_NaN();
        if (!entry.prediction)
            continue;
        before.push_back(*std::move(entry.prediction));
        entry.prediction.reset();
        first = std::min(first, row);
        last = row;
    }
    m_features = 0;
    if (last >= 0)
        Q_EMIT changed(first, last);
    return before;
}

void Day::setSimilarities(const std::vector<float> &similarities)
{
    for (int row = 0; row < size(); ++row)
        m_entries[row].similarity = similarities[static_cast<size_t>(row)];
}

void Day::setProblem(const QString &key, const QString &problem)
{
    const int row = rowOf(key);
    if (row < 0 || m_entries.at(row).problem == problem)
        return;
    m_entries[row].problem = problem;
    if (problem.isEmpty())
        m_problems.remove(key);
    else
        m_problems.insert(key);
    Q_EMIT changed(row, row);
}

void Day::setMarks(const QHash<QString, Mark> &marks)
{
    QList<int> rows;
    for (auto it = marks.cbegin(); it != marks.cend(); ++it) {
        const int row = rowOf(it.key());
        if (row < 0 || m_entries.at(row).mark == *it)
            continue;
        m_entries[row].mark = *it;
        rows.append(row);
    }
    announce(rows);
}

void Day::setTrashed(const QStringList &keys, bool trashed)
{
    QList<int> rows;
    for (const QString &key : keys) {
        const int row = rowOf(key);
        if (row < 0 || m_entries.at(row).trashed == trashed)
            continue;
        FrameEntry &entry = m_entries[row];
        m_reviewed -= int(entry.isReviewed());
        entry.trashed = trashed;
        entry.frame.gone = trashed;
        m_reviewed += int(entry.isReviewed());
        m_trashed += trashed ? 1 : -1;
        rows.append(row);
    }
    announce(rows);
    if (!rows.isEmpty())
        Q_EMIT reviewedCountChanged();
}

} // namespace birblens
