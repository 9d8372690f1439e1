// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/imageloader.h"
#include "core/jobs/classifyqueue.h"
#include "core/model/inputgeometry.h"
#include "core/review/framefilter.h"
#include "core/review/labelcommand.h"
#include "core/review/picturecheck.h"
#include "core/store/store.h"

#include "support/birbcamfolder.h"
#include "support/openedday.h"

#include <QElapsedTimer>
#include <QSqlDatabase>
#include <QSqlQuery>

using namespace birblens;
using testing::encoded;
using testing::picture;
using testing::sqlValue;
using testing::writeFile;

namespace {

const TrueLabel magpie = TrueLabel::of({QStringLiteral("magpie")});

OpenModel twoBirds()
{
    OpenModel model;
    model.info.id = QStringLiteral("key of two birds");
    model.info.name = QStringLiteral("two birds");
    model.info.vocabulary = QStringList{"jay", "magpie"};
    model.info.thresholds = {0.5, 0.5};
    model.info.input.height = model.info.input.width = 32;
    return model;
}

/** A plain folder, opened, and all that belongs to that done. */
struct Review : testing::Opened
{
    explicit Review(const QString &folder)
        : Opened(folder)
    {
        settle();
    }
    void settle() { QTRY_VERIFY_WITH_TIMEOUT(session.isSettled(), 20000); }
    /** As the watcher does it. */
    const FrameEntry &at(const QString &key) { return session.day().at(session.day().rowOf(key)); }
    bool changed(const QString &key) { return at(key).pictureChanged(); }
};

class Folder
{
public:
    QString path() const { return m_dir.path(); }
    QString store() const { return file("birblens.db"); }
    QString file(const QString &name) const { return m_dir.filePath(name); }
    /** A file of that picture, as old as @p hours. */
    void put(const QString &name, int seed, int hours = 5) const
    {
        put(name, encoded(picture(48, 64, seed), "JPG"), hours);
    }
    void put(const QString &name, const QByteArray &bytes, int hours = 5) const
    {
        writeFile(file(name), bytes);
        setAge(name, hours);
    }
    void setAge(const QString &name, int hours) const
    {
        QFile touched(file(name));
        QVERIFY(touched.open(QIODevice::ReadWrite));
        QVERIFY(touched.setFileTime(QDateTime::currentDateTime().addSecs(-3600 * hours),
                                    QFileDevice::FileModificationTime));
    }

private:
    QTemporaryDir m_dir;
};

void label(const Folder &folder, const QStringList &keys, const TrueLabel &label = magpie)
{
    Review review(folder.path());
    QVERIFY(review.session.setTrueLabel(keys, label, "Label"));
    review.settle();
}

} // namespace

/** A label and a prediction are for a picture, not for a file's name. */
class TestPictures : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { PictureCheck::hurry(); }

    void replacedWhileClosed()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        folder.put("b.jpg", 2);
        label(folder, {"a.jpg", "b.jpg"});
        folder.put("a.jpg", 3, 1);
        Review review(folder.path());
        QVERIFY(review.changed("a.jpg"));
        QVERIFY(!review.changed("b.jpg"));
        QCOMPARE(review.at("a.jpg").label(), TrueLabel::unreviewed());
        QCOMPARE(review.state("a.jpg"), ReviewState::Unreviewed);
        QCOMPARE(review.session.day().reviewedCount(), 1);
        QVERIFY(review.heard("another picture", Message::Level::Warning));
        FrameFilter filter;
        filter.choose(remarkCriterion, {"picture-changed"});
        FrameMatcher matcher(filter, {});
        QVERIFY(matcher.matches(review.at("a.jpg")));
        QVERIFY(!matcher.matches(review.at("b.jpg")));
        // Nothing was deleted: the label that waits is in the store.
        QCOMPARE(review.record("a.jpg").label, magpie);
        QCOMPARE(sqlValue(folder.store(), "SELECT labels FROM labels WHERE frame = 'a.jpg'"),
                 QVariant("[\"magpie\"]"));
        // It is known at once when the day is opened again.
        Review again(folder.path());
        QVERIFY(again.changed("a.jpg"));
        QVERIFY(!again.heard("another picture", Message::Level::Warning));
    }

    void noChange_data()
    {
        QTest::addColumn<QString>("how");
        for (const char *how : {"touched", "metadata", "restored", "both"})
            QTest::newRow(how) << QString::fromLatin1(how);
    }

    void noChange()
    {
        QFETCH(QString, how);
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        const QByteArray bytes = testing::readFile(folder.file("a.jpg"));
        const QByteArray comment("\xff\xfe\0\x06late", 8);
        if (how == "touched")
            folder.setAge("a.jpg", 1);
        else if (how == "metadata")
            folder.put("a.jpg", bytes.left(2) + comment + bytes.mid(2));
        else if (how == "both")
            folder.put("a.jpg", bytes.left(2) + comment + bytes.mid(2) + QByteArray(64, '\0'), 1);
        else {
            QVERIFY(QFile::remove(folder.file("a.jpg")));
            Review(folder.path());
            folder.put("a.jpg", bytes, 1);
        }
        Review review(folder.path());
        QVERIFY(!review.changed("a.jpg"));
        QCOMPARE(review.at("a.jpg").label(), magpie);
        // The file as it is now is noted: the picture is not read again at the next start.
        const QFileInfo file(folder.file("a.jpg"));
        QCOMPARE(sqlValue(folder.store(), "SELECT size FROM pictures").toLongLong(), file.size());
        QCOMPARE(sqlValue(folder.store(), "SELECT modified FROM pictures").toLongLong(),
                 file.lastModified().toMSecsSinceEpoch());
    }

    /** Only files that look different are read. */
    void unlookedAt()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        QVERIFY(testing::sql(folder.store(), {"UPDATE pictures SET fingerprint = 'kept'"}));
        Review review(folder.path());
        QVERIFY(!review.changed("a.jpg"));
        QCOMPARE(sqlValue(folder.store(), "SELECT fingerprint FROM pictures"), QVariant("kept"));
    }

    void keepTheLabel()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        {
            Review review(folder.path());
            review.session.keepLabel({"a.jpg"});
            QVERIFY(!review.changed("a.jpg"));
            QCOMPARE(review.at("a.jpg").label(), magpie);
            QCOMPARE(review.session.day().reviewedCount(), 1);
            review.session.undoStack().undo();
            QVERIFY(review.changed("a.jpg"));
            QCOMPARE(review.session.day().reviewedCount(), 0);
            review.session.undoStack().redo();
            QVERIFY(!review.changed("a.jpg"));
        }
        Review again(folder.path());
        QVERIFY(!again.changed("a.jpg"));
        QCOMPARE(again.at("a.jpg").label(), magpie);
        again.session.undoStack().undo(); // also in a later run
        QVERIFY(again.changed("a.jpg"));
    }

    void labelAnew()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        Review review(folder.path());
        review.session.labelAnew({"a.jpg"});
        QVERIFY(!review.changed("a.jpg"));
        QCOMPARE(review.record("a.jpg").label, TrueLabel::unreviewed());
        review.session.undoStack().undo();
        QVERIFY(review.changed("a.jpg"));
        QCOMPARE(review.record("a.jpg").label, magpie);
    }

    /** A label given meanwhile is for the picture that is seen. */
    void labelledAgain()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        {
            Review review(folder.path());
            review.session.toggleLabel({"a.jpg"}, "jay"); // begins with nothing, not with magpie
            QVERIFY(!review.changed("a.jpg"));
            QCOMPARE(review.at("a.jpg").label(), TrueLabel::of({"jay"}));
        }
        folder.setAge("a.jpg", 3);
        Review again(folder.path());
        QVERIFY(!again.changed("a.jpg"));
        QCOMPARE(again.at("a.jpg").label(), TrueLabel::of({"jay"}));
    }

    void pictureComesBack()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        const OpenModel model = twoBirds();
        {
            Review review(folder.path());
            review.session.explain().setModel(model);
            review.settle();
            review.session.addPredictions(model.info.id,
                                          {{"a.jpg", predict(model.info, {-1.0F, 2.0F})}});
        }
        folder.put("a.jpg", 2, 1);
        {
            Review review(folder.path());
            QVERIFY(review.changed("a.jpg"));
        }
        folder.put("a.jpg", 1, 2);
        Review review(folder.path());
        QVERIFY(!review.changed("a.jpg"));
        QCOMPARE(review.at("a.jpg").label(), magpie);
        review.session.explain().setModel(model);
        review.settle();
        QVERIFY(review.at("a.jpg").prediction);
    }

    /** What was said of the picture before is not shown, and not lost. */
    void predictionsGoWithThePicture()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        folder.put("b.jpg", 2);
        const OpenModel model = twoBirds();
        {
            Review review(folder.path());
            review.session.explain().setModel(model);
            const Classified said(predict(model.info, {2.0F, -1.0F}), QByteArray("\x7f\x01", 2));
            const QList<Picture> pictures{*pictureOfFrame("a.jpg", folder.file("a.jpg")),
                                          *pictureOfFrame("b.jpg", folder.file("b.jpg"))};
            review.session.addPredictions(model.info.id, {{"a.jpg", said}, {"b.jpg", said}},
                                          pictures);
        }
        folder.put("a.jpg", 3, 1);
        {
            Review review(folder.path());
            review.session.explain().setModel(model);
            review.settle();
            QVERIFY(!review.at("a.jpg").prediction);
            QVERIFY(!review.at("a.jpg").hasFeatures);
            QVERIFY(review.at("b.jpg").prediction);
            QCOMPARE(sqlValue(folder.store(), "SELECT count(*) FROM predictions").toInt(), 2);
            review.session.addPredictions(model.info.id,
                                          {{"a.jpg", predict(model.info, {-1.0F, 2.0F})}},
                                          {*pictureOfFrame("a.jpg", folder.file("a.jpg"))});
        }
        Review review(folder.path());
        review.session.explain().setModel(model);
        review.settle();
        QVERIFY(review.at("a.jpg").prediction);
        QCOMPARE(review.at("a.jpg").prediction->classes, QList<int>{1});
        QCOMPARE(sqlValue(folder.store(), "SELECT count(*) FROM predictions").toInt(), 3);
    }

    /** Classified before anybody has looked: the old prediction must not stay beside. */
    void classifiedAfterTheChange()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        Review review(folder.path());
        folder.put("a.jpg", 2, 1);
        const auto decoded =
            decodeAhead({review.at("a.jpg").frame}, twoBirds().info.input).results();
        QCOMPARE(decoded.size(), 1);
        QVERIFY(decoded.first().picture);
        const OpenModel model = twoBirds();
        review.session.explain().setModel(model);
        review.settle();
        review.session.addPredictions(model.info.id,
                                      {{"a.jpg", predict(model.info, {-1.0F, 2.0F})}},
                                      {*decoded.first().picture});
        QVERIFY(review.changed("a.jpg"));
        QVERIFY(review.at("a.jpg").prediction);
    }

    /** Whole frames would fill the memory: what waits for the network has its input's size. */
    void decodedForTheNetwork()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        folder.put("b.jpg", 2);
        Review review(folder.path());
        const QImage frame = *loadImage(folder.file("a.jpg"));
        for (const Resize resize : {Resize::Squish, Resize::Crop, Resize::Pad}) {
            InputSpec input;
            input.width = 20;
            input.height = 13;
            input.resize = resize;
            const auto decoded =
                decodeAhead({review.at("a.jpg").frame, review.at("b.jpg").frame}, input).results();
            QCOMPARE(decoded.size(), 2);
            const QImage &image = decoded.first().image;
            QCOMPARE(image.size(), QSize(20, 13));
            QCOMPARE(image, resizeFrame(frame, input));
            QCOMPARE(resizeFrame(image, input), image); // the network resizes it once more
        }
    }

    void renamed()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        folder.put("b.jpg", 2);
        {
            Review review(folder.path());
            QVERIFY(review.session.setTrueLabel({"a.jpg"}, magpie, "Label"));
            QVERIFY(review.session.setComment("a.jpg", "two of them"));
            QVERIFY(review.session.setFlag({"a.jpg"}, true));
            review.settle();
        }
        QVERIFY(QDir(folder.path()).mkpath("sorted"));
        QVERIFY(QFile::rename(folder.file("a.jpg"), folder.file("sorted/other.jpg")));
        {
            Review review(folder.path());
            QCOMPARE(review.at("sorted/other.jpg").label(), magpie);
            QCOMPARE(review.at("sorted/other.jpg").mark, (Mark{true, "two of them"}));
            const QList<LabelChange> history = review.session.history("sorted/other.jpg");
            QCOMPARE(history.size(), 1);
            QCOMPARE(history.first().who, QString("moved from a.jpg"));
            QCOMPARE(history.first().after, magpie);
            QVERIFY(review.heard("was renamed or moved", Message::Level::Info));
        }
        Review review(folder.path());
        QCOMPARE(review.at("sorted/other.jpg").label(), magpie);
        QCOMPARE(review.at("sorted/other.jpg").mark.comment, QString("two of them"));
        QCOMPARE(review.at("b.jpg").label(), TrueLabel::unreviewed());
        QCOMPARE(review.session.day().reviewedCount(), 1);
    }

    void renamedWhileOpen()
    {
        PictureCheck::hurry(false);
        const Folder folder;
        folder.put("a.jpg", 1);
        Review review(folder.path());
        QVERIFY(review.session.setTrueLabel({"a.jpg"}, magpie, "Label"));
        review.settle();
        QVERIFY(QFile::rename(folder.file("a.jpg"), folder.file("c.jpg")));
        QTRY_VERIFY_WITH_TIMEOUT(review.session.day().rowOf("c.jpg") >= 0, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(review.at("c.jpg").label(), magpie, 20000);
        QCOMPARE(review.at("a.jpg").label(), TrueLabel::unreviewed());
        QCOMPARE(review.session.day().reviewedCount(), 1);
    }

    /** The label is of a picture that was replaced before: it is not valid in the new place. */
    void setAsideAndRenamed()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        Review review(folder.path());
        QVERIFY(review.changed("a.jpg"));
        QVERIFY(QFile::rename(folder.file("a.jpg"), folder.file("c.jpg")));
        QTRY_VERIFY_WITH_TIMEOUT(review.session.day().rowOf("c.jpg") >= 0, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(review.record("c.jpg").label, magpie, 20000);
        QVERIFY(review.changed("c.jpg"));
        QVERIFY(!review.changed("a.jpg"));
        QCOMPARE(review.at("c.jpg").label(), TrueLabel::unreviewed());
        QCOMPARE(review.session.day().reviewedCount(), 0);
    }

    /** Taking back what was done before the picture was renamed. */
    void undoneAfterRenaming()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        {
            Review review(folder.path());
            QVERIFY(review.session.setComment("a.jpg", "a record"));
            review.session.labelAnew({"a.jpg"});
        }
        QVERIFY(QFile::rename(folder.file("a.jpg"), folder.file("c.jpg")));
        {
            Review review(folder.path());
            QVERIFY(!review.changed("c.jpg"));
            QCOMPARE(review.at("c.jpg").mark.comment, QString("a record"));
            review.session.undoStack().undo();
            QCOMPARE(review.record("c.jpg").label, magpie);
            QVERIFY(review.changed("c.jpg")); // it is the label of the picture before
        }
        Review again(folder.path());
        QVERIFY(again.changed("c.jpg"));
        QCOMPARE(again.session.day().reviewedCount(), 0);
    }

    /** A correction of its own clock goes with the picture, also without a label. */
    void renamedWithItsClock()
    {
        const Folder folder;
        folder.put("20210208_100000.jpg", 1);
        folder.put("20210208_110000.jpg", 2);
        Review review(folder.path());
        QVERIFY(review.session.shiftClock({"20210208_100000.jpg"}, 3600 * 1000));
        review.settle();
        QVERIFY(QDir(folder.path()).mkpath("sorted"));
        QVERIFY(QFile::rename(folder.file("20210208_100000.jpg"),
                              folder.file("sorted/20210208_100000.jpg")));
        const QString key = "sorted/20210208_100000.jpg";
        QTRY_VERIFY_WITH_TIMEOUT(review.session.day().rowOf(key) >= 0, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(review.at(key).frame.captureTime.time(), QTime(11, 0), 20000);
        Review again(folder.path());
        QCOMPARE(again.at(key).frame.captureTime.time(), QTime(11, 0));
        again.session.undoStack().undo();
        QCOMPARE(again.at(key).frame.captureTime.time(), QTime(10, 0));
    }

    /** It was meant for the picture: another one in its place is not corrected. */
    void clockOfAReplacedPicture()
    {
        const Folder folder;
        const QString key = "20210208_100000.jpg";
        folder.put(key, 1);
        const auto time = [&](Review &review) { return review.at(key).frame.captureTime.time(); };
        {
            Review review(folder.path());
            QVERIFY(review.session.shiftClock({key}, 3600 * 1000));
            review.settle();
        }
        folder.put(key, 2, 1);
        {
            Review review(folder.path());
            QCOMPARE(time(review), QTime(10, 0));
            QVERIFY(review.session.shiftClock({}, 60 * 1000)); // of the day
            QCOMPARE(time(review), QTime(10, 1));
        }
        folder.put(key, 1, 2);
        Review review(folder.path());
        QCOMPARE(time(review), QTime(11, 1));
        review.session.undoStack().undo();
        review.session.undoStack().undo();
        QCOMPARE(time(review), QTime(10, 0));
        QVERIFY(!review.heard(QString(), Message::Level::Warning));
    }

    /** One pass over each table, whatever the number: this took a minute once. */
    void manyRenamed()
    {
        const Folder folder;
        const int count = 10000;
        QList<std::pair<QString, QString>> pairs;
        const auto store = Store::open(folder.path());
        DecisionSteps steps;
        for (int i = 0; i < count; ++i) {
            const QString key = QStringLiteral("%1.jpg").arg(i);
            LabelStep step;
            step.change.key = key;
            step.change.after = magpie;
            steps.labels.append(step);
            steps.marks.append({key, {}, Mark{true, {}}});
            pairs.append({key, "sorted/" + key});
        }
        const auto id = (*store)->decide("Label", steps);
        QVERIFY(id.ok());
        QElapsedTimer timer;
        timer.start();
        const auto moved = (*store)->moveRecords(pairs);
        QVERIFY(moved.ok());
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        QCOMPARE(moved->size(), count);
        QCOMPARE(moved->value("sorted/77.jpg").record.label, magpie);
        QVERIFY(moved->value("sorted/77.jpg").mark.flagged);
        const auto turned = (*store)->setUndone(*id, true, "tester");
        QCOMPARE(turned->done.labels.size(), count);
        QVERIFY(turned->left.isEmpty());
        QVERIFY((*store)->framesWithRecords()->isEmpty());
    }

    /** Two of three frames cannot move: somebody has said something of their new places. */
    void movesOnlyToFreePlaces()
    {
        const Folder folder;
        const auto store = Store::open(folder.path());
        DecisionSteps steps;
        for (const char *key : {"a.jpg", "b.jpg", "c.jpg", "new/b.jpg"}) {
            LabelStep step;
            step.change.key = key;
            step.change.after = magpie;
            steps.labels.append(step);
        }
        steps.clock.append({"new/c.jpg", {}, 1000});
        QVERIFY((*store)->decide("Label", steps).ok());
        const auto moved = (*store)->moveRecords(
            {{"a.jpg", "new/a.jpg"}, {"b.jpg", "new/b.jpg"}, {"c.jpg", "new/c.jpg"}});
        QCOMPARE(moved->keys(), QStringList{"new/a.jpg"});
        const auto labels = (*store)->labels();
        QCOMPARE(labels->value("new/a.jpg").label, magpie);
        QVERIFY(!labels->contains("a.jpg"));
        QCOMPARE(labels->value("b.jpg").label, magpie);
        QCOMPARE(labels->value("c.jpg").label, magpie);
    }

    /** A command must not go on with labels of which nobody knows the picture. */
    void failuresAreSaid()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        const QString full = "CREATE TRIGGER full BEFORE INSERT ON pictures"
                             " BEGIN SELECT RAISE(ABORT, 'disk on fire'); END";
        QVERIFY(testing::sql(folder.store(), {full}));
        const OpenModel model = twoBirds();
        {
            Review review(folder.path());
            QVERIFY(review.session.picturesProblem());
            QVERIFY(review.heard("disk on fire", Message::Level::Problem));
            QVERIFY(!review.changed("a.jpg"));
            // What would be taken for a prediction of the picture before is not kept.
            review.session.explain().setModel(model);
            review.settle();
            review.session.addPredictions(model.info.id,
                                          {{"a.jpg", predict(model.info, {-1.0F, 2.0F})}},
                                          {*pictureOfFrame("a.jpg", folder.file("a.jpg"))});
            QVERIFY(review.heard("Couldn't save predictions", Message::Level::Warning));
            QCOMPARE(sqlValue(folder.store(), "SELECT count(*) FROM predictions").toInt(), 0);
        }
        QVERIFY(testing::sql(folder.store(), {"DROP TRIGGER full"}));
        Review review(folder.path());
        QVERIFY(!review.session.picturesProblem());
        QVERIFY(review.changed("a.jpg"));
    }

    /** In the window it is noted as soon as the lock goes. */
    void notedAfterALock()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        testing::Opened day(folder.path());
        const QString name = "lock";
        {
            QSqlDatabase other = QSqlDatabase::addDatabase("QSQLITE", name);
            other.setDatabaseName(folder.store());
            QVERIFY(other.open());
            QVERIFY(QSqlQuery(other).exec("BEGIN IMMEDIATE"));
            QTRY_VERIFY_WITH_TIMEOUT(day.session.isSettled(), 20000);
            QCOMPARE(day.label("a.jpg"), magpie);
            QVERIFY(!day.session.day().at(0).pictureChanged());
            QVERIFY(!day.session.picturesProblem());
            QVERIFY(QSqlQuery(other).exec("ROLLBACK"));
        }
        QSqlDatabase::removeDatabase(name);
        QTRY_VERIFY_WITH_TIMEOUT(day.session.day().at(0).pictureChanged(), 20000);
    }

    /** Labelled before any look has seen that the picture is another one. */
    void labelledBeforeTheLook()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        Review review(folder.path());
        folder.put("a.jpg", 2, 1);
        QVERIFY(review.session.setTrueLabel({"a.jpg"}, TrueLabel::of({"jay"}), "Label"));
        review.settle();
        QVERIFY(!review.changed("a.jpg"));
        QCOMPARE(review.at("a.jpg").label(), TrueLabel::of({"jay"}));
        {
            Review again(folder.path());
            QVERIFY(!again.changed("a.jpg"));
            QCOMPARE(again.at("a.jpg").label(), TrueLabel::of({"jay"}));
        }
        review.session.undoStack().undo();
        QCOMPARE(review.record("a.jpg").label, magpie);
        QVERIFY(review.changed("a.jpg"));
    }

    /** Under a lock the decision waits, and what it is for is noted before it. */
    void labelledBeforeTheLookUnderALock()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        Review review(folder.path());
        folder.put("a.jpg", 2, 1);
        const QString name = "lock";
        {
            QSqlDatabase other = QSqlDatabase::addDatabase("QSQLITE", name);
            other.setDatabaseName(folder.store());
            QVERIFY(other.open());
            QVERIFY(QSqlQuery(other).exec("BEGIN IMMEDIATE"));
            review.session.toggleLabel({"a.jpg"}, "jay");
            QCOMPARE(review.session.waitingFrames(), 1);
            QVERIFY(QSqlQuery(other).exec("ROLLBACK"));
        }
        QSqlDatabase::removeDatabase(name);
        QTRY_COMPARE_WITH_TIMEOUT(review.session.waitingFrames(), 0, 20000);
        QCOMPARE(review.at("a.jpg").label(), TrueLabel::of({"jay"}));
        QVERIFY(!review.changed("a.jpg"));
        review.settle();
        Review again(folder.path());
        QVERIFY(!again.changed("a.jpg"));
        QCOMPARE(again.at("a.jpg").label(), TrueLabel::of({"jay"}));
    }

    /** While one look is under way the day changes again: it is looked at once more. */
    void changedDuringALook()
    {
        PictureCheck::hurry(false);
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        Review review(folder.path());
        for (int i = 0; i < 4; ++i) { // more often than looks may follow each other
            folder.put(QStringLiteral("n%1.jpg").arg(i), 10 + i);
            QTRY_VERIFY_WITH_TIMEOUT(
                review.session.day().rowOf(QStringLiteral("n%1.jpg").arg(i)) >= 0, 20000);
        }
        QVERIFY(QFile::rename(folder.file("a.jpg"), folder.file("c.jpg")));
        QTRY_VERIFY_WITH_TIMEOUT(review.session.day().rowOf("c.jpg") >= 0, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(review.at("c.jpg").label(), magpie, 20000);
    }

    /** A frame that was missing when the day was opened has all that was said of it. */
    void comesBackLater()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        folder.put("b.jpg", 5);
        label(folder, {"a.jpg"});
        folder.put("a.jpg", 2, 1);
        {
            Review review(folder.path());
            QVERIFY(review.changed("a.jpg"));
            QVERIFY(review.session.setComment("a.jpg", "two of them"));
        }
        QTemporaryDir away;
        QVERIFY(QFile::rename(folder.file("a.jpg"), away.filePath("a.jpg")));
        Review review(folder.path());
        QCOMPARE(review.session.day().rowOf("a.jpg"), -1);
        QVERIFY(QFile::rename(away.filePath("a.jpg"), folder.file("a.jpg")));
        QTRY_VERIFY_WITH_TIMEOUT(review.session.day().rowOf("a.jpg") >= 0, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(review.at("a.jpg").mark.comment, QString("two of them"), 20000);
        QVERIFY(review.changed("a.jpg"));
        QCOMPARE(review.session.day().reviewedCount(), 0);
    }

    /** Where it is not sure which is which, nothing moves. */
    void notMoved_data()
    {
        QTest::addColumn<QString>("how");
        for (const char *how : {"two places", "two labels", "labelled", "another picture"})
            QTest::newRow(how) << QString::fromLatin1(how);
    }

    void notMoved()
    {
        QFETCH(QString, how);
        const Folder folder;
        folder.put("a.jpg", 1);
        if (how == "two labels")
            folder.put("a2.jpg", 1);
        if (how == "labelled")
            folder.put("b.jpg", 1);
        label(folder, how == "two labels" ? QStringList{"a.jpg", "a2.jpg"} : QStringList{"a.jpg"});
        if (how == "labelled")
            label(folder, {"b.jpg"}, TrueLabel::of({"jay"}));
        QVERIFY(QFile::remove(folder.file("a.jpg")));
        QFile::remove(folder.file("a2.jpg"));
        folder.put("b.jpg", how == "another picture" ? 2 : 1);
        if (how == "two places")
            folder.put("c.jpg", 1);
        Review review(folder.path());
        QCOMPARE(review.at("b.jpg").label(),
                 how == "labelled" ? TrueLabel::of({"jay"}) : TrueLabel::unreviewed());
        QCOMPARE(sqlValue(folder.store(), "SELECT kind FROM labels WHERE frame = 'a.jpg'").toInt(),
                 2);
    }

    /** Size and time are noted at once, fingerprints as time allows. */
    void manyLabels()
    {
        PictureCheck::hurry(false);
        const Folder folder;
        QStringList keys;
        for (int i = 0; i < 150; ++i) {
            keys.append(QStringLiteral("%1.jpg").arg(i, 3, 10, QLatin1Char('0')));
            folder.put(keys.last(), i);
        }
        Review review(folder.path());
        QVERIFY(review.session.setTrueLabel(keys, magpie, "Label"));
        review.settle();
        QCOMPARE(sqlValue(folder.store(), "SELECT count(*) FROM pictures").toInt(), 150);
        QTRY_COMPARE_WITH_TIMEOUT(
            sqlValue(folder.store(), "SELECT count(*) FROM pictures WHERE fingerprint <> ''")
                .toInt(),
            150, 20000);
    }

    /** A label from before there were fingerprints. */
    void olderStore()
    {
        const Folder folder;
        folder.put("a.jpg", 1);
        label(folder, {"a.jpg"});
        QVERIFY(testing::sql(folder.store(), {"DELETE FROM pictures"}));
        {
            Review review(folder.path());
            QVERIFY(!review.changed("a.jpg"));
        }
        folder.put("a.jpg", 2, 1);
        Review review(folder.path());
        QVERIFY(review.changed("a.jpg"));
    }

    void cameraIsLeftAlone()
    {
        const testing::CameraRow row{"2021-02-08T10:56:58", "jay"};
        const testing::BirbCamFolder folder({row});
        const QString key = testing::BirbCamFolder::key(row);
        const QString path = folder.path() + '/' + key;
        {
            Review review(folder.path());
            QVERIFY(review.session.setTrueLabel({key}, magpie, "Label"));
            review.settle();
            QCOMPARE(folder.trueLabel(row.local), QString("magpie"));
        }
        writeFile(path, encoded(picture(48, 64, 99), "JPG"));
        Review review(folder.path());
        QVERIFY(review.changed(key));
        QCOMPARE(folder.trueLabel(row.local), QString("magpie"));
        QCOMPARE(review.session.pendingWrites(), 0);
        QVERIFY(review.session.conflicts().isEmpty());
    }

    void rowsThatCannotBeToldApart()
    {
        const testing::BirbCamFolder folder({{"2021-02-08T09:00:00", "jay"}});
        const QString name = "2021-02-08T10:56:58_jay.jpg";
        const QString insert = "INSERT INTO results VALUES('2021-02-08T17:56:58',"
                               "'2021-02-08T10:56:58','%1','jay',0.9,NULL,NULL)";
        // A camera's table without the primary key.
        QVERIFY(testing::sql(folder.database(),
                             {"CREATE TABLE plain AS SELECT * FROM results", "DROP TABLE results",
                              "ALTER TABLE plain RENAME TO results", insert.arg(name),
                              insert.arg(name), insert.arg("other.jpg")}));
        writeFile(folder.path() + "/imgs/" + name, encoded(picture(), "JPG"));
        writeFile(folder.path() + "/imgs/other.jpg", encoded(picture(48, 64, 7), "JPG"));
        Review review(folder.path());
        QVERIFY(review.session.setTrueLabel({"imgs/" + name, "imgs/other.jpg"}, magpie, "Label"));
        QCOMPARE(review.at("imgs/" + name).label(), magpie);
        QVERIFY(review.session.cameraRowProblem("imgs/" + name).contains("two rows"));
        QVERIFY(review.session.cameraRowProblem("imgs/other.jpg").isEmpty());
        QCOMPARE(review.session.pendingWrites(), 0);
        const QString labels = "SELECT group_concat(coalesce(true_label, '-')) FROM results"
                               " WHERE file_name = '%1'";
        QCOMPARE(sqlValue(folder.database(), labels.arg(name)), QVariant("-,-"));
        QCOMPARE(sqlValue(folder.database(), labels.arg("other.jpg")), QVariant("magpie"));
    }
};

QTEST_GUILESS_MAIN(TestPictures)
#include "tst_pictures.moc"
