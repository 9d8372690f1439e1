#include "core/exporting/formats.h"

#include "core/explain/figure.h"
#include "core/frames/imageloader.h"

#include <QBuffer>
#include <QDir>
#include <QFileInfo>
#include <QHash>
#include <QImageWriter>
#include <QSet>

namespace birblens {

namespace {

constexpr int jpegQuality = 92;

Result<QByteArray> encode(const QImage &image, const QByteArray &format)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, format);
    if (format == "jpg")
        writer.setQuality(jpegQuality);
    // The image's own text keys go along: tEXt chunks in PNG, comments in JPEG.
    if (!writer.write(image))
        return Error{
            QStringLiteral("The figure cannot be encoded: %1").arg(writer.errorString()), {}, {}};
    return bytes;
}

/** The name a figure is made from; with its folder where another frame has the same file name. */
QString figureFrameName(const Frame &frame, const QHash<QString, int> &uses)
{
    QString name = frame.fileName();
    if (uses.value(name) > 1)
        name = QString(frame.key).replace(QLatin1Char('/'), QLatin1Char('_'));
    return name;
}

Result<QStringList> exportFrame(const ExportJob &job, const FrameEntry &entry, const QString &name,
                                const QSet<QString> &originals)
{
    const auto photo = loadImage(entry.frame.path);
    if (!photo)
        return photo.error();
    ExplainRequest request;
    request.key = entry.frame.key;
    request.path = entry.frame.path;
    request.classes = job.classes;
    request.layer = job.layer;
    if (!job.method.isEmpty())
        request.method = job.method;
    request.target = job.target;
    request.other = job.contrast;
    const auto explanation = job.explain(request);
    if (!explanation)
        return explanation.error();
    if (explanation->maps.isEmpty())
        return Error{QStringLiteral("There is nothing to explain"), entry.frame.path, {}};

    QStringList written;
    const QString suffix =
        job.imageFormat == QLatin1String("png") ? QStringLiteral(".png") : QStringLiteral(".jpg");
    for (const ClassMap &map : explanation->maps) {
        FigureInput figure;
        figure.frameName = name;
        figure.photo = *photo;
        figure.model = *job.model;
        figure.prediction = explanation->prediction;
        figure.frameSize = explanation->frameSize;
        figure.inputRect = explanation->inputRect;
        figure.map = map;
        figure.style = job.style;
        figure.range = job.range ? job.range(map) : rangeFor(ownRange(map.map), job.style.colorMap);
        const QString className = targetName(*job.model, map.target);
        const QString path =
            QDir(job.folder)
                .absoluteFilePath(mapFileStem(name, className, map.layer, map.method) + suffix);
        if (originals.contains(path))
            return Error{QStringLiteral("A frame of the day has this name"), path,
                         QStringLiteral("Export into another folder")};
        const auto bytes = encode(renderFigure(figure), suffix.mid(1).toLatin1());
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
    static const QStringList formats{QStringLiteral("png"), QStringLiteral("jpg"),
                                     QStringLiteral("jpeg")};
    if (!formats.contains(job.imageFormat))
        return Error{QStringLiteral("\"%1\" is no format for figures").arg(job.imageFormat),
                     {},
                     QStringLiteral("Use png or jpg")};
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();

    QHash<QString, int> uses;
    QSet<QString> originals;
    for (const FrameEntry &entry : job.frames) {
        ++uses[entry.frame.fileName()];
        originals.insert(entry.frame.path);
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
        const auto written = exportFrame(job, entry, figureFrameName(entry.frame, uses), originals);
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
