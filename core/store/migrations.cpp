// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/migrations.h"

#include "core/store/sqliteconnection.h"

#include <QList>
#include <QStringList>

namespace birblens {

namespace {

/**
 * One list of statements per version; the first makes version 1. A released list is never edited:
 * changes are appended as a new one.
 */
const QList<QStringList> &steps()
{
    static const QList<QStringList> list{
        {
            QStringLiteral(R"(
                CREATE TABLE labels(
                    frame TEXT NOT NULL PRIMARY KEY,
                    kind INTEGER NOT NULL CHECK(kind IN (0, 1, 2)), -- unreviewed, unsure, labelled
                    labels TEXT NOT NULL,                           -- JSON array of names
                    shown_prediction TEXT NOT NULL,
                    camera_seen TEXT,
                    pending INTEGER NOT NULL DEFAULT 0,
                    conflict TEXT
                ) WITHOUT ROWID)"),
            QStringLiteral(R"(
                CREATE TABLE label_history(
                    id INTEGER PRIMARY KEY,
                    frame TEXT NOT NULL,
                    utc TEXT NOT NULL,
                    who TEXT NOT NULL,
                    kind_before INTEGER NOT NULL,
                    labels_before TEXT NOT NULL,
                    kind_after INTEGER NOT NULL,
                    labels_after TEXT NOT NULL,
                    shown_prediction TEXT NOT NULL
                ))"),
            QStringLiteral("CREATE INDEX label_history_frame ON label_history(frame, id)"),
            QStringLiteral(R"(
                CREATE TRIGGER label_history_no_update BEFORE UPDATE ON label_history
                BEGIN SELECT RAISE(ABORT, 'label history is append-only'); END)"),
            QStringLiteral(R"(
                CREATE TRIGGER label_history_no_delete BEFORE DELETE ON label_history
                BEGIN SELECT RAISE(ABORT, 'label history is append-only'); END)"),
            QStringLiteral(R"(
                CREATE TABLE models(
                    id TEXT NOT NULL PRIMARY KEY,
                    name TEXT NOT NULL,
                    path TEXT NOT NULL,
                    vocabulary TEXT NOT NULL, -- JSON array of names
                    first_used TEXT NOT NULL
                ) WITHOUT ROWID)"),
            QStringLiteral(R"(
                CREATE TABLE predictions(
                    model TEXT NOT NULL REFERENCES models(id),
                    frame TEXT NOT NULL,
                    logits BLOB NOT NULL, -- little-endian float32, one per class
                    PRIMARY KEY(model, frame)
                ) WITHOUT ROWID)"),
            QStringLiteral(R"(
                CREATE TABLE notes(
                    id INTEGER PRIMARY KEY,
                    frame TEXT,
                    utc TEXT NOT NULL,
                    who TEXT NOT NULL,
                    text TEXT NOT NULL
                ))"),
            QStringLiteral(R"(
                CREATE TABLE experiments(
                    id INTEGER PRIMARY KEY,
                    frame TEXT,
                    utc TEXT NOT NULL,
                    model TEXT,
                    kind TEXT NOT NULL,
                    parameters TEXT NOT NULL, -- JSON
                    outcome TEXT NOT NULL     -- JSON
                ))"),
        },
        {
            // What can be undone: one decision of the person, for one frame or many.
            QStringLiteral(R"(
                CREATE TABLE decisions(
                    id INTEGER PRIMARY KEY,
                    text TEXT NOT NULL,
                    undone INTEGER NOT NULL DEFAULT 0
                ))"),
            QStringLiteral(R"(
                CREATE TABLE decision_steps(
                    decision INTEGER NOT NULL REFERENCES decisions(id) ON DELETE CASCADE,
                    frame TEXT NOT NULL,
                    kind_before INTEGER NOT NULL,
                    labels_before TEXT NOT NULL,
                    shown_before TEXT NOT NULL,
                    kind_after INTEGER NOT NULL,
                    labels_after TEXT NOT NULL,
                    shown_after TEXT NOT NULL,
                    PRIMARY KEY(decision, frame)
                ) WITHOUT ROWID)"),
            QStringLiteral(R"(
                CREATE TABLE marks(
                    frame TEXT NOT NULL PRIMARY KEY,
                    flagged INTEGER NOT NULL,
                    comment TEXT NOT NULL
                ) WITHOUT ROWID)"),
        },
        {
            // A decision may also set marks and move files to the desktop's trash.
            QStringLiteral(R"(
                CREATE TABLE decision_marks(
                    decision INTEGER NOT NULL REFERENCES decisions(id) ON DELETE CASCADE,
                    frame TEXT NOT NULL,
                    flagged_before INTEGER NOT NULL,
                    comment_before TEXT NOT NULL,
                    flagged_after INTEGER NOT NULL,
                    comment_after TEXT NOT NULL,
                    PRIMARY KEY(decision, frame)
                ) WITHOUT ROWID)"),
            QStringLiteral(R"(
                CREATE TABLE decision_trash(
                    decision INTEGER NOT NULL REFERENCES decisions(id) ON DELETE CASCADE,
                    frame TEXT NOT NULL,
                    in_trash TEXT NOT NULL, -- path of the file there
                    PRIMARY KEY(decision, frame)
                ) WITHOUT ROWID)"),
        },
        {
            // With row numbers: in a table without, vectors above a quarter page take a page each.
            QStringLiteral(R"(
                CREATE TABLE features(
                    id INTEGER PRIMARY KEY,
                    model TEXT NOT NULL REFERENCES models(id),
                    frame TEXT NOT NULL,
                    vector BLOB NOT NULL, -- a signed byte per number, the largest magnitude is 127
                    UNIQUE(model, frame)
                ))"),
        },
        {
            // Which decision a frame has its label and its mark from, so that undo touches nothing
            // else; which steps of a decision are undone; numbers that are never used again.
            QStringLiteral(R"(
                CREATE TABLE numbered_decisions(
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    text TEXT NOT NULL,
                    undone INTEGER NOT NULL DEFAULT 0
                ))"),
            QStringLiteral("INSERT INTO numbered_decisions SELECT id, text, undone FROM decisions"),
            QStringLiteral("DROP TABLE decisions"),
            QStringLiteral("ALTER TABLE numbered_decisions RENAME TO decisions"),
            // NULL: not by a decision, or by one that nobody knows any more.
            QStringLiteral("ALTER TABLE labels ADD COLUMN decision INTEGER"),
            QStringLiteral("ALTER TABLE marks ADD COLUMN decision INTEGER"),
            QStringLiteral("ALTER TABLE marks ADD COLUMN utc TEXT NOT NULL DEFAULT ''"),
            QStringLiteral(
                "ALTER TABLE decision_steps ADD COLUMN undone INTEGER NOT NULL DEFAULT 0"),
            QStringLiteral("ALTER TABLE decision_steps ADD COLUMN owner_before INTEGER"),
            QStringLiteral(
                "ALTER TABLE decision_marks ADD COLUMN undone INTEGER NOT NULL DEFAULT 0"),
            QStringLiteral("ALTER TABLE decision_marks ADD COLUMN owner_before INTEGER"),
            QStringLiteral(
                "ALTER TABLE decision_trash ADD COLUMN undone INTEGER NOT NULL DEFAULT 0"),
            // Where the file was; in_trash is empty until its place there is known.
            QStringLiteral("ALTER TABLE decision_trash ADD COLUMN path TEXT NOT NULL DEFAULT ''"),
            QStringLiteral("UPDATE decision_steps SET undone = 1"
                           " WHERE decision IN (SELECT id FROM decisions WHERE undone)"),
            QStringLiteral("UPDATE decision_marks SET undone = 1"
                           " WHERE decision IN (SELECT id FROM decisions WHERE undone)"),
            QStringLiteral("UPDATE decision_trash SET undone = 1"
                           " WHERE decision IN (SELECT id FROM decisions WHERE undone)"),
            QStringLiteral("CREATE INDEX steps_by_frame ON decision_steps(frame, decision)"),
            QStringLiteral("CREATE INDEX marks_by_frame ON decision_marks(frame, decision)"),
            QStringLiteral(R"(
                UPDATE decision_steps SET owner_before = (
                    SELECT max(earlier.decision) FROM decision_steps AS earlier
                    WHERE earlier.frame = decision_steps.frame
                        AND earlier.decision < decision_steps.decision))"),
            QStringLiteral(R"(
                UPDATE decision_marks SET owner_before = (
                    SELECT max(earlier.decision) FROM decision_marks AS earlier
                    WHERE earlier.frame = decision_marks.frame
                        AND earlier.decision < decision_marks.decision))"),
            QStringLiteral(R"(
                UPDATE labels SET decision = (
                    SELECT step.decision FROM decision_steps AS step
                    WHERE step.frame = labels.frame AND step.kind_after = labels.kind
                        AND step.labels_after = labels.labels
                        AND step.decision = (
                            SELECT max(standing.decision) FROM decision_steps AS standing
                            WHERE standing.frame = labels.frame AND NOT standing.undone)))"),
            QStringLiteral(R"(
                UPDATE marks SET decision = (
                    SELECT step.decision FROM decision_marks AS step
                    WHERE step.frame = marks.frame AND step.flagged_after = marks.flagged
                        AND step.comment_after = marks.comment
                        AND step.decision = (
                            SELECT max(standing.decision) FROM decision_marks AS standing
                            WHERE standing.frame = marks.frame AND NOT standing.undone)))"),
            QStringLiteral("DROP INDEX steps_by_frame"),
            QStringLiteral("DROP INDEX marks_by_frame"),
        },
        {
            // What decides a model's logits. Rows of an older Birblens have no key: of theirs only
            // the hash of the model's file is known, which is their id.
            QStringLiteral("ALTER TABLE models ADD COLUMN key TEXT"),
            // As in birblens.json, when it classified last.
            QStringLiteral("ALTER TABLE models ADD COLUMN metadata TEXT"),
            QStringLiteral("ALTER TABLE models ADD COLUMN last_classified TEXT"),
            QStringLiteral("CREATE INDEX models_key ON models(key)"),
            // Which picture a frame's file held when it was looked at last.
            QStringLiteral(R"(
                CREATE TABLE pictures(
                    frame TEXT NOT NULL PRIMARY KEY,
                    fingerprint TEXT NOT NULL,  -- empty: not taken yet
                    size INTEGER NOT NULL,      -- of the file, bytes
                    modified INTEGER NOT NULL,  -- of the file, ms since 1970
                    labelled TEXT               -- fingerprint that the label is for; NULL: this one
                ) WITHOUT ROWID)"),
            QStringLiteral(
                "CREATE INDEX pictures_changed ON pictures(frame) WHERE labelled IS NOT NULL"),
            // Labels that a decision gave to the picture that had taken another one's place.
            QStringLiteral(R"(
                CREATE TABLE decision_pictures(
                    decision INTEGER NOT NULL REFERENCES decisions(id) ON DELETE CASCADE,
                    frame TEXT NOT NULL,
                    labelled_before TEXT NOT NULL,
                    PRIMARY KEY(decision, frame)
                ) WITHOUT ROWID)"),
        },
        {
            // How a person corrected the camera's clock; a decision like any other.
            QStringLiteral(R"(
                CREATE TABLE clock(
                    frame TEXT NOT NULL PRIMARY KEY, -- empty: the whole day
                    shift INTEGER,                   -- milliseconds; NULL: none of its own
                    decision INTEGER
                ) WITHOUT ROWID)"),
            QStringLiteral(R"(
                CREATE TABLE decision_clock(
                    decision INTEGER NOT NULL REFERENCES decisions(id) ON DELETE CASCADE,
                    frame TEXT NOT NULL,
                    shift_before INTEGER,
                    shift_after INTEGER,
                    owner_before INTEGER,
                    undone INTEGER NOT NULL DEFAULT 0,
                    PRIMARY KEY(decision, frame)
                ) WITHOUT ROWID)"),
        },
        {
            // What tells, when two stores of one day are merged, which of them changed a row since
            // they parted.
            QStringLiteral("ALTER TABLE clock ADD COLUMN utc TEXT NOT NULL DEFAULT ''"),
            // Of a store that stands in for that of a read-only folder: `id`, a name that no other
            // store has; `parted`, when it was copied.
            QStringLiteral(R"(
                CREATE TABLE facts(
                    name TEXT NOT NULL PRIMARY KEY,
                    value TEXT NOT NULL
                ) WITHOUT ROWID)"),
            QStringLiteral(R"(
                CREATE TABLE merged(
                    store TEXT NOT NULL PRIMARY KEY, -- its `id`
                    utc TEXT NOT NULL                -- all of it until then was taken in
                ) WITHOUT ROWID)"),
        },
    };
    return list;
}

} // namespace

int newestSchemaVersion()
{
    return static_cast<int>(steps().size());
}

Result<void> migrate(const SqliteConnection &connection)
{
    const auto found = connection.value(QStringLiteral("PRAGMA user_version"));
    if (!found)
        return found.error();
    const int version = found->toInt();
    if (version > newestSchemaVersion())
        return Error{
            QStringLiteral("This was written by a newer Birblens (schema %1, this one knows %2)")
                .arg(version)
                .arg(newestSchemaVersion()),
            connection.path(), QStringLiteral("Install the newer Birblens to open it")};
    if (version == 0) {
        const auto tables = connection.value(QStringLiteral("SELECT count(*) FROM sqlite_master"));
        if (!tables)
            return tables.error();
        if (tables->toInt() > 0)
            return Error{
                QStringLiteral("This is some other program's database"), connection.path(),
                QStringLiteral("Move the file away: Birblens keeps its labels under this name")};
    }
    for (int step = version; step < newestSchemaVersion(); ++step) {
        const auto done = connection.transaction([&]() -> Result<void> {
            // Another Birblens may have done it while this one waited for the lock.
            const auto now = connection.value(QStringLiteral("PRAGMA user_version"));
            if (!now)
                return now.error();
            if (now->toInt() > step)
                return {};
            for (const QString &statement : steps().at(step)) {
                if (auto executed = connection.execute(statement); !executed)
                    return executed;
            }
            return connection.execute(QStringLiteral("PRAGMA user_version = %1").arg(step + 1));
        });
        if (!done)
            return done;
    }
    return {};
}

} // namespace birblens
