// SPDX-License-Identifier: GPL-3.0-or-later

// Decisions while another process holds a lock on the store: they wait, in order, and are not lost.

#include "core/review/reviewsession.h"
#include "core/store/sqliteconnection.h"

#include "support/birbcamfolder.h"
#include "support/openedday.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

using namespace birblens;
using testing::encoded;
using testing::Opened;
using testing::picture;
using testing::writeFile;

namespace {

/** A plain folder of two frames with a store. */
class Folder
{
public:
    Folder()
    {
        for (int i = 0; i < 2; ++i)
            writeFile(m_dir.filePath(QString("%1.png").arg(QChar('a' + i))),
                      encoded(picture(48, 64, i), "png"));
    }
    QString path() const { return m_dir.path(); }
    QString store() const { return m_dir.filePath("birblens.db"); }

private:
    QTemporaryDir m_dir;
};

/** Another program that is in the middle of writing. */
class Lock
{
public:
    explicit Lock(const QString &store)
        : m_connection(
              std::move(*SqliteConnection::open(store, SqliteConnection::Mode::Existing, 5000)))
    {
        if (!m_connection->execute("BEGIN IMMEDIATE"))
            QTest::qFail("the store could not be locked", __FILE__, __LINE__);
    }
    void release()
    {
        if (!m_connection->execute("ROLLBACK"))
            QTest::qFail("the lock could not be released", __FILE__, __LINE__);
    }

private:
    std::unique_ptr<SqliteConnection> m_connection;
};

const TrueLabel chickadee = TrueLabel::of({"chickadee"});
const TrueLabel sparrow = TrueLabel::of({"sparrow"});

TrueLabel stored(const Folder &folder, const QString &key)
{
    const auto store = Store::open(folder.path(), StoreOpening::Quick);
    return store ? (*store)->labels()->value(key).label : TrueLabel::of({"no store"});
}

} // namespace

class TestWaiting : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void labelsWaitAndAreWrittenInOrder();
    void whatWaitsCanBeUndone();
    void laterDecisionsBuildOnWhatWaits();
    void anotherDayWaitsToo();
    void aLabelGivenWhileAnotherDayIsListedIsKept();
    void clockCorrectionsWait();
    void whatWaitsIsRescuedWithTheRest();
    void commandsAreRefused();
};

void TestWaiting::labelsWaitAndAreWrittenInOrder()
{
    const Folder folder;
    Opened day(folder.path());
    Lock lock(folder.store());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    QVERIFY(day.session.setTrueLabel({"a.png", "b.png"}, sparrow, "Second"));
    QVERIFY(day.session.setFlag({"b.png"}, true));

    // Only what is on disk counts.
    QCOMPARE(day.session.waitingFrames(), 2);
    QCOMPARE(day.session.day().reviewedCount(), 0);
    QCOMPARE(day.label("a.png"), TrueLabel::unreviewed());
    QVERIFY(day.session.day().at(0).waiting);
    QCOMPARE(day.session.labelToShow(day.session.day().at(0)), sparrow);
    QVERIFY(day.session.markToShow(day.session.day().at(1)).flagged);
    QVERIFY(!day.session.day().at(1).mark.flagged);
    QVERIFY(day.heard("not saved yet", Message::Level::Warning));

    lock.release();
    QTRY_COMPARE(day.session.waitingFrames(), 0);
    QCOMPARE(stored(folder, "a.png"), sparrow);
    QCOMPARE(stored(folder, "b.png"), sparrow);
    QCOMPARE(day.session.day().reviewedCount(), 2);
    QVERIFY(!day.session.day().at(0).waiting);
    QVERIFY(day.session.day().at(1).mark.flagged);
    QVERIFY(day.heard("saved now", Message::Level::Info));
    QCOMPARE(day.session.history("a.png").size(), 2);

    // And they are steps of undo like any others.
    QCOMPARE(day.session.undoStack().count(), 3);
    for (int i = 0; i < 3; ++i)
        day.session.undoStack().undo();
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
    day.session.undoStack().redo();
    QCOMPARE(stored(folder, "a.png"), chickadee);
}

void TestWaiting::whatWaitsCanBeUndone()
{
    const Folder folder;
    Opened day(folder.path());
    Lock lock(folder.store());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    QVERIFY(day.session.setTrueLabel({"b.png"}, sparrow, "Second"));
    day.session.undoStack().undo();
    QCOMPARE(day.session.waitingFrames(), 1);
    QVERIFY(!day.session.day().at(1).waiting);
    day.session.undoStack().undo();
    QCOMPARE(day.session.waitingFrames(), 0);
    day.session.undoStack().redo();
    QCOMPARE(day.session.waitingFrames(), 1);

    lock.release();
    QTRY_COMPARE(day.session.waitingFrames(), 0);
    QCOMPARE(stored(folder, "a.png"), chickadee);
    QCOMPARE(stored(folder, "b.png"), TrueLabel::unreviewed());
    QVERIFY(day.session.undoStack().canRedo());
    day.session.undoStack().redo();
    QCOMPARE(stored(folder, "b.png"), sparrow);
}

void TestWaiting::laterDecisionsBuildOnWhatWaits()
{
    const Folder folder;
    Opened day(folder.path());
    Lock lock(folder.store());
    day.session.toggleLabel({"a.png"}, "chickadee");
    day.session.toggleLabel({"a.png"}, "sparrow");
    const TrueLabel both = day.session.labelToShow(day.session.day().at(0));
    QCOMPARE(QSet<QString>(both.labels.cbegin(), both.labels.cend()),
             QSet<QString>({"chickadee", "sparrow"}));
    day.session.toggleLabel({"a.png"}, "chickadee");
    lock.release();
    QTRY_COMPARE(day.session.waitingFrames(), 0);
    QCOMPARE(stored(folder, "a.png"), sparrow);
}

void TestWaiting::anotherDayWaitsToo()
{
    const Folder folder;
    const Folder other;
    Opened day(folder.path());
    Lock lock(folder.store());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    QSignalSpy failed(&day.session, &ReviewSession::dayFailed);
    day.session.openDay(other.path());
    QCOMPARE(failed.size(), 1);
    QVERIFY(failed.first().first().value<Error>().what.contains("not saved yet"));
    QCOMPARE(day.session.waitingFrames(), 1);

    lock.release();
    QSignalSpy opened(&day.session, &ReviewSession::dayOpened);
    day.session.openDay(other.path()); // tries once more first
    QVERIFY(opened.wait());
    QCOMPARE(stored(folder, "a.png"), chickadee);
}

void TestWaiting::aLabelGivenWhileAnotherDayIsListedIsKept()
{
    const Folder folder;
    const Folder other;
    Opened day(folder.path());
    QSignalSpy failed(&day.session, &ReviewSession::dayFailed);
    day.session.openDay(other.path());
    Lock lock(folder.store());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    QVERIFY(failed.wait());
    QCOMPARE(failed.size(), 1);
    QVERIFY(failed.first().first().value<Error>().what.contains("not saved yet"));
    QCOMPARE(day.session.waitingFrames(), 1);
    QCOMPARE(day.session.day().source().folder, QDir(folder.path()).canonicalPath());
    lock.release();
    QTRY_COMPARE(stored(folder, "a.png"), chickadee);
}

void TestWaiting::clockCorrectionsWait()
{
    constexpr qint64 hour = 3600 * 1000;
    const Folder folder;
    Opened day(folder.path());
    const QDateTime before = day.session.day().at(0).frame.captureTime;
    Lock lock(folder.store());
    QVERIFY(day.session.shiftClock({}, hour));
    QVERIFY(day.session.isWaiting());
    QCOMPARE(day.session.waitingText(), QString("A correction of the clock is not saved yet"));
    QVERIFY(day.session.shiftClock({}, hour / 6)); // comes on top of what waits
    lock.release();
    QTRY_VERIFY(!day.session.isWaiting());
    QCOMPARE(before.msecsTo(day.session.day().at(0).frame.captureTime), hour + hour / 6);
}

void TestWaiting::whatWaitsIsRescuedWithTheRest()
{
    const Folder folder;
    Opened day(folder.path());
    QVERIFY(day.session.setTrueLabel({"b.png"}, sparrow, "Before"));
    Lock lock(folder.store());
    QVERIFY(day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    QVERIFY(day.session.isWaiting());
    for (const char *end : {"", "-wal", "-shm"})
        QFile::remove(folder.store() + QString::fromLatin1(end));
    QTRY_VERIFY(!day.session.isWaiting());
    QVERIFY(day.heard("rescued", Message::Level::Problem));
    const QStringList saved = QDir(folder.path()).entryList({"birblens.db.rescued-*"}, QDir::Files);
    QCOMPARE(saved.size(), 1);
    const auto rescued = Store::openAgain(QDir(folder.path()).filePath(saved.first()));
    QVERIFY(rescued);
    const auto labels = (*rescued)->labels();
    QVERIFY(labels);
    QCOMPARE(labels->value("a.png").label, chickadee);
    QCOMPARE(labels->value("b.png").label, sparrow);
}

void TestWaiting::commandsAreRefused()
{
    const Folder folder;
    {
        const Opened first(folder.path());
    }
    Opened day(folder.path());
    day.session.setStorePatience(100);
    day.session.openDay(folder.path());
    QTRY_VERIFY(!day.session.isScanning());
    Lock lock(folder.store());
    QVERIFY(!day.session.setTrueLabel({"a.png"}, chickadee, "First"));
    QVERIFY(day.heard("locked by another program", Message::Level::Problem));
    QCOMPARE(day.session.waitingFrames(), 0);
    lock.release();
    QCOMPARE(stored(folder, "a.png"), TrueLabel::unreviewed());
}

QTEST_GUILESS_MAIN(TestWaiting)
#include "tst_waiting.moc"
