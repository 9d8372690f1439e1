// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/storemerge.h"

#include "core/counted.h"
#include "core/store/migrations.h"
#include "core/store/sqliteconnection.h"
#include "core/store/store.h"
#include "core/store/storefiles.h"
#include "core/store/storevalues.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QUuid>

namespace birblens {

namespace {

constexpr int patience = 5000; ///< milliseconds

/** Rows of the history that only one of the two has, the last one of each frame. */
QString onlyIn(const QString &table, const QString &here, const QString &there)
{
    return QStringLiteral(
               "CREATE TEMP TABLE %1 AS SELECT frame, max(id) AS id,"
               " (SELECT last.utc FROM %2.label_history AS last WHERE last.frame = mine.frame"
               "  ORDER BY last.id DESC LIMIT 1) AS utc"
               " FROM %2.label_history AS mine WHERE NOT EXISTS (SELECT 1 FROM %3.label_history AS"
               " same WHERE same.frame = mine.frame AND same.utc = mine.utc AND same.who = mine.who"
               " AND same.kind_after = mine.kind_after AND same.labels_after = mine.labels_after)"
               " GROUP BY frame")
        .arg(table, here, there);
}

const QString differs = QStringLiteral(
    " (own.frame IS NULL OR own.kind <> theirs.kind OR own.labels <> theirs.labels)");

// Whether a row was changed since the stores parted, or were merged last.
const QString changedThere = QStringLiteral(" (since.utc = '' OR theirs.utc > since.utc)");
const QString changedHere =
    QStringLiteral(" (own.frame IS NOT NULL AND (since.utc = '' OR own.utc > since.utc))");

/** The rows of both in @p table, beside temp.since. */
QString bothOf(const char *table)
{
    return QStringLiteral(" FROM temp.since CROSS JOIN other.%1 AS theirs"
                          " LEFT JOIN main.%1 AS own ON own.frame = theirs.frame WHERE")
        .arg(QLatin1String(table));
}

/** Corrections that differ and were changed there: those that win, or those that do not. */
QString clocks(bool taken)
{
    const QString wins = QStringLiteral(" (own.shift IS NULL OR NOT") + changedHere +
                         QStringLiteral(" OR own.utc < theirs.utc)");
    return bothOf("clock") + changedThere +
           QStringLiteral(" AND own.shift IS NOT theirs.shift AND") +
           (taken ? QString() : QStringLiteral(" NOT")) + wins;
}

/** The time that nothing in @p stores is later than, nor now: a clock may have been wrong once. */
Result<QString> latest(const SqliteConnection &connection, const QStringList &stores)
{
    QString all = QStringLiteral("SELECT ? AS utc");
    for (const QString &store : stores)
        all += QStringLiteral(" UNION ALL SELECT max(utc) FROM %1.marks"
                              " UNION ALL SELECT max(utc) FROM %1.clock")
                   .arg(store);
    const auto value =
        connection.value(QStringLiteral("SELECT max(utc) FROM (%1)").arg(all), {utcText({})});
    if (!value)
        return value.error();
    return value->toString();
}

/** Statements that take everything in, in this order. */
QStringList statements()
{
    return {
        QStringLiteral(
            "INSERT INTO main.label_history(frame, utc, who, kind_before, labels_before,"
            " kind_after, labels_after, shown_prediction)"
            " SELECT frame, utc, who, kind_before, labels_before, kind_after, labels_after,"
            " shown_prediction FROM other.label_history AS theirs"
            " WHERE NOT EXISTS (SELECT 1 FROM main.label_history AS same WHERE same.frame ="
            " theirs.frame AND same.utc = theirs.utc AND same.who = theirs.who AND same.kind_after"
            " = theirs.kind_after AND same.labels_after = theirs.labels_after)"
            " AND frame IN (SELECT frame FROM temp.given_there) ORDER BY id"),
        QStringLiteral(
            "INSERT OR REPLACE INTO main.labels(frame, kind, labels, shown_prediction, camera_seen,"
            " pending, conflict, decision) SELECT frame, kind, labels, shown_prediction,"
            " camera_seen, pending, conflict, NULL FROM other.labels"
            " WHERE frame IN (SELECT frame FROM temp.newer_there)"),
        QStringLiteral(
            "INSERT OR REPLACE INTO main.marks(frame, flagged, comment, decision, utc)"
            " SELECT theirs.frame,"
            " CASE WHEN NOT%1 OR own.utc < theirs.utc THEN theirs.flagged"
            "  ELSE own.flagged END,"
            " CASE WHEN NOT%1 OR own.comment IN ('', theirs.comment) THEN theirs.comment"
            "  WHEN theirs.comment = '' THEN own.comment"
            // Merged by an older Birblens, which did not note that.
            "  WHEN instr(' / ' || own.comment || ' / ', ' / ' || theirs.comment || ' / ')"
            "  THEN own.comment"
            "  ELSE own.comment || ' / ' || theirs.comment END,"
            " NULL, max(coalesce(own.utc, ''), theirs.utc)%2%3 AND (own.frame IS NULL"
            " OR own.flagged <> theirs.flagged OR own.comment <> theirs.comment)")
            .arg(changedHere, bothOf("marks"), changedThere),
        // Which pictures these labels are for.
        QStringLiteral("INSERT OR REPLACE INTO main.pictures SELECT * FROM other.pictures"
                       " WHERE frame IN (SELECT frame FROM temp.newer_there)"),
        QStringLiteral("INSERT OR REPLACE INTO main.clock(frame, shift, decision, utc)"
                       " SELECT theirs.frame, theirs.shift, NULL, theirs.utc") +
            clocks(true),
        QStringLiteral("INSERT INTO main.notes(frame, utc, who, text)"
                       " SELECT frame, utc, who, text FROM other.notes AS theirs"
                       " WHERE NOT EXISTS (SELECT 1 FROM main.notes AS same WHERE same.frame IS"
                       " theirs.frame AND same.utc = theirs.utc AND same.who = theirs.who"
                       " AND same.text = theirs.text)"),
        QStringLiteral(
            "INSERT INTO main.experiments(frame, utc, model, kind, parameters, outcome)"
            " SELECT frame, utc, model, kind, parameters, outcome FROM other.experiments AS theirs"
            " WHERE NOT EXISTS (SELECT 1 FROM main.experiments AS same WHERE same.frame IS"
            " theirs.frame AND same.utc = theirs.utc AND same.kind = theirs.kind"
            " AND same.parameters = theirs.parameters)"),
    };
}

/** From when on changes count: since the stores parted, or were merged last. Empty: unknown. */
Result<void> noteSince(const SqliteConnection &own)
{
    for (const char *statement : {"CREATE TEMP TABLE since(utc TEXT NOT NULL)",
                                  "INSERT INTO temp.since SELECT coalesce(max(value), '') FROM"
                                  " (SELECT value FROM other.facts WHERE name = 'parted' UNION ALL"
                                  " SELECT utc FROM main.merged WHERE store ="
                                  "  (SELECT value FROM other.facts WHERE name = 'id'))"}) {
        if (auto done = own.execute(QString::fromLatin1(statement)); !done)
            return done;
    }
    return {};
}

Result<void> takeIn(const SqliteConnection &own, MergedStore &merged)
{
    if (auto noted = noteSince(own); !noted)
        return noted;
    for (const bool taken : {true, false}) {
        const auto number = own.value(QStringLiteral("SELECT count(*)") + clocks(taken));
        if (!number)
            return number.error();
        (taken ? merged.clocksTaken : merged.clocksKept) = number->toInt();
    }
    for (const QString &statement :
         {onlyIn(QStringLiteral("given_there"), QStringLiteral("other"), QStringLiteral("main")),
          onlyIn(QStringLiteral("given_here"), QStringLiteral("main"), QStringLiteral("other")),
          QStringLiteral("CREATE TEMP TABLE newer_there AS SELECT theirs.frame FROM"
                         " temp.given_there AS theirs LEFT JOIN temp.given_here AS mine"
                         " ON mine.frame = theirs.frame"
                         " WHERE mine.frame IS NULL OR mine.utc < theirs.utc")}) {
        if (auto done = own.execute(statement); !done)
            return done;
    }
    const auto counted = [&](const QString &condition, int &number) -> Result<void> {
        const auto value = own.value(
            QStringLiteral("SELECT count(*) FROM other.labels AS theirs LEFT JOIN main.labels AS"
                           " own ON own.frame = theirs.frame WHERE theirs.frame IN (SELECT frame"
                           " FROM temp.given_there) AND") +
            differs + condition);
        if (!value)
            return value.error();
        number = value->toInt();
        return {};
    };
    if (auto done =
            counted(QStringLiteral(" AND theirs.frame IN (SELECT frame FROM temp.newer_there)"),
                    merged.taken);
        !done)
        return done;
    if (auto done =
            counted(QStringLiteral(" AND theirs.frame NOT IN (SELECT frame FROM temp.newer_there)"),
                    merged.kept);
        !done)
        return done;
    for (const QString &statement : statements()) {
        if (auto done = own.execute(statement); !done)
            return done;
    }
    // With what was taken in: killed before the other store is renamed, nothing is merged twice.
    const auto until = latest(own, {QStringLiteral("main"), QStringLiteral("other")});
    if (!until)
        return until.error();
    if (auto noted = own.execute(QStringLiteral("INSERT OR REPLACE INTO main.merged SELECT value, ?"
                                                " FROM other.facts WHERE name = 'id'"),
                                 {*until});
        !noted)
        return noted;
    for (const char *table : {"given_there", "given_here", "newer_there", "since"}) {
        if (auto done = own.execute(QStringLiteral("DROP TABLE temp.%1").arg(QLatin1String(table)));
            !done)
            return done;
    }
    return {};
}

} // namespace

Result<MergedStore> mergeStore(const SqliteConnection &own, const QString &other)
{
    {
        const auto connection =
            SqliteConnection::open(other, SqliteConnection::Mode::Existing, patience);
        if (!connection)
            return connection.error();
        if (auto migrated = migrate(**connection); !migrated)
            return migrated.error();
        if (auto named =
                (*connection)
                    ->execute(QStringLiteral("INSERT OR IGNORE INTO facts VALUES('id', ?)"),
                              {QUuid::createUuid().toString(QUuid::WithoutBraces)});
            !named)
            return named.error();
    }
    MergedStore merged;
    if (auto attached = own.execute(QStringLiteral("ATTACH DATABASE ? AS other"), {other});
        !attached)
        return attached.error();
    const auto done = own.transaction([&] {
        merged = {};
        return takeIn(own, merged);
    });
    const auto detached = own.execute(QStringLiteral("DETACH DATABASE other"));
    if (!done)
        return done.error();
    if (!detached)
        return detached.error();
    // Killed before this, the next opening finds nothing new in it.
    merged.aside =
        QStringLiteral("%1.merged-%2")
            .arg(other,
                 QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss-zzz")));
    if (!QFile::rename(other, merged.aside))
        return Error{
            QStringLiteral("The labels were taken over, but their store cannot be renamed"), other,
            QStringLiteral("Check that its folder can be written")};
    for (const char *suffix : {"-wal", "-shm"})
        QFile::rename(other + QLatin1String(suffix), merged.aside + QLatin1String(suffix));
    return merged;
}

Result<void> noteParting(const SqliteConnection &copy)
{
    return copy.transaction([&]() -> Result<void> {
        const auto now = latest(copy, {QStringLiteral("main")});
        if (!now)
            return now.error();
        return copy.execute(
            QStringLiteral("INSERT OR REPLACE INTO facts VALUES('id', ?), ('parted', ?)"),
            {QUuid::createUuid().toString(QUuid::WithoutBraces), *now});
    });
}

Result<MergedStore> mergeFallbackStore(const QString &dayFolder)
{
    const QString other = fallbackStorePath(dayFolder);
    if (!QFileInfo(other).isFile() || !isWritableFolder(dayFolder))
        return MergedStore();
    if (auto sound = checkStoreFile(other); !sound)
        return sound.error();
    {
        const auto own = Store::open(dayFolder); // made, migrated, and copied for today
        if (!own)
            return own.error();
    }
    const auto own = SqliteConnection::open(Store::pathFor(dayFolder),
                                            SqliteConnection::Mode::Existing, patience);
    if (!own)
        return own.error();
    if (auto full = (*own)->execute(QStringLiteral("PRAGMA synchronous = FULL")); !full)
        return full.error();
    return mergeStore(**own, other);
}

QString mergeSentence(const MergedStore &merged)
{
    if (merged.aside.isEmpty())
        return {};
    QString text = counted(merged.taken,
                           QStringLiteral("%1 label that was given while the folder was read-only "
                                          "was taken over."),
                           QStringLiteral("%1 labels that were given while the folder was "
                                          "read-only were taken over."));
    if (merged.kept > 0)
        text +=
            QLatin1Char(' ') +
            counted(merged.kept, QStringLiteral("%1 frame has a newer label here and keeps it."),
                    QStringLiteral("%1 frames have a newer label here and keep it."));
    if (merged.clocksTaken > 0)
        text += QLatin1Char(' ') +
                counted(merged.clocksTaken,
                        QStringLiteral("%1 correction of the clock was taken over."),
                        QStringLiteral("%1 corrections of the clock were taken over."));
    if (merged.clocksKept > 0)
        text += QLatin1Char(' ') +
                counted(merged.clocksKept,
                        QStringLiteral("%1 other correction of the clock is newer here and stays."),
                        QStringLiteral("%1 other corrections of the clock are newer here and "
                                       "stay."));
    return text;
}

} // namespace birblens
