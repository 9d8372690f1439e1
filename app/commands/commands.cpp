// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/commands.h"

namespace birblens {

const QList<Command> &commands()
{
    static const QList<Command> table{
        {QStringLiteral("layers"), QStringLiteral("list a network's layers"), runLayers},
        {QStringLiteral("explain"), QStringLiteral("explain frames: maps and figures"), runExplain},
        {QStringLiteral("trust"), QStringLiteral("check whether a map can be trusted"), runTrust},
        {QStringLiteral("classify"), QStringLiteral("classify a day"), runClassify},
        {QStringLiteral("label"), QStringLiteral("give a frame its true label"), runLabel},
        {QStringLiteral("clock"), QStringLiteral("correct the camera's clock"), runClock},
        {QStringLiteral("export"), QStringLiteral("export figures, report, films, tables"),
         runExport},
        {QStringLiteral("bench"), QStringLiteral("measure this machine"), runBench},
        {QStringLiteral("demo"), QStringLiteral("write the rendered demo day"), runDemo},
        {QStringLiteral("doctor"), QStringLiteral("versions, threads, paths, what is missing"),
         runDoctor},
    };
    return table;
}

const Command *findCommand(const QString &name)
{
    for (const Command &command : commands()) {
        if (command.name == name)
            return &command;
    }
    return nullptr;
}

} // namespace birblens
