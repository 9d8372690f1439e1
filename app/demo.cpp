// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/demo.h"

#include "core/demo/demoscene.h"
#include "core/exporting/packagefolder.h"
#include "core/filewriter.h"
#include "core/frames/imageloader.h"
#include "core/model/network.h"
#include "core/store/truelabel.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QStandardPaths>
#include <QUuid>

#include <cerrno>
#include <cstdio>

namespace birblens {

namespace {

const QString modelName = QStringLiteral("demo_model.pt");
const QString markName = QStringLiteral(".birblens-demo");        ///< written to its end
const QString begunName = QStringLiteral(".birblens-demo-begun"); ///< by us, and not to its end
const QString timeFormat = QStringLiteral("yyyy-MM-ddTHH:mm:ss");

Error cannotWrite(const QString &path, const QString &why)
{
    return {QStringLiteral("The demo day cannot be written (%1)").arg(why), path,
            QStringLiteral("Choose another folder")};
}

QByteArray speciesMap()
{
    // Common garden species with their iNaturalist taxon numbers.
    const auto species = [](const char *name, int taxon) {
        return QJsonObject{{QStringLiteral("species"), QString::fromLatin1(name)},
                           {QStringLiteral("taxa_id"), taxon}};
    };
    return QJsonDocument(
               QJsonObject{{QStringLiteral("chickadee"), species("Poecile atricapillus", 144815)},
                           {QStringLiteral("magpie"), species("Pica hudsonia", 143853)},
                           {QStringLiteral("sparrow"), species("Passer domesticus", 13858)},
                           {QStringLiteral("squirrel"), species("Sciurus carolinensis", 46017)}})
        .toJson();
}

/** The camera's side of model_results.db. */
class CameraTable
{
public:
    explicit CameraTable(const QString &path)
        : m_name(QUuid::createUuid().toString())
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_name);
        database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=5000"));
        database.setDatabaseName(path);
        m_ok = database.open() &&
               run(QStringLiteral(
                       "CREATE TABLE IF NOT EXISTS results(utc_datetime TEXT NOT NULL PRIMARY KEY, "
                       "datetime TEXT NOT NULL, file_name TEXT NOT NULL, prediction TEXT NOT NULL, "
                       "confidence REAL NOT NULL, true_label TEXT, inaturalist_id INTEGER)"),
                   {});
    }
    ~CameraTable()
    {
        QSqlDatabase::database(m_name, false).close();
        QSqlDatabase::removeDatabase(m_name);
    }
    bool ok() const { return m_ok; }
    bool has(const DemoShot &shot)
    {
        QSqlQuery query(QSqlDatabase::database(m_name, false));
        query.prepare(QStringLiteral("SELECT 1 FROM results WHERE utc_datetime = ?"));
        query.addBindValue(shot.utc.toString(timeFormat));
        return query.exec() && query.next();
    }
    bool insert(const DemoShot &shot, const QString &file, const QString &labels, double confidence)
    {
        return run(QStringLiteral("INSERT INTO results VALUES(?, ?, ?, ?, ?, NULL, NULL)"),
                   {shot.utc.toString(timeFormat), shot.localTime.toString(timeFormat), file,
                    labels, confidence});
    }

private:
    bool run(const QString &sql, const QVariantList &values)
    {
        QSqlQuery query(QSqlDatabase::database(m_name, false));
        query.prepare(sql);
        for (const QVariant &value : values)
            query.addBindValue(value);
        return query.exec();
    }

    QString m_name;
    bool m_ok = false;
};

} // namespace

QString demoDayFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
           QStringLiteral("/demo-day-" BIRBLENS_VERSION);
}

bool isCompleteDemoDay(const QString &folder)
{
    return QFile::exists(folder + QLatin1Char('/') + markName);
}

bool isBegunDemoDay(const QString &folder)
{
    return QFile::exists(folder + QLatin1Char('/') + begunName);
}

Result<void> writeDemoDay(const QString &folder, const std::function<bool(int, int)> &progress)
{
    const QDir dir(folder);
    if (!QDir().mkpath(dir.filePath(QStringLiteral("imgs"))))
        return cannotWrite(folder, QStringLiteral("the folder cannot be made"));
    if (Result<void> written = writeWholeFile(dir.filePath(begunName), {}); !written)
        return written;

    QFile bundled(QStringLiteral(":/demo/demo_model.pt"));
    if (!bundled.open(QIODevice::ReadOnly))
        return cannotWrite(folder, QStringLiteral("this build has no demo model"));
    if (Result<void> written = writeWholeFile(dir.filePath(modelName), bundled.readAll()); !written)
        return written;
    if (Result<void> written =
            writeWholeFile(dir.filePath(QStringLiteral("species_map.json")), speciesMap());
        !written)
        return written;
    const Result<std::shared_ptr<Network>> network = Network::load(dir.filePath(modelName));
    if (!network)
        return network.error();

    CameraTable table(dir.filePath(QStringLiteral("model_results.db")));
    if (!table.ok())
        return cannotWrite(folder, QStringLiteral("its database cannot be made"));
    const QList<DemoShot> shots = demoDaySchedule();
    for (int i = 0; i < shots.size(); ++i) {
        const DemoShot &shot = shots[i];
        if (table.has(shot)) { // written before; somebody may have labelled it since
            if (progress && !progress(i + 1, static_cast<int>(shots.size())))
                return Error{QStringLiteral("Stopped"), folder, {}};
            continue;
        }
        // Classified from the JPEG, as the camera does: what Birblens decodes later is the same.
        const QString temporary = dir.filePath(QStringLiteral("imgs/.capture.jpg"));
        if (Result<void> written = writeWholeFile(temporary, demoJpeg(renderDemoShot(shot)));
            !written)
            return written;
        const Result<QImage> image = loadImage(temporary);
        if (!image)
            return image.error();
        const Result<QList<Classified>> predicted = (*network)->classify({*image});
        if (!predicted)
            return predicted.error();
        const Prediction &prediction = predicted->constFirst().prediction;
        const QStringList labels = prediction.labels((*network)->info());
        const QString file =
            shot.localTime.toString(timeFormat) + QLatin1Char('_') +
            (labels.isEmpty() ? QStringLiteral("none") : labels.join(QLatin1Char('_'))) +
            QStringLiteral(".jpg");
        // Over one whose row was not written any more: it is the same.
        const QString path = dir.filePath(QStringLiteral("imgs/") + file);
        if (std::rename(QFile::encodeName(temporary).constData(),
                        QFile::encodeName(path).constData()) != 0)
            return cannotWrite(path, writeFailure(errno));
        if (!table.insert(shot, file, labelsToText(labels), prediction.confidence))
            return cannotWrite(folder, QStringLiteral("its database cannot be written"));
        if (progress && !progress(i + 1, static_cast<int>(shots.size())))
            return Error{QStringLiteral("Stopped"), folder, {}};
    }
    Result<void> done =
        writeWholeFile(dir.filePath(markName), QByteArrayLiteral("rendered by Birblens\n"));
    if (done)
        QFile::remove(dir.filePath(begunName));
    return done;
}

Result<DemoDay> provideDemoDay(const QString &folder, const std::function<bool(int, int)> &progress)
{
    if (isCompleteDemoDay(folder))
        return DemoDay::Kept;
    const auto written = [](const Result<void> &done, DemoDay how) {
        return done ? Result<DemoDay>(how) : Result<DemoDay>(done.error());
    };
    if (isBegunDemoDay(folder))
        return written(writeDemoDay(folder, progress), DemoDay::Completed);
    const QFileInfo there(folder);
    if (there.exists() &&
        (!there.isDir() || !QDir(folder).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::System |
                                                 QDir::NoDotAndDotDot)))
        return Error{QStringLiteral("The folder is not empty"), folder,
                     QStringLiteral("Choose a new one; nothing was written")};
    auto package = PackageFolder::open(folder, PackageFolder::Mark::None);
    if (!package)
        return package.error();
    Result<void> done = writeDemoDay(package->place(), progress);
    if (done)
        done = package->publish();
    else if (package->isNew()) // its temporary name says nothing to a person
        done = Error{done.error().what, folder, done.error().hint};
    return written(done, DemoDay::Written);
}

} // namespace birblens
