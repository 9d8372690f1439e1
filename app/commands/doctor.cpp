// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/commands/cli.h"
#include "app/commands/commands.h"

#include "core/frames/thumbnailcache.h"

#include <QFile>
#include <QFontDatabase>
#include <QImageReader>
#include <QImageWriter>
#include <QSqlDatabase>
#include <QStandardPaths>
#include <QThread>

#include <opencv2/core/version.hpp>

namespace birblens {

namespace {

struct Finding
{
    QString name;
    QString value;
    QString missing; ///< what to do; empty when fine
};

Finding need(const QString &name, bool fine, const QString &hint)
{
    return {name, fine ? QStringLiteral("yes") : QStringLiteral("no"), fine ? QString() : hint};
}

} // namespace

int runDoctor(const QStringList &arguments)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Says which versions, threads and paths are in use and what is missing."));
    parser.addOption({QStringLiteral("json"), QStringLiteral("JSON on standard output.")});
    if (const auto code = parse(parser, QStringLiteral("doctor"), arguments))
        return *code;
    if (!parser.positionalArguments().isEmpty())
        return usageError(QStringLiteral("doctor"), QStringLiteral("doctor takes no arguments"));

    const auto location = [](QStandardPaths::StandardLocation where) {
        return QStandardPaths::writableLocation(where);
    };
    const ThumbnailCache thumbnails;
    const QList<Finding> findings{
        {QStringLiteral("birblens"), QStringLiteral(BIRBLENS_VERSION), {}},
        {QStringLiteral("qt"), QString::fromLatin1(qVersion()), {}},
        {QStringLiteral("libtorch"), torchVersion(), {}},
        {QStringLiteral("opencv"), QStringLiteral(CV_VERSION), {}},
        {QStringLiteral("cores"), QString::number(QThread::idealThreadCount()), {}},
        {QStringLiteral("CUDA"), hasCuda() ? QStringLiteral("yes") : QStringLiteral("no"), {}},
        {QStringLiteral("network threads"), QString::number(setInferenceThreads(0)), {}},
        {QStringLiteral("data"), location(QStandardPaths::AppDataLocation), {}},
        {QStringLiteral("cache"), location(QStandardPaths::CacheLocation), {}},
        {QStringLiteral("thumbnails"),
         QStringLiteral("%1, %2 of at most %3 MB")
             .arg(thumbnails.folder())
             .arg(thumbnails.used() / 1024 / 1024)
             .arg(thumbnails.limit() / 1024 / 1024),
         {}},
        {QStringLiteral("settings"), location(QStandardPaths::AppConfigLocation), {}},
        need(QStringLiteral("sqlite driver"),
             QSqlDatabase::isDriverAvailable(QStringLiteral("QSQLITE")),
             QStringLiteral("Install libqt6sql6-sqlite")),
        need(QStringLiteral("svg icons"), QImageReader::supportedImageFormats().contains("svg"),
             QStringLiteral("Install libqt6svg6")),
        need(QStringLiteral("jpeg writing"), QImageWriter::supportedImageFormats().contains("jpeg"),
             QStringLiteral("Install qt6-image-formats-plugins or libqt6gui6")),
        need(QStringLiteral("fonts"), !QFontDatabase::families().isEmpty(),
             QStringLiteral("Install fonts-dejavu-core")),
        need(QStringLiteral("demo model"), QFile::exists(QStringLiteral(":/demo/demo_model.pt")),
             QStringLiteral("Build Birblens again")),
    };
    bool missing = false;
    QJsonObject json;
    for (const Finding &finding : findings) {
        json.insert(finding.name, finding.value);
        missing = missing || !finding.missing.isEmpty();
        if (!parser.isSet(QStringLiteral("json")))
            print(QStringLiteral("%1 %2").arg(finding.name, -18).arg(finding.value));
        if (!finding.missing.isEmpty())
            complain(QStringLiteral("%1 is missing. %2.").arg(finding.name, finding.missing));
    }
    if (parser.isSet(QStringLiteral("json")))
        printJson(json);
    return missing ? Unusable : Done;
}

} // namespace birblens
