// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/counted.h"
#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
#include "core/exporting/speciesmap.h"
#include "core/exporting/timelapse.h"
#include "core/frames/imageloader.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

// https://lila.science/megadetector-output-format: 0 is reserved for "empty".
const QString animal = QStringLiteral("1");

double rounded(double value)
{
    return std::round(value * 10000.0) / 10000.0;
}

/** Of a machine. Where only a file name tells what the camera said: the least that its rule allows.
 */
double confidenceOf(const Finding &machine)
{
    return machine.confidence > 0 ? rounded(machine.confidence) : 0.5;
}

/** The format's validator takes no whole number for a confidence, and Qt writes 1.0 as 1. */
QByteArray withDecimals(const QJsonObject &all)
{
    QByteArray text = QJsonDocument(all).toJson();
    for (const QByteArray whole : {"0", "1"}) {
        text.replace("\"conf\": " + whole + '\n', "\"conf\": " + whole + ".0\n");
        text.replace("threshold\": " + whole + '\n', "threshold\": " + whole + ".0\n");
        text.replace("threshold\": " + whole + ",\n", "threshold\": " + whole + ".0,\n");
    }
    return text;
}

/**
 * Each label is a detection of its own, with the whole picture as its box: of a detection's
 * classifications Timelapse and camtraptools take the first and drop the others.
 */
QJsonArray detections(const ExportJob &job, const FrameEntry &entry, const QStringList &names)
{
    const Finding finding = findingOf(entry, job.model);
    const Finding machine = machineFinding(entry, job.model);
    const auto detection = [](double confidence, const QString &category) {
        QJsonObject object{{QStringLiteral("category"), animal},
                           {QStringLiteral("conf"), rounded(confidence)},
                           {QStringLiteral("bbox"), QJsonArray{0.0, 0.0, 1.0, 1.0}}};
        if (category.isEmpty())
            return object;
        QJsonArray classifications; // a list of [category, confidence], here of one
        classifications.append(QJsonArray{category, rounded(confidence)});
        object.insert(QStringLiteral("classifications"), classifications);
        return object;
    };
    if (finding.unsure)
        return machine.labels.isEmpty() ? QJsonArray()
                                        : QJsonArray{detection(confidenceOf(machine), {})};
    QList<std::pair<double, qsizetype>> found;
    for (const QString &label : finding.labels) {
        double confidence = 1.0;
        if (finding.by == Finding::By::Machine)
            confidence = job.model && entry.prediction ? probabilityOf(label, entry, job.model)
                                                       : confidenceOf(machine);
        found.append({confidence, names.indexOf(label)});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto &a, const auto &b) { return a.first > b.first; });
    QJsonArray array;
    for (const auto &[confidence, category] : std::as_const(found))
        array.append(detection(confidence, QString::number(category)));
    return array;
}

/** What importLabels() reads: the format itself cannot tell a person's word from a machine's. */
void sayTrueLabel(QJsonObject &image, const FrameEntry &entry)
{
    if (entry.label().isLabelled())
        image.insert(QStringLiteral("true_label"),
                     QJsonArray::fromStringList(entry.label().labels));
    else if (entry.label().kind == TrueLabel::Kind::Unsure)
        image.insert(QStringLiteral("true_label"), QStringLiteral("unsure"));
}

/** The lowest threshold of the model's classes: below it nothing counts as seen. */
double lowestThreshold(const ModelInfo &model)
{
    const auto least = std::min_element(model.thresholds.cbegin(), model.thresholds.cend());
    return least == model.thresholds.cend() ? 0.5 : *least;
}

QJsonObject infoOf(const ExportJob &job)
{
    const QString now = job.created.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    QJsonObject info{{QStringLiteral("format_version"), QStringLiteral("1.6")},
                     // The name of the model's file; what the camera itself ran is not known.
                     {QStringLiteral("detector"), job.model ? QFileInfo(job.model->path).fileName()
                                                            : QStringLiteral("unknown")},
                     {QStringLiteral("detection_completion_time"), now}};
    if (!job.model)
        return info;
    const double threshold = rounded(lowestThreshold(*job.model));
    info.insert(QStringLiteral("detector_metadata"),
                QJsonObject{{QStringLiteral("megadetector_version"), QStringLiteral("unknown")},
                            {QStringLiteral("typical_detection_threshold"), threshold},
                            {QStringLiteral("conservative_detection_threshold"), threshold}});
    info.insert(QStringLiteral("classifier"), job.model->name);
    info.insert(QStringLiteral("classification_completion_time"), now);
    info.insert(QStringLiteral("classifier_metadata"),
                QJsonObject{{QStringLiteral("typical_classification_threshold"), threshold}});
    return info;
}

/** `class;order;family;genus;species` is searched there: of ours the scientific name is known. */
QJsonObject descriptions(const QStringList &names, const QHash<QString, Species> &species)
{
    QJsonObject all;
    for (qsizetype i = 0; i < names.size(); ++i)
        all.insert(QString::number(i), species.value(names.at(i)).name.isEmpty()
                                           ? names.at(i)
                                           : species.value(names.at(i)).name);
    return all;
}

} // namespace

Result<ExportReport> exportMegaDetector(const ExportJob &job, const ExportProgress &progress)
{
    if (auto ready = prepareExportFolder(job.folder); !ready)
        return ready.error();
    const QList<ExportFrame> frames = framesInEvents(job);
    const QStringList names = allLabels(job);
    ExportReport report;
    report.skipped = static_cast<int>(job.frames.size() - frames.size());
    QJsonArray images;
    int unseen = 0;
    for (int i = 0; i < frames.size(); ++i) {
        if (progress && !progress(i, static_cast<int>(frames.size()))) {
            report.cancelled = true;
            return report;
        }
        const FrameEntry &entry = *frames.at(i).entry;
        QJsonObject image{{QStringLiteral("file"), entry.frame.key}};
        if (const auto facts = checkImage(entry.frame.path()); !facts) {
            report.failures.append({entry.frame.key, facts.error()});
            image.insert(QStringLiteral("failure"), facts.error().what);
            image.insert(QStringLiteral("detections"), QJsonValue::Null);
        } else if (findingOf(entry, job.model).by == Finding::By::Nobody) {
            ++unseen;
            continue;
        } else {
            image.insert(QStringLiteral("detections"), detections(job, entry, names));
            sayTrueLabel(image, entry);
        }
        images.append(image);
    }
    report.skipped += unseen;
    if (unseen > 0)
        report.notes.append(
            counted(unseen,
                    QStringLiteral("%1 frame has neither a label nor a prediction: classify the "
                                   "day first."),
                    QStringLiteral("%1 frames have neither a label nor a prediction: classify the "
                                   "day first.")));
    if (const QString note = noteOnWindowsNames(frames); !note.isEmpty())
        report.notes.append(note);
    QJsonObject categories;
    for (qsizetype i = 0; i < names.size(); ++i)
        categories.insert(QString::number(i), names.at(i));
    const QString path = QDir(job.folder).absoluteFilePath(QStringLiteral("megadetector.json"));
    const QJsonObject all{
        {QStringLiteral("info"), infoOf(job)},
        {QStringLiteral("detection_categories"), QJsonObject{{animal, QStringLiteral("animal")}}},
        {QStringLiteral("classification_categories"), categories},
        {QStringLiteral("classification_category_descriptions"),
         descriptions(names, readSpeciesMap(job.source.speciesMap))},
        {QStringLiteral("images"), images}};
    return finishExport(std::move(report), path, withDecimals(all), frames.size(), progress);
}

} // namespace birblens
