#include "core/exporting/exporter.h"
#include "core/exporting/importlabels.h"
#include "core/exporting/timelapse.h"

#include "support/exportday.h"

#include <QTest>

#include <time.h>

using namespace birblens;
using testing::compareWithGolden;
using testing::complaintOf;
using testing::ExportDay;
using testing::readFile;

/** What goes elsewhere, beside golden files and read back by programs that are not ours. */
class TestExportFormats : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_day = std::make_unique<ExportDay>(); }
    void csv();
    void eventsAreTheDays();
    void trainingSplitsByEvent();
    void trainingKeepsSides();
    void megadetector();
    void megadetectorNeedsSomebodyWhoLooked();
    void coco();
    void camtrap();
    void camtrapWithoutAPlace();
    void timelapse();
    void labelsComeBack_data();
    void labelsComeBack();
    void importProblems();
    void importByNameAlone();
    void inaturalist();
    void xmp();
    void cancelled_data();
    void cancelled();

private:
    std::unique_ptr<ExportDay> m_day;
};

void TestExportFormats::csv()
{
    const auto report = m_day->run("csv");
    QVERIFY(report.ok());
    compareWithGolden(m_day->out("frames.csv"), "csv/frames.csv");
    QCOMPARE(complaintOf("csv", {m_day->out()}), QString());
}

void TestExportFormats::eventsAreTheDays()
{
    // The middle of the visit is filtered away, but the camera saw one visit.
    for (const FrameEntry &entry : std::as_const(m_day->job.frames))
        m_day->job.day.append(entry.frame);
    m_day->job.gapSeconds = 10; // 12 s lie between the two
    m_day->job.frames = {m_day->job.frames.at(0), m_day->job.frames.at(3), m_day->job.frames.at(4)};
    const auto events = [this] {
        QStringList numbers;
        if (!m_day->run("csv").ok())
            return numbers;
        const auto lines = readFile(m_day->out("frames.csv")).split('\n').mid(1, 3);
        for (const QByteArray &line : lines)
            numbers.append(line.split(',').at(line.contains("\"chickadee,magpie\"") ? 10 : 9));
        return numbers;
    };
    QCOMPARE(events(), QStringList({"1", "1", "2"}));
    m_day->job.day.clear();
    QCOMPARE(events(), QStringList({"1", "2", "3"}));
}

void TestExportFormats::trainingSplitsByEvent()
{
    m_day->job.frames.clear();
    for (int visit = 0; visit < 100; ++visit) {
        for (int frame = 0; frame < 3; ++frame) {
            const QTime time = QTime(6, 0).addSecs(visit * 240 + frame * 20);
            m_day->add(time.toString("HH:mm:ss") + "_magpie", TrueLabel::of({"magpie"}), {});
        }
    }
    QVERIFY(m_day->run("training").ok());
    QCOMPARE(complaintOf("training", {m_day->out("training")}), QString());
    const QByteArray table = readFile(m_day->out("training/labels.csv"));
    const qsizetype valid = table.count(",True\n");
    QVERIFY2(valid >= 30 && valid <= 90, qPrintable(QString::number(valid))); // 60 of 300 by chance
    QCOMPARE(valid % 3, 0);
    QCOMPARE(valid + table.count(",False\n"), 300);
    QVERIFY(m_day->run("training").ok());
    QCOMPARE(readFile(m_day->out("training/labels.csv")), table);
}

void TestExportFormats::trainingKeepsSides()
{
    // The later half of a visit first; then all of it, which begins at another time.
    m_day->job.frames.clear();
    for (int i = 0; i < 40; ++i)
        m_day->add(QTime(9, 0).addSecs(i * 20).toString("HH:mm:ss") + "_a", TrueLabel::none(), {});
    const QList<FrameEntry> all = m_day->job.frames;
    for (const qsizetype first : {39, 30, 20, 10, 0}) {
        m_day->job.frames = all.mid(first);
        const auto report = m_day->run("training");
        QVERIFY(report->notes.isEmpty());
        QCOMPARE(complaintOf("training", {m_day->out("training")}), QString());
    }
    // Both ends on different sides, then what lies between: nothing that was said is changed.
    testing::writeFile(m_day->path("out/training/labels.csv"),
                       "fname,labels,is_valid\nnone_2021-02-08T09:00:00.jpg,,True\n"
                       "none_2021-02-08T09:00:40.jpg,,False\n");
    m_day->job.frames = all;
    const auto report = m_day->run("training");
    QCOMPARE(report->notes.size(), 1);
    QVERIFY(report->notes.first().contains("both sides"));
    const QByteArray table = readFile(m_day->out("training/labels.csv"));
    QVERIFY(table.contains("09:00:40.jpg,,False\n"));
    QCOMPARE(table.count(",True\n"), 39);
}

void TestExportFormats::megadetector()
{
    const auto report = m_day->run("megadetector");
    QVERIFY(report.ok());
    QCOMPARE(report->skipped, 1);
    QCOMPARE(report->failures.size(), 1);
    compareWithGolden(m_day->out("megadetector.json"), "megadetector/megadetector.json");
    QCOMPARE(complaintOf("megadetector", {m_day->out("megadetector.json")}), QString());
}

void TestExportFormats::megadetectorNeedsSomebodyWhoLooked()
{
    FrameEntry entry = m_day->job.frames.at(1);
    entry.prediction.reset();
    entry.frame.camera.reset();
    m_day->job.frames = {entry};
    const auto report = m_day->run("megadetector");
    QCOMPARE(report->skipped, 1);
    QVERIFY(report->notes.value(0).contains("classify"));
    QCOMPARE(complaintOf("megadetector", {m_day->out("megadetector.json")}), QString());
}

void TestExportFormats::coco()
{
    const auto report = m_day->run("coco");
    QVERIFY(report.ok());
    QCOMPARE(report->skipped, 1);
    QCOMPARE(report->failures.size(), 1);
    compareWithGolden(m_day->out("coco_camera_traps.json"), "coco/coco_camera_traps.json");
    QCOMPARE(complaintOf("coco", {m_day->out("coco_camera_traps.json"), m_day->path("day")}),
             QString());
}

void TestExportFormats::camtrap()
{
    m_day->job.place = "Feeder, north";
    m_day->job.latitude = 51.25;
    m_day->job.longitude = -114.125;
    // Nobody has looked at the last one.
    FrameEntry unseen = m_day->job.frames.at(6);
    unseen.frame.key = "imgs/unseen.png";
    unseen.frame.utc = unseen.frame.utc.addSecs(3600);
    unseen.frame.captureTime = unseen.frame.captureTime.addSecs(3600);
    unseen.frame.camera.reset();
    unseen.prediction.reset();
    m_day->job.frames.append(unseen);
    const auto report = m_day->run("camtrap");
    QVERIFY(report.ok());
    QCOMPARE(report->written.size(), 4);
    QVERIFY(report->notes.isEmpty());
    for (const QString file :
         {"datapackage.json", "deployments.csv", "media.csv", "observations.csv"})
        compareWithGolden(m_day->out("camtrap-dp/" + file), "camtrap/" + file);
    QCOMPARE(complaintOf("camtrap", {m_day->out("camtrap-dp")}), QString());
}

void TestExportFormats::camtrapWithoutAPlace()
{
    qputenv("TZ", "Europe/Berlin");
    tzset();
    m_day->job.frames.first().frame.utc = {};
    m_day->job.frames = m_day->job.frames.mid(0, 1);
    const auto report = m_day->run("camtrap");
    qunsetenv("TZ");
    tzset();
    QCOMPARE(report->notes.size(), 1);
    const QByteArray deployment = readFile(m_day->out("camtrap-dp/deployments.csv"));
    QVERIFY2(deployment.contains("2021-02-08T10:56:58+01:00,,,,,,,,,,true,"), deployment);
    QVERIFY(readFile(m_day->out("camtrap-dp/datapackage.json")).contains("GeometryCollection"));
}

void TestExportFormats::timelapse()
{
    QVERIFY(m_day->run("timelapse").ok());
    compareWithGolden(m_day->out("timelapse.csv"), "timelapse/timelapse.csv");
    QCOMPARE(complaintOf("timelapse", {m_day->out("timelapse.csv"), m_day->path("day")}),
             QString());
    QCOMPARE(timelapseColumns({"a b", "a-b", "File", "3", "blåmes"}),
             QStringList({"a_b", "a_b2", "File2", "L3", "bl_mes"}));
}

void TestExportFormats::labelsComeBack_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("file");
    QTest::newRow("csv") << "csv"
                         << "frames.csv";
    QTest::newRow("timelapse") << "timelapse"
                               << "timelapse.csv";
}

void TestExportFormats::labelsComeBack()
{
    QFETCH(QString, format);
    QFETCH(QString, file);
    QVERIFY(m_day->run(format).ok());
    QList<Frame> frames;
    QStringList vocabulary = m_day->job.vocabulary;
    vocabulary.append("owl|eagle & <co>");
    QHash<QString, TrueLabel> expected;
    for (const FrameEntry &entry : std::as_const(m_day->job.frames)) {
        frames.append(entry.frame);
        if (entry.label().kind != TrueLabel::Kind::Unreviewed &&
            !(entry.frame.gone && format == "timelapse"))
            expected.insert(entry.frame.key, entry.label());
    }
    const auto import = importLabels(m_day->out(file), frames, vocabulary);
    QVERIFY(import.ok());
    QVERIFY2(import->problems.isEmpty(), qPrintable(import->problems.join('\n')));
    QCOMPARE(import->labels.size(), expected.size());
    for (const ImportedLabel &imported : import->labels)
        QCOMPARE(imported.label, expected.value(imported.key));
    QCOMPARE(import->silent, 4);
}

void TestExportFormats::importProblems()
{
    QList<Frame> frames;
    for (const char *key : {"a/x.jpg", "b/x.jpg", "b/y.jpg", "b/\"q\", z.jpg"}) {
        Frame frame;
        frame.key = key;
        frames.append(frame);
    }
    const QString path = m_day->path("labels.csv");
    testing::writeFile(path, "\xEF\xBB\xBF"
                             "frame,note,true_label\r\n" // no state: not ours to the letter
                             "b/y.jpg,\"two\r\nlines\",\"owl,magpie\"\r\n"
                             "x.jpg,,owl\r\n"
                             "c/nowhere.jpg,,owl\r\n"
                             "\r\n"
                             "a/x.jpg,,\r\n"
                             "b/y.jpg,,owl\r\n"
                             "short\r\n"
                             "\"b/\"\"q\"\", z.jpg\",,none");
    const auto import = importLabels(path, frames, {});
    QVERIFY(import.ok());
    QCOMPARE(import->labels.size(), 2);
    QCOMPARE(import->labels.at(0).label, TrueLabel::of({"owl", "magpie"}));
    QCOMPARE(import->labels.at(1).key, frames.last().key);
    QCOMPARE(import->labels.at(1).label, TrueLabel::none());
    QCOMPARE(import->silent, 1);
    QCOMPARE(import->problems, QStringList({"line 4: the day has 2 frames named x.jpg",
                                            "line 5: the day has no frame c/nowhere.jpg",
                                            "line 8: b/y.jpg was in line 2 already",
                                            "line 9: 1 fields where the header has 3"}));
    testing::writeFile(path, "flour,sugar\n1,2\n");
    QVERIFY(!importLabels(path, frames, {}).ok());
    testing::writeFile(path, "");
    QVERIFY(!importLabels(path, frames, {}).ok());
    QVERIFY(!importLabels(m_day->path("nowhere.csv"), frames, {}).ok());
}

void TestExportFormats::importByNameAlone()
{
    // As Timelapse itself writes it: another root, Windows paths, columns in another order.
    Frame frame;
    frame.key = "imgs/2021/y.jpg";
    const QString path = m_day->path("TimelapseData.csv");
    testing::writeFile(path, "RootFolder,File,RelativePath,DateTime,DeleteFlag,great_tit,owl,Note\n"
                             "cam,y.jpg,2021,2021-02-08 10:00:00,false,True,FALSE,seen twice\n");
    const auto import = importLabels(path, {frame}, {"great tit"});
    QCOMPARE(import->labels.size(), 1);
    QCOMPARE(import->labels.first().key, frame.key);
    QCOMPARE(import->labels.first().label, TrueLabel::of({"great tit"}));
}

void TestExportFormats::inaturalist()
{
    m_day->job.place = "Feeder, north";
    m_day->job.latitude = 51.25;
    m_day->job.longitude = -114.125;
    const auto report = m_day->run("inaturalist");
    QVERIFY(report.ok());
    compareWithGolden(m_day->out("inaturalist.csv"), "inaturalist/inaturalist.csv");
    QCOMPARE(complaintOf("inaturalist", {m_day->out("inaturalist.csv"), "Poecile atricapillus",
                                         "Pica hudsonia", "great tit, or so", "owl|eagle & <co>"}),
             QString());
    m_day->job.latitude.reset();
    QVERIFY(m_day->run("inaturalist")->notes.join(' ').contains("coordinates are empty"));
}

void TestExportFormats::xmp()
{
    const auto report = m_day->run("xmp");
    QVERIFY(report.ok());
    QCOMPARE(report->written.size(), 7);
    QCOMPARE(report->skipped, 3); // gone, and twice nothing there
    const QString odd = "2021-02-08T12:40:00_a & <b>, \"c\".jpg.xmp";
    compareWithGolden(m_day->out(odd), "xmp/odd.xmp");
    compareWithGolden(m_day->out("2021-02-08T10:57:04_chickadee.jpg.xmp"), "xmp/predicted.xmp");
    QCOMPARE(complaintOf("xmp", {m_day->out(odd), "great tit, or so", "owl/eagle & <co>"}),
             QString());
    QCOMPARE(complaintOf("xmp", {m_day->out("2021-02-08T11:45:00_magpie.jpg.xmp"), "unknown"}),
             QString());
    // Again replaces ours, and leaves what another program wrote.
    testing::writeFile(m_day->out(odd), "<x:xmpmeta/>");
    const auto again = m_day->run("xmp");
    QCOMPARE(again->written.size(), 6);
    QCOMPARE(again->failures.size(), 1);
    QCOMPARE(readFile(m_day->out(odd)), QByteArray("<x:xmpmeta/>"));
}

void TestExportFormats::cancelled_data()
{
    QTest::addColumn<QString>("format");
    for (const Exporter &exporter : exporters())
        QTest::newRow(qPrintable(exporter.name)) << exporter.name;
}

void TestExportFormats::cancelled()
{
    QFETCH(QString, format);
    const auto report =
        findExporter(format)->run(m_day->job, [](int done, int) { return done < 0; });
    QVERIFY(report.ok());
    QVERIFY(report->cancelled);
    QVERIFY(report->written.isEmpty());
}

QTEST_MAIN(TestExportFormats)
#include "tst_exportformats.moc"
