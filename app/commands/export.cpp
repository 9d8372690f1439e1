#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/explain/cammethods.h"
#include "core/explain/colormap.h"
#include "core/explain/explainer.h"
#include "core/exporting/exporter.h"

#include <QFileInfo>

#include <cmath>

namespace birblens {

namespace {

const std::pair<const char *, ReviewState> stateNames[]{{"unreviewed", ReviewState::Unreviewed},
                                                        {"confirmed", ReviewState::Confirmed},
                                                        {"corrected", ReviewState::Corrected},
                                                        {"unsure", ReviewState::Unsure}};

std::optional<ReviewState> stateNamed(const QString &text)
{
    for (const auto &[name, state] : stateNames) {
        if (text == QLatin1String(name))
            return state;
    }
    return std::nullopt;
}

QString formatNames()
{
    QStringList names;
    for (const Exporter &exporter : exporters())
        names.append(exporter.name);
    return names.join(QStringLiteral(", "));
}

/** The frames that pass --class, --state and --frame. */
QList<FrameEntry> filtered(const ReviewSession &session, const QString &className,
                           const std::optional<ReviewState> &state, const QStringList &frames)
{
    QList<FrameEntry> kept;
    for (int row = 0; row < session.day().size(); ++row) {
        const FrameEntry &entry = session.day().at(row);
        const QStringList shown = session.shownPrediction(entry);
        const bool classFits = className.isEmpty() || shown.contains(className) ||
                               (className == QLatin1String("none") && shown.isEmpty());
        const bool nameFits = frames.isEmpty() || frames.contains(entry.frame.key) ||
                              frames.contains(entry.frame.fileName());
        if (!entry.frame.gone && classFits && nameFits && (!state || entry.state() == *state))
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
        QStringLiteral("Exports a day. `training` takes the reviewed frames that are not unsure; "
                       "files that are there "
                       "already are kept."));
    parser.addPositionalArgument(QStringLiteral("FORMAT"),
                                 QStringLiteral("One of %1.").arg(formatNames()));
    parser.addPositionalArgument(QStringLiteral("DAY"),
                                 QStringLiteral("A folder of images or a Birb Cam data folder."));
    addModelOptions(parser);
    const auto add = [&parser](const char *name, const QString &text, const char *value,
                               const QString &standard = {}) {
        parser.addOption({QString::fromLatin1(name), text, QString::fromLatin1(value), standard});
    };
    add("out", QStringLiteral("Write into this folder."), "folder");
    add("class", QStringLiteral("Only frames predicted to show this class, or `none`."), "name");
    add("state", QStringLiteral("Only unreviewed, confirmed, corrected or unsure frames."),
        "state");
    add("frame", QStringLiteral("Only this frame; may be given several times."), "name");
    add("image", QStringLiteral("annotated: png or jpg."), "format", QStringLiteral("png"));
    add("explain", QStringLiteral("annotated: explain this class instead of the predicted ones."),
        "name");
    add("layer", QStringLiteral("annotated: layer name or index, or `last`."), "name",
        QStringLiteral("last"));
    add("method", QStringLiteral("annotated: the CAM method."), "name",
        QStringLiteral("gradcam-signed"));
    add("alpha", QStringLiteral("annotated: opacity of the map, 0 to 1."), "a",
        QStringLiteral("0.5"));
    add("colormap",
        QStringLiteral("annotated: one of %1.").arg(colorMapNames().join(QStringLiteral(", "))),
        "name", QStringLiteral("magma"));
    parser.addOption({QStringLiteral("colon-free"),
                      QStringLiteral("training: YYYYMMDDhhmmss instead of a time with colons.")});
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
    if (words.size() != 2 || !parser.isSet(QStringLiteral("out")))
        return usageError(command, QStringLiteral("Give a format, a day and a folder with --out"));
    const Exporter *exporter = findExporter(words[0]);
    if (!exporter)
        return usageError(
            command,
            QStringLiteral("There is no format \"%1\"; there are %2").arg(words[0], formatNames()));
    const std::optional<ReviewState> state = stateNamed(parser.value(QStringLiteral("state")));
    if (parser.isSet(QStringLiteral("state")) && !state)
        return usageError(
            command, QStringLiteral("--state must be unreviewed, confirmed, corrected or unsure"));
    if (exporter->needsModel && !parser.isSet(QStringLiteral("model")))
        return usageError(command,
                          QStringLiteral("%1 needs a network with --model").arg(exporter->name));

    ExportJob job;
    job.folder = parser.value(QStringLiteral("out"));
    job.imageFormat = parser.value(QStringLiteral("image"));
    job.method = parser.value(QStringLiteral("method"));
    job.style.colorMap = parser.value(QStringLiteral("colormap"));
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
    if (job.imageFormat != QLatin1String("png") && job.imageFormat != QLatin1String("jpg"))
        return usageError(command, QStringLiteral("--image must be png or jpg"));
    if (!findCamMethod(job.method))
        return usageError(command, QStringLiteral("There is no method \"%1\"").arg(job.method));
    if (!colorMapNames().contains(job.style.colorMap))
        return usageError(command,
                          QStringLiteral("There is no colour map \"%1\"").arg(job.style.colorMap));

    std::optional<Explainer> explainer;
    ReviewSession session;
    if (const Result<void> opened = openDayAndWait(session, words[1]); !opened) {
        complain(opened.error());
        return Unusable;
    }
    if (parser.isSet(QStringLiteral("model"))) {
        const Result<std::shared_ptr<Network>> network = loadModel(parser);
        if (!network) {
            complain(network.error());
            return Unusable;
        }
        const ModelInfo &info = (*network)->info();
        const int layer = (*network)->findLayer(parser.value(QStringLiteral("layer")));
        if (layer < 0)
            return usageError(command, QStringLiteral("The network has no layer \"%1\"")
                                           .arg(parser.value(QStringLiteral("layer"))));
        job.layer = (*network)->layers().at(layer).name;
        if (const QString name = parser.value(QStringLiteral("explain")); !name.isEmpty()) {
            job.classes = {findClass(info, name)};
            if (job.classes.constFirst() < 0)
                return usageError(command,
                                  QStringLiteral("The network has no class \"%1\"").arg(name));
        }
        session.setModel(OpenModel{info, (*network)->layers(), {}});
        job.model = info;
        explainer.emplace(*network);
        job.explain = [&explainer](const ExplainRequest &request) {
            return explainer->explain(request);
        };
    }
    job.vocabulary = session.vocabulary();
    job.source = session.day().source();
    for (int row = 0; row < session.day().size(); ++row)
        job.day.append(session.day().at(row).frame);
    job.frames = filtered(session, parser.value(QStringLiteral("class")), state,
                          parser.values(QStringLiteral("frame")));

    const Result<ExportReport> report = exporter->run(job, [](int done, int total) {
        showProgress(QStringLiteral("exported"), done, total);
        return true;
    });
    if (!report) {
        complain(report.error());
        return Unusable;
    }
    for (const ExportFailure &failure : report->failures)
        complain(failure.error);
    for (const QString &note : report->notes)
        complain(note);
    if (parser.isSet(QStringLiteral("json"))) {
        printJson(
            QJsonObject{{QStringLiteral("written"), QJsonArray::fromStringList(report->written)},
                        {QStringLiteral("unchanged"), report->unchanged},
                        {QStringLiteral("skipped"), report->skipped},
                        {QStringLiteral("failed"), report->failures.size()}});
    } else {
        print(QStringLiteral("written to %1: %2; unchanged: %3; left out: %4; failed: %5")
                  .arg(job.folder)
                  .arg(report->written.size())
                  .arg(report->unchanged)
                  .arg(report->skipped)
                  .arg(report->failures.size()));
    }
    return report->failures.isEmpty() ? Done : SomeFailed;
}

} // namespace birblens
