#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"

#include <QDir>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <cmath>

namespace birblens {

namespace {

constexpr int emptyCategory = 0;

double rounded(double value)
{
    return std::round(value * 1e6) / 1e6;
}

QJsonObject imageObject(const ExportJob &job, const ExportFrame &frame, const QSize &size)
{
    const Frame &file = frame.entry->frame;
    QJsonObject image{{QStringLiteral("id"), file.key},
                      {QStringLiteral("file_name"), file.key},
                      {QStringLiteral("width"), size.width()},
                      {QStringLiteral("height"), size.height()},
                      {QStringLiteral("datetime"),
                       file.captureTime.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"))},
                      {QStringLiteral("location"), placeOf(job)},
                      {QStringLiteral("seq_id"), QStringLiteral("event%1").arg(frame.event)},
                      {QStringLiteral("seq_num_frames"), frame.count},
                      {QStringLiteral("frame_num"), frame.number}};
    // The format has no field for them, and takes others.
    if (frame.entry->mark.flagged)
        image.insert(QStringLiteral("flagged"), true);
    if (!frame.entry->mark.comment.isEmpty())
        image.insert(QStringLiteral("comment"), frame.entry->mark.comment);
    return image;
}

/** One per label; `empty` and `unknown` are labels here. None where nobody has looked. */
void annotate(QJsonArray &annotations, const ExportJob &job, const FrameEntry &entry,
              const QStringList &names)
{
    const Finding finding = findingOf(entry, job.model);
    if (finding.by == Finding::By::Nobody)
        return;
    QList<qsizetype> categories;
    for (const QString &label : finding.labels)
        categories.append(names.indexOf(label) + 1);
    if (categories.isEmpty())
        categories.append(finding.unsure ? names.size() + 1 : emptyCategory);
    for (const qsizetype category : std::as_const(categories)) {
        QJsonObject annotation{
            {QStringLiteral("id"), QStringLiteral("annotation%1").arg(annotations.size() + 1)},
            {QStringLiteral("image_id"), entry.frame.key},
            {QStringLiteral("category_id"), category},
            {QStringLiteral("sequence_level_annotation"), false}};
        if (finding.by == Finding::By::Machine)
            annotation.insert(
                QStringLiteral("score"),
                rounded(category == emptyCategory
                            ? finding.confidence
                            : probabilityOf(names.at(category - 1), entry, job.model)));
        annotations.append(annotation);
    }
}

QJsonArray categoryList(const QStringList &names)
{
    QStringList all{QStringLiteral("empty")};
    all += names;
    all.append(QStringLiteral("unknown"));
    QJsonArray list;
    for (qsizetype id = 0; id < all.size(); ++id)
        list.append(QJsonObject{{QStringLiteral("id"), id}, {QStringLiteral("name"), all.at(id)}});
    return list;
}

} // namespace

Result<ExportReport> exportCoco(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    // A frame that cannot be read must not leave a hole in its sequence: it is taken out first.
    ExportJob readable = job;
    readable.frames.clear();
    QHash<QString, QSize> sizes;
    ExportReport report;
    const int total = static_cast<int>(job.frames.size());
    for (int i = 0; i < total; ++i) {
        if (progress && !progress(i, total)) {
            report.cancelled = true;
            return report;
        }
        const FrameEntry &entry = job.frames.at(i);
        if (entry.frame.gone) {
            ++report.skipped;
        } else if (const auto size = imageSizeOf(entry.frame); !size) {
            report.failures.append({entry.frame.key, size.error()});
        } else {
            sizes.insert(entry.frame.key, *size);
            readable.frames.append(entry);
        }
    }
    const QStringList names = allLabels(readable);
    QJsonArray images;
    QJsonArray annotations;
    const QList<ExportFrame> frames = framesInEvents(readable);
    for (const ExportFrame &frame : frames) {
        images.append(imageObject(job, frame, sizes.value(frame.entry->frame.key)));
        annotate(annotations, job, *frame.entry, names);
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
