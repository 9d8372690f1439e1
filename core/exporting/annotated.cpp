#include "core/exporting/formats.h"

#include "core/exporting/overlays.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QFileInfo>
#include <QHash>
#include <QSet>

namespace birblens {

namespace {

/** The name a figure is made from; with its folder where another frame has the same file name. */
QString figureFrameName(const Frame &frame, const QHash<QString, int> &uses)
{
    QString name = frame.fileName();
    if (uses.value(name) > 1)
        name = QString(frame.key).replace(QLatin1Char('/'), QLatin1Char('_'));
    return name;
}

Result<QStringList> exportFrame(const ExportJob &job, const FrameEntry &entry, const QString &name,
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
        figure.frameName = name;
        const QString className = targetName(*job.model, map.target);
        const QString path =
            QDir(job.folder)
                .absoluteFilePath(mapFileStem(name, className, map.layer, map.method) +
                                  QLatin1Char('.') + format);
        if (originals.contains(path))
            return Error{QStringLiteral("A frame of the day has this name"), path,
                         QStringLiteral("Export into another folder")};
        const auto bytes = encodePicture(renderFigure(figure), format.toLatin1());
        if (!bytes)
            return Error{bytes.error().what, path, bytes.error().hint};
        if (auto saved = writeExportFile(path, *bytes); !saved)
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

    QHash<QString, int> uses;
    QSet<QString> originals;
    for (const FrameEntry &entry : job.frames) {
        ++uses[entry.frame.fileName()];
        originals.insert(entry.frame.path());
    }
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
        const auto written =
            exportFrame(job, entry, figureFrameName(entry.frame, uses), *format, originals);
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
