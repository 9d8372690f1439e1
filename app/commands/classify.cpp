// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/exporting/exporter.h"
#include "core/jobs/classifyqueue.h"

#include <QFileInfo>

namespace birblens {

int runClassify(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Classifies every frame of a day. Without --write the day is only read."));
    parser.addPositionalArgument(QStringLiteral("DAY"),
                                 QStringLiteral("A folder of images or a Birb Cam data folder."));
    addModelOptions(parser);
    parser.addOption(
        {QStringLiteral("csv"), QStringLiteral("Write a table."), QStringLiteral("file")});
    parser.addOption({QStringLiteral("write"),
                      QStringLiteral("Keep the predictions in the day's birblens.db.")});
    parser.addOption({QStringLiteral("json"), QStringLiteral("JSON on standard output.")});
    if (const auto code = parse(parser, QStringLiteral("classify"), arguments))
        return *code;
    if (parser.positionalArguments().size() != 1 || !parser.isSet(QStringLiteral("model")))
        return usageError(QStringLiteral("classify"),
                          QStringLiteral("Give one day and a network with --model"));

    const Result<std::shared_ptr<Network>> network = loadModel(parser);
    if (!network) {
        complain(network.error());
        return Unusable;
    }
    const Result<DaySource> source = locateDay(parser.positionalArguments().constFirst());
    if (!source) {
        complain(source.error());
        return Unusable;
    }
    const Result<DayListing> listed = listDay(*source);
    if (!listed) {
        complain(listed.error());
        return Unusable;
    }
    QList<Frame> frames;
    complainOfLeftOut(listed->leftOut);
    for (const Frame &frame : listed->frames) {
        if (!frame.gone)
            frames.append(frame);
    }

    QHash<QString, Classified> classified;
    QList<Picture> pictures;
    ClassifyQueue queue;
    queue.start(frames);
    QHash<QString, QString> problems;
    QHash<QString, Prediction> notFinite;
    while (queue.isActive()) {
        const ClassifiedBatch batch =
            classifyDecoded(**network, queue.nextBatch((*network)->info().input).results());
        if (!batch.failure.isEmpty()) {
            complain(batch.failure);
            return Unusable;
        }
        for (auto it = batch.problems.begin(); it != batch.problems.end(); ++it)
            complain(it.value());
        problems.insert(batch.problems);
        notFinite.insert(batch.notFinite);
        classified.insert(batch.classified);
        pictures += batch.pictures;
        queue.arrived(batch);
        showProgress(QStringLiteral("classified"), queue.done(), queue.total());
    }

    const ModelInfo &model = (*network)->info();
    if (parser.isSet(QStringLiteral("write"))) {
        const Result<std::unique_ptr<Store>> store = Store::open(source->folder);
        if (!store) {
            complain(store.error());
            return Unusable;
        }
        // First: what was said of pictures before these goes aside.
        if (const auto noted = (*store)->notePictures(pictures); !noted) {
            complain(noted.error());
            return Unusable;
        }
        if (const Result<void> saved = (*store)->savePredictions(model, classified); !saved) {
            complain(saved.error());
            return Unusable;
        }
    }
    if (parser.isSet(QStringLiteral("csv"))) {
        ExportJob job;
        job.model = model;
        job.vocabulary = model.vocabulary;
        for (const Frame &frame : frames) {
            FrameEntry entry;
            entry.frame = frame;
            if (classified.contains(frame.key))
                entry.prediction = classified.value(frame.key).prediction;
            job.frames.append(entry);
        }
        if (const Result<void> written = writeCsv(job, parser.value(QStringLiteral("csv")));
            !written) {
            complain(written.error());
            return Unusable;
        }
    }
    QJsonArray json;
    for (const Frame &frame : std::as_const(frames)) {
        if (notFinite.contains(frame.key)) {
            const Prediction &said = notFinite[frame.key];
            const QString sentence = notFiniteSentence(said.logits) + QLatin1Char('.');
            if (parser.isSet(QStringLiteral("json")))
                json.append(notFiniteJson(frame.key, model, said));
            else
                print(frame.key + QStringLiteral("  ") + sentence);
            continue;
        }
        if (!classified.contains(frame.key)) {
            if (problems.contains(frame.key))
                json.append(failureJson(frame.key, problems.value(frame.key)));
            continue;
        }
        const Prediction prediction = classified.value(frame.key).prediction;
        if (parser.isSet(QStringLiteral("json")))
            json.append(predictionJson(frame.key, model, prediction));
        else
            print(frame.key + QStringLiteral("  ") + describePrediction(model, prediction));
    }
    if (parser.isSet(QStringLiteral("json")))
        printJson(json);
    if (!notFinite.isEmpty())
        complain(notFiniteSummary(static_cast<int>(notFinite.size())));
    return problems.isEmpty() && notFinite.isEmpty() ? Done : SomeFailed;
}

} // namespace birblens
