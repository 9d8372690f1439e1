// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/exporting/importlabels.h"
#include "core/review/framenames.h"

#include <QHash>

namespace birblens {

namespace {

/** @return whether it is known which pictures the labels are for; else the session has said why. */
bool finish(ReviewSession &session)
{
    session.flushPendingWrites(5000); // the camera may be writing just now
    waitUntilSettled(session);
    if (session.pendingWrites() > 0)
        complain(QStringLiteral("The label is kept in birblens.db; Birb Cam's database could not "
                                "be written and is tried again when the day is opened."));
    return !session.picturesProblem();
}

int labelFrom(ReviewSession &session, const QString &path)
{
    const Result<LabelImport> import =
        importLabels(path, framesOf(session.day()), session.vocabulary());
    if (!import) {
        complain(import.error());
        return Unusable;
    }
    QHash<QString, TrueLabel> wanted; // one step of undo
    int unchanged = 0;
    for (const ImportedLabel &imported : import->labels) {
        const FrameEntry &entry = session.day().at(session.day().rowOf(imported.key));
        if (!entry.otherPicture && entry.label().kind == imported.label.kind &&
            sameLabels(labelsToText(entry.label().labels), labelsToText(imported.label.labels)))
            ++unchanged;
        else
            wanted.insert(imported.key, imported.label);
    }
    if (!session.setTrueLabels(wanted, QStringLiteral("Labels from a table")))
        return Unusable; // the session has said why
    const bool known = finish(session);
    for (const QString &note : import->notes)
        complain(path + QStringLiteral(": ") + note);
    for (const QString &problem : import->problems)
        complain(path + QStringLiteral(": ") + problem);
    print(QStringLiteral("labelled: %1; unchanged: %2; without a label: %3; not understood: %4")
              .arg(wanted.size())
              .arg(unchanged)
              .arg(import->silent)
              .arg(import->problems.size()));
    if (!known)
        return Unusable;
    return import->problems.isEmpty() ? Done : SomeFailed;
}

} // namespace

int runLabel(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Gives a frame its true label, in birblens.db and in Birb Cam's true_label "
                       "where there is one. "
                       "LABELS: names joined by commas; `none` for nothing there; `unsure`; "
                       "`clear` to take it back. With --from, every frame that a table has a true "
                       "label for: frames.csv as `export csv` writes it, labels.csv of a training "
                       "set, a MegaDetector JSON of ours, or a Timelapse table."));
    parser.addOption({QStringLiteral("from"),
                      QStringLiteral("Take the labels of this table instead of FRAME LABELS."),
                      QStringLiteral("file")});
    parser.addPositionalArgument(QStringLiteral("DAY"),
                                 QStringLiteral("A folder of images or a Birb Cam data folder."));
    parser.addPositionalArgument(QStringLiteral("FRAME"),
                                 QStringLiteral("File name, path, or path below the day."));
    parser.addPositionalArgument(QStringLiteral("LABELS"),
                                 QStringLiteral("For example chickadee,sparrow."));
    if (const auto code = parse(parser, QStringLiteral("label"), arguments))
        return *code;
    const QStringList words = parser.positionalArguments();
    const QString table = parser.value(QStringLiteral("from"));
    if (words.size() != (table.isEmpty() ? 3 : 1))
        return usageError(
            QStringLiteral("label"),
            QStringLiteral("Give a day, a frame and its labels, or a day and --from a table"));

    ReviewSession session;
    if (const Result<void> opened = openDayAndWait(session, words[0]); !opened) {
        complain(opened.error());
        return Unusable;
    }
    if (!table.isEmpty())
        return labelFrom(session, table);
    const Result<QString> key = FrameNames(framesOf(session.day())).find(words[1]);
    if (!key) {
        complain(key.error());
        return SomeFailed;
    }
    const auto says = [&words](const char *word) {
        return words[2].trimmed().compare(QLatin1String(word), Qt::CaseInsensitive) == 0;
    };
    TrueLabel label = TrueLabel::of(labelsFromText(words[2]));
    if (says("unsure"))
        label = TrueLabel::unsure();
    else if (says("none"))
        label = TrueLabel::none();
    else if (says("clear"))
        label = TrueLabel::unreviewed();
    if (!session.setTrueLabel({*key}, label, QStringLiteral("Label from the command line")))
        return Unusable; // the session has said why
    if (const QString problem = session.cameraRowProblem(*key); !problem.isEmpty())
        complain(problem);
    return finish(session) ? Done : Unusable;
}

} // namespace birblens
