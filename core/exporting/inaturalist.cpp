// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/speciesmap.h"
#include "core/exporting/timenotes.h"
#include "core/filewriter.h"

#include <QDir>
#include <QMap>
#include <QSet>

namespace birblens {

namespace {

/** One animal of one visit, and the frame that shows it best. */
struct Sighting
{
    const FrameEntry *best = nullptr;
    double probability = -1.0;
    int frames = 0;
};

QString coordinate(const std::optional<double> &degrees)
{
    return degrees ? QString::number(*degrees, 'f', 6) : QString();
}

} // namespace

Result<ExportReport> exportInaturalist(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    ExportReport report;
    const QList<ExportFrame> frames = framesInEvents(job);
    const int total = static_cast<int>(frames.size());
    report.skipped = static_cast<int>(job.frames.size()) - total;
    if (progress && !progress(0, total)) {
        report.cancelled = true;
        return report;
    }
    // By event, then label: what only a machine says is no observation of anybody's.
    QMap<std::pair<int, QString>, Sighting> sightings;
    for (const ExportFrame &frame : frames) {
        const Finding finding = findingOf(*frame.entry, job.model);
        if (finding.by != Finding::By::Person || finding.labels.isEmpty()) {
            ++report.skipped;
            continue;
        }
        for (const QString &label : finding.labels) {
            Sighting &sighting = sightings[{frame.event, label}];
            ++sighting.frames;
            const double probability = probabilityOf(label, *frame.entry, job.model);
            if (!sighting.best || probability > sighting.probability) {
                sighting.best = frame.entry;
                sighting.probability = probability;
            }
        }
    }

    const QHash<QString, Species> species = readSpeciesMap(job.source.speciesMap);
    const QString lineEnd = QStringLiteral("\r\n");
    QString text = csvLine({QStringLiteral("Taxon name"), QStringLiteral("Date observed"),
                            QStringLiteral("Description"), QStringLiteral("Place name"),
                            QStringLiteral("Latitude / y coord / northing"),
                            QStringLiteral("Longitude / x coord / easting"), QStringLiteral("Tags"),
                            QStringLiteral("Geoprivacy")}) +
                   lineEnd;
    QStringList unnamed;
    TimeNotes times;
    QSet<QString> timed; // a frame may be the best of two labels
    for (auto it = sightings.cbegin(); it != sightings.cend(); ++it) {
        const QString &label = it.key().second;
        if (!timed.contains(it->best->frame.key))
            times.count(it->best->frame);
        timed.insert(it->best->frame.key);
        const auto named = species.constFind(label);
        if (named == species.cend() && !unnamed.contains(label))
            unnamed.append(label);
        text +=
            csvLine({named == species.cend() ? label : named->name,
                     it->best->frame.captureTime.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")),
                     (it->frames == 1 ? QStringLiteral("%1; %2 frame of one visit")
                                      : QStringLiteral("%1; %2 frames of one visit"))
                         .arg(it->best->frame.key)
                         .arg(it->frames),
                     placeOf(job), coordinate(job.latitude), coordinate(job.longitude),
                     QString(label).replace(QLatin1Char(','), QLatin1Char(';')),
                     QStringLiteral("obscured")}) +
            lineEnd;
    }
    report.notes += times.sentences(false);
    if (!unnamed.isEmpty())
        report.notes.append(QStringLiteral("No scientific name is known of: %1. iNaturalist "
                                           "refuses a file with a name that it cannot place: add "
                                           "them to species_map.json in the day's folder.")
                                .arg(unnamed.join(QStringLiteral(", "))));
    if (!sightings.isEmpty() && (!job.latitude || !job.longitude))
        report.notes.append(QStringLiteral("iNaturalist asks for a place: the coordinates are "
                                           "empty."));
    // iNaturalist's importer (lib/bulk_observation_file.rb) reads ISO-8859-1.
    const QByteArray latin = text.toLatin1();
    if (QString::fromLatin1(latin) != text)
        report.notes.append(QStringLiteral("iNaturalist reads Western European letters only: "
                                           "others became question marks."));
    const QString path = QDir(job.folder).absoluteFilePath(QStringLiteral("inaturalist.csv"));
    if (auto written = writeWholeFile(path, latin); !written)
        return written.error();
    report.written.append(path);
    if (progress)
        progress(total, total);
    return report;
}

} // namespace birblens
