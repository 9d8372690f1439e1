// SPDX-License-Identifier: GPL-3.0-or-later

// A store that is deleted, replaced or moved away while open; labels of a folder that was
// read-only.

#include "core/review/dayloader.h"
#include "core/review/reviewsession.h"
#include "core/store/sqliteconnection.h"
#include "core/store/storefiles.h"
#include "core/store/storemerge.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"
#include "support/openedday.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QStandardPaths>
#include <QTest>

using namespace birblens;
using testing::encoded;
using testing::Opened;
using testing::picture;
using testing::readFile;
using testing::sql;
using testing::sqlValue;
using testing::writeFile;

namespace {

const TrueLabel chickadee = TrueLabel::of({"chickadee"});
const TrueLabel sparrow = TrueLabel::of({"sparrow"});

LabelChange change(const QString &key, const TrueLabel &label, int minute)
{
    LabelChange change;
    change.key = key;
    change.after = label;
    change.who = "tester";
    change.when = QDateTime(QDate(2021, 2, 8), QTime(12, minute), asUtc);
    return change;
}

void frames(const QString &folder)
{
    for (const char *name : {"a.png", "b.png"})
        writeFile(folder + '/' + name, encoded(picture(), "png"));
}

QStringList rescued(const QString &folder)
{
    return QDir(folder).entryList({"birblens.db.rescued-*"}, QDir::Files);
}

/** Puts what is in the store of @p folder where the labels of a read-only @p day are. */
void becomesFallback(const QString &folder, const QString &day)
{
    const QString path = fallbackStorePath(day);
    QDir(QFileInfo(path).path()).removeRecursively();
    QVERIFY(QDir().mkpath(QFileInfo(path).path()));
    QVERIFY(sql(folder + "/birblens.db", {"PRAGMA wal_checkpoint(TRUNCATE)"}));
    QVERIFY(QFile::copy(folder + "/birblens.db", path));
}

std::unique_ptr<Store> opened(const QString &folder)
{
    auto store = Store::open(folder, StoreOpening::Quick);
    return store ? std::move(*store) : nullptr;
}

} // namespace

class TestStoreSafety : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void deletedWhileOpen();
    void replacedWhileOpen();
    void folderRenamedWhileOpen();
    void lostAgainAfterItWasBack();
    void halfARescueIsRemoved();
    void cutShortWhileOpen_data();
    void cutShortWhileOpen();
    void smallerByVacuum();
    void spoiltWhileOpen();
    void readOnlyLabelsAreMerged();
    void newerLabelWins();
    void mergedOnce();
    void commentsAreNotLost();
    void mergedTwiceAfterAKill();
    void deletedCommentsStayDeleted();
    void clocksAreMerged();
    void emptyFolderTakesAll();
};

void TestStoreSafety::deletedWhileOpen()
{
    QTemporaryDir dir;
    frames(dir.path());
    Opened day(dir.path());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    QVERIFY(day.session.setComment("a.png", "soil"));
    for (const char *suffix : {"", "-wal", "-shm"})
        QVERIFY(QFile::remove(dir.filePath("birblens.db") + suffix));
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    QVERIFY(day.heard("was deleted or moved away while it was open", Message::Level::Problem));
    QCOMPARE(day.label("b.png"), TrueLabel::unreviewed()); // it is not on disk
    QVERIFY(!QFile::exists(dir.filePath("birblens.db")));
    QCOMPARE(rescued(dir.path()).size(), 1);
    const QString saved = dir.filePath(rescued(dir.path()).first());
    QVERIFY(day.heard(saved, Message::Level::Problem));
    // Once, however often it is tried.
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    day.session.undoStack().undo();
    QVERIFY(day.session.undoStack().canUndo());
    QCOMPARE(rescued(dir.path()).size(), 1);
    // Under its name again it is the store, with what could be undone.
    QVERIFY(QFile::copy(saved, dir.filePath("birblens.db")));
    Opened again(dir.path());
    QCOMPARE(again.label("a.png"), chickadee);
    QCOMPARE(again.session.day().at(0).mark.comment, "soil");
    QCOMPARE(again.session.history("a.png").size(), 1);
    again.session.undoStack().undo();
    again.session.undoStack().undo();
    QCOMPARE(again.label("a.png"), TrueLabel::unreviewed());
}

void TestStoreSafety::replacedWhileOpen()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir other;
    QVERIFY(opened(other.path())->setLabels({change("b.png", sparrow, 1)}).ok());
    QVERIFY(sql(other.filePath("birblens.db"), {"PRAGMA wal_checkpoint(TRUNCATE)"}));
    Opened day(dir.path());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    for (const char *suffix : {"", "-wal", "-shm"})
        QVERIFY(QFile::remove(dir.filePath("birblens.db") + suffix));
    QVERIFY(QFile::copy(other.filePath("birblens.db"), dir.filePath("birblens.db")));
    const QByteArray theirs = readFile(dir.filePath("birblens.db"));
    QVERIFY(!day.session.setTrueLabel({"a.png"}, sparrow, "Label sparrow"));
    QVERIFY(day.heard("was replaced by another file", Message::Level::Problem));
    QCOMPARE(readFile(dir.filePath("birblens.db")), theirs);
    QCOMPARE(rescued(dir.path()).size(), 1);
    QCOMPARE(sqlValue(dir.filePath(rescued(dir.path()).first()),
                      "SELECT labels FROM labels WHERE frame = 'a.png'")
                 .toString(),
             "[\"chickadee\"]");
}

void TestStoreSafety::folderRenamedWhileOpen()
{
    QTemporaryDir dir;
    const QString before = dir.filePath("day");
    const QString after = dir.filePath("moved");
    QVERIFY(QDir().mkpath(before));
    frames(before);
    Opened day(before);
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    QVERIFY(QDir().rename(before, after));
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    QVERIFY(day.heard("was deleted or moved away", Message::Level::Problem));
    const QString safe =
        QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + "/rescued";
    QVERIFY(day.heard(safe, Message::Level::Problem));
    QVERIFY(!rescued(safe).isEmpty());
    QCOMPARE(opened(after)->labels()->value("a.png").label, chickadee);
    QDir(safe).removeRecursively();
}

void TestStoreSafety::lostAgainAfterItWasBack()
{
    QTemporaryDir dir;
    const QString before = dir.filePath("day");
    QVERIFY(QDir().mkpath(before));
    frames(before);
    Opened day(before);
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    QVERIFY(QDir().rename(before, dir.filePath("moved")));
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    QVERIFY(QDir().rename(dir.filePath("moved"), before));
    QVERIFY(day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    for (const char *suffix : {"", "-wal", "-shm"})
        QVERIFY(QFile::remove(before + "/birblens.db" + suffix));
    QVERIFY(!day.session.setTrueLabel({"a.png"}, sparrow, "Label sparrow"));
    QCOMPARE(rescued(before).size(), 1);
    const QString saved = before + '/' + rescued(before).first();
    QCOMPARE(sqlValue(saved, "SELECT labels FROM labels WHERE frame = 'b.png'").toString(),
             "[\"sparrow\"]");
    QVERIFY(day.heard(saved, Message::Level::Problem));
    QDir(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + "/rescued")
        .removeRecursively();
}

void TestStoreSafety::halfARescueIsRemoved()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store->setLabels({change("a.png", chickadee, 1)}).ok());
    QVERIFY(sql(dir.filePath("birblens.db"), {"DROP TABLE experiments"})); // cannot be copied
    QVERIFY(QFile::rename(dir.filePath("birblens.db"), dir.filePath("elsewhere.db")));
    for (int i = 0; i < 3; ++i) {
        const auto refused = store->setLabels({change("a.png", sparrow, 2)});
        QVERIFY(!refused);
        QVERIFY(refused.error().sentence().contains("could not be saved elsewhere"));
    }
    QVERIFY(QDir(dir.path()).entryList({"*rescued*"}, QDir::Files).isEmpty());
}

void TestStoreSafety::cutShortWhileOpen_data()
{
    QTest::addColumn<int>("bytes");
    QTest::newRow("emptied") << 0;
    QTest::newRow("half a page") << 2048;
    QTest::newRow("a page") << 4096;
}

/** The log beside it goes with the next opening: what was acknowledged would be lost. */
void TestStoreSafety::cutShortWhileOpen()
{
    QFETCH(int, bytes);
    QTemporaryDir dir;
    frames(dir.path());
    Opened day(dir.path());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    QVERIFY(day.session.setComment("b.png", "soil"));
    QVERIFY(day.session.shiftClock({}, 1000));
    QVERIFY(sql(dir.filePath("birblens.db"), {"PRAGMA wal_checkpoint(TRUNCATE)"}));
    QVERIFY(QFile::resize(dir.filePath("birblens.db"), bytes));
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    QVERIFY(day.heard("was cut short by another program", Message::Level::Problem));
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    QCOMPARE(rescued(dir.path()).size(), 1);
    const QString saved = dir.filePath(rescued(dir.path()).first());
    QVERIFY(day.heard(saved, Message::Level::Problem));
    for (const char *suffix : {"", "-wal", "-shm"})
        QFile::remove(dir.filePath("birblens.db") + suffix);
    QVERIFY(QFile::copy(saved, dir.filePath("birblens.db")));
    Opened again(dir.path());
    QCOMPARE(again.label("a.png"), chickadee);
    QCOMPARE(again.session.day().at(again.session.day().rowOf("b.png")).mark.comment, "soil");
    QCOMPARE(again.session.day().clock().day, 1000);
}

void TestStoreSafety::smallerByVacuum()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("birblens.db");
    const auto store = opened(dir.path());
    QList<LabelChange> many;
    for (int i = 0; i < 3000; ++i)
        many.append(change(QStringLiteral("%1.png").arg(i), chickadee, 1));
    QVERIFY(store->setLabels(many).ok());
    QVERIFY(sql(path, {"PRAGMA wal_checkpoint(TRUNCATE)"}));
    QVERIFY(store->setLabels({change("a.png", chickadee, 1)}).ok());
    const qint64 before = QFileInfo(path).size();
    QVERIFY(sql(path, {"DELETE FROM labels", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"}));
    QVERIFY(QFileInfo(path).size() < before);
    QVERIFY(store->setLabels({change("a.png", sparrow, 2)}).ok());
}

void TestStoreSafety::spoiltWhileOpen()
{
    QTemporaryDir dir;
    frames(dir.path());
    const QString path = dir.filePath("birblens.db");
    Opened day(dir.path());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "Label chickadee"));
    QVERIFY(sql(path, {"PRAGMA wal_checkpoint(TRUNCATE)"}));
    const QString name = "other";
    {
        QSqlDatabase other = QSqlDatabase::addDatabase("QSQLITE", name);
        other.setDatabaseName(path);
        QVERIFY(other.open());
        QVERIFY(QSqlQuery(other).exec("CREATE TABLE t(x)"));
        QVERIFY(QSqlQuery(other).exec("PRAGMA wal_checkpoint(TRUNCATE)"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(4096));
        file.write(QByteArray(file.size() - 4096, '\x7f'));
        file.close();
        // So that the window has to read the file again.
        QVERIFY(QSqlQuery(other).exec("INSERT INTO t VALUES(1)"));
    }
    QSqlDatabase::removeDatabase(name);
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    QVERIFY(!day.session.setTrueLabel({"b.png"}, sparrow, "Label sparrow"));
    QVERIFY(day.heard("saved from memory", Message::Level::Problem));
    QCOMPARE(rescued(dir.path()).size(), 1);
    const QString saved = dir.filePath(rescued(dir.path()).first());
    QVERIFY(day.heard(saved, Message::Level::Problem));
    QCOMPARE(sqlValue(saved, "SELECT labels FROM labels WHERE frame = 'a.png'").toString(),
             "[\"chickadee\"]");
}

void TestStoreSafety::readOnlyLabelsAreMerged()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir away;
    QVERIFY(opened(dir.path())->setLabels({change("a.png", chickadee, 1)}).ok());
    QVERIFY(sql(dir.filePath("birblens.db"), {"PRAGMA wal_checkpoint(TRUNCATE)"}));
    // What the read-only folder had goes with it, and is not told twice afterwards.
    QVERIFY(QFile::copy(dir.filePath("birblens.db"), away.filePath("birblens.db")));
    QVERIFY(opened(away.path())
                ->setLabels({change("b.png", sparrow, 2), change("b.png", chickadee, 3)})
                .ok());
    becomesFallback(away.path(), dir.path());
    Opened day(dir.path());
    QVERIFY(day.heard("1 label that was given while the folder was read-only was taken over",
                      Message::Level::Warning));
    QCOMPARE(day.label("a.png"), chickadee);
    QCOMPARE(day.label("b.png"), chickadee);
    QCOMPARE(day.session.history("a.png").size(), 1);
    QCOMPARE(day.session.history("b.png").size(), 2);
    QCOMPARE(day.session.history("b.png").first().after, sparrow);
    QVERIFY(!QFile::exists(fallbackStorePath(dir.path())));
}

void TestStoreSafety::newerLabelWins()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir away;
    QVERIFY(opened(dir.path())
                ->setLabels({change("a.png", chickadee, 10), change("b.png", chickadee, 10)})
                .ok());
    QVERIFY(opened(away.path())
                ->setLabels({change("a.png", sparrow, 5), change("b.png", sparrow, 20)})
                .ok());
    becomesFallback(away.path(), dir.path());
    Opened day(dir.path());
    QCOMPARE(day.label("a.png"), chickadee);
    QCOMPARE(day.label("b.png"), sparrow);
    QVERIFY(day.heard("1 frame has a newer label here and keeps it", Message::Level::Warning));
    // Both histories tell both labels, in the order they were given.
    QCOMPARE(day.session.history("a.png").size(), 2);
    QCOMPARE(day.session.history("a.png").last().after, chickadee);
    QCOMPARE(day.session.history("b.png").last().after, sparrow);
}

void TestStoreSafety::mergedOnce()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir away;
    QVERIFY(opened(away.path())->setLabels({change("a.png", sparrow, 5)}).ok());
    becomesFallback(away.path(), dir.path());
    QCOMPARE(mergeFallbackStore(dir.path())->taken, 1);
    QCOMPARE(mergeFallbackStore(dir.path())->aside, QString());
    // Killed before it was renamed: nothing is doubled.
    becomesFallback(away.path(), dir.path());
    QCOMPARE(mergeFallbackStore(dir.path())->taken, 0);
    QCOMPARE(opened(dir.path())->history("a.png")->size(), 1);
}

void TestStoreSafety::commentsAreNotLost()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir away;
    frames(away.path());
    {
        Opened here(dir.path());
        QVERIFY(here.session.setComment("a.png", "soil"));
        QVERIFY(here.session.setComment("b.png", "snow"));
    }
    {
        Opened there(away.path());
        QVERIFY(there.session.setComment("a.png", "rain"));
        QVERIFY(there.session.setFlag({"b.png"}, true));
    }
    becomesFallback(away.path(), dir.path());
    QVERIFY(mergeFallbackStore(dir.path()).ok());
    const auto marks = opened(dir.path())->marks();
    QCOMPARE(marks->value("a.png").comment, "soil / rain");
    QCOMPARE(marks->value("b.png"), (Mark{true, "snow"}));
}

void TestStoreSafety::mergedTwiceAfterAKill()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir away;
    frames(away.path());
    {
        Opened here(dir.path());
        QVERIFY(here.session.setComment("a.png", "soil"));
        Opened there(away.path());
        QVERIFY(there.session.setComment("a.png", "rain"));
        QVERIFY(there.session.setComment("b.png", "snow"));
    }
    becomesFallback(away.path(), dir.path());
    const QString other = fallbackStorePath(dir.path());
    const auto merged = mergeFallbackStore(dir.path());
    QCOMPARE(opened(dir.path())->marks()->value("a.png").comment, "soil / rain");
    {
        Opened here(dir.path());
        QVERIFY(here.session.setComment("b.png", {}));
    }
    // Killed before it was renamed.
    QVERIFY(QFile::rename(merged->aside, other));
    QVERIFY(mergeFallbackStore(dir.path()).ok());
    QCOMPARE(opened(dir.path())->marks()->value("a.png").comment, "soil / rain");
    QVERIFY(!opened(dir.path())->marks()->contains("b.png"));
}

void TestStoreSafety::deletedCommentsStayDeleted()
{
    // The folder was read-only for this computer, and another one went on in it.
    QTemporaryDir dir;
    frames(dir.path());
    {
        Opened here(dir.path());
        QVERIFY(here.session.setComment("a.png", "soil"));
        QVERIFY(here.session.setComment("b.png", "snow"));
    }
    QVERIFY(sql(dir.filePath("birblens.db"), {"PRAGMA wal_checkpoint(TRUNCATE)"}));
    // As Store::open() does it for a folder that cannot be written.
    const QString other = fallbackStorePath(dir.path());
    QDir(QFileInfo(other).path()).removeRecursively();
    QVERIFY(QDir().mkpath(QFileInfo(other).path()));
    QVERIFY(seedStore(dir.filePath("birblens.db"), other).ok());
    {
        const auto copy = SqliteConnection::open(other, SqliteConnection::Mode::Existing, 1000);
        QVERIFY(noteParting(**copy).ok());
        const auto there = Store::openAgain(other);
        DecisionSteps steps;
        steps.marks.append({"b.png", Mark{false, "snow"}, {}});
        QVERIFY((*there)->decide("Comment", steps).ok());
    }
    {
        const auto here = opened(dir.path());
        DecisionSteps steps;
        steps.marks.append({"a.png", Mark{false, "soil"}, {}});
        QVERIFY(here->decide("Comment", steps).ok());
    }
    Opened day(dir.path());
    QVERIFY(!QFile::exists(other));
    QVERIFY(opened(dir.path())->marks()->isEmpty());
}

void TestStoreSafety::clocksAreMerged()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir away;
    frames(away.path());
    {
        Opened there(away.path());
        QVERIFY(there.session.shiftClock({}, 1000));
        QVERIFY(there.session.shiftClock({"a.png"}, 2000));
        QVERIFY(there.session.shiftClock({"b.png"}, 4000));
    }
    {
        Opened here(dir.path());
        QVERIFY(here.session.shiftClock({}, 60000));
        here.session.undoStack().undo(); // keeps a row without a correction
        QVERIFY(here.session.shiftClock({"b.png"}, 8000));
    }
    becomesFallback(away.path(), dir.path());
    Opened day(dir.path());
    QCOMPARE(day.session.day().clock().day, 1000);
    QCOMPARE(day.session.day().clock().frames.value("a.png"), 3000);
    QCOMPARE(day.session.day().clock().frames.value("b.png"), 8000); // given later
    QVERIFY(day.heard("2 corrections of the clock were taken over", Message::Level::Warning));
    QVERIFY(day.heard("1 other correction of the clock is newer here", Message::Level::Warning));
}

void TestStoreSafety::emptyFolderTakesAll()
{
    QTemporaryDir dir;
    frames(dir.path());
    QTemporaryDir away;
    QVERIFY(opened(away.path())->setLabels({change("a.png", TrueLabel::unsure(), 5)}).ok());
    becomesFallback(away.path(), dir.path());
    Opened day(dir.path());
    QCOMPARE(day.label("a.png"), TrueLabel::unsure());
    QCOMPARE(opened(dir.path())->path(), dir.filePath("birblens.db"));
}

QTEST_GUILESS_MAIN(TestStoreSafety)
#include "tst_storesafety.moc"
