// Store: noticing that its file is not there any more, and saving what it holds elsewhere.

#include "core/review/migrations.h"
#include "core/review/storefiles.h"
#include "core/review/storeprivate.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

namespace birblens {

namespace {

constexpr int attachMilliseconds = 1000;

/** A file that is not there yet: beside the store, or under XDG data where that cannot be. */
Result<QString> placeToRescue(const QString &storePath)
{
    const QString beside = QFileInfo(storePath).path();
    const QString folder = isWritableFolder(beside)
                               ? beside
                               : QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                                     QStringLiteral("/rescued");
    if (!QDir().mkpath(folder))
        return Error{QStringLiteral("This folder cannot be made"), folder, {}};
    const QString time =
        QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz"));
    QString path;
    for (int i = 0; path.isEmpty() || QFileInfo::exists(path); ++i)
        path = QStringLiteral("%1/birblens.db.rescued-%2%3")
                   .arg(folder, time, i == 0 ? QString() : QStringLiteral("-%1").arg(i));
    return path;
}

} // namespace

Result<QString> Store::Private::saveElsewhere() const
{
    const auto place = placeToRescue(connection->path());
    if (!place)
        return place.error();
    {
        const auto made =
            SqliteConnection::open(*place, SqliteConnection::Mode::Create, attachMilliseconds);
        if (!made)
            return made.error();
        if (auto migrated = migrate(**made); !migrated)
            return migrated.error();
    }
    // Through the connection that is open still: a deleted file lives as long as that.
    auto done = connection->execute(QStringLiteral("ATTACH DATABASE ? AS rescue"), {*place});
    if (!done)
        return done.error();
    done = connection->execute(QStringLiteral("BEGIN"));
    if (done)
        done = copyEntered(*connection, QStringLiteral("main"), QStringLiteral("rescue"));
    if (done)
        done = connection->execute(QStringLiteral("COMMIT"));
    if (!done)
        (void)connection->execute(QStringLiteral("ROLLBACK"));
    (void)connection->execute(QStringLiteral("DETACH DATABASE rescue"));
    if (!done)
        return done.error();
    return *place;
}

Result<void> Store::Private::stillThere() const
{
    // SQLite happily goes on writing into a file that was deleted or replaced.
    const auto now = identityOf(connection->path());
    if (now && *now == identity)
        return {};
    const QString what =
        now ? QStringLiteral("The label store was replaced by another file while it was open")
            : QStringLiteral("The label store was deleted or moved away while it was open");
    if (rescued.isEmpty()) {
        const auto saved = saveElsewhere();
        if (!saved)
            return Error{what, connection->path(),
                         QStringLiteral("Its labels could not be saved elsewhere (%1), the daily "
                                        "copies are in .birblens-backups")
                             .arg(saved.error().what)};
        rescued = *saved;
    }
    return Error{
        what, connection->path(),
        QStringLiteral("All labels given until then are in %1; put that file in its place, "
                       "or leave it, and open the day again to go on")
            .arg(rescued)};
}

QString Store::rescued() const
{
    return d->rescued;
}

Result<void> Store::Private::write(const std::function<Result<void>()> &work) const
{
    if (auto there = stillThere(); !there)
        return there;
    return connection->transaction(work);
}

} // namespace birblens
