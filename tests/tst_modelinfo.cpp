// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/modelinfo.h"
#include "core/model/prediction.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace birblens;

namespace {

ModelInfo birds(Task task)
{
    ModelInfo info;
    info.vocabulary = {QStringLiteral("chickadee"), QStringLiteral("magpie"),
                       QStringLiteral("sparrow")};
    info.thresholds = {0.5, 0.5, 0.5};
    info.task = task;
    return info;
}

} // namespace

class TestModelInfo : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void survivesARoundTrip()
    {
        ModelInfo info = birds(Task::SingleLabel);
        info.name = QStringLiteral("round trip");
        info.thresholds = {0.25, 0.5, 0.75};
        info.input = {
            320, 240, Resize::Pad, PadMode::Reflection, {0.1F, 0.2F, 0.3F}, {0.4F, 0.5F, 0.6F}};
        info.defaultLayer = QStringLiteral("0.7");
        info.provenance = QStringLiteral("a test");
        const auto read = modelInfoFromJson(modelInfoToJson(info), QStringLiteral("here"));
        QVERIFY2(read.ok(), qPrintable(read.ok() ? QString() : read.error().sentence()));
        QCOMPARE(read->name, info.name);
        QCOMPARE(read->vocabulary, info.vocabulary);
        QCOMPARE(read->thresholds, info.thresholds);
        QCOMPARE(read->task, info.task);
        QCOMPARE(read->input, info.input);
        QCOMPARE(read->defaultLayer, info.defaultLayer);
        QCOMPARE(read->provenance, info.provenance);
    }

    void presizingSurvivesARoundTrip()
    {
        ModelInfo info = birds(Task::MultiLabel);
        info.input.height = info.input.width = 224;
        for (const Presize &presize : {Presize{460, 345}, Presize{460, 460, 3.0 / 4.0, 4.0 / 3.0},
                                       Presize{}, Presize{0, 0, 1.0, 1.0, 0.875}}) {
            info.input.presize = presize;
            const auto read = modelInfoFromJson(modelInfoToJson(info), QStringLiteral("here"));
            QVERIFY2(read.ok(), qPrintable(read.ok() ? QString() : read.error().sentence()));
            QVERIFY(read->input.presize == presize);
        }
    }

    void readsOtherExportersKeys()
    {
        const auto read = modelInfoFromJson(
            R"({"classes": ["a", "b"], "input_size": [64, 48], "activation": "softmax", "mean": [0.5, 0.5, 0.5]})",
            QStringLiteral("here"));
        QVERIFY(read.ok());
        QCOMPARE(read->task, Task::SingleLabel);
        QCOMPARE(read->input.size(), QSize(48, 64));
        QCOMPARE(read->input.mean[1], 0.5F);
        QCOMPARE(read->input.std[0], 0.229F);
        QCOMPARE(read->thresholds, (QList<double>{0.5, 0.5}));
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("says");
        const auto row = [](const char *name, const QByteArray &json, const char *says) {
            QTest::newRow(name) << json << QString::fromLatin1(says);
        };
        row("no json", "nonsense", "not a JSON object");
        row("an array", "[1]", "not a JSON object");
        row("no vocabulary", R"({"input": {"height": 4, "width": 4}})", "vocabulary");
        row("double name", R"({"vocabulary": ["a", "a"], "input": {"height": 4, "width": 4}})",
            "twice");
        row("no size", R"({"vocabulary": ["a"]})", "height and width");
        row("huge", R"({"vocabulary": ["a"], "input": {"height": 100000, "width": 4}})",
            "height and width");
        row("task", R"({"vocabulary": ["a"], "task": "x", "input": {"height": 4, "width": 4}})",
            "task");
        row("resize", R"({"vocabulary": ["a"], "input": {"height": 4, "width": 4, "resize": "x"}})",
            "resize");
        row("zero std",
            R"({"vocabulary": ["a"], "input": {"height": 4, "width": 4, "mean": [0,0,0], "std": [0,1,1]}})",
            "std");
        row("two means",
            R"({"vocabulary": ["a"], "input": {"height": 4, "width": 4, "mean": [0,0]}})",
            "three numbers");
        row("thresholds",
            R"({"vocabulary": ["a"], "thresholds": [0.5, 0.5], "input": {"height": 4, "width": 4}})",
            "2 thresholds for 1");
        row("threshold",
            R"({"vocabulary": ["a"], "thresholds": 7, "input": {"height": 4, "width": 4}})",
            "between 0 and 1");
        row("newer", R"({"format": 2, "vocabulary": ["a"], "input": {"height": 4, "width": 4}})",
            "format 2");
        const auto presize = [&row](const char *name, const QByteArray &presize, const char *says) {
            row(name,
                R"({"vocabulary": ["a"], "input": {"height": 4, "width": 4, "presize": )" +
                    presize + "}}",
                says);
        };
        presize("presize no object", "460", "\"presize\" is not an object");
        presize("presize of one side", R"({"height": 460})", "\"presize\" has no usable height");
        presize("presize huge", R"({"height": 460, "width": 5000})", "\"presize\" has no usable");
        presize("ratio of one", R"({"ratio": [1]})", "\"ratio\" in \"presize\"");
        presize("ratio backwards", R"({"ratio": [1.3, 0.75]})", "\"ratio\" in \"presize\"");
        presize("ratio zero", R"({"ratio": [0, 1]})", "\"ratio\" in \"presize\"");
        presize("scale", R"({"scale": 1.5})", "\"scale\" in \"presize\"");
    }

    void saysWhatIsWrong()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, says);
        const auto read = modelInfoFromJson(json, QStringLiteral("file.json"));
        QVERIFY(!read.ok());
        QVERIFY2(read.error().what.contains(says), qPrintable(read.error().sentence()));
        QCOMPARE(read.error().where, QStringLiteral("file.json"));
    }

    void storesTheAnswerBesideTheModelAndNeverOverAFile()
    {
        QTemporaryDir folder;
        ModelInfo info = birds(Task::MultiLabel);
        info.input.height = info.input.width = 8;
        info.path = folder.filePath(QStringLiteral("net.script.pt"));
        QFile model(info.path);
        QVERIFY(model.open(QIODevice::WriteOnly));
        QVERIFY(model.write("weights") > 0);
        model.close();
        const auto first = writeSideCar(info);
        QVERIFY(first.ok());
        QCOMPARE(*first, folder.filePath(QStringLiteral("net.script.json")));
        QVERIFY(sideCarPaths(info.path).contains(*first));
        QFile taken(*first);
        QVERIFY(taken.open(QIODevice::WriteOnly));
        taken.write("somebody else's");
        taken.close();
        const auto second = writeSideCar(info);
        QVERIFY(second.ok());
        QVERIFY(*second != *first);
        QCOMPARE(*keptSideCarPath(info.path), *second);
        QVERIFY(taken.open(QIODevice::ReadOnly));
        QCOMPARE(taken.readAll(), QByteArray("somebody else's"));
    }

    void multiLabelRule()
    {
        const ModelInfo info = birds(Task::MultiLabel);
        const Prediction both = predict(info, {2.0F, -1.0F, 0.5F});
        QCOMPARE(both.classes, (QList<int>{0, 2}));
        QCOMPARE(both.labels(info),
                 (QStringList{QStringLiteral("chickadee"), QStringLiteral("sparrow")}));
        QVERIFY(std::fabs(both.confidence - 1.0 / (1.0 + std::exp(-0.5))) < 1e-6); // the smallest
        const Prediction none = predict(info, {-2.0F, -1.0F, -3.0F});
        QVERIFY(none.classes.isEmpty());
        QCOMPARE(none.mostProbable(), 1);
        QVERIFY(std::fabs(none.confidence - (1.0 - 1.0 / (1.0 + std::exp(1.0)))) < 1e-6);
        QCOMPARE(describePrediction(info, none), QStringLiteral("none"));
        const Prediction edge = predict(info, {0.0F, -1.0F, -1.0F}); // 0.5 is not over 0.5
        QVERIFY(edge.classes.isEmpty());
    }

    void singleLabelRule()
    {
        const ModelInfo info = birds(Task::SingleLabel);
        const Prediction prediction = predict(info, {1.0F, 3.0F, 1000.0F}); // no overflow
        QCOMPARE(prediction.classes, (QList<int>{2}));
        QVERIFY(std::fabs(prediction.confidence - 1.0) < 1e-6);
        const Prediction even = predict(info, {1.0F, 1.0F, 1.0F});
        QVERIFY(std::fabs(even.probabilities[0] - 1.0F / 3.0F) < 1e-6F);
        QCOMPARE(describePrediction(info, prediction), QStringLiteral("sparrow (100.00%)"));
    }
};

QTEST_GUILESS_MAIN(TestModelInfo)
#include "tst_modelinfo.moc"
