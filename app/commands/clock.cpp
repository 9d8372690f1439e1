// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/frames/exiftime.h"
#include "core/review/framenames.h"
#include "core/store/clockshifts.h"

namespace birblens {

namespace {

QString amount(qint64 milliseconds)
{
    const qint64 seconds = qAbs(milliseconds) / 1000;
    return QStringLiteral("%1%2:%3:%4")
        .arg(milliseconds < 0 ? QLatin1Char('-') : QLatin1Char('+'))
        .arg(seconds / 3600)
        .arg(seconds / 60 % 60, 2, 10, QLatin1Char('0'))
        .arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

void printClock(const Day &day)
{
    const ClockShifts &clock = day.clock();
    print(QStringLiteral("the day: %1; frames with a correction of their own: %2")
              .arg(amount(clock.day))
              .arg(clock.frames.size()));
    QStringList keys = clock.frames.keys();
    keys.sort();
    for (const QString &key : std::as_const(keys))
        print(QStringLiteral("%1: %2").arg(key, amount(clock.frames.value(key))));
}

} // namespace

int runClock(const QStringList &arguments)
{
    const QString command = QStringLiteral("clock");
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Corrects the capture times of a day, where the camera's clock was wrong. The correction "
        "is kept in birblens.db and can be undone in the window; files and Birb Cam's database "
        "are left as they are. Frames that arrive later on the day are corrected too, unless "
        "--only was given. Without an option: prints the corrections."));
    parser.addOption({QStringLiteral("by"),
                      QStringLiteral("Add this to the times, such as -1h, +90m, 2d or -0:02:30. "
                                     "It comes on top of earlier corrections."),
                      QStringLiteral("amount")});
    parser.addOption({QStringLiteral("frame"),
                      QStringLiteral("The frame whose time is known; with --was."),
                      QStringLiteral("name")});
    parser.addOption({QStringLiteral("was"),
                      QStringLiteral("When --frame was taken, such as \"2021-02-08 10:56:58\"."),
                      QStringLiteral("time")});
    parser.addOption({QStringLiteral("clear"), QStringLiteral("Take the corrections back.")});
    parser.addOption(
        {QStringLiteral("only"),
         QStringLiteral("Only this frame, not the day. Given several times, all of them."),
         QStringLiteral("name")});
    parser.addPositionalArgument(QStringLiteral("DAY"),
                                 QStringLiteral("A folder of images or a Birb Cam data folder."));
    if (const auto code = parse(parser, command, arguments))
        return *code;
    const QStringList words = parser.positionalArguments();
    if (words.size() != 1)
        return usageError(command, QStringLiteral("Give one day"));
    const bool by = parser.isSet(QStringLiteral("by"));
    const bool was = parser.isSet(QStringLiteral("was"));
    const bool clear = parser.isSet(QStringLiteral("clear"));
    if (int(by) + int(was) + int(clear) > 1)
        return usageError(command, QStringLiteral("Give one of --by, --was and --clear"));
    if (was != parser.isSet(QStringLiteral("frame")))
        return usageError(command, QStringLiteral("--frame and --was belong together"));
    const auto shift = shiftFromText(parser.value(QStringLiteral("by")));
    if (by && !shift)
        return usageError(command,
                          QStringLiteral("--by must be an amount of time such as -1h or -0:02:30"));
    const QDateTime time = parseExifText(parser.value(QStringLiteral("was"))).captureTime;
    if (was && !time.isValid())
        return usageError(command,
                          QStringLiteral("--was must be a time such as \"2021-02-08 10:56:58\""));

    ReviewSession session;
    if (const Result<void> opened = openDayAndWait(session, words[0]); !opened) {
        complain(opened.error());
        return Unusable;
    }
    const FrameNames names(framesOf(session.day()));
    QStringList only;
    for (const QString &name : parser.values(QStringLiteral("only"))) {
        const Result<QString> key = names.find(name);
        if (!key) {
            complain(key.error());
            return SomeFailed;
        }
        only.append(*key);
    }
    bool done = true; // otherwise the session has said why
    if (by) {
        done = session.shiftClock(only, *shift);
    } else if (was) {
        const Result<QString> key = names.find(parser.value(QStringLiteral("frame")));
        if (!key) {
            complain(key.error());
            return SomeFailed;
        }
        done = session.setTimeOf(*key, time, only);
    } else if (clear) {
        done = session.clearClock(only);
    }
    if (!done)
        return Unusable;
    waitUntilSettled(session); // which pictures the corrections are for
    if (session.picturesProblem())
        return Unusable; // the session has said why
    printClock(session.day());
    return Done;
}

} // namespace birblens
