// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/findings.h"

#include <QFileInfo>

namespace birblens {

Finding machineFinding(const FrameEntry &entry, const std::optional<ModelInfo> &model)
{
    Finding finding;
    if (model && entry.prediction) {
        finding.by = Finding::By::Machine;
        finding.labels = entry.prediction->labels(*model);
        finding.machine = model->name;
        finding.confidence = entry.prediction->confidence;
    } else if (entry.frame.camera) {
        finding.by = Finding::By::Machine;
        finding.labels = entry.frame.camera->labels;
        finding.machine = QStringLiteral("Birb Cam");
        finding.confidence = entry.frame.camera->confidence;
    }
    finding.labels.removeAll(QStringLiteral("none")); // a class of some models
    return finding;
}

Finding findingOf(const FrameEntry &entry, const std::optional<ModelInfo> &model)
{
    if (entry.label().kind == TrueLabel::Kind::Unreviewed)
        return machineFinding(entry, model);
    Finding finding;
    finding.by = Finding::By::Person;
    finding.unsure = !entry.label().isLabelled();
    if (!finding.unsure)
        finding.labels = entry.label().labels;
    return finding;
}

QString listedLabels(const QStringList &labels)
{
    return labels.isEmpty() ? QStringLiteral("none") : labels.join(QStringLiteral(", "));
}

QString stateText(ReviewState state)
{
    switch (state) {
    case ReviewState::Confirmed:
        return QStringLiteral("confirmed");
    case ReviewState::Corrected:
        return QStringLiteral("corrected");
    case ReviewState::Unsure:
        return QStringLiteral("unsure");
    case ReviewState::Unreviewed:
        break;
    }
    return QStringLiteral("unreviewed");
}

double probabilityOf(const QString &label, const FrameEntry &entry,
                     const std::optional<ModelInfo> &model)
{
    if (model && entry.prediction) {
        const qsizetype index = model->vocabulary.indexOf(label);
        return index < 0 ? 0.0 : double(entry.prediction->probabilities.value(index));
    }
    return machineFinding(entry, model).confidence;
}

QString describeMachine(const FrameEntry &entry, const std::optional<ModelInfo> &model)
{
    if (model && entry.prediction)
        return describePrediction(*model, *entry.prediction);
    if (!entry.frame.camera)
        return QStringLiteral("not known");
    QString text = listedLabels(entry.frame.camera->labels);
    if (entry.frame.camera->confidence > 0.0)
        text += QStringLiteral(" (%1%)").arg(100.0 * entry.frame.camera->confidence, 0, 'f', 2);
    return text + QStringLiteral(" by Birb Cam");
}

QStringList allLabels(const ExportJob &job)
{
    QStringList names = job.model ? job.model->vocabulary : job.vocabulary;
    QStringList others;
    for (const FrameEntry &entry : job.frames)
        others += findingOf(entry, job.model).labels;
    names += orderedLabels(others, names);
    names.removeDuplicates();
    names.removeAll(QStringLiteral("none"));
    return names;
}

QStringList personsLabels(const ExportJob &job)
{
    QStringList labels;
    for (const FrameEntry &entry : job.frames)
        labels += entry.label().labels;
    return orderedLabels(labels, job.vocabulary);
}

QString placeOf(const ExportJob &job)
{
    if (!job.place.isEmpty())
        return job.place;
    const QString folder = QFileInfo(job.source.folder).fileName();
    return folder.isEmpty() ? QStringLiteral("camera") : folder;
}

QString isoTime(const Frame &frame)
{
    const QDateTime &wall = frame.captureTime;
    const qint64 offset = frame.utc.isValid() ? frame.utc.secsTo(wall) : frame.assumedOffset;
    // To whole minutes: a camera's two clocks may be read a second apart.
    const qint64 minutes = (offset + (offset < 0 ? -30 : 30)) / 60;
    return wall.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")) +
           QStringLiteral("%1%2:%3")
               .arg(minutes < 0 ? QLatin1Char('-') : QLatin1Char('+'))
               .arg(qAbs(minutes) / 60, 2, 10, QLatin1Char('0'))
               .arg(qAbs(minutes) % 60, 2, 10, QLatin1Char('0'));
}

} // namespace birblens
