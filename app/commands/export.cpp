// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/explain/cammethods.h"
#include "core/explain/colormap.h"
#include "core/explain/explainer.h"
#include "core/exporting/exporter.h"
#include "core/review/framefilter.h"
#include "core/review/framenames.h"

#include <QFileInfo>

#include <algorithm>
#include <cmath>
#include <variant>

namespace birblens {

namespace {

QString formatNames()
{
    QStringList names;
    for (const Exporter &exporter : exporters())
        names.append(exporter.name);
    return names.join(QStringLiteral(", "));
}

void addFilterOptions(QCommandLineParser &parser)
{
    const auto add = [&parser](const char *name, const QString &text, const char *value) {
        parser.addOption({QString::fromLatin1(name),
                          text + QStringLiteral(" Given several times, any of them."),
                          QString::fromLatin1(value)});
    };
    for (const auto &criterion : frameCriteria())
        add(criterion->key.toLatin1().constData(), criterion->help,
            criterion->key.toLatin1().constData());
    parser.addOption({QStringLiteral("flagged"), QStringLiteral("Only flagged frames.")});
    add("frame", QStringLiteral("Only this frame."), "name");
}

/** What the flags ask for, else a sentence that says what is wrong with them. */
std::variant<FrameFilter, QString> filterOf(const QCommandLineParser &parser)
{
    FrameFilter filter;
    for (const auto &criterion : frameCriteria()) {
        const QStringList choices = parser.values(criterion->key);
        filter.choose(criterion->key, choices);
        const bool known =
            std::all_of(choices.cbegin(), choices.cend(),
                        [&](const QString &choice) { return criterion->commandsKnow(choice); });
        if (!known || filter.chosen(criterion->key) != choices)
            return QStringLiteral("--%1 must be %2").arg(criterion->key, criterion->rule());
    }
    return filter;
}

/** The keys that --frame asks for; an Error for a name that is no frame, or several. */
Result<QSet<QString>> framesAskedFor(const ReviewSession &session, const QCommandLineParser &parser)
{
    QSet<QString> keys;
    const FrameNames names(framesOf(session.day()));
    for (const QString &name : parser.values(QStringLiteral("frame"))) {
        const Result<QString> key = names.find(name);
        if (!key)
            return key.error();
        keys.insert(*key);
    }
    return keys;
}

/** The frames that pass the filter, --flagged and --frame. */
QList<FrameEntry> filtered(const ReviewSession &session, const FrameFilter &filter,
                           const QSet<QString> &frames, const QCommandLineParser &parser)
{
    FrameMatcher matcher(filter, session.vocabulary());
    const bool flagged = parser.isSet(QStringLiteral("flagged"));
    QList<FrameEntry> kept;
    for (int row = 0; row < session.day().size(); ++row) {
        const FrameEntry &entry = session.day().at(row);
        const bool nameFits = frames.isEmpty() || frames.contains(entry.frame.key);
        if (!entry.frame.gone && !entry.trashed && nameFits && (!flagged || entry.mark.flagged) &&
            matcher.matches(entry))
            kept.append(entry);
    }
    return kept;
}

} // namespace

int runExport(const QStringList &arguments)
{
    const QString command = QStringLiteral("export");
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Exports a day. `training` and `folders` take the reviewed frames that are "
                       "not unsure; files that are there already are kept."));
    parser.addPositionalArgument(QStringLiteral("FORMAT"),
                                 QStringLiteral("One of %1.").arg(formatNames()));
    parser.addPositionalArgument(QStringLiteral("DAY"),
                                 QStringLiteral("A folder of images or a Birb Cam data folder."));
    addModelOptions(parser);
    const auto add = [&parser](const char *name, const QString &text, const char *value,
                               const QString &standard = {}) {
        parser.addOption({QString::fromLatin1(name), text, QString::fromLatin1(value), standard});
    };
    add("out", QStringLiteral("Write into this folder. xmp writes beside the frames."), "folder");
    addFilterOptions(parser);
    add("image", QStringLiteral("annotated: png (or jpg); film: mp4 (or webp, gif)."), "format");
    add("fps", QStringLiteral("film: frames per second."), "n", QStringLiteral("5"));
    add("explain",
        QStringLiteral("annotated, film: explain this class instead of the predicted ones."),
        "name");
    add("layer", QStringLiteral("annotated, film, html: layer name or index, or `last`."), "name",
        QStringLiteral("last"));
    add("method", QStringLiteral("annotated, film, html: the CAM method."), "name",
        QStringLiteral("gradcam-signed"));
    add("alpha", QStringLiteral("annotated, film, html: opacity of the map, 0 to 1."), "a",
        QStringLiteral("0.5"));
    add("colormap",
        QStringLiteral("annotated, film, html: one of %1.")
            .arg(colorMapNames().join(QStringLiteral(", "))),
        "name", QStringLiteral("magma"));
    parser.addOption(
        {QStringLiteral("colon-free"),
         QStringLiteral("training, folders, film: YYYYMMDDhhmmss instead of a time with colons.")});
    parser.addOption({QStringLiteral("copy-several"),
                      QStringLiteral("folders: put a frame with several labels into the folder of "
                                     "each; otherwise it is left out.")});
    parser.addOption({QStringLiteral("plain"),
                      QStringLiteral("csv: no apostrophe before text that a spreadsheet would take "
                                     "for a formula.")});
    add("place", QStringLiteral("Name of the camera's place; else that of the day's folder."),
        "name");
    add("latitude", QStringLiteral("Where the camera is, in degrees north."), "degrees");
    add("longitude", QStringLiteral("Where the camera is, in degrees east."), "degrees");
    add("gap", QStringLiteral("Seconds without a frame after which a new event begins."), "s",
        QStringLiteral("30"));
    parser.addOption({QStringLiteral("json"), QStringLiteral("JSON on standard output.")});
    if (const auto code = parse(parser, command, arguments))
        return *code;

    const QStringList words = parser.positionalArguments();
    if (words.size() != 2)
        return usageError(command, QStringLiteral("Give a format, a day and a folder with --out"));
    const Exporter *exporter = findExporter(words[0]);
    if (!exporter)
        return usageError(
            command,
            QStringLiteral("There is no format \"%1\"; there are %2").arg(words[0], formatNames()));
    const bool besideFrames = exporter->options.testFlag(ExportOption::BesideFrames);
    if (!besideFrames && !parser.isSet(QStringLiteral("out")))
        return usageError(command, QStringLiteral("Give a folder to write into with --out"));
    const auto filter = filterOf(parser);
    if (const auto *wrong = std::get_if<QString>(&filter))
        return usageError(command, *wrong);
    if (exporter->needsModel && !parser.isSet(QStringLiteral("model")))
        return usageError(command,
                          QStringLiteral("%1 needs a network with --model").arg(exporter->name));

    ExportJob job;
    job.folder = parser.value(QStringLiteral("out"));
    job.imageFormat = parser.value(QStringLiteral("image"));
    job.method = parser.value(QStringLiteral("method"));
    job.style.colorMap = parser.value(QStringLiteral("colormap"));
    job.plainText = parser.isSet(QStringLiteral("plain"));
    job.copySeveral = parser.isSet(QStringLiteral("copy-several"));
    job.colonFree = parser.isSet(QStringLiteral("colon-free"));
    bool fine = false;
    job.style.alpha = parser.value(QStringLiteral("alpha")).toDouble(&fine);
    if (!fine || job.style.alpha < 0.0 || job.style.alpha > 1.0)
        return usageError(command, QStringLiteral("--alpha must be between 0 and 1"));
    job.place = parser.value(QStringLiteral("place"));
    const auto degrees = [&parser](const char *name, double most, std::optional<double> &value) {
        const QString text = parser.value(QLatin1String(name));
        bool number = false;
        if (!text.isEmpty())
            value = text.toDouble(&number);
        return text.isEmpty() || (number && std::abs(*value) <= most);
    };
    if (!degrees("latitude", 90.0, job.latitude) || !degrees("longitude", 180.0, job.longitude))
        return usageError(command, QStringLiteral("--latitude must be between -90 and 90, "
                                                  "--longitude between -180 and 180"));
    job.gapSeconds = parser.value(QStringLiteral("gap")).toDouble(&fine);
    if (!fine || job.gapSeconds < 0.0)
        return usageError(command, QStringLiteral("--gap must be a number of seconds"));
    const QStringList &formats = exporter->imageFormats;
    if (!job.imageFormat.isEmpty() && !formats.contains(job.imageFormat))
        return usageError(
            command,
            formats.isEmpty()
                ? QStringLiteral("%1 has no --image").arg(exporter->name)
                : QStringLiteral("--image must be %1").arg(formats.join(QStringLiteral(" or "))));
    job.framesPerSecond = parser.value(QStringLiteral("fps")).toDouble(&fine);
    if (!fine || job.framesPerSecond < 0.1 || job.framesPerSecond > 50.0)
        return usageError(command, QStringLiteral("--fps must be between 0.1 and 50"));
    if (!findCamMethod(job.method))
        return usageError(command, QStringLiteral("There is no method \"%1\"").arg(job.method));
    if (!colorMapNames().contains(job.style.colorMap))
        return usageError(command,
                          QStringLiteral("There is no colour map \"%1\"").arg(job.style.colorMap));

    std::optional<Explainer> explainer;
    std::optional<OpenModel> model;
    if (parser.isSet(QStringLiteral("model"))) {
        const Result<std::shared_ptr<Network>> network = loadModel(parser);
        if (!network) {
            complain(network.error());
            return Unusable;
        }
        const ModelInfo &info = (*network)->info();
        if (!parser.isSet(QStringLiteral("method")))
            job.method = usualMethod(!(*network)->layers().isEmpty());
        const int layer = (*network)->findLayer(parser.value(QStringLiteral("layer")));
        if (layer < 0 && !(*network)->layers().isEmpty())
            return usageError(command, QStringLiteral("The network has no layer \"%1\"")
                                           .arg(parser.value(QStringLiteral("layer"))));
        job.layer = (*network)->layerOrInput(layer).name;
        if (const QString name = parser.value(QStringLiteral("explain")); !name.isEmpty()) {
            job.classes = {findClass(info, name)};
            if (job.classes.constFirst() < 0)
                return usageError(command,
                                  QStringLiteral("The network has no class \"%1\"").arg(name));
        }
        model = OpenModel{info, (*network)->layers(), {}};
        explainer.emplace(*network);
        job.explain = [&explainer](const ExplainRequest &request) {
            return explainer->explain(request);
        };
    }
    ReviewSession session;
    if (const Result<void> opened = openDayAndWait(session, words[1], model); !opened) {
        complain(opened.error());
        return Unusable;
    }
    if (session.predictionsUnread()) // said already; without them the export would be wrong
        return Unusable;
    const Result<QSet<QString>> asked = framesAskedFor(session, parser);
    if (!asked) {
        complain(asked.error());
        return SomeFailed;
    }
    if (const ModelInfo *said = session.predictionModel())
        job.model = *said;
    job.vocabulary = session.vocabulary();
    job.source = session.day().source();
    job.day = framesOf(session.day());
    job.frames = filtered(session, std::get<FrameFilter>(filter), *asked, parser);

    const Result<ExportReport> report = exporter->run(job, [](int done, int total) {
        showProgress(QStringLiteral("exported"), done, total);
        return true;
    });
    if (!report) {
        complain(report.error());
        return Unusable;
    }
    QJsonArray failures;
    for (const ExportFailure &failure : report->failures) {
        complain(failure.error);
        failures.append(failureJson(failure.key, failure.error.sentence()));
    }
    for (const QString &note : report->notes + notesOn(job))
        complain(note);
    if (besideFrames && parser.isSet(QStringLiteral("out")))
        complain(QStringLiteral("%1 writes beside the frames: nothing was written to %2")
                     .arg(exporter->name, job.folder));
    if (parser.isSet(QStringLiteral("json"))) {
        printJson(
            QJsonObject{{QStringLiteral("written"), QJsonArray::fromStringList(report->written)},
                        {QStringLiteral("unchanged"), report->unchanged},
                        {QStringLiteral("skipped"), report->skipped},
                        {QStringLiteral("failed"), report->failures.size()},
                        {QStringLiteral("failures"), failures}});
    } else {
        print(QStringLiteral("written %1: %2; unchanged: %3; left out: %4; failed: %5")
                  .arg(besideFrames ? QStringLiteral("beside the frames")
                                    : QStringLiteral("to ") + job.folder)
                  .arg(report->written.size())
                  .arg(report->unchanged)
                  .arg(report->skipped)
                  .arg(report->failures.size()));
    }
    return report->failures.isEmpty() ? Done : SomeFailed;
}

} // namespace birblens
