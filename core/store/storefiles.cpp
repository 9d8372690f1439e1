// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/storefiles.h"

#include "core/store/migrations.h"
#include "core/store/sqliteconnection.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QTemporaryFile>
#include <QtEndian>

#include <algorithm>
#include <cstdio>

namespace birblens {

namespace {

constexpr qint64 alwaysCheckedSize = 32LL * 1024 * 1024;
const QString copiesFolder = QStringLiteral(".birblens-backups");

/** Where SQLite keeps the number that an application gives its files (PRAGMA application_id;
 * https://www.sqlite.org/fileformat.html, section 1.3). */
constexpr qint64 applicationIdOffset = 68;

/** Counts the copies of one store in the order they were made, whatever the clock said; 0: made by
 * an earlier version. */
quint32 copyNumber(const QString &copy)
{
    QFile file(copy);
    if (!file.open(QIODevice::ReadOnly) || !file.seek(applicationIdOffset))
        return 0;
    const QByteArray bytes = file.read(4);
    return bytes.size() == 4 ? qFromBigEndian<quint32>(bytes.constData()) : 0;
}

/** Whether a copy tells of any label, flag or comment; one that cannot be read does not. */
bool holdsLabels(const QString &copy)
{
    const auto connection = SqliteConnection::open(copy, SqliteConnection::Mode::Existing, 0);
    if (!connection)
        return false;
    const auto found = (*connection)
                           ->value(QStringLiteral("SELECT EXISTS(SELECT 1 FROM label_history)"
                                                  " OR EXISTS(SELECT 1 FROM marks)"));
    return found && found->toBool();
}

Result<void> writeCopy(const QString &storePath, const QString &target, quint32 number)
{
    const auto copy = SqliteConnection::open(target, SqliteConnection::Mode::Create, 5000);
    if (!copy)
        return copy.error();
    if (auto migrated = migrate(**copy); !migrated)
        return migrated;
    auto done = (*copy)->execute(QStringLiteral("PRAGMA application_id = %1").arg(number));
    if (done)
        done = (*copy)->execute(QStringLiteral("ATTACH DATABASE ? AS live"), {storePath});
    // Not BEGIN IMMEDIATE, which locks both: the store is only read, and may be locked.
    if (done)
        done = (*copy)->execute(QStringLiteral("BEGIN"));
    if (done)
        done = copyEntered(**copy, QStringLiteral("live"), QStringLiteral("main"));
    return done ? (*copy)->execute(QStringLiteral("COMMIT")) : done;
}

/** The last one that holds labels stays, however old it is. */
void removeOldCopies(const QString &storePath)
{
    QStringList copies = storeCopies(storePath);
    while (copies.size() > keptStoreCopies) {
        const bool needed = holdsLabels(copies.constLast()) &&
                            std::none_of(copies.cbegin(), std::prev(copies.cend()), holdsLabels);
        QFile::remove(copies.takeAt(copies.size() - (needed ? 2 : 1)));
    }
}

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

Result<void> copyEntered(const SqliteConnection &connection, const QString &from, const QString &to)
{
    for (const char *table :
         {"labels", "label_history", "models", "notes", "experiments", "marks", "decisions",
          "decision_steps", "decision_marks", "decision_trash", "pictures", "decision_pictures",
          "clock", "decision_clock", "merged"}) {
        auto copied = connection.execute(QStringLiteral("INSERT INTO %1.%3 SELECT * FROM %2.%3")
                                             .arg(to, from, QLatin1String(table)));
        if (!copied)
            return copied;
    }
    // So that the numbers of decisions go on where they were.
    auto cleared = connection.execute(QStringLiteral("DELETE FROM %1.sqlite_sequence").arg(to));
    if (!cleared)
        return cleared;
    return connection.execute(
        QStringLiteral("INSERT INTO %1.sqlite_sequence SELECT * FROM %2.sqlite_sequence")
            .arg(to, from));
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
    const QStringList before = storeCopies(storePath);
    // One of that name which is not the newest was made on another day, by a clock that was wrong.
    if (!before.isEmpty() && before.constFirst() == target)
        return {};
    if (!QDir().mkpath(folder))
        return Error{QStringLiteral("The folder of the daily copies cannot be made"), folder, {}};

    const QString part = target + QStringLiteral(".part");
    const auto discard = [&part] {
        for (const char *suffix : {"", "-journal", "-wal", "-shm"})
            QFile::remove(part + QLatin1String(suffix));
    };
    discard(); // what a crash left behind
    const quint32 number = before.isEmpty() ? 1 : copyNumber(before.constFirst()) + 1;
    if (auto written = writeCopy(storePath, part, number); !written) {
        discard();
        return written;
    }
    if (::rename(QFile::encodeName(part).constData(), QFile::encodeName(target).constData()) != 0) {
        discard();
        return Error{QStringLiteral("The daily copy cannot be named"), target, {}};
    }
    removeOldCopies(storePath);
    return {};
}

QStringList storeCopies(const QString &storePath)
{
    const QDir folder(QFileInfo(storePath).path() + QLatin1Char('/') + copiesFolder);
    QStringList copies;
    for (const QString &name :
         folder.entryList({QStringLiteral("birblens-*.db.bak")}, QDir::Files, QDir::Name))
        copies.append(folder.filePath(name));
    QHash<QString, quint32> numbers;
    for (const QString &copy : std::as_const(copies))
        numbers.insert(copy, copyNumber(copy));
    // Copies of earlier versions have no number: the name is all there is, and one that is dated
    // later than now tells nothing.
    const QString now = folder.filePath(
        QStringLiteral("birblens-%1.db.bak").arg(QDate::currentDate().toString(Qt::ISODate)));
    std::stable_sort(copies.begin(), copies.end(), [&](const QString &a, const QString &b) {
        const quint32 first = numbers.value(a);
        const quint32 second = numbers.value(b);
        if (first != second)
            return first > second;
        const bool strange = a > now;
        return strange != (b > now) ? !strange : a > b;
    });
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
