// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/modelinfo.h"

#include "core/filewriter.h"
#include "core/model/filehash.h"

#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>

#include <algorithm>
#include <utility>

namespace birblens {

namespace {

constexpr int largestSide = 4096;

constexpr std::pair<Resize, const char *> resizeNames[]{
    {Resize::Squish, "squish"}, {Resize::Crop, "crop"}, {Resize::Pad, "pad"}};
constexpr std::pair<PadMode, const char *> padNames[]{
    {PadMode::Zeros, "zeros"}, {PadMode::Border, "border"}, {PadMode::Reflection, "reflection"}};
constexpr std::pair<Task, const char *> taskNames[]{{Task::MultiLabel, "multilabel"},
                                                    {Task::SingleLabel, "singlelabel"}};

template <class Enum, size_t N>
QString nameOf(Enum value, const std::pair<Enum, const char *> (&names)[N])
{
    for (const auto &[known, name] : names) {
        if (known == value)
            return QString::fromLatin1(name);
    }
    return {};
}

template <class Enum, size_t N>
bool readEnum(const QJsonValue &json, Enum &value, const std::pair<Enum, const char *> (&names)[N])
{
    if (json.isUndefined())
        return true;
    for (const auto &[known, name] : names) {
        if (json.toString() == QLatin1String(name)) {
            value = known;
            return true;
        }
    }
    return false;
}

bool isUsableSize(const QSize &size)
{
    return !size.isEmpty() && std::max(size.width(), size.height()) <= largestSide;
}

QJsonValue firstOf(const QJsonObject &object, std::initializer_list<const char *> keys)
{
    for (const char *key : keys) {
        if (QJsonValue value = object.value(QLatin1String(key)); !value.isUndefined())
            return value;
    }
    return QJsonValue(QJsonValue::Undefined);
}

/** Three numbers; absent keeps the default. */
bool readTriple(const QJsonValue &json, std::array<float, 3> &triple)
{
    if (json.isUndefined())
        return true;
    const QJsonArray array = json.toArray();
    if (array.size() != 3)
        return false;
    for (int i = 0; i < 3; ++i) {
        if (!array[i].isDouble())
            return false;
        triple[static_cast<size_t>(i)] = static_cast<float>(array[i].toDouble());
    }
    return true;
}

/** @return what is wrong, or an empty text. */
QString readPresize(const QJsonValue &json, std::optional<Presize> &result)
{
    if (json.isUndefined())
        return {};
    if (!json.isObject())
        return QStringLiteral("\"presize\" is not an object with height and width");
    const QJsonObject object = json.toObject();
    Presize presize;
    const QJsonValue height = object.value(QLatin1String("height"));
    const QJsonValue width = object.value(QLatin1String("width"));
    if (!height.isUndefined() || !width.isUndefined()) {
        presize.height = height.toInt();
        presize.width = width.toInt();
        if (!isUsableSize(presize.size()))
            return QStringLiteral("\"presize\" has no usable height and width");
    }
    if (const QJsonValue ratio = object.value(QLatin1String("ratio")); !ratio.isUndefined()) {
        presize.ratioLow = ratio.toArray().at(0).toDouble();
        presize.ratioHigh = ratio.toArray().at(1).toDouble();
        if (ratio.toArray().size() != 2 || presize.ratioLow <= 0.0 ||
            presize.ratioHigh < presize.ratioLow)
            return QStringLiteral("\"ratio\" in \"presize\" is not two numbers above 0, the "
                                  "smallest width per height and the largest");
    }
    presize.scale = object.value(QLatin1String("scale")).toDouble(1.0);
    if (!(presize.scale > 0.0 && presize.scale <= 1.0))
        return QStringLiteral("\"scale\" in \"presize\" is not above 0 and at most 1");
    result = presize;
    return {};
}

QJsonObject toObject(const Presize &presize)
{
    QJsonObject object;
    if (!presize.size().isEmpty()) {
        object.insert(QStringLiteral("height"), presize.height);
        object.insert(QStringLiteral("width"), presize.width);
    }
    if (presize.ratioLow > 0.0)
        object.insert(QStringLiteral("ratio"), QJsonArray{presize.ratioLow, presize.ratioHigh});
    if (presize.scale != 1.0)
        object.insert(QStringLiteral("scale"), presize.scale);
    return object;
}

QJsonArray toArray(const std::array<float, 3> &triple)
{
    QJsonArray array;
    // Through text: 0.485F must not come back as 0.48500001430511475.
    for (const float value : triple)
        array.append(QString::number(value, 'g', 7).toDouble());
    return array;
}

} // namespace

Result<ModelInfo> modelInfoFromJson(const QByteArray &json, const QString &where)
{
    const auto wrong = [&where](const QString &what) {
        return Error{
            what, where,
            QStringLiteral(
                "Correct the metadata or export the model again with packaging/export_model.py")};
    };
    QJsonParseError parse;
    const QJsonDocument document = QJsonDocument::fromJson(json, &parse);
    if (!document.isObject())
        return wrong(
            QStringLiteral("The metadata is not a JSON object (%1)").arg(parse.errorString()));
    const QJsonObject root = document.object();
    if (root.value(QLatin1String("format")).toInt(1) != 1)
        return wrong(QStringLiteral("The metadata has format %1, this Birblens reads format 1")
                         .arg(root.value(QLatin1String("format")).toInt()));

    ModelInfo info;
    info.name = root.value(QLatin1String("name")).toString();
    info.defaultLayer = root.value(QLatin1String("default_layer")).toString();
    info.provenance = root.value(QLatin1String("provenance")).toString();
    for (const auto &value : firstOf(root, {"vocabulary", "classes", "labels"}).toArray())
        info.vocabulary.append(value.toString());
    if (info.vocabulary.isEmpty() || info.vocabulary.contains(QString()))
        return wrong(
            QStringLiteral("The metadata has no list of class names under \"vocabulary\""));
    if (QStringList unique = info.vocabulary; unique.removeDuplicates() > 0)
        return wrong(QStringLiteral("The vocabulary names a class twice"));

    if (const QString activation = root.value(QLatin1String("activation")).toString();
        activation == QLatin1String("softmax"))
        info.task = Task::SingleLabel;
    if (!readEnum(root.value(QLatin1String("task")), info.task, taskNames))
        return wrong(QStringLiteral("\"task\" is neither multilabel nor singlelabel"));

    const QJsonObject input = root.value(QLatin1String("input")).toObject();
    const QJsonValue size = firstOf(root, {"input_size", "size"});
    info.input.height = input.value(QLatin1String("height"))
                            .toInt(size.isArray() ? size.toArray().at(0).toInt() : size.toInt());
    info.input.width = input.value(QLatin1String("width"))
                           .toInt(size.isArray() ? size.toArray().at(1).toInt() : size.toInt());
    if (!isUsableSize(info.input.size()))
        return wrong(QStringLiteral("The metadata has no usable input height and width"));
    const QJsonObject &statistics = input.contains(QLatin1String("mean")) ? input : root;
    if (!readTriple(statistics.value(QLatin1String("mean")), info.input.mean) ||
        !readTriple(statistics.value(QLatin1String("std")), info.input.std))
        return wrong(QStringLiteral("\"mean\" and \"std\" must be three numbers each"));
    for (const float std : info.input.std) {
        if (!(std > 0.0F))
            return wrong(QStringLiteral("\"std\" must be greater than 0"));
    }
    if (!readEnum(input.value(QLatin1String("resize")), info.input.resize, resizeNames))
        return wrong(QStringLiteral("\"resize\" is not squish, crop or pad"));
    if (!readEnum(input.value(QLatin1String("pad_mode")), info.input.padMode, padNames))
        return wrong(QStringLiteral("\"pad_mode\" is not zeros, border or reflection"));
    if (const QString what = readPresize(input.value(QLatin1String("presize")), info.input.presize);
        !what.isEmpty())
        return wrong(what);

    const QJsonValue thresholds = firstOf(root, {"thresholds", "threshold"});
    if (thresholds.isArray()) {
        for (const auto &value : thresholds.toArray())
            info.thresholds.append(value.toDouble(-1.0));
    } else {
        info.thresholds.fill(thresholds.toDouble(0.5), info.vocabulary.size());
    }
    if (info.thresholds.size() != info.vocabulary.size())
        return wrong(QStringLiteral("There are %1 thresholds for %2 classes")
                         .arg(info.thresholds.size())
                         .arg(info.vocabulary.size()));
    for (const double threshold : std::as_const(info.thresholds)) {
        if (threshold < 0.0 || threshold > 1.0)
            return wrong(QStringLiteral("A threshold is not between 0 and 1"));
    }
    return info;
}

QByteArray modelInfoToJson(const ModelInfo &info)
{
    QJsonArray thresholds;
    for (const double threshold : info.thresholds)
        thresholds.append(threshold);
    QJsonObject input{{QStringLiteral("height"), info.input.height},
                      {QStringLiteral("width"), info.input.width},
                      {QStringLiteral("resize"), nameOf(info.input.resize, resizeNames)},
                      {QStringLiteral("mean"), toArray(info.input.mean)},
                      {QStringLiteral("std"), toArray(info.input.std)}};
    if (info.input.resize == Resize::Pad)
        input.insert(QStringLiteral("pad_mode"), nameOf(info.input.padMode, padNames));
    if (info.input.presize)
        input.insert(QStringLiteral("presize"), toObject(*info.input.presize));
    const QJsonObject root{
        {QStringLiteral("format"), 1},
        {QStringLiteral("name"), info.name},
        {QStringLiteral("vocabulary"), QJsonArray::fromStringList(info.vocabulary)},
        {QStringLiteral("task"), nameOf(info.task, taskNames)},
        {QStringLiteral("thresholds"), thresholds},
        {QStringLiteral("input"), input},
        {QStringLiteral("default_layer"), info.defaultLayer},
        {QStringLiteral("provenance"), info.provenance}};
    return QJsonDocument(root).toJson();
}

QStringList sideCarPaths(const QString &modelPath)
{
    const QFileInfo file(modelPath);
    QStringList paths{file.dir().filePath(file.completeBaseName() + QLatin1String(".json")),
                      file.dir().filePath(file.baseName() + QLatin1String(".json"))};
    paths.removeDuplicates();
    return paths;
}

Result<QString> keptSideCarPath(const QString &modelPath)
{
    const Result<QString> hash = fileHash(modelPath);
    if (!hash)
        return hash.error();
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
           QLatin1String("/models/") + *hash + QLatin1String(".json");
}

Result<QString> writeSideCar(const ModelInfo &info)
{
    const auto write = [&info](const QString &path) {
        QDir().mkpath(QFileInfo(path).path());
        return writeWholeFile(path, modelInfoToJson(info));
    };
    // Never over a file that is there: it may belong to something else.
    const QString beside = sideCarPaths(info.path).constFirst();
    if (!QFileInfo::exists(beside) && write(beside))
        return beside;
    const Result<QString> kept = keptSideCarPath(info.path);
    if (!kept)
        return kept.error();
    const Result<void> written = write(*kept);
    if (written)
        return *kept;
    const Error &why = written.error();
    return Error{QStringLiteral("The model's metadata could not be stored: %1").arg(why.what),
                 why.where, why.hint};
}

} // namespace birblens
