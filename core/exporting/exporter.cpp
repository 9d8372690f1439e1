// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exporter.h"

#include "core/camera/dayscanner.h"
#include "core/counted.h"
#include "core/exporting/formats.h"
#include "core/filewriter.h"

#include <QBuffer>
#include <QDir>
#include <QImageWriter>

namespace birblens {

const QList<Exporter> &exporters()
{
    static const QList<Exporter> table{
        {QStringLiteral("annotated"),
         QStringLiteral("Annotated figures"),
         QStringLiteral(
             "The photograph beside its heatmap, with what the model says, as PNG or JPEG"),
         true,
         exportAnnotated,
         {QStringLiteral("png"), QStringLiteral("jpg")}},
        {QStringLiteral("html"),
         QStringLiteral("Report (HTML)"),
         QStringLiteral("The day on one page, to look at anywhere: counts, plots, false positives "
                        "with their overlays, flagged frames"),
         false,
         exportHtml,
         {},
         ExportOption::Place},
        {QStringLiteral("film"),
         QStringLiteral("Film"),
         QStringLiteral("Every visit of two frames or more as a film, beside the overlay when a "
                        "model is open"),
         false,
         exportFilm,
         {QStringLiteral("mp4"), QStringLiteral("webp"), QStringLiteral("gif")},
         ExportOption::FramesPerSecond | ExportOption::ColonFree},
        {QStringLiteral("training"),
         QStringLiteral("Training set"),
         QStringLiteral(
             "Reviewed frames named by their labels, and labels.csv, for the next training"),
         false,
         exportTraining,
         {},
         ExportOption::ColonFree},
        {QStringLiteral("folders"),
         QStringLiteral("Training set, a folder per class"),
         QStringLiteral("Reviewed frames in train and val, each with a folder per label, as "
                        "torchvision, Ultralytics and Frigate read them"),
         false,
         exportFolders,
         {},
         ExportOption::ColonFree | ExportOption::CopySeveral},
        {QStringLiteral("csv"),
         QStringLiteral("Table (CSV)"),
         QStringLiteral("One line per frame: times, predictions, confidence, true label, comment"),
         false,
         exportCsv,
         {},
         ExportOption::PlainText},
        {QStringLiteral("megadetector"), QStringLiteral("MegaDetector results (JSON)"),
         QStringLiteral("What is in each frame, as Timelapse, AddaxAI and others read it"), false,
         exportMegaDetector},
        {QStringLiteral("coco"),
         QStringLiteral("COCO Camera Traps (JSON)"),
         QStringLiteral("Frames in sequences and their labels, for training and archives"),
         false,
         exportCoco,
         {},
         ExportOption::Place},
        {QStringLiteral("camtrap"),
         QStringLiteral("Camtrap DP"),
         QStringLiteral("A data package of deployment, media and observations, as GBIF and "
                        "Agouti exchange them"),
         false,
         exportCamtrap,
         {},
         ExportOption::Place | ExportOption::Coordinates},
        {QStringLiteral("timelapse"), QStringLiteral("Timelapse (CSV)"),
         QStringLiteral("A column of true and false per label; Timelapse reads it, and its own "
                        "table can be read back"),
         false, exportTimelapse},
        {QStringLiteral("inaturalist"),
         QStringLiteral("iNaturalist (CSV)"),
         QStringLiteral("One line per animal and visit that a person has labelled, for the bulk "
                        "upload; the pictures are added there"),
         false,
         exportInaturalist,
         {},
         ExportOption::Place | ExportOption::Coordinates},
        {QStringLiteral("xmp"),
         QStringLiteral("XMP side-car files"),
         QStringLiteral("Keywords for photo managers, one small file beside each frame that shows "
                        "something; what other programs wrote there stays"),
         false,
         exportXmp,
         {},
         ExportOption::BesideFrames},
    };
    return table;
}

const Exporter *findExporter(const QString &name)
{
    for (const Exporter &exporter : exporters()) {
        if (exporter.name == name)
            return &exporter;
    }
    return nullptr;
}

Result<void> prepareExportFolder(const QString &folder)
{
    if (folder.isEmpty())
        return Error{QStringLiteral("No folder to export into was given"), {}, {}};
    if (!QDir().mkpath(folder))
        return Error{QStringLiteral("The folder cannot be made"), folder,
                     QStringLiteral("Choose another one")};
    clearLeftovers(folder);
    const QDir dir(folder);
    if (dir.isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot)) {
        if (auto marked = writeWholeFile(dir.filePath(QLatin1String(exportMarker)), {}); !marked)
            return Error{marked.error().what, folder, marked.error().hint};
    }
    return {};
}

Result<QByteArray> encodePicture(const QImage &image, const QByteArray &format, int quality)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, format);
    if (format == "jpg")
        writer.setQuality(quality);
    // The image's own text keys go along: tEXt chunks in PNG, comments in JPEG.
    if (!writer.write(image))
        return Error{
            QStringLiteral("The picture cannot be encoded: %1").arg(writer.errorString()), {}, {}};
    return bytes;
}

Result<QString> imageFormatOf(const ExportJob &job, const QString &name)
{
    const QStringList formats = findExporter(name)->imageFormats;
    if (job.imageFormat.isEmpty())
        return formats.first();
    if (!formats.contains(job.imageFormat))
        return Error{QStringLiteral("\"%1\" is no format of %2").arg(job.imageFormat, name),
                     {},
                     QStringLiteral("Use %1").arg(formats.join(QStringLiteral(" or ")))};
    return job.imageFormat;
}

Result<ExportReport> finishExport(ExportReport report, const QString &path, const QByteArray &bytes,
                                  qsizetype total, const ExportProgress &progress)
{
    if (auto written = writeWholeFile(path, bytes); !written)
        return written.error();
    report.written.append(path);
    if (progress)
        progress(static_cast<int>(total), static_cast<int>(total));
    return report;
}

QStringList notesOn(const ExportJob &job)
{
    int changed = 0;
    int unknown = 0;
    for (const FrameEntry &entry : job.frames) {
        changed += entry.pictureChanged() ? 1 : 0;
        unknown += job.model && entry.prediction && entry.prediction->settingsUnknown ? 1 : 0;
    }
    QStringList notes;
    if (changed > 0)
        notes.append(counted(changed,
                             QStringLiteral("%1 frame holds another picture than the one that was "
                                            "labelled: its label is left out."),
                             QStringLiteral("%1 frames hold other pictures than those that were "
                                            "labelled: their labels are left out.")));
    if (unknown > 0)
        notes.append(counted(unknown,
                             QStringLiteral("%1 frame has an older prediction, made with settings "
                                            "that are unknown: classify the day again."),
                             QStringLiteral("%1 frames have older predictions, made with settings "
                                            "that are unknown: classify the day again.")));
    return notes;
}

} // namespace birblens
