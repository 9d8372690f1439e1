// SPDX-License-Identifier: GPL-3.0-or-later

// ReviewSession: what a person says about frames, on disk before the call returns.

#include "core/camera/birbcamdatabase.h"
#include "core/camera/camerasync.h"
#include "core/counted.h"
#include "core/frames/events.h"
#include "core/review/dayloader.h"
#include "core/review/daywatcher.h"
#include "core/review/picturecheck.h"
#include "core/review/reviewsession.h"

namespace birblens {

QString ReviewSession::storeProblem() const
{
    return m_storeProblem ? tr("Labels cannot be kept. %1").arg(m_storeProblem->sentence())
                          : QString();
}

QStringList ReviewSession::shownPrediction(const FrameEntry &entry) const
{
    if (const ModelInfo *model = predictionModel(); model && entry.prediction)
        return entry.prediction->labels(*model);
    return entry.frame.camera ? entry.frame.camera->labels : QStringList();
}

QString ReviewSession::shownText(const FrameEntry &entry) const
{
    const bool shown = entry.prediction || entry.frame.camera;
    return shown ? labelsToText(orderedLabels(shownPrediction(entry), vocabulary())) : QString();
}

bool ReviewSession::decide(const QStringList &keys, const Decide &label, const QString &text)
{
    DecisionSteps steps;
    QSet<QString> seen;
    const QSet<QString> replaced = lookBeforeDeciding(keys);
    const QStringList order = vocabulary();
    for (const QString &key : keys) {
        const int row = m_day.rowOf(key);
        if (row < 0 || seen.contains(key))
            continue;
        seen.insert(key);
        FrameEntry entry = asDecided(m_day.at(row));
        entry.otherPicture = entry.otherPicture || replaced.contains(key);
        auto wanted = label(entry);
        if (!wanted)
            continue;
        wanted->labels = orderedLabels(wanted->labels, order);
        LabelStep step;
        step.shownBefore = entry.record.shownPrediction;
        step.change.key = key;
        step.change.before = entry.record.label;
        step.change.after = *wanted;
        step.change.shownPrediction =
            wanted->kind == TrueLabel::Kind::Unreviewed ? QString() : shownText(entry);
        if (step.change.after == step.change.before &&
            step.change.shownPrediction == step.shownBefore && !entry.otherPicture)
            continue;
        steps.labels.append(step);
        if (entry.otherPicture)
            steps.pictures.append(key);
    }
    return keep(text, std::move(steps));
}

bool ReviewSession::setTrueLabel(const QStringList &keys, const TrueLabel &label,
                                 const QString &text)
{
    return decide(
        keys, [&label](const FrameEntry &) { return label; }, text);
}

bool ReviewSession::setTrueLabels(const QHash<QString, TrueLabel> &labels, const QString &text)
{
    return decide(
        labels.keys(), [&labels](const FrameEntry &entry) { return labels.value(entry.frame.key); },
        text);
}

void ReviewSession::toggleLabel(const QStringList &keys, const QString &name)
{
    const QString wanted = name.trimmed();
    if (wanted.isEmpty() || wanted == QLatin1String("none")) {
        setNone(keys);
        return;
    }
    lookBeforeDeciding(keys); // a label of the picture before is none to take off
    // On several frames: taken off only when all of them have it.
    bool all = true;
    for (const QString &key : keys) {
        const int row = m_day.rowOf(key);
        if (row >= 0)
            all = all && labelToShow(m_day.at(row)).labels.contains(wanted);
    }
    decide(
        keys,
        [&](const FrameEntry &entry) {
            QStringList labels = entry.label().labels;
            if (all)
                labels.removeAll(wanted);
            else if (!labels.contains(wanted))
                labels.append(wanted);
            return TrueLabel::of(labels);
        },
        all ? tr("Remove %1").arg(wanted) : tr("Label %1").arg(wanted));
}

void ReviewSession::acceptPrediction(const QStringList &keys)
{
    int without = 0;
    decide(
        keys,
        [&](const FrameEntry &entry) -> std::optional<TrueLabel> {
            if (!entry.prediction && !entry.frame.camera) {
                ++without;
                return std::nullopt;
            }
            return TrueLabel::of(shownPrediction(entry));
        },
        tr("Accept prediction"));
    if (without > 0)
        say(Message::Level::Info, counted(without, tr("%1 frame has no prediction to accept yet."),
                                          tr("%1 frames have no prediction to accept yet.")));
}

void ReviewSession::setNone(const QStringList &keys)
{
    setTrueLabel(keys, TrueLabel::none(), tr("Nothing there"));
}

void ReviewSession::setUnsure(const QStringList &keys)
{
    setTrueLabel(keys, TrueLabel::unsure(), tr("Unsure"));
}

void ReviewSession::clearLabel(const QStringList &keys)
{
    setTrueLabel(keys, TrueLabel::unreviewed(), tr("Clear label"));
}

void ReviewSession::notThisClass(const QStringList &keys, const QString &name)
{
    decide(
        keys,
        [&](const FrameEntry &entry) -> std::optional<TrueLabel> {
            QStringList labels =
                entry.label().isLabelled() ? entry.label().labels : shownPrediction(entry);
            if (labels.removeAll(name) == 0)
                return std::nullopt;
            return TrueLabel::of(labels);
        },
        tr("Not %1").arg(name));
}

QStringList ReviewSession::eventOf(const QString &key) const
{
    const int row = m_day.rowOf(key);
    if (row < 0)
        return {};
    const auto together = [this](int a, int b) {
        return secondsBetween(m_day.at(a).frame, m_day.at(b).frame) < m_eventGap;
    };
    int first = row;
    while (first > 0 && together(first - 1, first))
        --first;
    int last = row;
    while (last + 1 < m_day.size() && together(last, last + 1))
        ++last;
    QStringList keys;
    for (int i = first; i <= last; ++i) {
        if (!m_day.at(i).trashed)
            keys.append(m_day.at(i).frame.key);
    }
    return keys;
}

QList<LabelChange> ReviewSession::history(const QString &key) const
{
    if (!m_store)
        return {};
    const auto changes = m_store->history(key);
    return changes ? *changes : QList<LabelChange>();
}

/** Shows what is stored, and hands it to Birb Cam. */
void ReviewSession::labelled(const QList<LabelStep> &steps)
{
    QHash<QString, LabelRecord> records;
    QStringList keys;
    QList<CameraState> agreed;
    for (const LabelStep &step : steps) {
        const LabelChange &change = step.change;
        const int row = m_day.rowOf(change.key);
        if (row < 0)
            continue;
        LabelRecord record = m_day.at(row).record;
        record.label = change.after;
        record.shownPrediction = change.shownPrediction;
        const auto ours = cameraText(record.label);
        if (record.conflict && sameLabels(ours.value_or(QString()), *record.conflict) &&
            ours.has_value() == !record.conflict->isEmpty()) {
            // The person decided as Birb Cam did: nothing left to choose.
            record.cameraSeen = ours;
            record.conflict.reset();
            agreed.append({change.key, record.cameraSeen, false, std::nullopt});
        }
        records.insert(change.key, record);
        keys.append(change.key);
    }
    if (const auto kept = m_store->setCameraStates(agreed); !kept)
        say(Message::Level::Warning, kept.error().sentence());
    m_touched.unite(QSet<QString>(keys.cbegin(), keys.cend()));
    m_dayVocabulary.reset();
    takeRecords(records);
    m_pictures->take(keys);
    writeThrough(keys);
    Q_EMIT labelsChanged(keys);
}

QHash<QString, CameraLabel> ReviewSession::rowsOf(const QStringList &keys) const
{
    QHash<QString, CameraLabel> rows;
    if (!m_known)
        return rows;
    for (const QString &key : keys) {
        const auto row = m_known->cameraRows.constFind(key);
        if (row == m_known->cameraRows.cend())
            continue;
        CameraLabel &now = *rows.insert(key, *row);
        if (const auto written = m_writtenThrough.constFind(key);
            written != m_writtenThrough.cend())
            now.trueLabel = *written;
    }
    return rows;
}

bool ReviewSession::hasCameraRow(const QString &key) const
{
    if (!m_known)
        return false;
    const auto row = m_known->cameraRows.constFind(key);
    return row != m_known->cameraRows.cend() && !row->ambiguous;
}

QString ReviewSession::cameraRowProblem(const QString &key) const
{
    if (!m_known || !m_known->cameraRows.value(key).ambiguous)
        return {};
    return tr("Birb Cam's database has two rows with this frame's time and file name. They cannot "
              "be told apart: the label is kept in Birblens only.");
}

void ReviewSession::takeRecords(const QHash<QString, LabelRecord> &records)
{
    for (auto it = records.cbegin(); it != records.cend(); ++it) {
        if (hasCameraRow(it.key()) && needsWriting(*it))
            m_pendingKeys.insert(it.key());
        else
            m_pendingKeys.remove(it.key());
    }
    m_day.setRecords(records);
}

void ReviewSession::writeThrough(const QStringList &keys)
{
    const QHash<QString, CameraLabel> rows = rowsOf(keys);
    for (const QString &key : keys) {
        if (!rows.contains(key)) // the camera removed the row
            m_pendingKeys.remove(key);
    }
    if (rows.isEmpty() || !m_store)
        return;
    QHash<QString, LabelRecord> records;
    bool knownToWait = true;
    for (auto it = rows.cbegin(); it != rows.cend(); ++it) {
        const int row = m_day.rowOf(it.key());
        if (row < 0)
            continue;
        records.insert(it.key(), m_day.at(row).record);
    }
    for (const QString &key : std::as_const(m_pendingKeys)) {
        const int row = m_day.rowOf(key);
        knownToWait = knownToWait && row >= 0 && m_day.at(row).record.pending;
    }
    const SyncOutcome outcome =
        writeToCamera(m_store.get(), m_camera.get(), rows, records, vocabulary());
    takeRecords(records);
    m_unsynced.unite(QSet<QString>(outcome.unread.cbegin(), outcome.unread.cend()));
    for (auto it = records.cbegin(); it != records.cend(); ++it) {
        if (!it->conflict)
            m_writtenThrough.insert(it.key(), it->cameraSeen);
    }
    m_touched.unite(QSet<QString>(keys.cbegin(), keys.cend()));
    SyncOutcome said = outcome;
    if (knownToWait) // said when it began
        said.problem.reset();
    saySync(said);
    if (outcome.taken > 0 || outcome.conflicts > 0)
        Q_EMIT labelsChanged(outcome.changed);
}

bool ReviewSession::flushPendingWrites(int milliseconds)
{
    if (m_pendingKeys.isEmpty())
        return true;
    const QString path = m_day.source().cameraDatabase;
    if (auto patient = BirbCamDatabase::open(path, milliseconds)) {
        std::swap(m_camera, *patient);
        writeThrough(QStringList(m_pendingKeys.cbegin(), m_pendingKeys.cend()));
        std::swap(m_camera, *patient);
    }
    return m_pendingKeys.isEmpty();
}

QStringList ReviewSession::conflicts() const
{
    QStringList keys;
    for (int row = 0; row < m_day.size(); ++row) {
        if (m_day.at(row).record.conflict)
            keys.append(m_day.at(row).frame.key);
    }
    return keys;
}

void ReviewSession::resolveConflicts(const QStringList &keys, bool takeTheirs)
{
    QHash<QString, LabelRecord> records;
    QList<CameraState> states;
    QStringList settled;
    for (const QString &key : keys) {
        const int row = m_day.rowOf(key);
        if (row < 0 || !m_day.at(row).record.conflict || records.contains(key))
            continue;
        LabelRecord record = m_day.at(row).record;
        record.cameraSeen = record.conflict->isEmpty() ? std::nullopt : record.conflict;
        record.conflict.reset();
        record.pending = false;
        records.insert(key, record);
        states.append({key, record.cameraSeen, false, std::nullopt});
        settled.append(key);
    }
    if (settled.isEmpty() || !store([&] { return m_store->setCameraStates(states); }))
        return;
    takeRecords(records);
    m_touched.unite(QSet<QString>(settled.cbegin(), settled.cend()));
    if (takeTheirs)
        decide(
            settled,
            [this](const FrameEntry &entry) {
                return labelFromCamera(entry.record.cameraSeen, vocabulary());
            },
            tr("Take Birb Cam's label"));
    else
        writeThrough(settled);
    Q_EMIT labelsChanged(settled);
}

} // namespace birblens
