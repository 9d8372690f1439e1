// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/explain/cammethods.h"
#include "core/explain/explainer.h"
#include "core/explain/trustcheck.h"
#include "core/frames/imageloader.h"

#include <QFileInfo>

namespace birblens {

namespace {

QJsonArray numbers(const QList<double> &values)
{
    QJsonArray array;
    for (const double value : values)
        array.append(value);
    return array;
}

QJsonObject curvesJson(const TrustCurves &curves)
{
    QJsonArray deletionAreas;
    QJsonArray insertionAreas;
    for (const TrustCurve &random : curves.random) {
        deletionAreas.append(random.deletionArea);
        insertionAreas.append(random.insertionArea);
    }
    const auto side = [](const QList<double> &curve, double area, const QJsonArray &random,
                         int slower) {
        return QJsonObject{{QStringLiteral("curve"), numbers(curve)},
                           {QStringLiteral("area"), area},
                           {QStringLiteral("random_areas"), random},
                           {QStringLiteral("better_than"), slower}};
    };
    return {{QStringLiteral("fractions"), numbers(curves.fractions)},
            {QStringLiteral("deletion"), side(curves.shown.deletion, curves.shown.deletionArea,
                                              deletionAreas, curves.slowerDeletions())},
            {QStringLiteral("insertion"), side(curves.shown.insertion, curves.shown.insertionArea,
                                               insertionAreas, curves.slowerInsertions())}};
}

QJsonObject reportJson(const QString &frame, const TrustReport &report)
{
    QJsonArray stages;
    for (const RandomisationStep &step : report.randomisation)
        stages.append(QJsonObject{{QStringLiteral("up_to"), step.upTo},
                                  {QStringLiteral("rank_correlation"), step.rankCorrelation}});
    QJsonObject json = curvesJson(report.curves);
    json.insert(QStringLiteral("frame"), frame);
    json.insert(QStringLiteral("class"), report.target);
    json.insert(QStringLiteral("layer"), report.map.layer);
    json.insert(QStringLiteral("method"), report.map.method);
    json.insert(QStringLiteral("randomisation"), stages);
    json.insert(QStringLiteral("reading"), trustReading(report));
    json.insert(QStringLiteral("ms"), report.milliseconds);
    return json;
}

void printReadable(const QString &frame, const TrustReport &report)
{
    const TrustCurves &curves = report.curves;
    print(QStringLiteral("%1  %2  %3  %4")
              .arg(frame, report.target, report.map.layer, report.map.method));
    print(QStringLiteral("  %1").arg(trustReading(report)));
    print(QStringLiteral("  deletion area %1, smaller than %2 of %3 random ones")
              .arg(curves.shown.deletionArea, 0, 'f', 3)
              .arg(curves.slowerDeletions())
              .arg(curves.random.size()));
    print(QStringLiteral("  insertion area %1, larger than %2 of %3 random ones")
              .arg(curves.shown.insertionArea, 0, 'f', 3)
              .arg(curves.slowerInsertions())
              .arg(curves.random.size()));
    for (const RandomisationStep &step : report.randomisation)
        print(QStringLiteral("  shuffled down to %1: rank correlation %2")
                  .arg(step.upTo)
                  .arg(step.rankCorrelation, 0, 'f', 2));
}

} // namespace

int runTrust(const QStringList &arguments)
{
    const QString command = QStringLiteral("trust");
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Checks whether a map can be trusted: deletion and insertion against 20 random maps, and "
        "the same map of the network with shuffled weights. Takes about 400 forwards."));
    parser.addPositionalArgument(QStringLiteral("FRAME..."), QStringLiteral("Image files."));
    addModelOptions(parser);
    QStringList methods;
    for (const CamMethodInfo &method : camMethods())
        methods.append(method.name);
    parser.addOption({QStringLiteral("class"),
                      QStringLiteral("Class name or index; the most probable one when not given."),
                      QStringLiteral("name")});
    parser.addOption({QStringLiteral("layer"), QStringLiteral("Layer name or index, or `last`."),
                      QStringLiteral("name"), QStringLiteral("last")});
    parser.addOption({QStringLiteral("method"),
                      QStringLiteral("One of %1.").arg(methods.join(QStringLiteral(", "))),
                      QStringLiteral("name"), methods.first()});
    parser.addOption({QStringLiteral("json"), QStringLiteral("JSON on standard output.")});
    if (const auto code = parse(parser, command, arguments))
        return *code;

    const QStringList frames = withoutRepeats(parser.positionalArguments());
    if (frames.isEmpty() || !parser.isSet(QStringLiteral("model")))
        return usageError(command, QStringLiteral("Give frames and a network with --model"));
    ExplainRequest request;
    request.method = parser.value(QStringLiteral("method"));
    if (!findCamMethod(request.method))
        return usageError(command, QStringLiteral("There is no method \"%1\"; there are %2")
                                       .arg(request.method, methods.join(QStringLiteral(", "))));
    const Result<std::shared_ptr<Network>> network = loadModel(parser);
    if (!network) {
        complain(network.error());
        return Unusable;
    }
    if (!parser.isSet(QStringLiteral("method")))
        request.method = usualMethod(!(*network)->layers().isEmpty());
    request.layer = parser.value(QStringLiteral("layer"));
    if ((*network)->findLayer(request.layer) < 0 && !(*network)->layers().isEmpty())
        return usageError(
            command, QStringLiteral("The network has no layer \"%1\"; `birblens layers` lists them")
                         .arg(request.layer));
    if (const QString name = parser.value(QStringLiteral("class")); !name.isEmpty()) {
        request.classes = {findClass((*network)->info(), name)};
        if (request.classes.first() < 0)
            return usageError(command, QStringLiteral("The network has no class \"%1\"").arg(name));
    }

    Explainer explainer(*network);
    QJsonArray json;
    int failed = 0;
    for (const QString &frame : frames) {
        const auto check = [&]() -> Result<TrustReport> {
            const Result<QImage> image = loadImage(frame);
            if (!image)
                return image.error();
            ExplainRequest wish = request;
            if (wish.classes.isEmpty()) {
                const Result<QList<Classified>> predicted = (*network)->classify({*image});
                if (!predicted)
                    return predicted.error();
                wish.classes = {predicted->constFirst().prediction.mostProbable()};
            }
            const Result<Explanation> explanation = explainer.explain(wish, *image);
            if (!explanation)
                return explanation.error();
            Report report;
            report.progress = [](double share) {
                showProgress(QStringLiteral("% checked"), static_cast<int>(100.0 * share), 100);
            };
            return checkTrust(**network, *image, explanation->maps.first(), report);
        };
        const Result<TrustReport> report = check();
        if (!report) {
            complain(report.error());
            ++failed;
        } else if (parser.isSet(QStringLiteral("json"))) {
            json.append(reportJson(frame, *report));
        } else {
            printReadable(frame, *report);
        }
    }
    if (parser.isSet(QStringLiteral("json")))
        printJson(json);
    return failed > 0 ? SomeFailed : Done;
}

} // namespace birblens
