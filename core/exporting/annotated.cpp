// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/formats.h"

#include "core/exporting/outputnames.h"
#include "core/exporting/overlays.h"
#include "core/filewriter.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QFileInfo>
#include <QSet>

namespace birblens {

namespace {

Result<QStringList> exportFrame(const ExportJob &job, const FrameEntry &entry, MapNames &names,
                                const QString &format, const QSet<QString> &originals)
{
    const auto photo = loadImage(entry.frame.path());
    if (!photo)
        return photo.error();
    const auto explanation = job.explain(explainRequest(job, entry));
    if (!explanation)
        return explanation.error();
    if (explanation->maps.isEmpty())
        return Error{QStringLiteral("There is nothing to explain"), entry.frame.path(), {}};

    QStringList written;
    for (const ClassMap &map : explanation->maps) {
        FigureInput figure = overlayInput(job, *photo, *explanation, map);
        figure.frameName = entry.frame.fileName();
        const QString path =
            QDir(job.folder)
                .absoluteFilePath(names.map(entry.frame.key, map) + QLatin1Char('.') + format);
        if (originals.contains(path))
            return Error{QStringLiteral("A frame of the day has this name"), path,
                         QStringLiteral("Export into another folder")};
        const auto bytes = encodePicture(renderFigure(figure), format.toLatin1());
        if (!bytes)
            return Error{bytes.error().what, path, bytes.error().hint};
        if (auto saved = writeWholeFile(path, *bytes); !saved)
            return saved.error();
        written.append(path);
    }
    return written;
}

} // namespace

Result<ExportReport> exportAnnotated(const ExportJob &job, const ExportProgress &progress)
{
    if (!job.model || !job.explain)
        return Error{
            QStringLiteral("Annotated figures need a model"), {}, QStringLiteral("Open one first")};
    const Result<QString> format = imageFormatOf(job, QStringLiteral("annotated"));
    if (!format)
        return format.error();
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();

    QStringList keys;
    QSet<QString> originals;
    for (const FrameEntry &entry : job.frames) {
        keys.append(entry.frame.key);
        originals.insert(entry.frame.path());
    }
    MapNames names(keys, *job.model, {job.layer}, foldsCase(job.folder));
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
            continue;
        }
        const auto written = exportFrame(job, entry, names, *format, originals);
        if (written)
            report.written.append(*written);
        else
            report.failures.append({entry.frame.key, written.error()});
    }
    if (progress)
        progress(total, total);
    return report;
}

} // namespace birblens
