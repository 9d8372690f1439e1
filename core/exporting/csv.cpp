// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/labelwords.h"
#include "core/filewriter.h"

#include <QDir>
#include <QHash>

namespace birblens {

namespace {

QString number(double value)
{
    return QString::number(value, 'f', 6);
}

QString timeText(const QDateTime &time, const QString &suffix = {})
{
    return time.isValid() ? time.toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss")) + suffix
                          : QString();
}

QString timeSourceName(TimeSource source)
{
    switch (source) {
    case TimeSource::CameraDatabase:
        return QStringLiteral("database");
    case TimeSource::Name:
        return QStringLiteral("name");
    case TimeSource::Exif:
        return QStringLiteral("exif");
    case TimeSource::MakerNote:
        return QStringLiteral("maker note");
    case TimeSource::FileDate:
        break;
    }
    return QStringLiteral("file date");
}

/** @param typed how text is written that a person or a model's author typed. */
template <class Typed>
QStringList fieldsOf(const FrameEntry &entry, int event, const std::optional<ModelInfo> &model,
                     const Typed &typed)
{
    const auto &camera = entry.frame.camera;
    const bool predicted = model && entry.prediction;
    QStringList fields{
        entry.frame.key,
        timeText(entry.frame.captureTime),
        timeText(entry.frame.utc, QStringLiteral("Z")),
        camera ? typed(labelsToText(camera->labels)) : QString(),
        camera && camera->confidence > 0 ? number(camera->confidence) : QString(),
        predicted ? typed(labelsToText(entry.prediction->labels(*model))) : QString(),
        predicted ? number(entry.prediction->confidence) : QString(),
        entry.label().isLabelled() ? typed(labelsToText(entry.label().labels)) : QString(),
        entry.pictureChanged() ? QStringLiteral("picture changed") : stateText(entry.state()),
        QString::number(event),
        entry.mark.flagged ? QStringLiteral("true") : QStringLiteral("false"),
        typed(entry.mark.comment),
        timeSourceName(entry.frame.timeSource),
    };
    for (qsizetype i = 0; model && i < model->vocabulary.size(); ++i) {
        const bool known = predicted && i < entry.prediction->probabilities.size();
        fields.append(known ? number(double(entry.prediction->probabilities.at(i))) : QString());
    }
    return fields;
}

} // namespace

Result<void> writeCsv(const ExportJob &job, const QString &path)
{
    QStringList header{QStringLiteral("frame"),
                       QStringLiteral("capture_time"),
                       QStringLiteral("utc"),
                       QStringLiteral("camera_prediction"),
                       QStringLiteral("camera_confidence"),
                       QStringLiteral("prediction"),
                       QStringLiteral("confidence"),
                       QStringLiteral("true_label"),
                       QStringLiteral("state"),
                       QStringLiteral("event"),
                       QStringLiteral("flagged"),
                       QStringLiteral("comment"),
                       QStringLiteral("time_source")};
    const auto typed = [&job](const QString &text) {
        return job.plainText ? text : guardedCell(text);
    };
    for (const QString &name : job.model ? job.model->vocabulary : QStringList())
        header.append(typed(name));
    QHash<QString, int> events;
    const QList<ExportFrame> frames = framesInEvents(job, GoneFrames::Kept);
    for (const ExportFrame &frame : frames)
        events.insert(frame.entry->frame.key, frame.event);
    QByteArray text = csvLine(header).toUtf8() + "\r\n";
    for (const FrameEntry &entry : job.frames)
        text += csvLine(fieldsOf(entry, events.value(entry.frame.key), job.model, typed)).toUtf8() +
                "\r\n";
    return writeWholeFile(path, text);
}

Result<ExportReport> exportCsv(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    ExportReport report;
    const int total = static_cast<int>(job.frames.size());
    // Half a table would look like a whole one: cancelled before it is written, or not at all.
    if (progress && !progress(0, total)) {
        report.cancelled = true;
        return report;
    }
    const QString path = QDir(job.folder).absoluteFilePath(QStringLiteral("frames.csv"));
    if (auto written = writeCsv(job, path); !written)
        return written.error();
    report.written.append(path);
    report.notes += notesOnJoined(personsLabels(job));
    report.notes += notesOnCells(personsLabels(job), !job.plainText);
    if (progress)
        progress(total, total);
    return report;
}

} // namespace birblens
