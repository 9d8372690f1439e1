// SPDX-License-Identifier: GPL-3.0-or-later

#include "support/exportday.h"

#include <QDirIterator>
#include <QTest>

using namespace birblens;
using testing::encoded;
using testing::ExportDay;
using testing::picture;
using testing::readFile;
using testing::writeFile;

class TestTrainingFolders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void aFolderPerClass();
    void everyClassHasBothFolders();
    void labelsThatChange();
    void aLabelIsNotOnlyValidated();
    void severalLabels();
    void severalLabelsCopied();
    void filesOfOthersStay();
    void namesOfFolders();
    void twoFramesOfOnePicture();
    void unreadable();
    void cancelled();

private:
    ExportReport exported() const
    {
        const auto report = m_day->run("folders");
        return report ? *report : ExportReport();
    }

    /** Pictures in the set, below `folders`, in alphabetical order. */
    QStringList pictures() const
    {
        QStringList names;
        QDirIterator files(m_day->out("folders"), {"*.jpg"}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext())
            names.append(QDir(m_day->out("folders")).relativeFilePath(files.next()));
        names.sort();
        return names;
    }

    /** How the set's table and its pictures agree; the table without its first line. */
    QStringList table() const
    {
        QStringList lines =
            QString::fromUtf8(readFile(m_day->out("folders/pictures.csv"))).split('\n');
        lines.removeFirst();
        lines.removeAll({});
        return lines;
    }

    FrameEntry &frame(int minute) { return m_day->job.frames[minute]; }

    std::unique_ptr<ExportDay> m_day;
};

/** Twelve frames, a minute apart and so each an event of its own, that are all chickadees. */
void TestTrainingFolders::init()
{
    m_day = std::make_unique<ExportDay>();
    m_day->job.frames.clear();
    for (int minute = 0; minute < 12; ++minute)
        m_day->add(QString("10:%1:00_x").arg(minute, 2, 10, QChar('0')),
                   TrueLabel::of({"chickadee"}), {});
}

void TestTrainingFolders::aFolderPerClass()
{
    frame(1).record.label = TrueLabel::none();
    frame(2).record.label = TrueLabel::unsure();
    frame(3).record.label = TrueLabel::unreviewed();
    frame(4).frame.gone = true;
    const ExportReport report = exported();
    QCOMPARE(report.written.size(), 9);
    QCOMPARE(report.skipped, 3);
    QVERIFY(report.failures.isEmpty());
    const QStringList there = pictures();
    QCOMPARE(there.size(), 9);
    QCOMPARE(there.filter("/none/"), {"train/none/none_2021-02-08T10:01:00.jpg"});
    QCOMPARE(there.filter("/chickadee/chickadee_2021").size(), 8);
    QCOMPARE(readFile(m_day->out("folders/train/none/none_2021-02-08T10:01:00.jpg")),
             readFile(frame(1).frame.path()));
    for (const QString &line : table()) {
        QVERIFY2(there.contains(line.section(',', 0, 0)), qPrintable(line));
        QCOMPARE(line.endsWith("True"), line.startsWith("val/"));
    }
    // Again: nothing new.
    const QByteArray before = readFile(m_day->out("folders/pictures.csv"));
    const ExportReport again = exported();
    QVERIFY(again.written.isEmpty());
    QCOMPARE(again.unchanged, 9);
    QCOMPARE(readFile(m_day->out("folders/pictures.csv")), before);
    QCOMPARE(pictures(), there);
}

void TestTrainingFolders::everyClassHasBothFolders()
{
    frame(5).record.label = TrueLabel::of({"magpie"});
    frame(6).record.label = TrueLabel::none();
    const ExportReport report = exported();
    for (const char *name : {"train/chickadee", "val/chickadee", "train/magpie", "val/magpie",
                             "train/none", "val/none"})
        QVERIFY2(QDir(m_day->out("folders")).exists(name), name);
    // One event each: it trains.
    QCOMPARE(pictures().filter("train/magpie").size(), 1);
    QCOMPARE(pictures().filter("train/none").size(), 1);
    QVERIFY(!pictures().filter("val/chickadee").isEmpty());
    QVERIFY2(report.notes.join(' ').contains("no picture of magpie, none yet"),
             qPrintable(report.notes.join(' ')));
}

void TestTrainingFolders::labelsThatChange()
{
    frame(5).record.label = TrueLabel::of({"magpie"});
    exported();
    frame(5).record.label = TrueLabel::unreviewed(); // taken back, with the class's last picture
    frame(7).record.label = TrueLabel::of({"sparrow"});
    const ExportReport report = exported();
    QCOMPARE(report.written.size(), 1);
    const QStringList there = pictures();
    QCOMPARE(there.size(), 11);
    QVERIFY(there.filter("10:05:00").isEmpty());
    QCOMPARE(there.filter("10:07:00"), {"train/sparrow/sparrow_2021-02-08T10:07:00.jpg"});
    QVERIFY(!QDir(m_day->out("folders/train/magpie")).exists());
    QCOMPARE(table().size(), 11);
    QVERIFY2(report.notes.join(' ').contains("2 pictures of an earlier export were removed"),
             qPrintable(report.notes.join(' ')));
    // Frames that are not exported this time stay.
    m_day->job.frames = {frame(7)};
    exported();
    QCOMPARE(pictures(), there);
}

void TestTrainingFolders::aLabelIsNotOnlyValidated()
{
    exported();
    const QStringList validated = pictures().filter("val/");
    QVERIFY(!validated.isEmpty());
    // A picture that is for validation gets a label that no other has.
    const QString time = validated.first().section('_', -1).chopped(4);
    for (FrameEntry &entry : m_day->job.frames) {
        if (entry.frame.captureTime.toString(Qt::ISODate).startsWith(time))
            entry.record.label = TrueLabel::of({"magpie"});
    }
    const ExportReport report = exported();
    QCOMPARE(pictures().filter("magpie"), {"train/magpie/magpie_" + time + ".jpg"});
    QCOMPARE(pictures().size(), 12);
    QVERIFY2(report.notes.join(' ').contains("is for training now"),
             qPrintable(report.notes.join(' ')));
}

void TestTrainingFolders::severalLabels()
{
    frame(3).record.label = TrueLabel::of({"chickadee", "magpie"});
    frame(4).record.label = TrueLabel::of({"chickadee", "magpie"});
    const ExportReport report = exported();
    QCOMPARE(report.written.size(), 10);
    QCOMPARE(report.skipped, 2);
    QVERIFY2(report.notes.join(' ').contains("2 frames have several labels and were left out"),
             qPrintable(report.notes.join(' ')));
}

void TestTrainingFolders::severalLabelsCopied()
{
    m_day->job.copySeveral = true;
    frame(3).record.label = TrueLabel::of({"chickadee", "magpie"});
    const ExportReport report = exported();
    QCOMPARE(report.written.size(), 13);
    const QStringList copies = pictures().filter("10:03:00");
    QCOMPARE(copies.size(), 2);
    QCOMPARE(copies.at(0).section('/', 0, 0), copies.at(1).section('/', 0, 0)); // the same side
    QCOMPARE(table().filter("10:03:00").first().section(',', 1, -2), "\"chickadee,magpie\"");
    m_day->job.copySeveral = false;
    exported();
    QVERIFY(pictures().filter("10:03:00").isEmpty());
}

void TestTrainingFolders::filesOfOthersStay()
{
    exported();
    const QString own = m_day->out("folders/train/chickadee/own.jpg");
    writeFile(own, "mine");
    const QString same = m_day->out("folders/train/chickadee/chickadee_2021-02-08T11:00:00.jpg");
    writeFile(same, "mine, too");
    m_day->add("11:00:00_x", TrueLabel::of({"chickadee"}), {});
    for (FrameEntry &entry : m_day->job.frames) {
        if (entry.frame.captureTime.time() < QTime(11, 0))
            entry.record.label = TrueLabel::unreviewed();
    }
    exported();
    QCOMPARE(readFile(own), "mine");
    QCOMPARE(readFile(same), "mine, too");
    QCOMPARE(table().size(), 1);
    QCOMPARE(pictures().size(), 3);
}

void TestTrainingFolders::namesOfFolders()
{
    frame(1).record.label = TrueLabel::of({"owl/eagle"});
    frame(2).record.label = TrueLabel::of({".."});
    frame(3).record.label = TrueLabel::of({"owl_eagle"});
    const ExportReport report = exported();
    QCOMPARE(pictures().filter("/owl_eagle/").size(), 2);
    QCOMPARE(pictures().filter("/_./").size(), 1);
    QVERIFY2(report.notes.contains("owl/eagle and owl_eagle share the folder owl_eagle."),
             qPrintable(report.notes.join(' ')));
}

void TestTrainingFolders::twoFramesOfOnePicture()
{
    // Two cameras wrote the same picture in the same second, and a person said two things of it.
    const QByteArray bytes = readFile(frame(1).frame.path());
    frame(2).frame.captureTime = frame(1).frame.captureTime;
    writeFile(frame(2).frame.path(), bytes);
    frame(2).record.label = TrueLabel::of({"magpie"});
    exported();
    const QStringList there = pictures();
    QCOMPARE(there.filter("10:01:00").size(), 2);
    exported();
    QCOMPARE(pictures(), there);
}

void TestTrainingFolders::unreadable()
{
    writeFile(frame(1).frame.path(), encoded(picture(), "jpg").left(300));
    const ExportReport report = exported();
    QCOMPARE(report.written.size(), 11);
    QCOMPARE(report.failures.size(), 1);
    QCOMPARE(report.failures.first().key, frame(1).frame.key);
}

void TestTrainingFolders::cancelled()
{
    const auto report =
        findExporter("folders")->run(m_day->job, [](int done, int) { return done < 3; });
    QVERIFY(report.ok() && report->cancelled);
    QCOMPARE(pictures().size(), 3);
    QCOMPARE(table().size(), 3); // what was written is listed
}

QTEST_GUILESS_MAIN(TestTrainingFolders)
#include "tst_trainingfolders.moc"
