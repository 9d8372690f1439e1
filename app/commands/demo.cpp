// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/demo.h"
#include "app/commands/cli.h"
#include "app/commands/commands.h"

namespace birblens {

int runDemo(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Writes the demo day, a Birb Cam folder of rendered frames, and its model demo_model.pt."));
    parser.addOption(
        {QStringLiteral("out"),
         QStringLiteral(
             "The folder; it must be new or empty. A demo day that is there already is kept."),
         QStringLiteral("folder")});
    if (const auto code = parse(parser, QStringLiteral("demo"), arguments))
        return *code;
    if (!parser.isSet(QStringLiteral("out")) || !parser.positionalArguments().isEmpty())
        return usageError(QStringLiteral("demo"), QStringLiteral("Give a folder with --out"));
    setInferenceThreads(0);
    const QString folder = parser.value(QStringLiteral("out"));
    const Result<DemoDay> written = provideDemoDay(folder, [](int done, int total) {
        showProgress(QStringLiteral("rendered"), done, total);
        return true;
    });
    if (!written) {
        complain(written.error());
        return Unusable;
    }
    if (*written == DemoDay::Kept)
        complain(QStringLiteral("%1: There is a demo day already. It was kept as it is, with its "
                                "labels.")
                     .arg(folder));
    return Done;
}

} // namespace birblens
