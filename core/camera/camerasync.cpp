// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/camerasync.h"

#include <QSet>

#include <algorithm>

namespace birblens {

namespace {

/** How many rows one transaction on the camera's database may hold up the camera for. */
constexpr qsizetype rowsPerWrite = 1000;

/** The label that both sides once agreed on, as text to compare. */
QString comparable(const std::optional<QString> &text)
{
    return text && !text->isEmpty() ? labelsToText(orderedLabels(labelsFromText(*text), {}))
                                    : QString();
}

QString comparable(const TrueLabel &label)
{
    if (label.kind == TrueLabel::Kind::Unsure)
        return QStringLiteral("?"); // differs from every text and from nothing
    return comparable(cameraText(label));
}

CameraState stateOf(const QString &key, const LabelRecord &record)
{
    return {key, record.cameraSeen, record.pending, record.conflict};
}

/** Stores labels taken and states; records that another Birblens labelled meanwhile stay as they
 * were. */
void keep(Store *store, const QList<LabelChange> &taken, const QList<CameraState> &states,
          const QHash<QString, LabelRecord> &before, QHash<QString, LabelRecord> &records,
          SyncOutcome &outcome)
{
    if (store == nullptr || (taken.isEmpty() && states.isEmpty()))
        return;
    const auto undo = [&](const QString &key) {
        records.insert(key, before.value(key));
        outcome.changed.removeOne(key);
    };
    if (taken.isEmpty()) {
        if (const auto kept = store->setCameraStates(states); !kept && !outcome.problem)
            outcome.problem = kept.error();
        return;
    }
    const auto refused = store->takeFromCamera(taken, states);
    if (!refused) {
        if (!outcome.problem)
            outcome.problem = refused.error();
        for (const LabelChange &change : taken)
            undo(change.key);
        outcome.taken -= static_cast<int>(taken.size());
        return;
    }
    for (const QString &key : *refused)
        undo(key);
    outcome.taken -= static_cast<int>(refused->size());
}

/** The row as it is now; nothing when it cannot be read. */
std::optional<CameraLabel> freshRow(const BirbCamDatabase *database, const QString &key,
                                    CameraLabel row)
{
    if (database == nullptr)
        return std::nullopt;
    const auto now = database->trueLabel({row.utc, row.fileName(key)});
    if (!now)
        return std::nullopt;
    row.trueLabel = *now;
    return row;
}

/** Compares and stores; the keys that differ from the camera afterwards are left to be written. */
void takeIn(Store *store, const BirbCamDatabase *database, const QHash<QString, CameraLabel> &rows,
            QHash<QString, LabelRecord> &records, const QStringList &vocabulary,
            SyncOutcome &outcome)
{
    QList<LabelChange> taken;
    QList<CameraState> states;
    QHash<QString, LabelRecord> before;
    for (auto row = rows.cbegin(); row != rows.cend(); ++row) {
        if (row->ambiguous)
            continue; // which of them is meant cannot be told
        const LabelRecord old = records.value(row.key());
        LabelRecord record = old;
        auto change = compareWithCamera(row.key(), *row, record, vocabulary);
        if (record == old)
            continue;
        if (store != nullptr) {
            const auto fresh = freshRow(database, row.key(), *row);
            if (!fresh) {
                outcome.unread.append(row.key());
                continue;
            }
            record = old;
            change = compareWithCamera(row.key(), *fresh, record, vocabulary);
            if (record == old)
                continue;
        }
        before.insert(row.key(), old);
        records.insert(row.key(), record);
        outcome.changed.append(row.key());
        states.append(stateOf(row.key(), record));
        if (change) {
            taken.append(*change);
            ++outcome.taken;
        }
        if (record.conflict && !old.conflict)
            ++outcome.conflicts;
    }
    keep(store, taken, states, before, records, outcome);
}

} // namespace

std::optional<QString> cameraText(const TrueLabel &label)
{
    return label.isLabelled() ? std::optional(labelsToText(label.labels)) : std::nullopt;
}

TrueLabel labelFromCamera(const std::optional<QString> &text, const QStringList &vocabulary)
{
    if (!text || text->trimmed().isEmpty())
        return TrueLabel::unreviewed();
    return TrueLabel::of(orderedLabels(labelsFromText(*text), vocabulary));
}

bool needsWriting(const LabelRecord &record)
{
    return !record.conflict &&
           comparable(cameraText(record.label)) != comparable(record.cameraSeen);
}

std::optional<LabelChange> compareWithCamera(const QString &key, const CameraLabel &row,
                                             LabelRecord &record, const QStringList &vocabulary)
{
    const QString seen = comparable(record.cameraSeen);
    const QString theirs = comparable(row.trueLabel);
    const QString ours = comparable(record.label);
    if (theirs == seen) {
        record.conflict.reset(); // they went back, or never left
        record.pending = needsWriting(record);
        return std::nullopt;
    }
    if (theirs == comparable(cameraText(record.label))) {
        // Both say the same. For an unsure frame: they removed what was there.
        record.cameraSeen = row.trueLabel;
        record.conflict.reset();
        record.pending = false;
        return std::nullopt;
    }
    if (ours != seen) {
        record.conflict = row.trueLabel.value_or(QString());
        record.pending = false;
        return std::nullopt;
    }
    LabelChange change;
    change.key = key;
    change.before = record.label;
    change.after = labelFromCamera(row.trueLabel, vocabulary);
    change.shownPrediction = row.prediction;
    change.who = QStringLiteral("birbcam");
    change.when = QDateTime::currentDateTimeUtc();
    record.label = change.after;
    record.shownPrediction = change.shownPrediction;
    record.cameraSeen = row.trueLabel;
    record.conflict.reset();
    record.pending = false;
    return change;
}

SyncOutcome syncWithCamera(Store *store, BirbCamDatabase *database,
                           const QHash<QString, CameraLabel> &rows,
                           QHash<QString, LabelRecord> &records, const QStringList &vocabulary)
{
    SyncOutcome outcome;
    takeIn(store, database, rows, records, vocabulary, outcome);
    const SyncOutcome written = writeToCamera(store, database, rows, records, vocabulary);
    const QSet<QString> known(outcome.changed.cbegin(), outcome.changed.cend());
    for (const QString &key : written.changed) {
        if (!known.contains(key))
            outcome.changed.append(key);
    }
    outcome.unread += written.unread;
    outcome.taken += written.taken;
    outcome.conflicts += written.conflicts;
    if (!outcome.problem)
        outcome.problem = written.problem;
    return outcome;
}

SyncOutcome writeToCamera(Store *store, BirbCamDatabase *database,
                          const QHash<QString, CameraLabel> &rows,
                          QHash<QString, LabelRecord> &records, const QStringList &vocabulary)
{
    SyncOutcome outcome;
    if (store == nullptr)
        return outcome; // what is ours cannot be known
    QList<BirbCamDatabase::Update> updates;
    QStringList keys; // of the updates
    for (auto row = rows.cbegin(); row != rows.cend(); ++row) {
        const auto record = records.constFind(row.key());
        if (record == records.constEnd() || !needsWriting(*record) || row->ambiguous)
            continue;
        keys.append(row.key());
        updates.append(
            {{row->utc, row->fileName(row.key())}, cameraText(record->label), record->cameraSeen});
    }

    QHash<QString, CameraLabel> differing;
    QList<CameraState> states;
    for (qsizetype at = 0; at < updates.size(); at += rowsPerWrite) {
        const QList<BirbCamDatabase::Update> part = updates.mid(at, rowsPerWrite);
        const auto refused =
            database != nullptr ? database->replaceTrueLabels(part)
                                : Result<QList<qsizetype>>(Error{
                                      QStringLiteral("The camera's database is not open"), {}, {}});
        for (qsizetype i = 0; i < part.size(); ++i) {
            const BirbCamDatabase::Update &update = part.at(i);
            const QString &key = keys.at(at + i);
            LabelRecord &record = records[key];
            const LabelRecord old = record;
            if (!refused) {
                record.pending = true;
                if (!outcome.problem)
                    outcome.problem = refused.error();
            } else if (std::binary_search(refused->cbegin(), refused->cend(), i)) {
                if (const auto now = freshRow(database, key, rows.value(key)))
                    differing.insert(key, *now);
                else
                    outcome.unread.append(key);
            } else {
                record.cameraSeen = update.trueLabel;
                record.pending = false;
            }
            if (record != old) {
                outcome.changed.append(key);
                states.append(stateOf(key, record));
            }
        }
    }
    keep(store, {}, states, {}, records, outcome);
    // Somebody else wrote these since they were read: compared again, and the next round writes.
    if (!differing.isEmpty())
        takeIn(store, database, differing, records, vocabulary, outcome);
    return outcome;
}

} // namespace birblens
