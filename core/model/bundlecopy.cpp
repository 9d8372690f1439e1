// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/bundlecopy.h"

#include "core/filewriter.h"
#include "core/model/bundle.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <caffe2/serialize/inline_container.h>

namespace birblens {

namespace {

const std::string metadataRecord = "extra/birblens.json";

/** The metadata as it was, unknown keys too, with what @p info says of thresholds. */
QByteArray newMetadata(const QByteArray &before, const ModelInfo &info)
{
    const QJsonObject wanted = QJsonDocument::fromJson(modelInfoToJson(info)).object();
    QJsonObject root = QJsonDocument::fromJson(before).object();
    if (root.isEmpty())
        return QJsonDocument(wanted).toJson();
    root.remove(QStringLiteral("threshold"));
    for (const char *key : {"thresholds", "name", "provenance"})
        root.insert(QLatin1String(key), wanted.value(QLatin1String(key)));
    return QJsonDocument(root).toJson();
}

/** The writer makes these itself. */
bool isWritersOwn(const std::string &name)
{
    return name == "version" || name == ".data/version" || name == ".data/serialization_id";
}

} // namespace

Result<QString> copyBundle(const ModelInfo &info, const QString &target)
{
    const auto failed = [&target](const QString &why) {
        return Error{QStringLiteral("The copy of the model could not be written (%1)").arg(why),
                     target, QStringLiteral("Choose another folder or check the disk")};
    };
    if (QFileInfo::exists(target) &&
        QFileInfo(target).canonicalFilePath() == QFileInfo(info.path).canonicalFilePath())
        return Error{QStringLiteral("The model itself is never changed"), target,
                     QStringLiteral("Choose another name for the copy")};
    FileWriter file(target);
    try {
        caffe2::serialize::PyTorchStreamReader reader(QFile::encodeName(info.path).toStdString());
        caffe2::serialize::PyTorchStreamWriter writer(
            [&file](const void *data, size_t size) -> size_t {
                const auto bytes = static_cast<qsizetype>(size);
                return file.write(static_cast<const char *>(data), bytes) ? size : 0;
            });
        writer.setMinVersion(reader.version());
        QByteArray before;
        for (const std::string &name : reader.getAllRecords()) {
            if (isWritersOwn(name))
                continue;
            const auto [data, size] = reader.getRecord(name);
            if (name == metadataRecord)
                before =
                    QByteArray(static_cast<const char *>(data.get()), static_cast<qsizetype>(size));
            else
                writer.writeRecord(name, data.get(), size);
        }
        const QByteArray json = newMetadata(before, info);
        writer.writeRecord(metadataRecord, json.constData(), static_cast<size_t>(json.size()));
        writer.writeEndOfFile();
    } catch (const std::exception &error) {
        if (const Result<void> written = file.prepare(); !written)
            return written.error(); // libtorch only says that something was not written
        return failed(firstLine(error));
    }
    if (const Result<void> written = file.commit(); !written)
        return written.error();
    return target;
}

} // namespace birblens
