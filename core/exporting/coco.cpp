// SPDX-License-Identifier: GPL-3.0-or-later

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

/** Upright, as a person sees it; of a damaged file what its header says. */
QSize sizeOf(const QString &path, const Result<ImageFacts> &facts)
{
    if (facts)
        return facts->size;
    const auto bytes = readImageFile(path);
    const QSize size = bytes ? inspectImage(*bytes).upright() : QSize();
    return size.isEmpty() ? QSize(0, 0) : size;
}

QJsonObject imageObject(const ExportJob &job, const ExportFrame &frame, int id,
                        const Result<ImageFacts> &facts)
{
    const Frame &file = frame.entry->frame;
    const QSize size = sizeOf(file.path(), facts);
    QJsonObject image{{QStringLiteral("id"), id},
                      {QStringLiteral("file_name"), file.key},
                      {QStringLiteral("width"), size.width()},
                      {QStringLiteral("height"), size.height()},
                      {QStringLiteral("datetime"),
                       file.captureTime.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"))},
                      {QStringLiteral("location"), placeOf(job)},
                      {QStringLiteral("seq_id"), QStringLiteral("event%1").arg(frame.event)},
                      {QStringLiteral("seq_num_frames"), frame.count},
                      {QStringLiteral("frame_num"), frame.number - 1}};
    // The format has no field for what follows, and takes others.
    if (!facts) {
        image.insert(QStringLiteral("corrupt"), true);
        image.insert(QStringLiteral("failure"), facts.error().what);
    }
    if (frame.entry->mark.flagged)
        image.insert(QStringLiteral("flagged"), true);
    if (!frame.entry->mark.comment.isEmpty())
        image.insert(QStringLiteral("comment"), frame.entry->mark.comment);
    return image;
}

/** One per label; `empty` and `unknown` are labels here. None where nobody has looked. */
void annotate(QJsonArray &annotations, const ExportJob &job, const FrameEntry &entry, int image,
              const QSize &size, const QStringList &categories)
{
    const Finding finding = findingOf(entry, job.model);
    if (finding.by == Finding::By::Nobody)
        return;
    QStringList labels = finding.labels;
    if (labels.isEmpty())
        labels.append(finding.unsure ? unknownName : emptyName);
    for (const QString &label : std::as_const(labels)) {
        const qsizetype category = categories.indexOf(label);
        QJsonObject annotation{{QStringLiteral("id"), annotations.size() + 1},
                               {QStringLiteral("image_id"), image},
                               {QStringLiteral("category_id"), category},
                               {QStringLiteral("sequence_level_annotation"), false},
                               {QStringLiteral("iscrowd"), 0}};
        // Where in the picture is not known: all of it. Readers want a box of `empty`, too.
        const QSize box = label == emptyName ? QSize(0, 0) : size;
        annotation.insert(QStringLiteral("bbox"), QJsonArray{0, 0, box.width(), box.height()});
        annotation.insert(QStringLiteral("area"), qint64(box.width()) * box.height());
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
        const int id = i + 1;
        images.append(imageObject(job, frames.at(i), id, facts));
        if (facts)
            annotate(annotations, job, entry, id, facts->size, names);
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
