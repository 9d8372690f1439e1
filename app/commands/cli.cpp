// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"

#include "core/review/picturecheck.h"

#include <QEventLoop>
#include <QFile>
#include <QFileInfo>
#include <QSet>
#include <QTextStream>

#include <cstdio>
#include <unistd.h>

namespace birblens {

namespace {

constexpr int commandPatience = 5000; ///< milliseconds, for a lock that another process holds

const QString hintFlags = QStringLiteral("See `birblens layers --help` for the model flags");

/** Names from a file (one per line) or a comma-joined list. */
QStringList readVocabulary(const QString &text)
{
    QFile file(text);
    if (!file.open(QIODevice::ReadOnly | QIODevice::Text))
        return text.split(QLatin1Char(','), Qt::SkipEmptyParts);
    QStringList names;
    for (const QString &line : QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'))) {
        if (const QString name = line.trimmed(); !name.isEmpty())
            names.append(name);
    }
    return names;
}

bool readTriple(const QString &text, std::array<float, 3> &triple)
{
    const QStringList parts = text.split(QLatin1Char(','));
    if (parts.size() != 3)
        return false;
    bool fine = true;
    for (int i = 0; i < 3 && fine; ++i)
        triple[static_cast<size_t>(i)] = parts[i].toFloat(&fine);
    return fine;
}

/** The metadata that the flags give; nothing when there is no --vocabulary. */
Result<std::optional<ModelInfo>> answerFromFlags(const QCommandLineParser &parser)
{
    const auto wrong = [](const QString &what) { return Error{what, {}, hintFlags}; };
    if (!parser.isSet(QStringLiteral("vocabulary")) && !parser.isSet(QStringLiteral("size")))
        return std::optional<ModelInfo>();
    ModelInfo info;
    info.vocabulary = readVocabulary(parser.value(QStringLiteral("vocabulary")));
    if (info.vocabulary.isEmpty())
        return wrong(QStringLiteral("--vocabulary names no classes"));
    const QStringList size = parser.value(QStringLiteral("size")).split(QLatin1Char('x'));
    info.input.height = size.value(0).toInt();
    info.input.width = size.value(size.size() > 1 ? 1 : 0).toInt();
    if (size.size() > 2 || info.input.height < 1 || info.input.width < 1)
        return wrong(QStringLiteral("--size must be HEIGHTxWIDTH, for example 320x240"));
    const QString resize = parser.value(QStringLiteral("resize"));
    if (resize == QLatin1String("crop"))
        info.input.resize = Resize::Crop;
    else if (resize == QLatin1String("pad"))
        info.input.resize = Resize::Pad;
    else if (resize != QLatin1String("squish"))
        return wrong(QStringLiteral("--resize must be squish, crop or pad"));
    const QString task = parser.value(QStringLiteral("task"));
    if (task == QLatin1String("singlelabel"))
        info.task = Task::SingleLabel;
    else if (task != QLatin1String("multilabel"))
        return wrong(QStringLiteral("--task must be multilabel or singlelabel"));
    if (!readTriple(parser.value(QStringLiteral("mean")), info.input.mean) ||
        !readTriple(parser.value(QStringLiteral("std")), info.input.std))
        return wrong(QStringLiteral("--mean and --std must be three numbers joined by commas"));
    bool fine = false;
    const double threshold = parser.value(QStringLiteral("threshold")).toDouble(&fine);
    if (!fine || threshold < 0.0 || threshold > 1.0)
        return wrong(QStringLiteral("--threshold must be between 0 and 1"));
    info.thresholds.fill(threshold, info.vocabulary.size());
    return std::optional<ModelInfo>(info);
}

} // namespace

std::optional<int> parse(QCommandLineParser &parser, const QString &command,
                         const QStringList &arguments)
{
    const QCommandLineOption help({QStringLiteral("h"), QStringLiteral("help")},
                                  QStringLiteral("Show this help."));
    parser.addOption(help);
    if (!parser.parse(QStringList{QStringLiteral("birblens ") + command} + arguments))
        return usageError(command, parser.errorText());
    if (!parser.isSet(help))
        return std::nullopt;
    QString text = parser.helpText();
    // QCommandLineParser prints the program's path: the subcommand is what the person types.
    const qsizetype end = text.indexOf(QLatin1Char(' '), text.indexOf(QLatin1Char(' ')) + 1);
    text = QStringLiteral("Usage: birblens ") + command + text.mid(end);
    print(text.trimmed());
    return Done;
}

int usageError(const QString &command, const QString &what)
{
    QString text = what;
    while (text.endsWith(QLatin1Char('.')))
        text.chop(1);
    complain(Error{text, {}, QStringLiteral("`birblens %1 --help` shows the usage").arg(command)});
    return Usage;
}

void addModelOptions(QCommandLineParser &parser)
{
    const auto add = [&parser](const char *name, const char *text, const char *value,
                               const char *standard = "") {
        parser.addOption({QString::fromLatin1(name), QString::fromLatin1(text),
                          QString::fromLatin1(value), QString::fromLatin1(standard)});
    };
    add("model", "The model bundle (.pt).", "file");
    add("vocabulary",
        "For a file without metadata: class names joined by commas, or a text file with one per "
        "line.",
        "names");
    add("size", "For a file without metadata: input size.", "HxW", "224x224");
    add("resize", "For a file without metadata: squish, crop or pad.", "how", "squish");
    add("mean", "For a file without metadata: mean of R, G, B.", "r,g,b", "0.485,0.456,0.406");
    add("std", "For a file without metadata: standard deviation of R, G, B.", "r,g,b",
        "0.229,0.224,0.225");
    add("task", "For a file without metadata: multilabel or singlelabel.", "task", "multilabel");
    add("threshold", "For a file without metadata: threshold of every class.", "p", "0.5");
    add("threads", "Cores for the network; 0: all.", "n", "0");
    add("device", "auto, cpu or cuda.", "name", "auto");
}

Result<std::shared_ptr<Network>> loadModel(const QCommandLineParser &parser)
{
    const Result<std::optional<ModelInfo>> answer = answerFromFlags(parser);
    if (!answer)
        return answer.error();
    setInferenceThreads(parser.value(QStringLiteral("threads")).toInt());
    const QString name = parser.value(QStringLiteral("device"));
    if (name != QLatin1String("auto") && name != QLatin1String("cpu") &&
        name != QLatin1String("cuda"))
        return Error{QStringLiteral("There is no device \"%1\"").arg(name),
                     {},
                     QStringLiteral("Use auto, cpu or cuda")};
    const Device device = name == QLatin1String("cuda")  ? Device::Cuda
                          : name == QLatin1String("cpu") ? Device::Cpu
                                                         : Device::Auto;
    Result<std::shared_ptr<Network>> network =
        Network::load(parser.value(QStringLiteral("model")), *answer, device);
    if (network) {
        for (const QString &warning : (*network)->warnings())
            complain(warning);
    }
    return network;
}

int findClass(const ModelInfo &model, const QString &text)
{
    if (const qsizetype index = model.vocabulary.indexOf(text); index >= 0)
        return static_cast<int>(index);
    bool isNumber = false;
    const int index = text.toInt(&isNumber);
    return isNumber && index >= 0 && index < model.vocabulary.size() ? index : -1;
}

void complainOfLeftOut(const LeftOut &leftOut)
{
    if (leftOut.notable() == 0)
        return;
    complain(leftOut.summary() + QLatin1Char('.'));
    for (const QString &line : leftOut.details())
        complain(line + QLatin1Char('.'));
}

void waitUntilSettled(ReviewSession &session)
{
    QEventLoop loop;
    QObject::connect(&session, &ReviewSession::settled, &loop, &QEventLoop::quit);
    if (!session.isSettled())
        loop.exec();
}

Result<void> openDayAndWait(ReviewSession &session, const QString &path,
                            const std::optional<OpenModel> &model)
{
    std::optional<Error> failure;
    const auto failed = QObject::connect(&session, &ReviewSession::dayFailed,
                                         [&failure](const Error &error) { failure = error; });
    QObject::connect(&session, &ReviewSession::message, &session, [](const Message &message) {
        if (message.level != Message::Level::Info)
            complain(message.text);
    });
    session.setStorePatience(commandPatience);
    PictureCheck::hurry();
    session.useLastModel();
    if (model)
        session.explain().setModel(model);
    session.openDay(path);
    waitUntilSettled(session);
    QObject::disconnect(failed);
    if (failure)
        return *failure;
    complainOfLeftOut(session.leftOut());
    // A label that may be another picture's is none to go on with.
    if (session.picturesProblem())
        return *session.picturesProblem();
    return {};
}

QList<Frame> framesOf(const Day &day)
{
    QList<Frame> frames;
    frames.reserve(day.size());
    for (int row = 0; row < day.size(); ++row)
        frames.append(day.at(row).frame);
    return frames;
}

QStringList withoutRepeats(const QStringList &paths)
{
    QStringList kept;
    QSet<QString> seen;
    for (const QString &path : paths) {
        const QString canonical = QFileInfo(path).canonicalFilePath();
        const QString file = canonical.isEmpty() ? path : canonical;
        if (!seen.contains(file))
            kept.append(path);
        seen.insert(file);
    }
    return kept;
}

QJsonObject predictionJson(const QString &frame, const ModelInfo &model,
                           const Prediction &prediction)
{
    const auto number = [](double value) {
        return std::isfinite(value) ? QJsonValue(value) : QJsonValue();
    };
    QJsonArray classes;
    for (int i = 0; i < model.vocabulary.size(); ++i)
        classes.append(QJsonObject{
            {QStringLiteral("name"), model.vocabulary[i]},
            {QStringLiteral("logit"), number(prediction.logits.value(i))},
            {QStringLiteral("probability"), number(prediction.probabilities.value(i))}});
    return {{QStringLiteral("frame"), frame},
            {QStringLiteral("prediction"), QJsonArray::fromStringList(prediction.labels(model))},
            {QStringLiteral("confidence"), number(prediction.confidence)},
            {QStringLiteral("classes"), classes}};
}

QJsonObject notFiniteJson(const QString &frame, const ModelInfo &model, const Prediction &said)
{
    QJsonObject json = predictionJson(frame, model, said);
    json.insert(QStringLiteral("failure"), notFiniteSentence(said.logits) + QLatin1Char('.'));
    return json;
}

QJsonObject failureJson(const QString &frame, const QString &sentence)
{
    return {{QStringLiteral("frame"), frame}, {QStringLiteral("failure"), sentence}};
}

void showProgress(const QString &what, int done, int total)
{
    if (isatty(STDERR_FILENO) == 0)
        return;
    QTextStream out(stderr);
    out << '\r' << what << ' ' << done << " of " << total;
    if (done >= total)
        out << '\n';
    out.flush();
}

} // namespace birblens
