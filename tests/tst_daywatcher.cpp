// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/daywatcher.h"
#include "support/birbcamfolder.h"

#include <QSignalSpy>
#include <QTest>

using namespace birblens;
using testing::writeFile;

/** A folder that says it changes while it does not is looked at less often. */
class TestDayWatcher : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aRealChangeIsAnnounced();
    void fruitlessListingsSlowItDown();
};

void TestDayWatcher::aRealChangeIsAnnounced()
{
    QTemporaryDir dir;
    DayWatcher watcher(nullptr, 2);
    QSignalSpy changed(&watcher, &DayWatcher::changed);
    QSignalSpy restless(&watcher, &DayWatcher::restless);
    watcher.watch({{dir.path(), QFileInfo(dir.path()).lastModified()}});
    for (int i = 0; i < 12; ++i) {
        writeFile(dir.filePath(QString::number(i)), "x");
        QTRY_COMPARE(changed.size(), i + 1);
        watcher.listed(true);
    }
    QCOMPARE(restless.size(), 0);
}

void TestDayWatcher::fruitlessListingsSlowItDown()
{
    QTemporaryDir dir;
    DayWatcher watcher(nullptr, 2);
    QSignalSpy changed(&watcher, &DayWatcher::changed);
    QSignalSpy restless(&watcher, &DayWatcher::restless);
    watcher.watch({{dir.path(), QFileInfo(dir.path()).lastModified()}});
    QList<qint64> waits;
    for (int i = 0; i < 8; ++i) {
        QElapsedTimer timer;
        timer.start();
        writeFile(dir.filePath("x"), "x");
        QVERIFY(QFile::remove(dir.filePath("x")));
        QTRY_COMPARE(changed.size(), i + 1);
        waits.append(timer.elapsed());
        watcher.listed(false);
        watcher.listed(false); // a listing for another reason does not count
        QCOMPARE(restless.size(), i < 5 ? 0 : 1);
    }
    // Twice as long each time from the fourth on; waits are never shorter than asked for.
    for (int i = 3; i < 8; ++i)
        QVERIFY2(waits[i] >= (20LL << (i - 3)) - 1, qPrintable(QString::number(waits[i])));

    // Something is different: as quick as at first, and told no second time.
    writeFile(dir.filePath("y"), "x");
    QTRY_COMPARE(changed.size(), 9);
    watcher.listed(true);
    writeFile(dir.filePath("z"), "x");
    QTRY_COMPARE(changed.size(), 10);
    QCOMPARE(restless.size(), 1);
}

QTEST_GUILESS_MAIN(TestDayWatcher)
#include "tst_daywatcher.moc"
