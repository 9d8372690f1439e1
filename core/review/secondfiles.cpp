// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/secondfiles.h"

#include <QSet>

namespace birblens {

namespace {

/** Of "a/ID-clean.png" the other file's keys; empty for other names. */
QStringList drawnKeys(const QString &key)
{
    for (const char *ending : {"-clean.png", "-clean.webp"}) {
        if (!key.endsWith(QLatin1String(ending)))
            continue;
        const QString base = key.chopped(static_cast<qsizetype>(qstrlen(ending)));
        return {base + QStringLiteral(".jpg"), base + QStringLiteral(".webp"),
                base + QStringLiteral(".png")};
    }
    return {};
}

/** The pairs of which the clean file, which was the frame, is gone. */
QHash<QString, QString> pairsLeft(const QList<Frame> &frames, const QStringList &known)
{
    QHash<QString, QString> candidates;
    for (const QString &key : known) {
        for (const QString &drawn : drawnKeys(key))
            candidates.insert(drawn, key);
    }
    QHash<QString, QString> pairs;
    if (candidates.isEmpty())
        return pairs;
    QSet<QString> listed;
    for (const Frame &frame : frames) {
        if (!frame.gone)
            listed.insert(frame.key);
    }
    for (auto pair = candidates.cbegin(); pair != candidates.cend(); ++pair) {
        if (listed.contains(pair.key()) && !listed.contains(pair.value()))
            pairs.insert(pair.key(), pair.value());
    }
    return pairs;
}

} // namespace

Result<void> takeFromSecondFiles(Store &store, const QList<Frame> &frames,
                                 const QHash<QString, QString> &pairs,
                                 QHash<QString, LabelRecord> &records, QHash<QString, Mark> &marks)
{
    QHash<QString, QString> all = pairs;
    all.insert(pairsLeft(frames, records.keys() + marks.keys()));
    QList<LabelChange> changes;
    QHash<QString, Mark> marked;
    for (auto pair = all.cbegin(); pair != all.cend(); ++pair) {
        const auto other = records.constFind(pair.value());
        if (marks.contains(pair.value()) && !marks.contains(pair.key()))
            marked.insert(pair.key(), marks.value(pair.value()));
        if (other == records.cend() || other->label.kind == TrueLabel::Kind::Unreviewed ||
            records.value(pair.key()).label.kind != TrueLabel::Kind::Unreviewed)
            continue;
        // Without a label now, and with a history: somebody took it away.
        const auto own = store.history(pair.key());
        if (!own)
            return own.error();
        if (!own->isEmpty())
            continue;
        const auto history = store.history(pair.value());
        if (!history)
            return history.error();
        LabelChange change;
        change.key = pair.key();
        change.before = TrueLabel::unreviewed();
        change.after = other->label;
        change.shownPrediction = other->shownPrediction;
        if (!history->isEmpty()) {
            change.who = history->last().who;
            change.when = history->last().when;
        }
        changes.append(change);
    }
    const auto taken = store.takeMarks(marked);
    if (!taken)
        return taken.error();
    for (const QString &key : *taken)
        marks.insert(key, marked.value(key));
    if (changes.isEmpty())
        return {};
    // Left alone where another program has labelled the frame meanwhile.
    const auto refused = store.takeFromCamera(changes, {});
    if (!refused)
        return refused.error();
    for (const LabelChange &change : std::as_const(changes)) {
        if (refused->contains(change.key))
            continue;
        LabelRecord &record = records[change.key];
        record.label = change.after;
        record.shownPrediction = change.shownPrediction;
    }
    return {};
}

} // namespace birblens
