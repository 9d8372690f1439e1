#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include <QFileInfo>

namespace birblens {

int runLabel(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Gives a frame its true label, in birblens.db and in Birb Cam's true_label "
                       "where there is one. "
                       "LABELS: names joined by commas; `none` for nothing there; `unsure`; "
                       "`clear` to take it back."));
    parser.addPositionalArgument(QStringLiteral("DAY"),
                                 QStringLiteral("A folder of images or a Birb Cam data folder."));
    parser.addPositionalArgument(QStringLiteral("FRAME"),
                                 QStringLiteral("File name, path, or path below the day."));
    parser.addPositionalArgument(QStringLiteral("LABELS"),
                                 QStringLiteral("For example chickadee,sparrow."));
    if (const auto code = parse(parser, QStringLiteral("label"), arguments))
        return *code;
    const QStringList words = parser.positionalArguments();
    if (words.size() != 3)
        return usageError(QStringLiteral("label"),
                          QStringLiteral("Give a day, a frame and its labels"));

    ReviewSession session;
    if (const Result<void> opened = openDayAndWait(session, words[0]); !opened) {
        complain(opened.error());
        return Unusable;
    }
    QString key;
    const QString wanted = QFileInfo(words[1]).canonicalFilePath();
    for (int row = 0; row < session.day().size(); ++row) {
        const Frame &frame = session.day().at(row).frame;
        if (frame.key == words[1] || frame.fileName() == words[1] ||
            (!wanted.isEmpty() && QFileInfo(frame.path).canonicalFilePath() == wanted))
            key = frame.key;
    }
    if (key.isEmpty()) {
        complain(Error{QStringLiteral("The day has no such frame"), words[1],
                       QStringLiteral("Give the file name or the path of one of its frames")});
        return SomeFailed;
    }
    TrueLabel label = TrueLabel::of(labelsFromText(words[2]));
    if (words[2] == QLatin1String("unsure"))
        label = TrueLabel::unsure();
    else if (words[2] == QLatin1String("clear"))
        label = TrueLabel::unreviewed();
    if (!session.setTrueLabel({key}, label, QStringLiteral("Label from the command line")))
        return Unusable;              // the session has said why
    session.flushPendingWrites(5000); // the camera may be writing just now
    if (session.pendingWrites() > 0)
        complain(QStringLiteral("The label is kept in birblens.db; Birb Cam's database could not "
                                "be written and is tried again when the day is opened."));
    return Done;
}

} // namespace birblens
