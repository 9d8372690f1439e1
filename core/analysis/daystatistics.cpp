#include "core/analysis/daystatistics.h"

#include "core/review/truelabel.h"

#include <QHash>

namespace birblens {

namespace {

const QString noneName = QStringLiteral("none");

/** The shown prediction's labels, `none` for an empty one; nothing when there is no prediction. */
QStringList predictedLabels(const FrameEntry &entry, const QStringList &vocabulary)
{
    QStringList labels;
    if (entry.prediction) {
        for (const int index : entry.prediction->classes)
            labels.append(vocabulary.value(index));
        labels = orderedLabels(labels, vocabulary);
    } else if (entry.frame.camera) {
        labels = orderedLabels(entry.frame.camera->labels, vocabulary);
    } else {
        return {};
    }
    return labels.isEmpty() ? QStringList{noneName} : labels;
}

} // namespace

DayStatistics dayStatistics(const QList<const FrameEntry *> &frames, const QStringList &vocabulary)
{
    DayStatistics statistics;
    QHash<QString, LabelCount> counts;
    QStringList others;
    const auto count = [&](const QString &label) -> LabelCount & {
        const auto found = counts.find(label);
        if (found != counts.end())
            return *found;
        others.append(label);
        return *counts.insert(label, {label});
    };
    for (const FrameEntry *entry : frames) {
        ++statistics.frames;
        statistics.gone += int(entry->frame.gone);
        statistics.unreadable += int(!entry->frame.gone && !entry->problem.isEmpty());
        const TrueLabel &label = entry->label();
        statistics.reviewed += int(label.kind != TrueLabel::Kind::Unreviewed);
        statistics.unsure += int(label.kind == TrueLabel::Kind::Unsure);

        const QStringList predicted = predictedLabels(*entry, vocabulary);
        const QStringList truth = label.labels.isEmpty() ? QStringList{noneName} : label.labels;
        for (const QString &name : predicted) {
            LabelCount &item = count(name);
            ++item.predicted;
            item.falsePositives += int(label.isLabelled() && !truth.contains(name));
        }
        if (!label.isLabelled())
            continue;
        for (const QString &name : truth) {
            // Without a prediction nothing was missed; the label is counted as known all the same.
            LabelCount &item = count(name);
            item.missed += int(!predicted.isEmpty() && !predicted.contains(name));
        }
    }

    QStringList order = orderedLabels(vocabulary + others, vocabulary);
    order.append(noneName);
    for (const QString &label : std::as_const(order))
        statistics.labels.append(counts.value(label, {label}));
    return statistics;
}

} // namespace birblens
