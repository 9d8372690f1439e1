// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

namespace birblens {

int runLayers(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Lists every layer of a network in execution order: index, name, type, channels x height x "
        "width. `*` marks the end of a block."));
    addModelOptions(parser);
    parser.addOption({QStringLiteral("json"), QStringLiteral("JSON on standard output.")});
    if (const auto code = parse(parser, QStringLiteral("layers"), arguments))
        return *code;
    if (!parser.isSet(QStringLiteral("model")) || !parser.positionalArguments().isEmpty())
        return usageError(QStringLiteral("layers"),
                          QStringLiteral("Give one network with --model"));
    const Result<std::shared_ptr<Network>> network = loadModel(parser);
    if (!network) {
        complain(network.error());
        return Unusable;
    }
    QJsonArray json;
    for (const LayerInfo &layer : (*network)->layers()) {
        if (parser.isSet(QStringLiteral("json"))) {
            json.append(QJsonObject{{QStringLiteral("name"), layer.name},
                                    {QStringLiteral("type"), layer.type},
                                    {QStringLiteral("channels"), layer.channels},
                                    {QStringLiteral("height"), layer.height},
                                    {QStringLiteral("width"), layer.width},
                                    {QStringLiteral("index"), layer.index},
                                    {QStringLiteral("block"), layer.block}});
            continue;
        }
        print(QStringLiteral("%1 %2 %3  %4  %5")
                  .arg(layer.index, 4)
                  .arg(layer.block ? QLatin1Char('*') : QLatin1Char(' '))
                  .arg(layer.name, -32)
                  .arg(layer.type, -22)
                  .arg(QStringLiteral("%1 x %2 x %3")
                           .arg(layer.channels)
                           .arg(layer.height)
                           .arg(layer.width)));
    }
    if (parser.isSet(QStringLiteral("json")))
        printJson(json);
    return Done;
}

} // namespace birblens
