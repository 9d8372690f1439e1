#include "core/review/storefiles.h"

#include "core/review/migrations.h"
#include "core/review/sqliteconnection.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTemporaryFile>

namespace birblens {

namespace {

constexpr qint64 alwaysCheckedSize = 32LL * 1024 * 1024;
const QString copiesFolder = QStringLiteral(".birblens-backups");

Error damaged(const QString &path, const QString &how)
{
    return {QStringLiteral("The label store is damaged (%1)").arg(how), path,
            QStringLiteral(
                "It was left as it is: move it away, or put the newest copy from %1 in its place")
                .arg(copiesFolder)};
}

} // namespace

bool isWritableFolder(const QString &folder)
{
    if (!QFileInfo(folder).isDir())
        return false;
    QTemporaryFile probe(folder + QStringLiteral("/.birblens-XXXXXX"));
    return probe.open();
}

QString fallbackStorePath(const QString &dayFolder)
{
    const QString canonical = QFileInfo(dayFolder).canonicalFilePath();
    const QByteArray hash =
        QCryptographicHash::hash((canonical.isEmpty() ? dayFolder : canonical).toUtf8(),
                                 QCryptographicHash::Sha256)
            .toHex()
            .left(16);
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
           QStringLiteral("/days/") + QString::fromLatin1(hash) + QStringLiteral("/birblens.db");
}

Result<void> seedStore(const QString &source, const QString &target)
{
    // The log may hold what the database does not have yet. It is copied first: a database beside
    // the wrong log is worse than none.
    const QString log = source + QStringLiteral("-wal");
    if (QFileInfo::exists(log) && !QFile::copy(log, target + QStringLiteral("-wal")))
        return Error{QStringLiteral("The labels of this read-only day cannot be copied"), log, {}};
    if (!QFile::copy(source, target)) {
        QFile::remove(target + QStringLiteral("-wal"));
        return Error{
            QStringLiteral("The labels of this read-only day cannot be copied"), source, {}};
    }
    for (const QString &file : {target, target + QStringLiteral("-wal")})
        QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner);
    return {};
}

Result<void> checkStoreFile(const QString &path)
{
    QFile file(path);
    if (!file.exists() || file.size() == 0)
        return {};
    if (!file.open(QIODevice::ReadOnly))
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path,
                     QStringLiteral("Check its permissions")};
    const QByteArray header = file.read(16);
    const qint64 size = file.size();
    file.close();
    if (header != QByteArray("SQLite format 3\0", 16))
        return damaged(path, QStringLiteral("it is no SQLite database"));
    if (size > alwaysCheckedSize)
        return {}; // the daily copy reads the labels; a broken page says so when it is read

    const auto connection = SqliteConnection::open(path, SqliteConnection::Mode::Existing, 5000);
    if (!connection)
        return connection.error();
    const auto verdict = (*connection)->value(QStringLiteral("PRAGMA quick_check(1)"));
    if (!verdict) {
        if (verdict.error().what.contains(QLatin1String("damaged")))
            return damaged(path, QStringLiteral("it cannot be read"));
        return verdict.error();
    }
    if (verdict->toString() != QLatin1String("ok"))
        return damaged(path, verdict->toString().simplified().left(80));
    return {};
}

Result<void> copyStore(const QString &storePath, const QDate &today)
{
    const QString folder = QFileInfo(storePath).path() + QLatin1Char('/') + copiesFolder;
    const QString name = QStringLiteral("birblens-%1.db.bak").arg(today.toString(Qt::ISODate));
    const QString target = folder + QLatin1Char('/') + name;
    if (QFileInfo::exists(target))
        return {};
    if (!QDir().mkpath(folder))
        return Error{QStringLiteral("The folder of the daily copies cannot be made"), folder, {}};

    const QString part = target + QStringLiteral(".part");
    const auto discard = [&part] {
        for (const char *suffix : {"", "-journal", "-wal", "-shm"})
            QFile::remove(part + QLatin1String(suffix));
    };
    discard(); // what a crash left behind
    Result<void> done;
    {
        const auto copy = SqliteConnection::open(part, SqliteConnection::Mode::Create, 5000);
        if (!copy)
            return copy.error();
        done = migrate(**copy);
        if (done)
            done = (*copy)->execute(QStringLiteral("ATTACH DATABASE ? AS live"), {storePath});
        if (done)
            done = (*copy)->transaction([&]() -> Result<void> {
                for (const char *table :
                     {"labels", "label_history", "models", "notes", "experiments", "marks",
                      "decisions", "decision_steps", "decision_marks", "decision_trash", "pictures",
                      "decision_pictures"}) {
                    auto copied =
                        (*copy)->execute(QStringLiteral("INSERT INTO main.%1 SELECT * FROM live.%1")
                                             .arg(QLatin1String(table)));
                    if (!copied)
                        return copied;
                }
                return {};
            });
    }
    if (done && !QFile::rename(part, target))
        done = Error{QStringLiteral("The daily copy cannot be named"), target, {}};
    if (!done) {
        discard();
        return done;
    }

    QStringList copies = storeCopies(storePath);
    while (copies.size() > keptStoreCopies)
        QFile::remove(copies.takeLast());
    return {};
}

QStringList storeCopies(const QString &storePath)
{
    const QDir folder(QFileInfo(storePath).path() + QLatin1Char('/') + copiesFolder);
    QStringList copies;
    for (const QString &name : folder.entryList({QStringLiteral("birblens-*.db.bak")}, QDir::Files,
                                                QDir::Name | QDir::Reversed))
        copies.append(folder.filePath(name));
    return copies;
}

Result<QString> replaceStore(const QString &storePath, const QString &copy)
{
    if (!copy.isEmpty()) {
        if (auto sound = checkStoreFile(copy); !sound)
            return sound.error();
    }
    // Under its own name only when it is whole.
    const QString part = storePath + QStringLiteral(".part");
    QFile::remove(part);
    if (!copy.isEmpty() && !QFile::copy(copy, part))
        return Error{QStringLiteral("The copy cannot be put in its place"), copy,
                     QStringLiteral("Check the folder and the free space")};
    QString kept;
    if (QFileInfo::exists(storePath)) {
        kept =
            QStringLiteral("%1.damaged-%2")
                .arg(storePath,
                     QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz")));
        if (!QFile::rename(storePath, kept)) {
            QFile::remove(part);
            return Error{QStringLiteral("The damaged store cannot be moved aside"), storePath,
                         QStringLiteral("Check that the folder can be written")};
        }
        // Its log belongs to it: another store beside it would be spoilt.
        for (const char *suffix : {"-wal", "-shm"})
            QFile::rename(storePath + QLatin1String(suffix), kept + QLatin1String(suffix));
    }
    if (!copy.isEmpty() && !QFile::rename(part, storePath))
        return Error{QStringLiteral("The copy cannot be put in its place"), part, {}};
    return kept;
}

} // namespace birblens
