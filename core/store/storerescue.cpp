// SPDX-License-Identifier: GPL-3.0-or-later

// Store: noticing that its file is not there any more, and saving what it holds elsewhere.

#include "core/store/migrations.h"
#include "core/store/storefiles.h"
#include "core/store/storeprivate.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QtEndian>

namespace birblens {

namespace {

constexpr int attachMilliseconds = 1000;
constexpr qsizetype headerBytes = 100;
constexpr int pageSizeAt = 16;
constexpr int pageCountAt = 28;
constexpr qint64 largestPage = 65536; ///< written as 1

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

/** One without any content. */
Result<void> makeStore(const QString &path)
{
    const auto made =
        SqliteConnection::open(path, SqliteConnection::Mode::Create, attachMilliseconds);
    return made ? migrate(**made) : Result<void>(made.error());
}

void removeStore(const QString &path)
{
    for (const char *suffix : {"", "-journal", "-wal", "-shm"})
        QFile::remove(path + QLatin1String(suffix));
}

} // namespace

Result<QString> Store::Private::saveElsewhere() const
{
    const auto place = placeToRescue(connection->path());
    if (!place)
        return place.error();
    auto done = makeStore(*place);
    if (done) {
        // Through the connection that is open still: a deleted file lives as long as that.
        done = connection->execute(QStringLiteral("ATTACH DATABASE ? AS rescue"), {*place});
        if (done) {
            done = connection->execute(QStringLiteral("BEGIN"));
            if (done)
                done = copyEntered(*connection, QStringLiteral("main"), QStringLiteral("rescue"));
            if (done)
                done = connection->execute(QStringLiteral("COMMIT"));
            if (!done)
                (void)connection->execute(QStringLiteral("ROLLBACK"));
            (void)connection->execute(QStringLiteral("DETACH DATABASE rescue"));
        }
    }
    if (done)
        return *place;
    removeStore(*place); // half a rescue looks like a whole one
    return done.error();
}

/** What cannot be read from the file any more: labels, marks and corrections as they were shown. */
Result<QString> Store::Private::saveMemory() const
{
    if (!memory)
        return Error{QStringLiteral("Nobody remembers them"), connection->path(), {}};
    const auto place = placeToRescue(connection->path());
    if (!place)
        return place.error();
    const RememberedDay day = memory();
    auto done = makeStore(*place);
    if (done) {
        const auto store = openAgain(*place);
        done = store ? writeRemembered(*(*store)->d, day) : Result<void>(store.error());
    }
    if (done)
        return *place;
    removeStore(*place);
    return done.error();
}

Result<void> Store::Private::writeRemembered(const Private &store, const RememberedDay &day)
{
    return store.connection->transaction([&]() -> Result<void> {
        QList<LabelChange> labels;
        QList<CameraState> states;
        for (auto it = day.labels.cbegin(); it != day.labels.cend(); ++it) {
            if (it->label.kind != TrueLabel::Kind::Unreviewed)
                labels.append({it.key(),
                               {},
                               it->label,
                               it->shownPrediction,
                               QStringLiteral("saved from memory"),
                               {}});
            states.append({it.key(), it->cameraSeen, it->pending, it->conflict});
        }
        if (auto written = store.writeLabels(labels); !written)
            return written;
        if (auto written = store.writeStates(states); !written)
            return written;
        QList<MarkStep> marks;
        for (auto it = day.marks.cbegin(); it != day.marks.cend(); ++it)
            marks.append({it.key(), {}, *it});
        const auto nobody = [](qsizetype) { return QVariant(QMetaType(QMetaType::LongLong)); };
        if (auto written = store.writeMarks(marks, nobody); !written)
            return written;
        QList<ClockStep> clock;
        if (day.clock.day != 0)
            clock.append({QString(), {}, day.clock.day});
        for (const auto &each : {day.clock.frames, day.clock.aside}) {
            for (auto it = each.cbegin(); it != each.cend(); ++it)
                clock.append({it.key(), {}, *it});
        }
        if (auto written = store.writeClock(clock, nobody); !written)
            return written;
        for (const QString &key : day.otherPictures) { // of which picture is not remembered
            auto noted = store.connection->execute(
                QStringLiteral("INSERT INTO pictures(frame, fingerprint, size, modified, labelled)"
                               " VALUES(?, '', -1, 0, 'unknown')"),
                {key});
            if (!noted)
                return noted;
        }
        return {};
    });
}

/** What is said of a file that is not the one that was opened, and where its labels are now. */
Error Store::Private::rescue(const QString &what) const
{
    if (rescued.isEmpty()) {
        auto saved = saveElsewhere();
        if (!saved) {
            if (auto remembered = saveMemory())
                saved = std::move(remembered);
        }
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

/** Whether pages are missing. A file may well have become smaller: by VACUUM in another program. */
bool Store::Private::wasCut() const
{
    const qint64 now = QFileInfo(connection->path()).size();
    if (now == 0)
        return true;
    if (now < size) {
        // https://www.sqlite.org/fileformat.html, section 1.3
        QFile file(connection->path());
        const QByteArray header = file.open(QIODevice::ReadOnly) ? file.read(headerBytes) : "";
        if (header.size() < headerBytes)
            return true;
        const qint64 pageSize = qFromBigEndian<quint16>(header.constData() + pageSizeAt);
        const qint64 pages = qFromBigEndian<quint32>(header.constData() + pageCountAt);
        if (pages * (pageSize == 1 ? largestPage : pageSize) > now)
            return true;
    }
    size = now;
    return false;
}

Result<void> Store::Private::stillThere() const
{
    // SQLite happily goes on writing into a file that was deleted or replaced; and beside one that
    // was cut short, from memory, what nobody can read any more when it is opened next.
    const auto now = identityOf(connection->path());
    if (now && *now == identity && !wasCut()) {
        rescued.clear(); // put back: what is given from now on is not in the rescued file
        return {};
    }
    if (!now)
        return rescue(
            QStringLiteral("The label store was deleted or moved away while it was open"));
    if (*now == identity)
        return rescue(
            QStringLiteral("The label store was cut short by another program while it was open"));
    return rescue(QStringLiteral("The label store was replaced by another file while it was open"));
}

/** Of a file that was spoilt in its place, memory has more than the file. */
Error Store::Private::spoilt(const Error &error) const
{
    if (!memory || !error.what.contains(QLatin1String("damaged")))
        return error;
    if (rescuedFromMemory.isEmpty()) {
        auto saved = saveMemory();
        if (!saved)
            return error;
        rescuedFromMemory = *saved;
    }
    return Error{error.what, error.where,
                 QStringLiteral("All labels, flags and comments that are shown were saved from "
                                "memory in %1, without their history; put that file in its place, "
                                "and open the day again to go on")
                     .arg(rescuedFromMemory)};
}

Result<void> Store::Private::write(const std::function<Result<void>()> &work) const
{
    if (auto there = stillThere(); !there)
        return there;
    auto done = connection->transaction(work);
    if (!done)
        return spoilt(done.error());
    rescuedFromMemory.clear();
    return done;
}

} // namespace birblens
