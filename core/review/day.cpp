// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/day.h"

#include "core/frames/capturename.h"
#include "core/frames/utcoffset.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace birblens {

const TrueLabel &FrameEntry::label() const
{
    static const TrueLabel nothing;
    return otherPicture ? nothing : record.label;
}

ReviewState FrameEntry::state() const
{
    switch (label().kind) {
    case TrueLabel::Kind::Unreviewed:
        return ReviewState::Unreviewed;
    case TrueLabel::Kind::Unsure:
        return ReviewState::Unsure;
    case TrueLabel::Kind::Labelled:
        break;
    }
    // Nothing shown, nothing confirmed.
    const bool confirmed = !record.shownPrediction.isEmpty() &&
                           sameLabels(labelsToText(record.label.labels), record.shownPrediction);
    return confirmed ? ReviewState::Confirmed : ReviewState::Corrected;
}

bool FrameEntry::isReviewed() const
{
    return label().kind != TrueLabel::Kind::Unreviewed && !trashed;
}

void addLabels(const FrameEntry &entry, QSet<QString> &labels)
{
    if (entry.frame.camera) {
        for (const QString &label : entry.frame.camera->labels)
            labels.insert(label);
    }
    for (const QString &label : entry.label().labels)
        labels.insert(label);
}

namespace {

/**
 * Fills in the offsets of all frames together, as the listing does: corrected times may lie on the
 * other side of a change of the clocks. @return the rows of @p entries that are different
 */
QList<int> assumedAnew(QList<FrameEntry> &entries, QList<Frame> &more)
{
    std::vector<Frame *> frames;
    std::vector<std::pair<int, OffsetBasis>> before;
    frames.reserve(static_cast<size_t>(entries.size() + more.size()));
    before.reserve(static_cast<size_t>(entries.size()));
    for (FrameEntry &entry : entries) {
        frames.push_back(&entry.frame);
        before.emplace_back(entry.frame.assumedOffset, entry.frame.offsetBasis);
    }
    for (Frame &frame : more)
        frames.push_back(&frame);
    assumeOffsets(frames);
    QList<int> rows;
    for (int row = 0; row < entries.size(); ++row) {
        const Frame &frame = entries.at(row).frame;
        if (before[static_cast<size_t>(row)] != std::pair(frame.assumedOffset, frame.offsetBasis))
            rows.append(row);
    }
    return rows;
}

/** Adds the words behind the time of a name that may be a prediction. */
void addSuffixWords(const Frame &frame, QSet<QString> &words)
{
    if (frame.suffixAt == 0)
        return;
    const qsizetype dot = frame.key.lastIndexOf(QLatin1Char('.'));
    const qsizetype at = frame.suffixAt;
    const QStringView suffix = QStringView(frame.key).mid(at, dot > at ? dot - at : -1);
    for (const QStringView word : suffix.split(QLatin1Char('_'), Qt::SkipEmptyParts))
        words.insert(word.trimmed().toString());
}

} // namespace

Day::Day(QObject *parent)
    : QObject(parent)
{
}

int Day::rowOf(const QString &key) const
{
    return m_rows.value(key, -1);
}

DayEntries dayEntries(const QList<Frame> &frames, const QHash<QString, LabelRecord> &records,
                      const QHash<QString, Prediction> &predictions,
                      const QHash<QString, Mark> &marks, const QSet<QString> &trashed,
                      const QSet<QString> &features, const QSet<QString> &otherPictures)
{
    DayEntries day;
    day.entries.reserve(frames.size());
    day.keys.reserve(frames.size());
    day.rows.reserve(frames.size());
    QSet<QString> labels;
    for (const Frame &frame : frames) {
        if (day.rows.contains(frame.key))
            continue;
        FrameEntry entry;
        entry.frame = frame;
        entry.record = records.value(frame.key);
        if (const auto found = predictions.constFind(frame.key); found != predictions.cend())
            entry.prediction = *found;
        entry.mark = marks.value(frame.key);
        // A file that is there again was brought back by other means.
        entry.trashed = frame.gone && trashed.contains(frame.key);
        day.trashed += int(entry.trashed);
        entry.hasFeatures = features.contains(frame.key);
        day.features += int(entry.hasFeatures);
        entry.otherPicture = otherPictures.contains(frame.key);
        day.reviewed += int(entry.isReviewed());
        addLabels(entry, labels);
        addSuffixWords(frame, day.suffixWords);
        day.keys.append(frame.key);
        day.rows.insert(frame.key, static_cast<int>(day.entries.size()));
        day.entries.append(std::move(entry));
    }
    day.labels = orderedLabels(QStringList(labels.cbegin(), labels.cend()), {});
    return day;
}

void Day::reset(const DaySource &source)
{
    reset(source, DayEntries());
}

void Day::reset(const DaySource &source, DayEntries entries)
{
    const std::pair before(m_reviewed, m_trashed);
    Q_EMIT aboutToReset();
    m_source = source;
    m_entries = std::move(entries.entries);
    m_keys = std::move(entries.keys);
    m_rows = std::move(entries.rows);
    m_problems.clear();
    m_reviewed = entries.reviewed;
    m_trashed = entries.trashed;
    m_features = entries.features;
    m_suffixWords = std::move(entries.suffixWords);
    m_cameraNames = std::move(entries.cameraNames);
    m_clock = std::move(entries.clock);
    m_modelNames.clear(); // the entries do not know them
    m_names = m_cameraNames;
    Q_EMIT wasReset();
    if (before != std::pair(m_reviewed, m_trashed))
        Q_EMIT reviewedCountChanged();
}

void Day::merge(const QList<Frame> &frames)
{
    QList<int> updated;
    QStringList back; // from the trash, by other means than ours
    QList<Frame> fresh;
    QSet<QString> added;
    for (const Frame &frame : frames) {
        const int row = rowOf(frame.key);
        if (row < 0) {
            if (!added.contains(frame.key)) {
                added.insert(frame.key);
                fresh.append(frame);
            }
            continue;
        }
        Frame &known = m_entries[row].frame;
        Frame next = frame;
        readSuffix(next);
        if (!next.camera)
            next.camera = known.camera; // the camera prunes its rows; what it said stays true
        // A camera prunes its rows; a file that was written again tells what holds now.
        if (!next.utc.isValid() && known.utc.isValid() && known.timeSource < next.timeSource) {
            setClockShift(known, 0);
            next.captureTime = known.captureTime;
            next.utc = known.utc;
            next.timeSource = known.timeSource;
            next.assumedOffset = known.assumedOffset;
            next.offsetBasis = known.offsetBasis;
            setClockShift(known, m_clock.of(known.key));
        }
        setClockShift(next, m_clock.of(next.key));
        if (known != next) {
            known = next;
            updated.append(row);
            if (m_entries.at(row).trashed && !next.gone)
                back.append(next.key);
        }
    }
    if (!m_clock.isEmpty() && (!fresh.isEmpty() || !updated.isEmpty())) {
        for (Frame &frame : fresh)
            setClockShift(frame, m_clock.of(frame.key));
        updated += assumedAnew(m_entries, fresh);
    }
    announce(updated);
    setTrashed(back, false);
    if (!std::all_of(updated.cbegin(), updated.cend(), [this](int row) { return inOrder(row); }))
        reorder();
    if (!fresh.isEmpty())
        insert(fresh);
}

void Day::readSuffix(Frame &frame) const
{
    if (frame.suffixAt > 0)
        frame.camera = predictionInName(frame, m_names);
}

void Day::setModelNames(const QStringList &names)
{
    if (names == m_modelNames)
        return;
    const auto used = [this](const QString &name) { return m_suffixWords.contains(name); };
    const bool matters = std::any_of(names.cbegin(), names.cend(), used) ||
                         std::any_of(m_modelNames.cbegin(), m_modelNames.cend(), used);
    m_modelNames = names;
    m_names = m_cameraNames + QSet<QString>(names.cbegin(), names.cend());
    if (!matters)
        return;
    int first = size();
    int last = -1;
    for (int row = 0; row < size(); ++row) {
        Frame &frame = m_entries[row].frame;
        if (frame.suffixAt == 0)
            continue;
        const std::optional<CameraPrediction> before = frame.camera;
        readSuffix(frame);
        if (frame.camera == before)
            continue;
        first = std::min(first, row);
        last = row;
    }
    if (last >= 0)
        Q_EMIT changed(first, last);
}

void Day::setClock(const ClockShifts &clock)
{
    if (clock == m_clock)
        return;
    m_clock = clock;
    int first = size();
    int last = -1;
    std::vector<Frame *> frames;
    frames.reserve(static_cast<size_t>(size()));
    for (int row = 0; row < size(); ++row) {
        Frame &frame = m_entries[row].frame;
        frames.push_back(&frame);
        const qint64 shift = m_clock.of(frame.key);
        if (frame.clockShift == shift)
            continue;
        setClockShift(frame, shift);
        first = std::min(first, row);
        last = row;
    }
    if (last < 0)
        return;
    assumeOffsets(frames);
    bool sorted = true;
    for (int row = 1; row < size() && sorted; ++row)
        sorted = inOrder(row);
    if (sorted)
        Q_EMIT changed(first, last);
    else
        reorder();
}

/** Whether the row stands behind the one before and before the one behind it. */
bool Day::inOrder(int row) const
{
    const Frame &frame = m_entries.at(row).frame;
    return (row == 0 || !Frame::earlier(frame, m_entries.at(row - 1).frame)) &&
           (row + 1 == size() || !Frame::earlier(m_entries.at(row + 1).frame, frame));
}

void Day::reorder()
{
    Q_EMIT aboutToReset();
    std::vector<int> order(static_cast<size_t>(size()));
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [this](int a, int b) {
        return Frame::earlier(m_entries.at(a).frame, m_entries.at(b).frame);
    });
    QList<FrameEntry> entries;
    entries.reserve(size());
    for (const int row : order)
        entries.append(std::move(m_entries[row]));
    m_entries = std::move(entries);
    for (int row = 0; row < size(); ++row)
        m_keys[row] = m_entries.at(row).frame.key;
    reindex(0);
    Q_EMIT wasReset();
}

void Day::insert(QList<Frame> fresh)
{
    for (Frame &frame : fresh) {
        addSuffixWords(frame, m_suffixWords);
        readSuffix(frame);
        setClockShift(frame, m_clock.of(frame.key));
    }
    std::sort(fresh.begin(), fresh.end(), Frame::earlier);
    if (m_entries.isEmpty())
        m_entries.reserve(fresh.size());
    qsizetype next = 0;
    while (next < fresh.size()) {
        // All that belong before the same row go in together.
        const auto place = std::upper_bound(m_entries.cbegin(), m_entries.cend(), fresh.at(next),
                                            [](const Frame &frame, const FrameEntry &entry) {
                                                return Frame::earlier(frame, entry.frame);
                                            });
        const int first = static_cast<int>(place - m_entries.cbegin());
        qsizetype end = next + 1;
        while (end < fresh.size() &&
               (first == size() || Frame::earlier(fresh.at(end), m_entries.at(first).frame)))
            ++end;
        const int count = static_cast<int>(end - next);
        Q_EMIT aboutToInsert(first, first + count - 1);
        m_entries.insert(first, count, FrameEntry());
        m_keys.insert(first, count, QString());
        for (int i = 0; i < count; ++i) {
            m_entries[first + i].frame = fresh.at(next + i);
            m_keys[first + i] = fresh.at(next + i).key;
        }
        reindex(first);
        Q_EMIT inserted(first, first + count - 1);
        next = end;
    }
}

void Day::reindex(int from)
{
    if (from == 0)
        m_rows.reserve(m_entries.size());
    for (int row = from; row < size(); ++row)
        m_rows.insert(m_keys.at(row), row);
}

} // namespace birblens
