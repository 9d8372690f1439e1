#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>

namespace birblens {

namespace {

const QString emptyName = QStringLiteral("empty");
const QString unknownName = QStringLiteral("unknown");

double rounded(double value)
{
    return std::round(value * 1e6) / 1e6;
}

/** Of a file that cannot be read @p size is empty. */
QJsonObject imageObject(const ExportJob &job, const ExportFrame &frame, const QSize &size)
{
    const Frame &file = frame.entry->frame;
    QJsonObject image{{QStringLiteral("id"), file.key},
                      {QStringLiteral("file_name"), file.key},
                      {QStringLiteral("datetime"),
                       file.captureTime.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"))},
                      {QStringLiteral("location"), placeOf(job)},
                      {QStringLiteral("seq_id"), QStringLiteral("event%1").arg(frame.event)},
                      {QStringLiteral("seq_num_frames"), frame.count},
                      {QStringLiteral("frame_num"), frame.number - 1}};
    if (size.isEmpty()) {
        image.insert(QStringLiteral("corrupt"), true);
    } else {
        image.insert(QStringLiteral("width"), size.width());
        image.insert(QStringLiteral("height"), size.height());
    }
    // The format has no field for them, and takes others.
    if (frame.entry->mark.flagged)
        image.insert(QStringLiteral("flagged"), true);
    if (!frame.entry->mark.comment.isEmpty())
        image.insert(QStringLiteral("comment"), frame.entry->mark.comment);
    return image;
}

/** One per label; `empty` and `unknown` are labels here. None where nobody has looked. */
void annotate(QJsonArray &annotations, const ExportJob &job, const FrameEntry &entry,
              const QStringList &categories)
{
    const Finding finding = findingOf(entry, job.model);
    if (finding.by == Finding::By::Nobody)
        return;
    QStringList labels = finding.labels;
    if (labels.isEmpty())
        labels.append(finding.unsure ? unknownName : emptyName);
    for (const QString &label : std::as_const(labels)) {
        const qsizetype category = categories.indexOf(label);
        QJsonObject annotation{
            {QStringLiteral("id"), QStringLiteral("annotation%1").arg(annotations.size() + 1)},
            {QStringLiteral("image_id"), entry.frame.key},
            {QStringLiteral("category_id"), category},
            {QStringLiteral("sequence_level_annotation"), false}};
        if (finding.by == Finding::By::Machine)
            annotation.insert(QStringLiteral("score"),
                              rounded(finding.labels.isEmpty()
                                          ? finding.confidence
                                          : probabilityOf(label, entry, job.model)));
        annotations.append(annotation);
    }
}

/** Their ids are their places. A label of that name is the category that the format has anyway. */
QStringList categoryNames(const QStringList &labels)
{
    QStringList names{emptyName};
    for (const QString &label : labels) {
        if (label != emptyName && label != unknownName)
            names.append(label);
    }
    names.append(unknownName);
    return names;
}

QJsonArray categoryList(const QStringList &names)
{
    QJsonArray list;
    for (qsizetype id = 0; id < names.size(); ++id)
        list.append(
            QJsonObject{{QStringLiteral("id"), id}, {QStringLiteral("name"), names.at(id)}});
    return list;
}

} // namespace

Result<ExportReport> exportCoco(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    const QList<ExportFrame> frames = framesInEvents(job);
    const QStringList names = categoryNames(allLabels(job));
    ExportReport report;
    const int total = static_cast<int>(frames.size());
    report.skipped = static_cast<int>(job.frames.size()) - total;
    QJsonArray images;
    QJsonArray annotations;
    for (int i = 0; i < total; ++i) {
        if (progress && !progress(i, total)) {
            report.cancelled = true;
            return report;
        }
        const FrameEntry &entry = *frames.at(i).entry;
        const auto facts = checkImage(entry.frame.path());
        images.append(imageObject(job, frames.at(i), facts ? facts->size : QSize()));
        if (facts)
            annotate(annotations, job, entry, names);
        else
            report.failures.append({entry.frame.key, facts.error()});
    }
    const QJsonObject info{{QStringLiteral("version"), QStringLiteral("1.0")},
                           {QStringLiteral("description"),
                            QStringLiteral("Frames of %1; annotations with a score are a network's")
                                .arg(placeOf(job))},
                           {QStringLiteral("year"), job.created.date().year()},
                           {QStringLiteral("contributor"), QStringLiteral("Birblens")},
                           {QStringLiteral("date_created"), job.created.toString(Qt::ISODate)}};
    const QJsonObject all{{QStringLiteral("info"), info},
                          {QStringLiteral("images"), images},
                          {QStringLiteral("categories"), categoryList(names)},
                          {QStringLiteral("annotations"), annotations}};
    const QString path =
        QDir(job.folder).absoluteFilePath(QStringLiteral("coco_camera_traps.json"));
    return finishExport(std::move(report), path, QJsonDocument(all).toJson(), total, progress);
}

} // namespace birblens
