// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/counted.h"
#include "core/exporting/camtrapobservations.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/labelwords.h"
#include "core/exporting/packagefolder.h"
#include "core/exporting/timenotes.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>

#include <algorithm>

namespace birblens {

namespace {

// The package's parts and columns are those of https://camtrap-dp.tdwg.org, version 1.0.2.
const QString schemas = QStringLiteral("https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2/");

const char *const deploymentColumns =
    "deploymentID,locationID,locationName,latitude,longitude,coordinateUncertainty,deploymentStart,"
    "deploymentEnd,setupBy,cameraID,cameraModel,cameraDelay,cameraHeight,cameraDepth,cameraTilt,"
    "cameraHeading,detectionDistance,timestampIssues,baitUse,featureType,habitat,deploymentGroups,"
    "deploymentTags,deploymentComments";

const char *const mediaColumns =
    "mediaID,deploymentID,captureMethod,timestamp,filePath,filePublic,fileName,fileMediatype,"
    "exifData,favorite,mediaComments";

QString coordinate(const std::optional<double> &degrees)
{
    return degrees ? QString::number(*degrees, 'g', 10) : QString();
}

/** The first and the last frame whose time is known; of all frames where it is of none. */
std::pair<Frame, Frame> timesOf(const QList<ExportFrame> &frames)
{
    const auto dated = [](const ExportFrame &frame) { return !frame.entry->frame.timeUncertain(); };
    const auto first = std::find_if(frames.cbegin(), frames.cend(), dated);
    const auto last = std::find_if(frames.crbegin(), frames.crend(), dated);
    if (first == frames.cend())
        return {frames.first().entry->frame, frames.last().entry->frame};
    return {first->entry->frame, last->entry->frame};
}

/**
 * A path as media.csv may have it (filePath's pattern in media-table-schema.json): not beginning
 * with `.`, `/` or `~`, without line breaks, and without two dots in a row: these become what a
 * URL writes for them, as does a `%` that would be taken for the beginning of that.
 */
QString filePathOf(const QString &key)
{
    static const QRegularExpression escapeLike(QStringLiteral("%(?=[0-9A-Fa-f]{2})"));
    QString path = key;
    path.replace(escapeLike, QStringLiteral("%25")); // or it would be read as one
    path.replace(QLatin1Char('\n'), QStringLiteral("%0A"));
    path.replace(QLatin1Char('\r'), QStringLiteral("%0D"));
    if (path.startsWith(QLatin1Char('.')))
        path.replace(0, 1, QStringLiteral("%2E"));
    else if (path.startsWith(QLatin1Char('~')))
        path.replace(0, 1, QStringLiteral("%7E"));
    else if (path.startsWith(QLatin1Char('/')))
        path.replace(0, 1, QStringLiteral("%2F"));
    while (path.contains(QLatin1String("..")))
        path.replace(QLatin1String(".."), QLatin1String(".%2E"));
    return path;
}

QByteArray deploymentsCsv(const ExportJob &job, const QList<ExportFrame> &frames)
{
    QByteArray text = QByteArray(deploymentColumns) + "\r\n";
    if (frames.isEmpty())
        return text;
    const bool issues = std::any_of(frames.cbegin(), frames.cend(), [](const ExportFrame &frame) {
        return !frame.entry->frame.utc.isValid() || frame.entry->frame.timeUncertain();
    });
    QStringList fields(24);
    fields[0] = placeOf(job);
    fields[2] = placeOf(job);
    fields[3] = coordinate(job.latitude);
    fields[4] = coordinate(job.longitude);
    const auto [first, last] = timesOf(frames);
    fields[6] = isoTime(first);
    fields[7] = isoTime(last);
    fields[17] = issues ? QStringLiteral("true") : QStringLiteral("false");
    return text + csvLine(fields).toUtf8() + "\r\n";
}

QByteArray mediaCsv(const ExportJob &job, const QList<ExportFrame> &frames)
{
    QByteArray text = QByteArray(mediaColumns) + "\r\n";
    for (const ExportFrame &frame : frames) {
        const Frame &file = frame.entry->frame;
        const QStringList fields{
            file.key,
            placeOf(job),
            QStringLiteral("activityDetection"),
            isoTime(file),
            filePathOf(file.key),
            QStringLiteral("false"),
            file.fileName(),
            mediaTypeOf(file.path()), // the format takes only image, video and audio types
            {},
            frame.entry->mark.flagged ? QStringLiteral("true") : QStringLiteral("false"),
            frame.entry->mark.comment.isEmpty() ? frame.entry->problem : frame.entry->mark.comment};
        text += csvLine(fields).toUtf8() + "\r\n";
    }
    return text;
}

QJsonArray taxa(const QList<ExportFrame> &frames, const ExportJob &job,
                const QHash<QString, Species> &species)
{
    QMap<QString, int> found; // in order of name
    for (const ExportFrame &frame : frames) {
        for (const QString &label : findingOf(*frame.entry, job.model).labels) {
            if (species.contains(label))
                found.insert(species[label].name, species[label].taxon);
        }
    }
    QJsonArray list;
    for (auto it = found.cbegin(); it != found.cend(); ++it) {
        QJsonObject taxon{{QStringLiteral("scientificName"), it.key()}};
        if (*it > 0)
            taxon.insert(QStringLiteral("taxonID"),
                         QStringLiteral("https://www.inaturalist.org/taxa/%1").arg(*it));
        list.append(taxon);
    }
    return list;
}

QJsonObject resource(const QString &name)
{
    return {{QStringLiteral("name"), name},
            {QStringLiteral("path"), name + QStringLiteral(".csv")},
            {QStringLiteral("profile"), QStringLiteral("tabular-data-resource")},
            {QStringLiteral("format"), QStringLiteral("csv")},
            {QStringLiteral("mediatype"), QStringLiteral("text/csv")},
            {QStringLiteral("encoding"), QStringLiteral("utf-8")},
            {QStringLiteral("schema"), schemas + name + QStringLiteral("-table-schema.json")}};
}

/** GeoJSON; of nothing where the camera's place is not known. */
QJsonObject spatial(const ExportJob &job)
{
    if (!job.latitude || !job.longitude)
        return {{QStringLiteral("type"), QStringLiteral("GeometryCollection")},
                {QStringLiteral("geometries"), QJsonArray()}};
    return {{QStringLiteral("type"), QStringLiteral("Point")},
            {QStringLiteral("coordinates"), QJsonArray{*job.longitude, *job.latitude}}};
}

QByteArray dataPackage(const ExportJob &job, const QList<ExportFrame> &frames,
                       const QHash<QString, Species> &species)
{
    const QDate first =
        frames.isEmpty() ? job.created.date() : timesOf(frames).first.captureTime.date();
    const QDate last = frames.isEmpty() ? first : timesOf(frames).second.captureTime.date();
    const QJsonObject project{
        {QStringLiteral("title"), placeOf(job)},
        {QStringLiteral("samplingDesign"), QStringLiteral("opportunistic")},
        {QStringLiteral("captureMethod"), QJsonArray{QStringLiteral("activityDetection")}},
        {QStringLiteral("individualAnimals"), false},
        {QStringLiteral("observationLevel"),
         QJsonArray{QStringLiteral("media"), QStringLiteral("event")}}};
    const QJsonObject all{
        {QStringLiteral("name"),
         QStringLiteral("birblens-") + first.toString(QStringLiteral("yyyyMMdd"))},
        {QStringLiteral("profile"), schemas + QStringLiteral("camtrap-dp-profile.json")},
        {QStringLiteral("created"), job.created.toUTC().toString(Qt::ISODate)},
        {QStringLiteral("resources"),
         QJsonArray{resource(QStringLiteral("deployments")), resource(QStringLiteral("media")),
                    resource(QStringLiteral("observations"))}},
        {QStringLiteral("contributors"),
         QJsonArray{
             QJsonObject{{QStringLiteral("title"), QStringLiteral("Owner of %1").arg(placeOf(job))},
                         {QStringLiteral("role"), QStringLiteral("contact")}}}},
        {QStringLiteral("sources"),
         QJsonArray{QJsonObject{{QStringLiteral("title"), QStringLiteral("Birblens")}}}},
        {QStringLiteral("project"), project},
        {QStringLiteral("spatial"), spatial(job)},
        {QStringLiteral("temporal"),
         QJsonObject{{QStringLiteral("start"), first.toString(Qt::ISODate)},
                     {QStringLiteral("end"), last.toString(Qt::ISODate)}}},
        {QStringLiteral("taxonomic"), taxa(frames, job, species)}};
    return QJsonDocument(all).toJson();
}

} // namespace

Result<ExportReport> exportCamtrap(const ExportJob &job, const ExportProgress &progress)
{
    const QString folder = QDir(job.folder).absoluteFilePath(QStringLiteral("camtrap-dp"));
    ExportReport report;
    const QList<ExportFrame> frames = framesInEvents(job);
    const int total = static_cast<int>(frames.size());
    report.skipped = static_cast<int>(job.frames.size()) - total;
    if (progress && !progress(0, total)) {
        report.cancelled = true;
        return report;
    }
    const QHash<QString, Species> species = readSpeciesMap(job.source.speciesMap);
    const std::pair<const char *, QByteArray> files[]{
        {"deployments.csv", deploymentsCsv(job, frames)},
        {"media.csv", mediaCsv(job, frames)},
        {"observations.csv", observationsCsv(job, frames, species)},
        {"datapackage.json", dataPackage(job, frames, species)}};
    auto package = PackageFolder::open(folder);
    if (!package)
        return package.error();
    for (const auto &[name, bytes] : files) {
        if (auto written = package->write(QLatin1String(name), bytes); !written)
            return written.error();
        report.written.append(package->path(QLatin1String(name)));
    }
    if (auto published = package->publish(); !published)
        return published.error();
    TimeNotes times;
    for (const ExportFrame &frame : frames)
        times.count(frame.entry->frame);
    report.notes += times.sentences(true);
    report.notes += notesOnBars(personsLabels(job));
    const auto written =
        std::count_if(frames.cbegin(), frames.cend(), [](const ExportFrame &frame) {
            return filePathOf(frame.entry->frame.key) != frame.entry->frame.key;
        });
    if (written > 0)
        report.notes.append(
            counted(written,
                    QStringLiteral("%1 file has a name that Camtrap DP does not allow in filePath"),
                    QStringLiteral("%1 files have names that Camtrap DP does not allow in "
                                   "filePath")) +
            QStringLiteral(", where it stands as in a URL; fileName has it as it is."));
    if (!job.latitude || !job.longitude)
        report.notes.append(
            QStringLiteral("Camtrap DP asks for the camera's latitude and longitude; they are "
                           "empty in deployments.csv."));
    if (progress)
        progress(total, total);
    return report;
}

} // namespace birblens
