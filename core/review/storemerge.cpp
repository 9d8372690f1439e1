#include "core/review/storemerge.h"

#include "core/counted.h"
#include "core/review/migrations.h"
#include "core/review/sqliteconnection.h"
#include "core/review/store.h"
#include "core/review/storefiles.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>

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
            " CASE WHEN own.frame IS NULL OR own.utc < theirs.utc THEN theirs.flagged"
            "  ELSE own.flagged END,"
            " CASE WHEN coalesce(own.comment, '') IN ('', theirs.comment) THEN theirs.comment"
            "  WHEN theirs.comment = '' THEN own.comment"
            "  ELSE own.comment || ' / ' || theirs.comment END,"
            " NULL, max(coalesce(own.utc, ''), theirs.utc)"
            " FROM other.marks AS theirs LEFT JOIN main.marks AS own ON own.frame = theirs.frame"
            " WHERE own.frame IS NULL OR own.flagged <> theirs.flagged"
            " OR own.comment <> theirs.comment"),
        // Which pictures these labels are for.
        QStringLiteral("INSERT OR REPLACE INTO main.pictures SELECT * FROM other.pictures"
                       " WHERE frame IN (SELECT frame FROM temp.newer_there)"),
        QStringLiteral("INSERT OR IGNORE INTO main.clock(frame, shift, decision)"
                       " SELECT frame, shift, NULL FROM other.clock"),
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

Result<void> takeIn(const SqliteConnection &own, MergedStore &merged)
{
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
    for (const char *table : {"given_there", "given_here", "newer_there"}) {
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
    return text;
}

} // namespace birblens
