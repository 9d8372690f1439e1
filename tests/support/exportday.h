// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// A day with one frame of every kind that an export format must tell apart.

#include "core/exporting/exporter.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"

#include <QProcess>

namespace testing {

using namespace birblens;

inline ModelInfo exportModel()
{
    ModelInfo info;
    info.id = "0123456789abcdef";
    info.name = "garden";
    info.path = "/models/garden.pt";
    info.vocabulary = {"chickadee", "great tit, or so", "magpie"};
    info.thresholds = {0.5, 0.5, 0.5};
    info.input.height = 32;
    info.input.width = 24;
    return info;
}

/** What a network might say of a frame, without one. */
inline Result<Explanation> explained(const ExplainRequest &request)
{
    if (request.key.contains("sulks"))
        return Error{"The network would not", request.key, {}};
    Explanation explanation;
    explanation.request = request;
    explanation.prediction = predict(exportModel(), {3.0F, -2.0F, -3.0F});
    explanation.frameSize = {48, 64};
    explanation.inputRect = {0, 0, 48, 64};
    const QList<int> classes =
        request.classes.isEmpty() ? explanation.prediction.classes : request.classes;
    for (const int index : classes) {
        ClassMap map;
        map.target.classIndex = index;
        map.layer = request.layer;
        map.method = request.method;
        map.map = {2, 2, {-1.0F, 0.0F, 1.0F, 2.0F}};
        explanation.maps.append(map);
    }
    return explanation;
}

/** In `root/day`, seven hours behind UTC; exports go to `root/out`. */
class ExportDay
{
public:
    ExportDay()
    {
        const QList<float> tit{3.0F, -2.0F, -3.0F};
        const QList<float> nothing{-3.0F, -2.0F, -4.0F};
        // One visit, of which one frame was never written whole.
        add("10:56:58_chickadee", TrueLabel::of({"chickadee"}), tit).shownPrediction = "chickadee";
        add("10:57:04_chickadee", TrueLabel::unreviewed(), tit);
        add("10:57:07_magpie", TrueLabel::unreviewed(), tit);
        writeFile(job.frames.last().frame.path(), encoded(picture(), "jpg").left(400));
        add("10:57:10_chickadee", TrueLabel::of({"chickadee", "magpie"}), tit).shownPrediction =
            "chickadee";
        // A false positive; one that nobody could tell; nothing there, by the model.
        add("11:20:00_chickadee", TrueLabel::none(), tit).shownPrediction = "chickadee";
        add("11:45:00_magpie", TrueLabel::unsure(), {-1.0F, -2.0F, 1.5F});
        add("12:00:00_none", TrueLabel::unreviewed(), nothing);
        // Only the camera has looked; a name and a label that need quoting.
        add("12:30:00_magpie", TrueLabel::unreviewed(), {});
        add("12:40:00_a & <b>, \"c\"", TrueLabel::of({"great tit, or so", "owl|eagle & <co>"}), {});
        // The camera deleted it.
        add("12:50:00_magpie", TrueLabel::of({"magpie"}), tit);
        QFile::remove(job.frames.last().frame.path());
        job.frames.last().frame.gone = true;
        // Flagged and commented; flagged with nothing there; a comment to be quoted.
        job.frames[0].mark = {true, {}};
        job.frames[6].mark = {true, "Wind"};
        job.frames[8].mark = {false, "Look, <b>\"both\"</b> & one more"};

        writeFile(path("day/species_map.json"),
                  R"({"chickadee": {"species": "Poecile atricapillus", "taxa_id": 144815},
                      "magpie": {"species": "Pica hudsonia", "taxa_id": 143853}, "odd": 7})");
        job.source.folder = path("day");
        job.source.imageFolder = path("day/imgs");
        job.source.speciesMap = path("day/species_map.json");
        job.folder = path("out");
        job.model = exportModel();
        job.vocabulary = job.model->vocabulary;
        job.layer = "0.7";
        job.explain = explained;
        job.created = QDateTime(QDate(2021, 2, 9), QTime(8, 0), asUtc);
    }

    QString path(const QString &name) const { return m_root.filePath(name); }
    QString out(const QString &name = {}) const
    {
        return path("out" + (name.isEmpty() ? name : "/" + name));
    }
    Result<ExportReport> run(const QString &format) const
    {
        return findExporter(format)->run(job, {});
    }

    /** A frame of that time of the day; @return its record. No logits: no prediction. */
    LabelRecord &add(const QString &name, const TrueLabel &label, const QList<float> &logits)
    {
        FrameEntry entry;
        entry.frame.key = "imgs/2021-02-08T" + name + ".jpg";
        entry.frame.folder = path("day");
        entry.frame.captureTime =
            QDateTime(QDate(2021, 2, 8), QTime::fromString(name.left(8), "HH:mm:ss"), asUtc);
        entry.frame.utc = entry.frame.captureTime.addSecs(7 * 3600);
        entry.frame.camera = CameraPrediction{labelsFromText(name.mid(9)), 0.875};
        if (!logits.isEmpty())
            entry.prediction = predict(exportModel(), logits);
        entry.record.label = label;
        writeFile(entry.frame.path(), encoded(picture(48, 64, m_count++), "jpg"));
        job.frames.append(entry);
        return job.frames.last().record;
    }

    ExportJob job;

private:
    QTemporaryDir m_root;
    int m_count = 0;
};

/** What a reader that is not ours says of an export: nothing when all is well. */
inline QString complaintOf(const QString &format, const QStringList &arguments)
{
    QProcess reader;
    reader.setProcessChannelMode(QProcess::MergedChannels);
    reader.start("/usr/bin/python3",
                 QStringList{"-B", BIRBLENS_SOURCE_DIR "/tests/export/read_export.py", format} +
                     arguments);
    if (!reader.waitForFinished(60000))
        return "the reader did not finish";
    const QString said = QString::fromUtf8(reader.readAll()).trimmed();
    return reader.exitCode() == 0 ? QString() : said.isEmpty() ? "the reader failed" : said;
}

/** Compares with `tests/data/golden-exports/NAME`; BIRBLENS_WRITE_GOLDEN=1 writes it instead. */
inline void compareWithGolden(const QString &path, const QString &name)
{
    const QString golden = BIRBLENS_SOURCE_DIR "/tests/data/golden-exports/" + name;
    if (qEnvironmentVariableIsSet("BIRBLENS_WRITE_GOLDEN"))
        writeFile(golden, readFile(path));
    QVERIFY2(QFile::exists(golden), qPrintable(golden));
    QCOMPARE(QString::fromUtf8(readFile(path)), QString::fromUtf8(readFile(golden)));
}

} // namespace testing
