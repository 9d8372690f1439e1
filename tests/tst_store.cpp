// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/filehash.h"
#include "core/store/migrations.h"
#include "core/store/store.h"
#include "core/store/storefiles.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

using namespace birblens;
using testing::PythonProcess;
using testing::readFile;
using testing::sql;
using testing::sqlValue;
using testing::writeFile;

namespace {

LabelChange change(const QString &key, const TrueLabel &before, const TrueLabel &after,
                   const QString &shown = {})
{
    LabelChange change;
    change.key = key;
    change.before = before;
    change.after = after;
    change.shownPrediction = shown;
    change.who = "tester";
    change.when = QDateTime(QDate(2021, 2, 8), QTime(12, 0, 0, 250), asUtc);
    return change;
}

ModelInfo model(const QString &id, const QStringList &vocabulary = {"a", "b"})
{
    ModelInfo info;
    info.id = id;
    info.name = "test";
    info.vocabulary = vocabulary;
    info.task = Task::MultiLabel;
    return info;
}

std::unique_ptr<Store> opened(const QString &folder, StoreOpening opening = StoreOpening::Checked)
{
    auto store = Store::open(folder, opening);
    if (!store) {
        QTest::qFail(qPrintable(store.error().sentence()), __FILE__, __LINE__);
        return nullptr;
    }
    return std::move(*store);
}

} // namespace

class TestStore : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void startsEmpty();
    void labelsComeBack_data();
    void labelsComeBack();
    void historyIsKept();
    void historyIsAppendOnly();
    void allOrNothing();
    void durability();
    void cameraState();
    void takesFromCamera();
    void predictionsPerModel();
    void featuresPerModel();
    void thresholdsAndNamesAreNoOtherModel();
    void lastModelThatClassified();
    void predictionsOfAnOlderBirblens();
    void migratesNothingTwice();
    void refuses_data();
    void refuses();
    void refusesDamagedPages();
    void unfinishedMigrationIsUndone();
    void dailyCopies();
    void copiesOfAWrongClock();
    void onlyCopyWithLabelsStays();
    void copyUnderALock();
    void copyIsAStore();
    void interruptedCopy();
    void unwritableFolder();
    void readOnlyDayKeepsItsLabels();
    void twoProcesses();
    void killedWhileWriting();
    void manyLabels();
};

void TestStore::startsEmpty()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store);
    QCOMPARE(store->path(), dir.filePath("birblens.db"));
    QCOMPARE(Store::pathFor(dir.path()), store->path());
    QVERIFY(store->labels()->isEmpty());
    QVERIFY(store->history("a")->isEmpty());
    QCOMPARE(sqlValue(store->path(), "PRAGMA journal_mode").toString(), "wal");
    QCOMPARE(sqlValue(store->path(), "PRAGMA user_version").toInt(), newestSchemaVersion());
    QVERIFY(!QFileInfo::exists(dir.filePath(".birblens-backups"))); // nothing to lose yet
}

void TestStore::labelsComeBack_data()
{
    QTest::addColumn<TrueLabel>("label");
    QTest::newRow("unreviewed") << TrueLabel::unreviewed();
    QTest::newRow("unsure") << TrueLabel::unsure();
    QTest::newRow("none") << TrueLabel::none();
    QTest::newRow("one") << TrueLabel::of({"magpie"});
    QTest::newRow("two") << TrueLabel::of({"sparrow", "magpie"});
    QTest::newRow("difficult names")
        << TrueLabel::of({"tench, Tinca tinca", "o'brien \"x\"", "häher", "[]"});
}

void TestStore::labelsComeBack()
{
    QFETCH(TrueLabel, label);
    QTemporaryDir dir;
    const QString key = "imgs/2021-02-08T10:56:58_o'ch\"ü.jpg";
    QVERIFY(opened(dir.path())->setLabels({change(key, TrueLabel::none(), label, "none")}).ok());
    const auto store = opened(dir.path());
    const auto labels = store->labels();
    QVERIFY(labels.ok());
    QCOMPARE(labels->size(), 1);
    QCOMPARE(labels->value(key).label, label);
    QCOMPARE(labels->value(key).shownPrediction, "none");
    QVERIFY(!labels->value(key).cameraSeen);
    QVERIFY(!labels->value(key).pending);
    QCOMPARE(store->history(key)->first().after, label);
}

void TestStore::historyIsKept()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    const LabelChange first = change("a", TrueLabel::unreviewed(), TrueLabel::of({"x"}), "x");
    const LabelChange second = change("a", TrueLabel::of({"x"}), TrueLabel::unsure(), "none");
    QVERIFY(store->setLabels({first, change("b", {}, TrueLabel::none())}).ok());
    QVERIFY(store->setLabels({second}).ok());
    const auto history = store->history("a");
    QCOMPARE(history->size(), 2);
    QCOMPARE(history->at(0).before, first.before);
    QCOMPARE(history->at(0).after, first.after);
    QCOMPARE(history->at(0).when, first.when);
    QCOMPARE(history->at(0).who, "tester");
    QCOMPARE(history->at(0).shownPrediction, "x");
    QCOMPARE(history->at(1).before, second.before);
    QCOMPARE(history->at(1).after, second.after);
    // Who and when are never missing.
    QVERIFY(store->setLabels({{"c", {}, TrueLabel::none(), {}, {}, {}}}).ok());
    QVERIFY(qAbs(store->history("c")->first().when.secsTo(QDateTime::currentDateTimeUtc())) < 60);
}

void TestStore::historyIsAppendOnly()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store->setLabels({change("a", {}, TrueLabel::none())}).ok());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("append-only"));
    QVERIFY(!sql(store->path(), {"UPDATE label_history SET who='nobody'"}));
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("append-only"));
    QVERIFY(!sql(store->path(), {"DELETE FROM label_history"}));
    QCOMPARE(store->history("a")->size(), 1);
    QCOMPARE(store->history("a")->first().who, "tester");
}

void TestStore::allOrNothing()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(
        sql(store->path(), {"CREATE TRIGGER full BEFORE INSERT ON label_history WHEN new.frame='b'"
                            " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END"}));
    const auto done =
        store->setLabels({change("a", {}, TrueLabel::none()), change("b", {}, TrueLabel::none())});
    QVERIFY(!done.ok());
    QVERIFY(done.error().what.contains("disk on fire"));
    QCOMPARE(done.error().where, store->path());
    QVERIFY(store->labels()->isEmpty());
    QVERIFY(store->history("a")->isEmpty());
    QVERIFY(store->setLabels({change("a", {}, TrueLabel::none())}).ok()); // and goes on working
}

void TestStore::durability()
{
    // What another connection sees at once is committed; no close is needed.
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}))}).ok());
    QCOMPARE(sqlValue(store->path(), "SELECT labels FROM labels WHERE frame='a'").toString(),
             "[\"x\"]");
    const qint64 version = *store->dataVersion();
    QCOMPARE(*store->dataVersion(), version);
    QVERIFY(sql(store->path(), {"INSERT INTO notes(utc, who, text) VALUES('', '', 'x')"}));
    QVERIFY(*store->dataVersion() != version);
}

void TestStore::cameraState()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}), "y")}).ok());
    QVERIFY(store->setCameraState("a", QString("old"), true, QString("theirs")).ok());
    QVERIFY(store->setCameraState("b", std::nullopt, false, QString("")).ok());
    const auto labels = store->labels();
    QCOMPARE(labels->value("a").label, TrueLabel::of({"x"}));
    QCOMPARE(labels->value("a").shownPrediction, "y");
    QCOMPARE(labels->value("a").cameraSeen, QString("old"));
    QCOMPARE(labels->value("a").conflict, QString("theirs"));
    QVERIFY(labels->value("a").pending);
    QCOMPARE(labels->value("b").label, TrueLabel::unreviewed());
    QVERIFY(labels->value("b").conflict); // empty text: theirs was removed
    QVERIFY(labels->value("b").conflict->isEmpty());
    // A new label leaves the other side as it was.
    QVERIFY(store->setLabels({change("a", TrueLabel::of({"x"}), TrueLabel::none())}).ok());
    QCOMPARE(store->labels()->value("a").cameraSeen, QString("old"));
    QVERIFY(store->setCameraState("a", std::nullopt, false, std::nullopt).ok());
    QVERIFY(!store->labels()->value("a").cameraSeen);
    QVERIFY(!store->labels()->value("a").conflict);
    QCOMPARE(sqlValue(store->path(), "SELECT count(*) FROM label_history").toInt(), 2);
}

void TestStore::takesFromCamera()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store->setLabels({change("b", {}, TrueLabel::of({"person"}))}).ok());
    const auto refused = store->takeFromCamera(
        {change("a", TrueLabel::unreviewed(), TrueLabel::of({"theirs"}), "p"),
         change("b", TrueLabel::unreviewed(), TrueLabel::of({"theirs"}), "p")},
        {{"a", QString("theirs"), false, std::nullopt},
         {"b", QString("theirs"), false, std::nullopt},
         {"c", QString("seen"), false, std::nullopt}});
    QVERIFY(refused.ok());
    QCOMPARE(*refused, QStringList{"b"}); // somebody labelled it meanwhile
    const auto labels = store->labels();
    QCOMPARE(labels->value("a").label, TrueLabel::of({"theirs"}));
    QCOMPARE(labels->value("a").cameraSeen, QString("theirs"));
    QCOMPARE(labels->value("b").label, TrueLabel::of({"person"}));
    QVERIFY(!labels->value("b").cameraSeen);
    QCOMPARE(labels->value("c").cameraSeen, QString("seen"));
    QCOMPARE(store->history("b")->size(), 1);
}

void TestStore::predictionsPerModel()
{
    QTemporaryDir dir;
    QHash<QString, Classified> predictions;
    predictions.insert("x", predict(model("one"), {2.5F, -1.25F}));
    predictions.insert("y", predict(model("one"), {-3.0F, 1e-30F}));
    QVERIFY(opened(dir.path())->savePredictions(model("one"), predictions).ok());
    const auto store = opened(dir.path());
    const auto back = store->predictions(model("one"));
    QVERIFY(back.ok());
    QCOMPARE(back->size(), 2);
    for (const char *key : {"x", "y"}) {
        const Prediction before = predictions.value(key).prediction;
        QCOMPARE(back->value(key).logits, before.logits); // bit for bit
        QCOMPARE(back->value(key).probabilities, before.probabilities);
        QCOMPARE(back->value(key).classes, before.classes);
        QCOMPARE(back->value(key).confidence, before.confidence);
    }
    QVERIFY(store->predictions(model("two"))->isEmpty());
    // Logits of another number of classes belong to other metadata: not used.
    QVERIFY(store->predictions(model("one", {"a", "b", "c"}))->isEmpty());
    // Again, and replaced.
    QVERIFY(
        store->savePredictions(model("one"), {{"x", predict(model("one"), {0.5F, 0.5F})}}).ok());
    QCOMPARE(store->predictions(model("one"))->value("x").logits, QList<float>({0.5F, 0.5F}));
    QCOMPARE(store->predictions(model("one"))->size(), 2);
    QCOMPARE(sqlValue(store->path(), "SELECT count(*) FROM models").toInt(), 1);
    QCOMPARE(
        sqlValue(store->path(), "SELECT length(logits) FROM predictions WHERE frame='y'").toInt(),
        8);
    QCOMPARE(
        sqlValue(store->path(), "SELECT hex(logits) FROM predictions WHERE frame='x'").toString(),
        "0000003F0000003F"); // little-endian float32 on any machine
}

void TestStore::featuresPerModel()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    const Prediction said = predict(model("one"), {1.0F, -1.0F});
    const QByteArray first("\x7f\0\x81", 3);
    const QByteArray second("\x01\x7f\0", 3);
    QVERIFY(store->savePredictions(model("one"), {{"x", {said, first}}, {"y", said}}).ok());
    QVERIFY(store->savePredictions(model("two"), {{"y", {said, second}}}).ok());
    QCOMPARE(*store->featureKeys("one"), QSet<QString>{"x"});
    QCOMPARE(*store->featureKeys("two"), QSet<QString>{"y"});
    QVERIFY(store->featureKeys("three")->isEmpty());
    const auto kept = [&](const QString &id) {
        QHash<QString, QByteArray> all;
        const auto done =
            store->readFeatures(id, [&all](const QString &key, const QByteArray &features) {
                all.insert(key, features);
                return true;
            });
        return done ? all : QHash<QString, QByteArray>();
    };
    QCOMPARE(kept("one"), (QHash<QString, QByteArray>{{"x", first}}));
    // Another look replaces them; one without features takes nothing away.
    QVERIFY(store->savePredictions(model("one"), {{"x", {said, second}}}).ok());
    QVERIFY(store->savePredictions(model("one"), {{"x", said}}).ok());
    QCOMPARE(kept("one"), (QHash<QString, QByteArray>{{"x", second}}));
    int calls = 0;
    QVERIFY(store->savePredictions(model("one"), {{"z", {said, first}}}).ok());
    QVERIFY(store
                ->readFeatures("one",
                               [&calls](const QString &, const QByteArray &) {
                                   ++calls;
                                   return false;
                               })
                .ok());
    QCOMPARE(calls, 1);
}

void TestStore::thresholdsAndNamesAreNoOtherModel()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    ModelInfo one = model("one");
    QVERIFY(store->savePredictions(one, {{"x", predict(one, {0.5F, -2.0F})}}).ok());
    ModelInfo copy = one;
    copy.thresholds = {0.9, 0.9};
    copy.name = "strict";
    copy.vocabulary = QStringList{"Meise", "Elster"};
    const auto said = store->predictions(copy);
    QVERIFY(said.ok());
    QCOMPARE(said->size(), 1);
    QCOMPARE(said->value("x").logits, QList<float>({0.5F, -2.0F}));
    QVERIFY(said->value("x").classes.isEmpty()); // under its own thresholds
    QVERIFY(!said->value("x").settingsUnknown);
}

void TestStore::lastModelThatClassified()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(!*store->lastModel());
    ModelInfo one = model("one");
    one.name = "first";
    one.input = {32, 48, Resize::Pad, PadMode::Border, {0.1F, 0.2F, 0.3F}, {0.4F, 0.5F, 0.6F}};
    one.thresholds = {0.25, 0.75};
    ModelInfo two = model("two");
    two.input = one.input;
    QVERIFY(store->savePredictions(one, {{"x", predict(one, {1.0F, 2.0F})}}).ok());
    QVERIFY(store->savePredictions(two, {{"x", predict(two, {1.0F, 2.0F})}}).ok());
    QVERIFY(
        sql(store->path(),
            {"UPDATE models SET last_classified = '2021-02-08T10:00:00.000Z' WHERE id = 'two'"}));
    const auto last = store->lastModel();
    QVERIFY(last.ok());
    QVERIFY(*last);
    QCOMPARE((*last)->id, QString("one"));
    QCOMPARE((*last)->name, QString("first"));
    QCOMPARE((*last)->input, one.input);
    QCOMPARE((*last)->thresholds, one.thresholds);
    QCOMPARE((*last)->vocabulary, one.vocabulary);
}

void TestStore::predictionsOfAnOlderBirblens()
{
    // A store of schema 4: predictions by the hash of the model's file.
    QTemporaryDir dir;
    const QString path = dir.filePath("net.pt");
    writeFile(path, "graph and weights");
    const QString hash = *fileHash(path);
    ModelInfo info = model("the key");
    info.path = path;
    {
        const auto store = opened(dir.path());
        QVERIFY(store
                    ->savePredictions(model("old"), {{"x", predict(info, {1.0F, -1.0F})},
                                                     {"y", predict(info, {2.0F, -2.0F})}})
                    .ok());
    }
    QVERIFY(sql(dir.filePath("birblens.db"),
                {QStringLiteral("PRAGMA foreign_keys = OFF"),
                 QStringLiteral("UPDATE predictions SET model = '%1'").arg(hash),
                 QStringLiteral("UPDATE models SET id = '%1', key = NULL, metadata = NULL,"
                                " last_classified = NULL")
                     .arg(hash)}));
    const auto store = opened(dir.path());
    // Of a bare file nobody knows the settings of the time.
    info.settingsInFile = false;
    QVERIFY(store->adoptPredictions(info).ok());
    auto said = store->predictions(info);
    QCOMPARE(said->size(), 2);
    QVERIFY(said->value("x").settingsUnknown);
    // Classified again, the new ones count, one by one.
    QVERIFY(store->savePredictions(info, {{"x", predict(info, {3.0F, -3.0F})}}).ok());
    said = store->predictions(info);
    QCOMPARE(said->size(), 2);
    QVERIFY(!said->value("x").settingsUnknown);
    QCOMPARE(said->value("x").logits.first(), 3.0F);
    QVERIFY(said->value("y").settingsUnknown);
    // Another file's are another model's.
    ModelInfo other = info;
    other.id = "another key";
    other.path = dir.filePath("other.pt");
    writeFile(other.path, "other weights");
    QVERIFY(store->predictions(other)->isEmpty());
    // Where the file itself holds the settings its hash fixes them: taken over, nothing is lost.
    ModelInfo bundle = info;
    bundle.id = "key of the bundle";
    bundle.settingsInFile = true;
    QVERIFY(store->adoptPredictions(bundle).ok());
    said = store->predictions(bundle);
    QCOMPARE(said->size(), 2);
    QVERIFY(!said->value("y").settingsUnknown);
    QCOMPARE(sqlValue(store->path(), "SELECT count(*) FROM predictions").toInt(), 3);
}

void TestStore::migratesNothingTwice()
{
    QTemporaryDir dir;
    for (int i = 0; i < 3; ++i)
        QVERIFY(opened(dir.path(), i == 1 ? StoreOpening::Quick : StoreOpening::Checked));
    QCOMPARE(sqlValue(dir.filePath("birblens.db"),
                      "SELECT count(*) FROM sqlite_master WHERE type='table'")
                 .toInt(),
             19); // one is SQLite's own, for numbers that are never used again
}

void TestStore::refuses_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("statements");
    QTest::addColumn<QString>("what");
    QTest::newRow("no database") << QByteArray("these are my notes about birds, not a database")
                                 << QStringList() << "damaged";
    QTest::newRow("header only") << QByteArray("SQLite format 3\0 and then nonsense", 35)
                                 << QStringList() << "damaged";
    QTest::newRow("newer") << QByteArray()
                           << QStringList{"CREATE TABLE future(x)", "PRAGMA user_version = 99"}
                           << "newer Birblens";
    QTest::newRow("other program's")
        << QByteArray() << QStringList{"CREATE TABLE recipes(x)"} << "some other program's";
}

void TestStore::refuses()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, statements);
    QFETCH(QString, what);
    QTemporaryDir dir;
    const QString path = dir.filePath("birblens.db");
    if (!bytes.isNull())
        writeFile(path, bytes);
    else
        QVERIFY(sql(path, statements));
    const QByteArray before = readFile(path);
    for (const StoreOpening opening : {StoreOpening::Checked, StoreOpening::Quick}) {
        const auto store = Store::open(dir.path(), opening);
        QVERIFY(!store.ok());
        QVERIFY2(store.error().what.contains(what), qPrintable(store.error().what));
        QCOMPARE(store.error().where, path);
        QVERIFY(!store.error().hint.isEmpty());
        QCOMPARE(readFile(path), before);
    }
    QCOMPARE(QDir(dir.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
             QStringList{"birblens.db"});
}

void TestStore::refusesDamagedPages()
{
    QTemporaryDir dir;
    {
        const auto store = opened(dir.path());
        QList<LabelChange> changes;
        for (int i = 0; i < 3000; ++i)
            changes.append(change(QString("imgs/%1.jpg").arg(i), {}, TrueLabel::of({"magpie"})));
        QVERIFY(store->setLabels(changes).ok());
    }
    const QString path = dir.filePath("birblens.db");
    QByteArray bytes = readFile(path);
    QVERIFY(bytes.size() > 100000);
    for (qsizetype at = 3 * 4096; at < bytes.size() / 2; ++at)
        bytes[at] = char(0x5A);
    writeFile(path, bytes);
    const auto store = Store::open(dir.path());
    QVERIFY(!store.ok());
    QVERIFY2(store.error().what.contains("damaged"), qPrintable(store.error().sentence()));
    QVERIFY(store.error().hint.contains(".birblens-backups"));
    QCOMPARE(readFile(path), bytes);
}

void TestStore::unfinishedMigrationIsUndone()
{
    // A table of ours is in the way of the first step: nothing of the step may remain.
    QTemporaryDir dir;
    const QString path = dir.filePath("birblens.db");
    QVERIFY(sql(path, {"CREATE TABLE experiments(x)"}));
    QVERIFY(sql(path, {"PRAGMA user_version = 0"}));
    QVERIFY(!Store::open(dir.path()).ok());
    QCOMPARE(sqlValue(path, "SELECT group_concat(name) FROM sqlite_master").toString(),
             "experiments");
}

void TestStore::dailyCopies()
{
    QTemporaryDir dir;
    const QString copies = dir.filePath(".birblens-backups");
    {
        const auto store = opened(dir.path());
        QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}))}).ok());
    }
    for (int day = 1; day <= 8; ++day)
        QVERIFY(copyStore(dir.filePath("birblens.db"), QDate(2021, 2, day)).ok());
    QCOMPARE(QDir(copies).entryList(QDir::Files, QDir::Name),
             QStringList({"birblens-2021-02-04.db.bak", "birblens-2021-02-05.db.bak",
                          "birblens-2021-02-06.db.bak", "birblens-2021-02-07.db.bak",
                          "birblens-2021-02-08.db.bak"}));
    // One a day: what is there is not replaced.
    const QString last = copies + "/birblens-2021-02-08.db.bak";
    const QByteArray before = readFile(last);
    QVERIFY(opened(dir.path(), StoreOpening::Quick)
                ->setLabels({change("b", {}, TrueLabel::of({"x"}))})
                .ok());
    QVERIFY(copyStore(dir.filePath("birblens.db"), QDate(2021, 2, 8)).ok());
    QCOMPARE(readFile(last), before);
    QVERIFY(opened(dir.path()));
    // Opening made today's; a quick opening makes none.
    const QString today =
        copies + QString("/birblens-%1.db.bak").arg(QDate::currentDate().toString(Qt::ISODate));
    QVERIFY(QFileInfo::exists(today));
    QVERIFY(QFile::remove(today));
    QVERIFY(opened(dir.path(), StoreOpening::Quick));
    QVERIFY(!QFileInfo::exists(today));
}

void TestStore::copiesOfAWrongClock()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("birblens.db");
    const auto store = opened(dir.path());
    const auto labelled = [&](int number) {
        QVERIFY(store->setLabels({change(QString::number(number), {}, TrueLabel::none())}).ok());
    };
    // A week in the future, then right again, then years back, then right.
    const QList<QDate> clock{{2021, 2, 8}, {2099, 1, 1}, {2099, 1, 2},  {2099, 1, 3},
                             {2099, 1, 4}, {2099, 1, 5}, {2021, 2, 9},  {2021, 2, 10},
                             {1970, 1, 1}, {1970, 1, 2}, {2021, 2, 13}, {2021, 2, 14}};
    for (qsizetype i = 0; i < clock.size(); ++i) {
        labelled(int(i));
        QVERIFY(copyStore(path, clock[i]).ok());
        const QStringList copies = storeCopies(path);
        QVERIFY(copies.size() <= keptStoreCopies);
        QCOMPARE(QFileInfo(copies.first()).fileName(),
                 QString("birblens-%1.db.bak").arg(clock[i].toString(Qt::ISODate)));
        QCOMPARE(sqlValue(copies.first(), "SELECT count(*) FROM labels").toInt(), int(i) + 1);
    }
    // The five that were made last, in the order they were made.
    QStringList names;
    for (const QString &copy : storeCopies(path))
        names.append(QFileInfo(copy).fileName().mid(9, 10));
    QCOMPARE(names,
             QStringList({"2021-02-14", "2021-02-13", "1970-01-02", "1970-01-01", "2021-02-10"}));
    // The date of an older copy comes again: today's labels count.
    labelled(100);
    QVERIFY(copyStore(path, QDate(2021, 2, 13)).ok());
    QCOMPARE(sqlValue(storeCopies(path).first(), "SELECT count(*) FROM labels").toInt(), 13);
    QCOMPARE(storeCopies(path).size(), keptStoreCopies);
}

void TestStore::onlyCopyWithLabelsStays()
{
    QTemporaryDir dir;
    const QString path = dir.filePath("birblens.db");
    QVERIFY(opened(dir.path())->setLabels({change("a", {}, TrueLabel::none())}).ok());
    QVERIFY(copyStore(path, QDate(2021, 2, 1)).ok());
    // The store is lost, and days go by.
    for (const char *suffix : {"", "-wal", "-shm"})
        QFile::remove(path + suffix);
    QVERIFY(opened(dir.path(), StoreOpening::Quick));
    for (int day = 2; day <= 9; ++day)
        QVERIFY(copyStore(path, QDate(2021, 2, day)).ok());
    const QStringList copies = storeCopies(path);
    QCOMPARE(copies.size(), keptStoreCopies);
    QVERIFY(copies.first().endsWith("birblens-2021-02-09.db.bak"));
    QVERIFY(copies.last().endsWith("birblens-2021-02-01.db.bak"));
    QCOMPARE(sqlValue(copies.last(), "SELECT count(*) FROM labels").toInt(), 1);
}

void TestStore::copyUnderALock()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store->setLabels({change("a", {}, TrueLabel::none())}).ok());
    PythonProcess other("import sqlite3, sys\n"
                        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                        "c.execute('BEGIN IMMEDIATE')\n"
                        "print('locked')\n"
                        "sys.stdin.readline()\n",
                        {store->path()});
    QVERIFY(other.waitForLine("locked"));
    QVERIFY(copyStore(store->path(), QDate(2021, 2, 8)).ok());
    QCOMPARE(sqlValue(storeCopies(store->path()).first(), "SELECT count(*) FROM labels").toInt(),
             1);
}

void TestStore::copyIsAStore()
{
    QTemporaryDir dir;
    {
        const auto store = opened(dir.path());
        QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}), "y")}).ok());
        QVERIFY(
            store->savePredictions(model("m"), {{"a", predict(model("m"), {1.0F, 2.0F})}}).ok());
    }
    QVERIFY(opened(dir.path()));
    QTemporaryDir other;
    const QString copy =
        QString("birblens-%1.db.bak").arg(QDate::currentDate().toString(Qt::ISODate));
    QVERIFY(QFile::copy(dir.filePath(".birblens-backups/" + copy), other.filePath("birblens.db")));
    const auto store = opened(other.path());
    QVERIFY(store);
    QCOMPARE(store->labels()->value("a").label, TrueLabel::of({"x"}));
    QCOMPARE(store->labels()->value("a").shownPrediction, "y");
    QCOMPARE(store->history("a")->size(), 1);
    QVERIFY(store->predictions(model("m"))->isEmpty()); // can be computed again
}

void TestStore::interruptedCopy()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}))}).ok());
    const QString copies = dir.filePath(".birblens-backups");
    writeFile(copies + "/birblens-2021-02-08.db.bak.part", "half a copy");
    QVERIFY(copyStore(store->path(), QDate(2021, 2, 8)).ok());
    QCOMPARE(QDir(copies).entryList(QDir::Files), QStringList{"birblens-2021-02-08.db.bak"});
    QCOMPARE(
        sqlValue(copies + "/birblens-2021-02-08.db.bak", "SELECT count(*) FROM labels").toInt(), 1);
    // A copies folder that cannot be made keeps nobody from working.
    QTemporaryDir blocked;
    QVERIFY(opened(blocked.path())->setLabels({change("a", {}, TrueLabel::none())}).ok());
    writeFile(blocked.filePath(".birblens-backups"), "a file");
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression("daily copies"));
    QVERIFY(opened(blocked.path()));
}

void TestStore::unwritableFolder()
{
    // Nobody, not even root, can make a file here.
    const QString folder = "/proc/sys";
    QVERIFY(QFileInfo(folder).isDir());
    QVERIFY(!isWritableFolder(folder));
    QVERIFY(!isWritableFolder("/nowhere/at/all"));
    QTemporaryDir writable;
    QVERIFY(isWritableFolder(writable.path()));
    QVERIFY(QDir(writable.path()).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));

    const QString path = Store::pathFor(folder);
    QVERIFY(path.startsWith(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) +
                            "/days/"));
    QVERIFY(path.endsWith("/birblens.db"));
    QVERIFY(QDir(QFileInfo(path).path()).removeRecursively() || !QFileInfo::exists(path));
    {
        const auto store = opened(folder);
        QVERIFY(store);
        QCOMPARE(store->path(), path);
        QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}))}).ok());
    }
    QCOMPARE(opened(folder)->labels()->value("a").label, TrueLabel::of({"x"}));
    // The same folder by another name is the same day; another folder is another.
    QCOMPARE(fallbackStorePath("/proc/../proc/sys"), path);
    QVERIFY(fallbackStorePath("/proc/sys/kernel") != path);
}

void TestStore::readOnlyDayKeepsItsLabels()
{
    // As when a reviewed day is opened from a disc.
    QTemporaryDir disc;
    QTemporaryDir home;
    const auto store = opened(disc.path());
    QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}))}).ok()); // still in the log
    QVERIFY(QFileInfo(disc.filePath("birblens.db-wal")).size() > 0);
    QVERIFY(seedStore(disc.filePath("birblens.db"), home.filePath("birblens.db")).ok());
    QCOMPARE(opened(home.path())->labels()->value("a").label, TrueLabel::of({"x"}));
}

void TestStore::twoProcesses()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    PythonProcess other(
        "import sqlite3, sys, os\n"
        "c = sqlite3.connect(sys.argv[1], timeout=30)\n"
        "n = 0\n"
        "while not os.path.exists(sys.argv[2]):\n"
        "    c.execute(\"INSERT INTO notes(utc, who, text) VALUES('', '', ?)\", (str(n),))\n"
        "    c.commit()\n"
        "    n += 1\n"
        "    if n == 1: print('running')\n"
        "print('rows', n)\n",
        {store->path(), dir.filePath("stop")});
    QVERIFY(other.waitForLine("running"));
    for (int i = 0; i < 200; ++i) {
        const auto done = store->setLabels({change(QString::number(i), {}, TrueLabel::of({"x"}))});
        QVERIFY2(done.ok(), done ? "" : qPrintable(done.error().sentence()));
    }
    writeFile(dir.filePath("stop"), "x");
    QVERIFY(other.waitForFinished());
    const int theirs = other.output().simplified().split(' ').last().toInt();
    QCOMPARE(store->labels()->size(), 200);
    QCOMPARE(sqlValue(store->path(), "SELECT count(*) FROM notes").toInt(), theirs);
}

void TestStore::killedWhileWriting()
{
    // A process that dies in the middle of a transaction leaves the labels before it.
    QTemporaryDir dir;
    {
        const auto store = opened(dir.path());
        QVERIFY(store->setLabels({change("a", {}, TrueLabel::of({"x"}))}).ok());
    }
    PythonProcess victim("import sqlite3, sys, os, signal\n"
                         "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
                         "c.execute('BEGIN IMMEDIATE')\n"
                         "c.execute(\"UPDATE labels SET labels='[]'\")\n"
                         "print('halfway')\n"
                         "os.kill(os.getpid(), signal.SIGKILL)\n",
                         {dir.filePath("birblens.db")});
    QVERIFY(victim.waitForLine("halfway"));
    QVERIFY(!victim.waitForFinished());
    const auto store = opened(dir.path());
    QVERIFY(store);
    QCOMPARE(store->labels()->value("a").label, TrueLabel::of({"x"}));
}

void TestStore::manyLabels()
{
    QTemporaryDir dir;
    const auto store = opened(dir.path());
    QList<LabelChange> changes;
    for (int i = 0; i < 10000; ++i)
        changes.append(change(QString("imgs/2021-02-08T10:56:58_%1.jpg").arg(i), {},
                              TrueLabel::of({"magpie"})));
    QElapsedTimer timer;
    timer.start();
    QVERIFY(store->setLabels(changes).ok());
    const qint64 written = timer.restart();
    QCOMPARE(store->labels()->size(), 10000);
    qInfo("10000 labels: written in %lld ms, read in %lld ms", static_cast<long long>(written),
          static_cast<long long>(timer.elapsed()));
    QVERIFY(written < 5000);
}

QTEST_GUILESS_MAIN(TestStore)
#include "tst_store.moc"
