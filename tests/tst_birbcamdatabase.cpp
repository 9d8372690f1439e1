// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/birbcamdatabase.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"

#include <QElapsedTimer>
#include <QTest>

using namespace birblens;
using testing::BirbCamFolder;
using testing::PythonProcess;
using testing::sqlValue;

namespace {

Result<QList<BirbCamRow>> rowsOf(const Result<std::unique_ptr<BirbCamDatabase>> &database)
{
    QList<BirbCamRow> rows;
    const auto done =
        (*database)->readRows([&rows](BirbCamRow row) { rows.append(std::move(row)); });
    if (!done)
        return done.error();
    return rows;
}

/** The row that BirbCamFolder writes: Denver's wall clock in the name. */
BirbCamDatabase::RowKey at(const QString &utc, const QString &prediction = "chickadee")
{
    const QString local = QDateTime::fromString(utc + 'Z', Qt::ISODate)
                              .addSecs(-7 * 3600)
                              .toString("yyyy-MM-ddTHH:mm:ss");
    return {utc, local + '_' + prediction + ".jpg"};
}

} // namespace

class TestBirbCamDatabase : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsRows();
    void oddTimes_data();
    void oddTimes();
    void writesOnlyTrueLabel();
    void nullAndText();
    void allOrNothing();
    void replacesOnlyWhatIsExpected();
    void rowsOfOneSecond();
    void dataVersionSeesOthers();
    void neverMakesAFile();
    void opensWithoutTouching();
    void vanished();
    void replacedFile();
    void refusedWrite();
    void lockedByAnotherProcess();
    void anotherProcessInserting();
};

void TestBirbCamDatabase::readsRows()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee,magpie", 0.875, "none"},
                                {"2021-02-08T10:57:58", "none", 0.5}});
    const auto database = BirbCamDatabase::open(folder.database());
    QVERIFY(database.ok());
    const auto rows = rowsOf(database);
    QVERIFY(rows.ok());
    QCOMPARE(rows->size(), 2);
    const BirbCamRow &row = rows->first();
    QCOMPARE(row.utc, "2021-02-08T17:56:58");
    QCOMPARE(row.fileName, "2021-02-08T10:56:58_chickadee_magpie.jpg");
    QCOMPARE(row.frame.camera, (CameraPrediction{{"chickadee", "magpie"}, 0.875}));
    QCOMPARE(row.trueLabel, QString("none"));
    QVERIFY(!rows->last().trueLabel);
    QCOMPARE(rows->last().frame.camera, (CameraPrediction{{}, 0.5}));
    QCOMPARE(*(*database)->trueLabel({row.utc, row.fileName}), QString("none"));
    QVERIFY(!*(*database)->trueLabel({"1999-01-01T00:00:00", row.fileName}));
}

void TestBirbCamDatabase::oddTimes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    QTest::newRow("plain") << "2021-03-14T02:30:00"
                           << "2021-03-14T02:30:00Z"; // skipped by summer time
    QTest::newRow("blank") << "2021-03-14 02:30:00"
                           << "2021-03-14T02:30:00Z";
    QTest::newRow("Z") << "2021-03-14T02:30:00Z"
                       << "2021-03-14T02:30:00Z";
    QTest::newRow("microseconds") << "2021-03-14T02:30:00.250000"
                                  << "2021-03-14T02:30:00Z";
    QTest::newRow("offset") << "2021-03-14T02:30:00+00:00"
                            << "2021-03-14T02:30:00Z";
    QTest::newRow("nonsense") << "yesterday"
                              << "";
}

void TestBirbCamDatabase::oddTimes()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const BirbCamFolder folder;
    QVERIFY(testing::sql(
        folder.database(),
        {QString("INSERT INTO results VALUES('%1','%1','a.jpg','none',1,NULL,NULL)").arg(text)}));
    const auto rows = rowsOf(BirbCamDatabase::open(folder.database()));
    QVERIFY(rows.ok());
    QCOMPARE(rows->first().utc, text);
    QCOMPARE(rows->first().frame.utc.toString(Qt::ISODate), expected);
    QCOMPARE(rows->first().frame.captureTime.toString(Qt::ISODate), expected);
}

void TestBirbCamDatabase::writesOnlyTrueLabel()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee", 0.1234567890123, "x"},
                                {"2021-02-08T10:57:58", "none", 0.5}});
    const QString all =
        "SELECT group_concat(utc_datetime||datetime||file_name||prediction||confidence||"
        "coalesce(inaturalist_id,'-')) FROM results";
    const QString schema = "SELECT group_concat(sql) FROM sqlite_master";
    const QVariant before = sqlValue(folder.database(), all);
    const QVariant schemaBefore = sqlValue(folder.database(), schema);
    auto database = BirbCamDatabase::open(folder.database());
    QVERIFY((*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("magpie"), {}}}).ok());
    QCOMPARE(folder.trueLabel("2021-02-08T10:56:58"), "magpie");
    QCOMPARE(sqlValue(folder.database(), all), before);
    QCOMPARE(sqlValue(folder.database(), schema), schemaBefore);
    QCOMPARE(sqlValue(folder.database(), "PRAGMA journal_mode").toString(), "delete");
    QCOMPARE(sqlValue(folder.database(), "PRAGMA user_version").toInt(), 0);
}

void TestBirbCamDatabase::nullAndText()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee", 0.9, "x"}});
    auto database = BirbCamDatabase::open(folder.database());
    const QString null = "SELECT true_label IS NULL FROM results";
    QVERIFY((*database)->setTrueLabels({{at("2021-02-08T17:56:58"), std::nullopt, {}}}).ok());
    QCOMPARE(sqlValue(folder.database(), null).toInt(), 1);
    QVERIFY((*database)
                ->setTrueLabels({{at("2021-02-08T17:56:58"), QString("o'brien, \"x\""), {}}})
                .ok());
    QCOMPARE(folder.trueLabel("2021-02-08T10:56:58"), "o'brien, \"x\"");
}

void TestBirbCamDatabase::allOrNothing()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    auto database = BirbCamDatabase::open(folder.database());
    const auto done =
        (*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("magpie"), {}},
                                    {at("2021-02-08T18:00:00"), QString("magpie"), {}}});
    QVERIFY(!done.ok());
    QVERIFY(done.error().what.contains("2021-02-08T18:00:00"));
    QCOMPARE(folder.trueLabel("2021-02-08T10:56:58"), QString());
}

void TestBirbCamDatabase::replacesOnlyWhatIsExpected()
{
    const BirbCamFolder folder({{"2021-02-08T10:00:00", "a"},
                                {"2021-02-08T11:00:00", "a", 0.9, "theirs"},
                                {"2021-02-08T12:00:00", "a", 0.9, "known"}});
    testing::sql(folder.database(),
                 {"INSERT INTO results "
                  "VALUES('2021-02-08T20:00:00','2021-02-08T13:00:00','e.jpg','a',1,'',NULL)"});
    auto database = BirbCamDatabase::open(folder.database());
    const auto refused = (*database)->replaceTrueLabels({
        {at("2021-02-08T17:00:00", "a"), QString("ours"), std::nullopt},
        {at("2021-02-08T18:00:00", "a"), QString("ours"), std::nullopt},
        {at("2021-02-08T19:00:00", "a"), std::nullopt, QString("known")},
        {{"2021-02-08T20:00:00", "e.jpg"},
         QString("ours"),
         std::nullopt}, // empty text counts as nothing
        {at("2021-02-08T21:00:00", "a"), QString("ours"), std::nullopt}, // no such row
    });
    QVERIFY(refused.ok());
    QCOMPARE(*refused, (QList<qsizetype>{1, 4}));
    QCOMPARE(folder.trueLabel("2021-02-08T10:00:00"), "ours");
    QCOMPARE(folder.trueLabel("2021-02-08T11:00:00"), "theirs");
    QVERIFY(folder.trueLabel("2021-02-08T12:00:00").isEmpty());
    QCOMPARE(folder.trueLabel("2021-02-08T13:00:00"), "ours");
}

void TestBirbCamDatabase::rowsOfOneSecond()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    const QString insert = "INSERT INTO results VALUES('2021-02-08T17:56:58','2021-02-08T10:56:58',"
                           "'%1','none',1,NULL,NULL)";
    const QString label = "SELECT group_concat(coalesce(true_label, '-')) FROM results"
                          " WHERE file_name = '%1'";
    // A camera's table without the primary key.
    QVERIFY(testing::sql(folder.database(),
                         {"CREATE TABLE plain AS SELECT * FROM results", "DROP TABLE results",
                          "ALTER TABLE plain RENAME TO results", insert.arg("b.jpg"),
                          insert.arg("c.jpg"), insert.arg("c.jpg")}));
    auto database = BirbCamDatabase::open(folder.database());
    const QString utc = "2021-02-08T17:56:58";
    // Told apart by the file name...
    const auto refused = (*database)->replaceTrueLabels(
        {{{utc, "b.jpg"}, QString("magpie"), {}}, {{utc, "c.jpg"}, QString("jay"), {}}});
    QVERIFY(refused.ok());
    QCOMPARE(*refused, (QList<qsizetype>{1})); // ... and where they cannot be, nothing is written
    QCOMPARE(folder.trueLabel("2021-02-08T10:56:58"), QString());
    QCOMPARE(sqlValue(folder.database(), label.arg("b.jpg")).toString(), "magpie");
    QCOMPARE(sqlValue(folder.database(), label.arg("c.jpg")).toString(), "-,-");
    QCOMPARE(*(*database)->trueLabel({utc, "b.jpg"}), QString("magpie"));
    QVERIFY(!*(*database)->trueLabel(at(utc)));
    const auto both = (*database)->setTrueLabels({{{utc, "c.jpg"}, QString("jay"), {}}});
    QVERIFY(!both.ok());
    QVERIFY(both.error().what.contains("2 rows"));
    QCOMPARE(sqlValue(folder.database(), label.arg("c.jpg")).toString(), "-,-");
}

void TestBirbCamDatabase::dataVersionSeesOthers()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    auto database = BirbCamDatabase::open(folder.database());
    const qint64 first = *(*database)->dataVersion();
    QVERIFY((*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("x"), {}}}).ok());
    QCOMPARE(*(*database)->dataVersion(), first); // our own writes are no news
    folder.setTrueLabel("2021-02-08T10:56:58", "y");
    QVERIFY(*(*database)->dataVersion() != first);
}

void TestBirbCamDatabase::neverMakesAFile()
{
    QTemporaryDir dir;
    QVERIFY(!BirbCamDatabase::open(dir.filePath("model_results.db")).ok());
    QVERIFY(QDir(dir.path()).isEmpty());
}

void TestBirbCamDatabase::opensWithoutTouching()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    const QByteArray before = testing::readFile(folder.database());
    {
        auto database = BirbCamDatabase::open(folder.database());
        QVERIFY(rowsOf(database).ok());
        QVERIFY((*database)->dataVersion().ok());
    }
    QCOMPARE(testing::readFile(folder.database()), before);
}

void TestBirbCamDatabase::vanished()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    auto database = BirbCamDatabase::open(folder.database());
    QVERIFY(QFile::remove(folder.database()));
    for (const Error &error :
         {(*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("x"), {}}}).error(),
          rowsOf(database).error(), (*database)->dataVersion().error()})
        QVERIFY(error.what.contains("gone"));
    QVERIFY(!QFileInfo::exists(folder.database()));
}

void TestBirbCamDatabase::replacedFile()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    auto database = BirbCamDatabase::open(folder.database());
    QVERIFY(QFile::copy(folder.database(), folder.database() + ".new"));
    QVERIFY(QFile::remove(folder.database()));
    QVERIFY(QFile::rename(folder.database() + ".new", folder.database()));
    const auto done = (*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("x"), {}}});
    QVERIFY(!done.ok());
    QVERIFY(done.error().what.contains("replaced"));
    database = BirbCamDatabase::open(folder.database());
    QVERIFY((*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("x"), {}}}).ok());
    QCOMPARE(folder.trueLabel("2021-02-08T10:56:58"), "x");
}

void TestBirbCamDatabase::refusedWrite()
{
    const BirbCamFolder folder({{"2021-02-08T10:00:00", "a"}, {"2021-02-08T11:00:00", "a"}});
    QVERIFY(testing::sql(folder.database(),
                         {"CREATE TRIGGER t BEFORE UPDATE ON results WHEN old.datetime LIKE '%T11%'"
                          " BEGIN SELECT RAISE(ABORT, 'not today'); END"}));
    auto database = BirbCamDatabase::open(folder.database());
    const auto refused =
        (*database)->replaceTrueLabels({{at("2021-02-08T17:00:00", "a"), QString("x"), {}},
                                        {at("2021-02-08T18:00:00", "a"), QString("x"), {}}});
    QVERIFY(!refused.ok());
    QVERIFY2(refused.error().what.contains("not today"), qPrintable(refused.error().what));
    QCOMPARE(folder.trueLabel("2021-02-08T10:00:00"), QString()); // rolled back
    QVERIFY((*database)
                ->setTrueLabels({{at("2021-02-08T17:00:00", "a"), QString("x"), {}}})
                .ok()); // and usable
}

void TestBirbCamDatabase::lockedByAnotherProcess()
{
    const BirbCamFolder folder({{"2021-02-08T10:56:58", "chickadee"}});
    PythonProcess camera("import sqlite3, sys\n"
                         "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                         "c.execute('BEGIN EXCLUSIVE')\n"
                         "print('locked')\n"
                         "sys.stdin.readline()\n"
                         "c.execute('COMMIT')\n"
                         "print('free')\n",
                         {folder.database()});
    QVERIFY(camera.waitForLine("locked"));
    auto database = BirbCamDatabase::open(folder.database(), 100);
    QVERIFY(!database.ok());
    QVERIFY2(database.error().what.contains("locked"), qPrintable(database.error().what));
    camera.say("go");
    QVERIFY(camera.waitForLine("free"));
    database = BirbCamDatabase::open(folder.database(), 100);
    QVERIFY(database.ok());

    PythonProcess writer("import sqlite3, sys\n"
                         "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                         "c.execute('BEGIN IMMEDIATE')\n"
                         "print('locked')\n"
                         "sys.stdin.readline()\n",
                         {folder.database()});
    QVERIFY(writer.waitForLine("locked"));
    QElapsedTimer timer;
    timer.start();
    const auto done = (*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("x"), {}}});
    QVERIFY(!done.ok());
    QVERIFY(done.error().what.contains("locked"));
    QVERIFY(timer.elapsed() < 1500);
    QVERIFY(rowsOf(database).ok()); // a reserved lock does not keep anybody from reading
    writer.say("go");
    QVERIFY(writer.waitForFinished());
    QVERIFY((*database)->setTrueLabels({{at("2021-02-08T17:56:58"), QString("x"), {}}}).ok());
    QCOMPARE(folder.trueLabel("2021-02-08T10:56:58"), "x");
}

void TestBirbCamDatabase::anotherProcessInserting()
{
    BirbCamFolder folder;
    QList<testing::CameraRow> rows;
    for (int i = 0; i < 200; ++i)
        rows.append({QDateTime(QDate(2021, 2, 8), QTime(8, 0), asUtc)
                         .addSecs(i)
                         .toString("yyyy-MM-ddTHH:mm:ss"),
                     "chickadee", 0.9, "", false});
    folder.add(rows);
    PythonProcess camera("import sqlite3, sys, os\n"
                         "c = sqlite3.connect(sys.argv[1], timeout=30)\n"
                         "n = 0\n"
                         "while not os.path.exists(sys.argv[2]):\n"
                         "    t = '2021-03-%02dT%02d:%02d:%02d' % (n // 86400 + 1, n // 3600 % 24, "
                         "n // 60 % 60, n % 60)\n"
                         "    c.execute('INSERT INTO results VALUES(?,?,?,?,?,NULL,NULL)', (t, t, "
                         "t + '_none.jpg', 'none', 0.9))\n"
                         "    c.commit()\n"
                         "    n += 1\n"
                         "    if n == 1: print('running')\n"
                         "print('rows', n)\n",
                         {folder.database(), folder.path() + "/stop"});
    QVERIFY(camera.waitForLine("running"));
    auto database = BirbCamDatabase::open(folder.database());
    QVERIFY(database.ok());
    for (const auto &row : rows) {
        const auto done = (*database)->setTrueLabels(
            {{{BirbCamFolder::utc(row), BirbCamFolder::fileName(row)}, "label " + row.local, {}}});
        QVERIFY2(done.ok(), done ? "" : qPrintable(done.error().sentence()));
    }
    testing::writeFile(folder.path() + "/stop", "x");
    QVERIFY(camera.waitForFinished());
    const int theirs = camera.output().simplified().split(' ').last().toInt();
    QVERIFY(theirs > 0);
    qInfo("200 labels written while another process inserted %d rows", theirs);
    QCOMPARE(sqlValue(folder.database(),
                      "SELECT count(*) FROM results WHERE true_label = 'label ' || datetime")
                 .toInt(),
             200);
    QCOMPARE(sqlValue(folder.database(), "SELECT count(*) FROM results").toInt(), 200 + theirs);
    QCOMPARE(sqlValue(folder.database(), "PRAGMA integrity_check").toString(), "ok");
}

QTEST_GUILESS_MAIN(TestBirbCamDatabase)
#include "tst_birbcamdatabase.moc"
