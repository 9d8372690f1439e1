// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"
#include "app/window.h"
#include "core/filepath.h"
#include "core/guarded.h"
#include "ui/application.h"
#include "ui/theme.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QLoggingCategory>

using namespace birblens;

namespace {

/** Text, or the name of a file that is not UTF-8. */
QString argument(const char *bytes)
{
    const QString text = QString::fromUtf8(bytes);
    return text.contains(QChar::ReplacementCharacter) ? pathFromNative(bytes) : text;
}

QString overview()
{
    QString text = QStringLiteral(
        "Usage: birblens [review] [DAY...] [--model FILE] [--demo]\n"
        "       birblens SUBCOMMAND ...\n\n"
        "Review a bird cam's day and see why the classifier said so.\n\n"
        "DAY is a folder of images or a Birb Cam data folder (model_results.db and imgs/).\n"
        "The first one is opened; further ones join its list of days.\n\n"
        "Options:\n"
        "  --model FILE     the network: a TorchScript bundle\n"
        "  --demo           open the rendered demo day\n"
        "  --theme NAME     light, dark or auto\n"
        "  -h, --help       this text\n"
        "  -v, --version    the version\n\n"
        "Subcommands (each has --help):\n");
    for (const Command &command : commands())
        text += QStringLiteral("  %1 %2\n").arg(command.name, -16).arg(command.summary);
    return text.trimmed();
}

int runCommand(const Command &command, const QStringList &arguments, int &argc, char **argv)
{
    // Figures need fonts and `bench --day` a window, none of them a display.
    qputenv("QT_QPA_PLATFORM", "offscreen");
    // Standard error is for our sentences: scripts read it.
    QLoggingCategory::setFilterRules(QStringLiteral("default=false\nqt.*=false"));
    const QApplication app(argc, argv);
    return command.run(arguments);
}

int runReview(QStringList arguments, int &argc, char **argv)
{
    if (!arguments.isEmpty() && arguments.constFirst() == QLatin1String("review"))
        arguments.removeFirst();
    QCommandLineParser parser;
    parser.addOptions({{QStringLiteral("model"), {}, QStringLiteral("file")},
                       {QStringLiteral("demo"), {}},
                       {QStringLiteral("theme"), {}, QStringLiteral("name"), QString()},
                       {{QStringLiteral("h"), QStringLiteral("help")}, {}},
                       {{QStringLiteral("v"), QStringLiteral("version")}, {}}});
    if (!parser.parse(QStringList{QStringLiteral("birblens")} + arguments)) {
        complain(Error{parser.errorText().remove(QLatin1Char('.')),
                       {},
                       QStringLiteral("`birblens --help` shows the usage")});
        return Usage;
    }
    if (parser.isSet(QStringLiteral("help"))) {
        print(overview());
        return Done;
    }
    if (parser.isSet(QStringLiteral("version"))) {
        print(QStringLiteral("birblens " BIRBLENS_VERSION));
        return Done;
    }
    const QStringList words = parser.positionalArguments();
    for (const QString &word : words.mid(1)) {
        if (!QFileInfo::exists(word)) { // most likely a subcommand mistyped, or with its day first
            complain(Error{QStringLiteral("There is no such day"), word,
                           QStringLiteral("`birblens --help` shows the usage")});
            return Usage;
        }
    }
    const QString theme = parser.value(QStringLiteral("theme"));
    if (!theme.isEmpty() && theme != QLatin1String("light") && theme != QLatin1String("dark") &&
        theme != QLatin1String("auto")) {
        complain(Error{QStringLiteral("--theme must be light, dark or auto"),
                       {},
                       QStringLiteral("`birblens --help` shows the usage")});
        return Usage;
    }
    Application app(argc, argv);
    applyTheme(app, theme);
    WindowRequest request;
    request.days = words;
    request.model = parser.value(QStringLiteral("model"));
    request.demo = parser.isSet(QStringLiteral("demo"));
    return runWindow(app, request);
}

} // namespace

int main(int argc, char *argv[])
{
    prepareStreams();
    QCoreApplication::setApplicationName(QStringLiteral("birblens"));
    QCoreApplication::setApplicationVersion(QStringLiteral(BIRBLENS_VERSION));
    // QCoreApplication::arguments() needs an application; which one depends on them.
    QStringList arguments;
    for (int i = 1; i < argc; ++i)
        arguments.append(argument(argv[i]));
    const Command *command = arguments.isEmpty() ? nullptr : findCommand(arguments.constFirst());
    const Result<int> code = guarded("command", [&] {
        return command ? runCommand(*command, arguments.mid(1), argc, argv)
                       : runReview(arguments, argc, argv);
    });
    if (!code)
        complain(code.error());
    return finished(code ? *code : Unusable);
}
