#include "core/exporting/exportframes.h"
#include "core/exporting/findings.h"
#include "core/exporting/formats.h"
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
    for (const QByteArray whole : {"0", "1"})
        text.replace("\"conf\": " + whole + '\n', "\"conf\": " + whole + ".0\n");
    return text;
}

/** [category, confidence] in descending order; ids are places in @p names. */
QJsonArray classifications(const ExportJob &job, const FrameEntry &entry, const Finding &finding,
                           const QStringList &names)
{
    QList<std::pair<qsizetype, double>> found;
    if (finding.by == Finding::By::Person) {
        for (const QString &label : finding.labels)
            found.append({names.indexOf(label), 1.0});
    } else if (job.model && entry.prediction) {
        for (qsizetype i = 0; i < job.model->vocabulary.size(); ++i)
            found.append({names.indexOf(job.model->vocabulary.at(i)),
                          double(entry.prediction->probabilities.value(i))});
    } else {
        for (const QString &label : finding.labels)
            found.append({names.indexOf(label), confidenceOf(finding)});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto &a, const auto &b) { return a.second > b.second; });
    QJsonArray array;
    for (const auto &[category, probability] : std::as_const(found))
        if (category >= 0) // -1: a class named `none`
            array.append(QJsonArray{QString::number(category), rounded(probability)});
    return array;
}

QJsonArray detections(const ExportJob &job, const FrameEntry &entry, const QStringList &names)
{
    const Finding finding = findingOf(entry, job.model);
    const Finding machine = machineFinding(entry, job.model);
    const bool there = finding.unsure ? !machine.labels.isEmpty() : !finding.labels.isEmpty();
    if (!there)
        return {};
    const bool sure = finding.by == Finding::By::Person && !finding.unsure;
    QJsonObject detection{{QStringLiteral("category"), animal},
                          {QStringLiteral("conf"), sure ? 1.0 : confidenceOf(machine)},
                          {QStringLiteral("bbox"), QJsonArray{0.0, 0.0, 1.0, 1.0}}};
    if (!finding.unsure)
        detection.insert(QStringLiteral("classifications"),
                         classifications(job, entry, finding, names));
    return {detection};
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
            image.insert(QStringLiteral("failure"), QStringLiteral("Failure image access"));
            image.insert(QStringLiteral("detections"), QJsonValue::Null);
        } else if (findingOf(entry, job.model).by == Finding::By::Nobody) {
            ++unseen;
            continue;
        } else {
            image.insert(QStringLiteral("detections"), detections(job, entry, names));
        }
        images.append(image);
    }
    report.skipped += unseen;
    if (unseen > 0)
        report.notes.append(
            QStringLiteral(
                "%1 frames have neither a label nor a prediction: classify the day first")
                .arg(unseen));
    QJsonObject categories;
    for (qsizetype i = 0; i < names.size(); ++i)
        categories.insert(QString::number(i), names.at(i));
    QJsonObject info{{QStringLiteral("format_version"), QStringLiteral("1.3")},
                     // The name of the model's file; what the camera itself ran is not known.
                     {QStringLiteral("detector"), job.model ? QFileInfo(job.model->path).fileName()
                                                            : QStringLiteral("unknown")},
                     {QStringLiteral("detection_completion_time"),
                      job.created.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"))}};
    if (job.model)
        info.insert(QStringLiteral("classifier"), job.model->name);
    const QString path = QDir(job.folder).absoluteFilePath(QStringLiteral("megadetector.json"));
    const QJsonObject all{
        {QStringLiteral("info"), info},
        {QStringLiteral("detection_categories"), QJsonObject{{animal, QStringLiteral("animal")}}},
        {QStringLiteral("classification_categories"), categories},
        {QStringLiteral("images"), images}};
    return finishExport(std::move(report), path, withDecimals(all), frames.size(), progress);
}

} // namespace birblens
