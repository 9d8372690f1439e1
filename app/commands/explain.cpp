// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/explain/cammethods.h"
#include "core/explain/colormap.h"
#include "core/explain/explainer.h"
#include "core/explain/figure.h"
#include "core/explain/heatmap.h"
#include "core/explain/npy.h"
#include "core/exporting/formats.h"
#include "core/exporting/outputnames.h"
#include "core/filewriter.h"
#include "core/frames/imageloader.h"
#include "core/model/inputgeometry.h"

#include <QDir>
#include <QFileInfo>
#include <QSet>

namespace birblens {

namespace {

/** What the flags ask for, checked once. */
struct Wish
{
    QString classes; ///< "predicted", "all" or a name
    TargetKind target = TargetKind::Class;
    int other = -1; ///< class that is subtracted
    QList<int> layers;
    QString method;
    HeatStyle style;
    QString rawFolder;
    QString figureFolder;
};

/** What is written for the frames of the command, and where. */
class Output
{
public:
    Output(const Wish &wish, const QStringList &paths, const Network &network)
        : m_keys(belowCommonFolder(paths))
        , m_names(m_keys, network.info(), layerNames(wish, network),
                  (!wish.rawFolder.isEmpty() && foldsCase(wish.rawFolder)) ||
                      (!wish.figureFolder.isEmpty() && foldsCase(wish.figureFolder)))
        , m_raw(wish.rawFolder)
        , m_figures(wish.figureFolder)
    {
        for (const QString &path : paths)
            m_originals.insert(QFileInfo(path).canonicalFilePath());
    }

    /** @param frame of the paths it was made with, by number; @return empty: not wanted. */
    QString logits(int frame) const
    {
        return below(m_raw, m_names.frame(m_keys.at(frame)) + QStringLiteral(".logits.npy"));
    }
    QString raw(int frame, const ClassMap &map)
    {
        return below(m_raw, m_names.map(m_keys.at(frame), map) + QStringLiteral(".npy"));
    }
    QString figure(int frame, const ClassMap &map)
    {
        return below(m_figures, m_names.map(m_keys.at(frame), map) + QStringLiteral(".png"));
    }

    Result<void> write(const QString &path, const QByteArray &bytes) const
    {
        if (m_originals.contains(QFileInfo(path).canonicalFilePath()))
            return Error{QStringLiteral("One of the frames has this name"), path,
                         QStringLiteral("Choose another folder")};
        return writeWholeFile(path, bytes);
    }

private:
    static QString below(const QString &folder, const QString &name)
    {
        return folder.isEmpty() ? QString() : QDir(folder).filePath(name);
    }
    static QStringList layerNames(const Wish &wish, const Network &network)
    {
        QStringList names;
        for (const int layer : wish.layers)
            names.append(network.layerOrInput(layer).name);
        return names;
    }

    QStringList m_keys;
    MapNames m_names;
    QString m_raw;
    QString m_figures;
    QSet<QString> m_originals;
};

QList<int> wantedClasses(const Wish &wish, const ModelInfo &model, const Prediction &prediction)
{
    QList<int> all;
    if (wish.classes == QLatin1String("all")) {
        for (int i = 0; i < model.vocabulary.size(); ++i)
            all.append(i);
        return all;
    }
    if (wish.classes != QLatin1String("predicted"))
        return {findClass(model, wish.classes)};
    if (!prediction.classes.isEmpty())
        return prediction.classes;
    return {prediction.mostProbable()};
}

/** The maps of one frame, in the order of classes, then layers. */
Result<QList<ClassMap>> mapsOf(Explainer &explainer, const Wish &wish, const QImage &image,
                               const QList<int> &classes)
{
    ExplainRequest request;
    request.classes = classes;
    request.target = wish.target;
    request.other = wish.other;
    request.method = wish.method;
    const Result<Explanation> explanation = explainer.explainLayers(request, image, wish.layers);
    if (!explanation)
        return explanation.error();
    return explanation->maps;
}

/** @return the frame's JSON object. */
Result<QJsonObject> explainFrame(Explainer &explainer, const Wish &wish, Output &output, int number,
                                 const QString &path)
{
    const Result<QImage> image = loadImage(path);
    if (!image)
        return image.error();
    const ModelInfo &model = explainer.network().info();
    explainer.forget();
    const Result<QList<Classified>> predicted = explainer.network().classify({*image});
    if (!predicted)
        return predicted.error();
    const Prediction &prediction = predicted->constFirst().prediction;

    const Result<QList<ClassMap>> maps =
        mapsOf(explainer, wish, *image, wantedClasses(wish, model, prediction));
    if (!maps)
        return maps.error();
    if (const QString file = output.logits(number); !file.isEmpty()) {
        const std::vector<float> logits(prediction.logits.begin(), prediction.logits.end());
        const Result<void> written =
            output.write(file, npyBytes(logits, {static_cast<int>(logits.size())}));
        if (!written)
            return written.error();
    }

    QJsonArray mapsJson;
    for (const ClassMap &map : *maps) {
        const QString className = targetName(model, map.target);
        const QString raw = output.raw(number, map);
        const QString figure = output.figure(number, map);
        if (!raw.isEmpty()) {
            if (const Result<void> written =
                    output.write(raw, npyBytes(map.map.values, {map.map.height, map.map.width}));
                !written)
                return written.error();
        }
        if (!figure.isEmpty()) {
            const QImage drawn =
                renderFigure({QFileInfo(path).fileName(), *image, model, prediction, image->size(),
                              inputRectInFrame(image->size(), model.input), map, wish.style,
                              rangeFor(ownRange(map.map), wish.style.colorMap)});
            const Result<QByteArray> png = encodePicture(drawn, "png");
            const Result<void> written =
                png ? output.write(figure, *png) : Result<void>(png.error());
            if (!written)
                return written.error();
        }
        mapsJson.append(QJsonObject{{QStringLiteral("class"), className},
                                    {QStringLiteral("target"), targetKindKey(map.target.kind)},
                                    {QStringLiteral("layer"), map.layer},
                                    {QStringLiteral("method"), map.method},
                                    {QStringLiteral("min"), map.map.min()},
                                    {QStringLiteral("max"), map.map.max()},
                                    {QStringLiteral("positive"), map.map.positive()},
                                    {QStringLiteral("value"), map.value},
                                    {QStringLiteral("sum"), sumOf(map.map)},
                                    {QStringLiteral("raw"), raw},
                                    {QStringLiteral("figure"), figure}});
    }
    QJsonObject json = predictionJson(path, model, prediction);
    json.insert(QStringLiteral("maps"), mapsJson);
    return json;
}

void printReadable(const QJsonObject &frame, const QString &prediction)
{
    print(QStringLiteral("%1  %2").arg(frame.value(QLatin1String("frame")).toString(), prediction));
    for (const auto &value : frame.value(QLatin1String("maps")).toArray()) {
        const QJsonObject map = value.toObject();
        QString line = QStringLiteral("  %1  %2  %3  %4 to %5%6")
                           .arg(map.value(QLatin1String("class")).toString(),
                                map.value(QLatin1String("layer")).toString(),
                                map.value(QLatin1String("method")).toString())
                           .arg(map.value(QLatin1String("min")).toDouble(), 0, 'g', 4)
                           .arg(map.value(QLatin1String("max")).toDouble(), 0, 'g', 4)
                           .arg(map.value(QLatin1String("positive")).toBool()
                                    ? QString()
                                    : QStringLiteral("  no positive evidence"));
        print(line);
    }
}

QStringList methodNames()
{
    QStringList names;
    for (const CamMethodInfo &method : camMethods())
        names.append(method.name);
    return names;
}

} // namespace

int runExplain(const QStringList &arguments)
{
    const QString command = QStringLiteral("explain");
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Explains frames: why does the network see a class in them?"));
    parser.addPositionalArgument(QStringLiteral("FRAME..."), QStringLiteral("Image files."));
    addModelOptions(parser);
    const auto add = [&parser](const char *name, const QString &text, const char *value,
                               const char *standard) {
        parser.addOption({QString::fromLatin1(name), text, QString::fromLatin1(value),
                          QString::fromLatin1(standard)});
    };
    add("class", QStringLiteral("Class name or index, `predicted`, or `all`."), "name",
        "predicted");
    add("target",
        QStringLiteral("What is explained: `class`, what speaks for it; `against`, what speaks "
                       "against it; `predicted`, all predicted classes together."),
        "kind", "class");
    add("minus", QStringLiteral("Explain the class and not this one: the difference of logits."),
        "name", "");
    add("layer", QStringLiteral("Layer name or index, `last`, or `all`."), "name", "last");
    add("method", QStringLiteral("One of %1.").arg(methodNames().join(QStringLiteral(", "))),
        "name", "gradcam-signed");
    add("raw", QStringLiteral("Write raw maps and logits as .npy into this folder."), "folder", "");
    add("out", QStringLiteral("Write annotated figures into this folder."), "folder", "");
    add("alpha", QStringLiteral("Opacity of the map in figures, 0 to 1."), "a", "0.5");
    add("align",
        QStringLiteral("`field`: every cell where its receptive field is centred; `stretch`: the "
                       "grid over the whole input, as most libraries do."),
        "how", "field");
    add("colormap", QStringLiteral("One of %1.").arg(colorMapNames().join(QStringLiteral(", "))),
        "name", "magma");
    parser.addOption({QStringLiteral("json"), QStringLiteral("JSON on standard output.")});
    if (const auto code = parse(parser, command, arguments))
        return *code;

    Wish wish;
    wish.classes = parser.value(QStringLiteral("class"));
    const QString layer = parser.value(QStringLiteral("layer"));
    const QString minus = parser.value(QStringLiteral("minus"));
    const QString target = parser.value(QStringLiteral("target"));
    wish.method = parser.value(QStringLiteral("method"));
    wish.rawFolder = parser.value(QStringLiteral("raw"));
    wish.figureFolder = parser.value(QStringLiteral("out"));
    wish.style.colorMap = parser.value(QStringLiteral("colormap"));
    bool fine = false;
    wish.style.alpha = parser.value(QStringLiteral("alpha")).toDouble(&fine);
    const QStringList frames = withoutRepeats(parser.positionalArguments());
    if (frames.isEmpty() || !parser.isSet(QStringLiteral("model")))
        return usageError(command, QStringLiteral("Give frames and a network with --model"));
    if (!findCamMethod(wish.method))
        return usageError(command, QStringLiteral("There is no method \"%1\"; there are %2")
                                       .arg(wish.method, methodNames().join(QStringLiteral(", "))));
    if (target == targetKindKey(TargetKind::Against))
        wish.target = TargetKind::Against;
    else if (target == targetKindKey(TargetKind::Predicted))
        wish.target = TargetKind::Predicted;
    else if (target != targetKindKey(TargetKind::Class))
        return usageError(command, QStringLiteral("--target must be class, against or predicted"));
    const QString align = parser.value(QStringLiteral("align"));
    if (align == QLatin1String("stretch"))
        wish.style.align = Alignment::Stretch;
    else if (align != QLatin1String("field"))
        return usageError(command, QStringLiteral("--align must be field or stretch"));
    if (!fine || wish.style.alpha < 0.0 || wish.style.alpha > 1.0)
        return usageError(command, QStringLiteral("--alpha must be between 0 and 1"));
    if (!colorMapNames().contains(wish.style.colorMap))
        return usageError(command,
                          QStringLiteral("There is no colour map \"%1\"").arg(wish.style.colorMap));

    const Result<std::shared_ptr<Network>> network = loadModel(parser);
    if (!network) {
        complain(network.error());
        return Unusable;
    }
    const ModelInfo &model = (*network)->info();
    if (!parser.isSet(QStringLiteral("method")))
        wish.method = usualMethod(!(*network)->layers().isEmpty());
    if (wish.classes != QLatin1String("predicted") && wish.classes != QLatin1String("all") &&
        findClass(model, wish.classes) < 0)
        return usageError(command,
                          QStringLiteral("The network has no class \"%1\"").arg(wish.classes));
    if (!minus.isEmpty()) {
        wish.other = findClass(model, minus);
        if (wish.other < 0)
            return usageError(command,
                              QStringLiteral("The network has no class \"%1\"").arg(minus));
        if (wish.target != TargetKind::Class)
            return usageError(command, QStringLiteral("--minus needs --target class"));
        wish.target = TargetKind::Contrast;
    }
    if (layer == QLatin1String("all")) {
        for (const LayerInfo &each : (*network)->layers())
            wish.layers.append(each.index);
    }
    if (wish.layers.isEmpty()) {
        wish.layers = {(*network)->findLayer(layer)};
        if (wish.layers.first() < 0 && !(*network)->layers().isEmpty())
            return usageError(
                command,
                QStringLiteral("The network has no layer \"%1\"; `birblens layers` lists them")
                    .arg(layer));
    }
    for (const QString &folder : {wish.rawFolder, wish.figureFolder}) {
        if (folder.isEmpty())
            continue;
        if (!QDir().mkpath(folder)) {
            complain(Error{QStringLiteral("The folder cannot be made"), folder,
                           QStringLiteral("Choose another one")});
            return Unusable;
        }
        clearLeftovers(folder);
    }

    Explainer explainer(*network);
    Output output(wish, frames, **network);
    QJsonArray json;
    int failed = 0;
    for (int i = 0; i < frames.size(); ++i) {
        const Result<QJsonObject> frame = explainFrame(explainer, wish, output, i, frames[i]);
        if (!frame) {
            complain(frame.error());
            json.append(failureJson(frames[i], frame.error().sentence()));
            ++failed;
        } else if (parser.isSet(QStringLiteral("json"))) {
            json.append(*frame);
        } else {
            QStringList labels;
            for (const auto &label : frame->value(QLatin1String("prediction")).toArray())
                labels.append(label.toString());
            printReadable(*frame, labels.isEmpty() ? QStringLiteral("none")
                                                   : labels.join(QLatin1Char(',')));
        }
        showProgress(QStringLiteral("explained"), i + 1, static_cast<int>(frames.size()));
    }
    if (parser.isSet(QStringLiteral("json")))
        printJson(json);
    return failed > 0 ? SomeFailed : Done;
}

} // namespace birblens
