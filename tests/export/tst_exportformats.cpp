// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exporter.h"
#include "core/exporting/filmpicture.h"
#include "core/exporting/importlabels.h"
#include "core/exporting/timelapse.h"
#include "core/filepath.h"
#include "core/frames/utcoffset.h"
#include "core/utctime.h"

#include "support/encoders.h"
#include "support/exportday.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

#include <cstdio>
#include <time.h>
#include <unistd.h>

using namespace birblens;
using testing::compareWithGolden;
using testing::complaintOf;
using testing::ExportDay;
using testing::readFile;

namespace {

/** Standard output and standard error of a program. */
QByteArray output(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    if (!process.waitForFinished(60000))
        return program.toUtf8() + " does not end";
    return process.readAll().trimmed();
}

} // namespace

/** What goes elsewhere, beside golden files and read back by programs that are not ours. */
class TestExportFormats : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_day = std::make_unique<ExportDay>(); }
    void csv();
    void eventsAreTheDays();
    void trainingSplitsByEvent();
    void trainingKeepsEveryLabelForTraining();
    void trainingKeepsSides();
    void everyFormatOfFrames_data();
    void everyFormatOfFrames();
    void damagedFramesFail_data();
    void damagedFramesFail();
    void megadetector();
    void megadetectorNeedsSomebodyWhoLooked();
    void coco();
    void camtrap();
    void camtrapWithoutAPlace();
    void camtrapWhenClocksChange();
    void camtrapOfOddFiles();
    void cocoOfATurnedFrame();
    void formulasAreGuarded();
    void uncertainTimesAreCounted();
    void timelapse();
    void labelsComeBack_data();
    void labelsComeBack();
    void importProblems();
    void importByNameAlone();
    void inaturalist();
    void html();
    void htmlWithoutAModel();
    void htmlOfNothing();
    void htmlLeavesOut();
    void film_data();
    void film();
    void filmWithoutAModel();
    void filmOfOneClassAndRange();
    void filmThatIsStopped();
    void filmOfALongVisit();
    void filmOfWideFrames();
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

/** Whatever the hash says of their events: a label that is only validated cannot be learnt. */
void TestExportFormats::trainingKeepsEveryLabelForTraining()
{
    m_day->job.frames.clear();
    for (int i = 0; i < 30; ++i) // an hour apart: one event each
        m_day->add(QTime(0, 0).addSecs(i * 1800).toString("HH:mm:ss") + "_a",
                   TrueLabel::of({QString("bird %1").arg(i / 2)}), {});
    QVERIFY(m_day->run("training").ok());
    QCOMPARE(complaintOf("training", {m_day->out("training")}), QString());
    QHash<QByteArray, QByteArrayList> sides;
    for (const QByteArray &line : readFile(m_day->out("training/labels.csv")).split('\n').mid(1)) {
        const QByteArrayList fields = line.split(',');
        if (fields.size() == 3)
            sides[fields.at(1)].append(fields.at(2));
    }
    QCOMPARE(sides.size(), 15);
    int validating = 0;
    for (const QByteArrayList &said : std::as_const(sides)) {
        QVERIFY(said.contains("False"));
        validating += int(said.contains("True"));
    }
    QVERIFY(validating > 0);
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

void TestExportFormats::everyFormatOfFrames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    const QImage image = testing::picture(64, 48);
    QTest::newRow("WebP") << "a.webp" << testing::webp(image, true);
    QTest::newRow("TIFF") << "a.tif" << testing::tiff(image);
    QTest::newRow("turned TIFF") << "t.tif" << testing::tiff(testing::picture(48, 64), 6);
    QTest::newRow("JPEG 2000") << "a.jp2" << testing::jpeg2000(image);
    QTest::newRow("JPEG XL") << "a.jxl" << testing::jxl(image);
    QTest::newRow("not UTF-8") << pathFromNative("H\xE4her.png") << testing::encoded(image, "png");
}

/** What is classified is a picture to every export, of the size that it is seen in. */
void TestExportFormats::everyFormatOfFrames()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    const FrameEntry first = m_day->job.frames.first();
    m_day->job.frames = {first};
    m_day->job.frames[0].frame.key = "imgs/" + name;
    std::FILE *file = std::fopen(nativePath(m_day->job.frames[0].frame.path()).constData(), "wb");
    QVERIFY(file != nullptr);
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), file);
    std::fclose(file);
    for (const char *format : {"megadetector", "coco", "training", "annotated", "html"}) {
        const auto report = m_day->run(format);
        QVERIFY2(report, format);
        QVERIFY2(report->failures.isEmpty(), format);
        QVERIFY2(!report->written.isEmpty(), format);
    }
    const QJsonObject coco =
        QJsonDocument::fromJson(testing::readFile(m_day->out("coco_camera_traps.json"))).object();
    const QJsonObject image = coco["images"].toArray().first().toObject();
    QCOMPARE(image["width"].toInt(), 64);
    QCOMPARE(image["height"].toInt(), 48);
    QCOMPARE(image["file_name"].toString(), "imgs/" + name);
    ::unlink(nativePath(m_day->job.frames[0].frame.path()).constData());
}

void TestExportFormats::damagedFramesFail_data()
{
    QTest::addColumn<QString>("format");
    for (const char *format : {"megadetector", "coco", "training", "annotated"})
        QTest::newRow(format) << format;
}

/** Damaged inside, with its end in place. */
void TestExportFormats::damagedFramesFail()
{
    QFETCH(QString, format);
    m_day->job.frames = {m_day->job.frames.first()};
    const QByteArray jpeg = testing::encoded(testing::picture(320, 240), "jpg", 95);
    testing::writeFile(m_day->job.frames[0].frame.path(),
                       jpeg.left(jpeg.size() / 2) +
                           QByteArray(jpeg.size() - jpeg.size() / 2 - 2, '\0') + "\xFF\xD9");
    const auto report = m_day->run(format);
    QVERIFY(report);
    QCOMPARE(report->failures.size(), 1);
    QVERIFY2(report->failures.first().error.what.contains("damaged"),
             qPrintable(report->failures.first().error.what));
    QCOMPARE(report->failures.first().error.where, m_day->job.frames[0].frame.path());
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
    const QStringList read{m_day->out("coco_camera_traps.json"), m_day->path("day")};
    QCOMPARE(complaintOf("coco", read), QString());
    // Labels that are called as the format's own categories are those.
    m_day->job.frames[0].record.label = TrueLabel::of({"unknown"});
    m_day->job.frames[1].record.label = TrueLabel::of({"empty"});
    QVERIFY(m_day->run("coco").ok());
    QCOMPARE(complaintOf("coco", read), QString());
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
    QCOMPARE(report->notes, QStringList{"\"owl|eagle & <co>\" is written as \"owl/eagle & <co>\": "
                                        "bars separate words."});
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
    assumeOffsets(std::vector<Frame *>{&m_day->job.frames.first().frame});
    const auto report = m_day->run("camtrap");
    qunsetenv("TZ");
    tzset();
    QCOMPARE(report->notes.size(), 2);
    QVERIFY(report->notes.first().contains("this computer's time zone"));
    const QByteArray deployment = readFile(m_day->out("camtrap-dp/deployments.csv"));
    QVERIFY2(deployment.contains("2021-02-08T10:56:58+01:00,,,,,,,,,,true,"), deployment);
    QVERIFY(readFile(m_day->out("camtrap-dp/datapackage.json")).contains("GeometryCollection"));
}

void TestExportFormats::camtrapWhenClocksChange()
{
    qputenv("TZ", "Europe/Berlin");
    tzset();
    m_day->job.frames = m_day->job.frames.mid(0, 3);
    const QDateTime times[]{QDateTime(QDate(2022, 3, 27), QTime(1, 30), asUtc),
                            QDateTime(QDate(2022, 3, 27), QTime(2, 30), asUtc),
                            QDateTime(QDate(2022, 10, 30), QTime(2, 30), asUtc)};
    std::vector<Frame *> frames;
    for (int i = 0; i < 3; ++i) {
        Frame &frame = m_day->job.frames[i].frame;
        frame.captureTime = times[i];
        frame.utc = i == 2 ? times[i].addSecs(-3600) : QDateTime(); // autumn's second pass
        frame.timeSource = i == 2 ? TimeSource::FileDate : TimeSource::Name;
        frames.push_back(&frame);
    }
    assumeOffsets(frames);
    const auto report = m_day->run("camtrap");
    qunsetenv("TZ");
    tzset();
    const QByteArray media = readFile(m_day->out("camtrap-dp/media.csv"));
    QVERIFY2(media.contains("2022-03-27T01:30:00+01:00"), media);
    QVERIFY2(media.contains("2022-03-27T02:30:00+01:00"), media);
    QVERIFY2(media.contains("2022-10-30T02:30:00+01:00"), media);
    QVERIFY(report->notes.join('\n').contains("stay on winter time"));
    QVERIFY(report->notes.join('\n').contains("The time of 1 frame is uncertain"));
}

/** A file without a time of its own does not stretch the deployment; odd names fit the schema. */
void TestExportFormats::camtrapOfOddFiles()
{
    m_day->job.frames = m_day->job.frames.mid(0, 2);
    Frame &first = m_day->job.frames[0].frame;
    first.timeSource = TimeSource::FileDate;
    first.captureTime = first.captureTime.addYears(-5);
    first.utc = first.utc.addYears(-5);
    const QByteArray bytes = readFile(first.path());
    first.key = "~two..dots...jpg";
    testing::writeFile(first.path(), bytes);
    m_day->job.latitude = m_day->job.longitude = 1.0;
    const auto report = m_day->run("camtrap");
    QVERIFY(report.ok());
    QVERIFY(report->notes.join('\n').contains("1 file has a name that Camtrap DP does not allow"));
    const QByteArray media = readFile(m_day->out("camtrap-dp/media.csv"));
    QVERIFY2(media.contains(",%7Etwo.%2Edots.%2E.jpg,false,~two..dots...jpg,"), media);
    const QByteArray deployment = readFile(m_day->out("camtrap-dp/deployments.csv"));
    QVERIFY2(deployment.contains("2021-02-08T10:57:04-07:00,2021-02-08T10:57:04-07:00"),
             deployment);
    QVERIFY2(deployment.contains(",true,"), deployment);
}

void TestExportFormats::uncertainTimesAreCounted()
{
    for (FrameEntry &entry : m_day->job.frames)
        entry.frame.timeSource = TimeSource::FileDate;
    // iNaturalist gets what a person labelled: four sightings, one line for each, in three frames.
    QVERIFY(
        m_day->run("inaturalist")->notes.first().contains("The times of 3 frames are uncertain"));
    QVERIFY(m_day->run("camtrap")->notes.first().contains("The times of 9 frames are uncertain"));
    QVERIFY(readFile(m_day->out("camtrap-dp/deployments.csv")).contains(",true,"));
    QVERIFY(m_day->run("csv").ok());
    QVERIFY(readFile(m_day->out("frames.csv")).contains(",file date,"));
}

void TestExportFormats::cocoOfATurnedFrame()
{
    m_day->job.frames = {m_day->job.frames.first()};
    // 48 x 64 pixels on their side: EXIF orientation 6.
    static const char exif[] =
        "\xFF\xE1\x00\x22"
        "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    QByteArray bytes = readFile(m_day->job.frames[0].frame.path());
    const QSize stored = QImage::fromData(bytes).size();
    bytes.insert(2, QByteArray(exif, sizeof exif - 1));
    testing::writeFile(m_day->job.frames[0].frame.path(), bytes);
    QVERIFY(m_day->run("coco").ok());
    QCOMPARE(complaintOf("coco", {m_day->out("coco_camera_traps.json"), m_day->path("day")}),
             QString());
    const QJsonObject image =
        QJsonDocument::fromJson(readFile(m_day->out("coco_camera_traps.json")))["images"][0]
            .toObject();
    QCOMPARE(QSize(image["width"].toInt(), image["height"].toInt()), stored.transposed());
}

void TestExportFormats::formulasAreGuarded()
{
    m_day->job.frames = {m_day->job.frames.first()};
    m_day->job.frames[0].record.label = TrueLabel::of({"=owl"});
    m_day->job.frames[0].mark.comment = "@home";
    QVERIFY(m_day->run("csv").ok());
    QVERIFY(readFile(m_day->out("frames.csv")).contains(",'=owl,"));
    QVERIFY(readFile(m_day->out("frames.csv")).contains(",'@home,"));
    const auto import = importLabels(m_day->out("frames.csv"), {m_day->job.frames[0].frame}, {});
    QCOMPARE(import->labels.value(0).label, TrueLabel::of({"=owl"}));
    m_day->job.plainText = true;
    QVERIFY(m_day->run("csv").ok());
    QVERIFY(readFile(m_day->out("frames.csv")).contains(",=owl,"));
    QVERIFY(readFile(m_day->out("frames.csv")).contains(",@home,"));
}

void TestExportFormats::timelapse()
{
    const auto report = m_day->run("timelapse");
    QVERIFY(report.ok());
    QVERIFY(report->notes.value(0).contains("great tit; or so"));
    QVERIFY(report->notes.value(1).startsWith("9 files have names that Windows"));
    compareWithGolden(m_day->out("timelapse.csv"), "timelapse/timelapse.csv");
    QCOMPARE(complaintOf("timelapse", {m_day->out("timelapse.csv"), m_day->path("day")}),
             QString());
    QCOMPARE(timelapseColumns({"a b", "a-b", "File", "3", "blåmes", "Match"}),
             QStringList({"a_b", "a_b2", "File2", "L3", "bl_mes", "Match2"}));
    QCOMPARE(timelapseLabelOf("Match2"), "Match");
    QCOMPARE(timelapseLabelOf("magpie2"), "magpie2");
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
    QCOMPARE(import->problems, QStringList({"line 4: x.jpg fits 2 frames: a/x.jpg, b/x.jpg",
                                            "line 5: the day has no frame c/nowhere.jpg",
                                            "line 9: the day has no frame short"}));
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
    // Its importer reads Latin-1.
    m_day->job.place = "K\u00fcche";
    QVERIFY(!m_day->run("inaturalist")->notes.join(' ').contains("letters"));
    QVERIFY(testing::readFile(m_day->out("inaturalist.csv"))
                .contains("K\xfc"
                          "che"));
    m_day->job.place = "\u0141\u00f3d\u017a";
    QVERIFY(m_day->run("inaturalist")->notes.join(' ').contains("letters"));
}

void TestExportFormats::html()
{
    m_day->job.place = "Feeder <north> & \"south\"";
    m_day->job.frames[4].mark.comment = "A </figure> & a <script>";
    const auto report = m_day->run("html");
    QVERIFY(report.ok());
    QCOMPARE(report->written, {m_day->out("report.html")});
    QVERIFY(report->failures.isEmpty());
    // Encoders differ from machine to machine, and versions go on.
    QString page = QString::fromUtf8(readFile(m_day->out("report.html")));
    page.replace(QRegularExpression("base64,[^\"]+"), "base64,...");
    page.replace(QRegularExpression("Birblens [0-9.]+ on"), "Birblens ... on");
    page.replace(
        QRegularExpression("<style>.*</style>", QRegularExpression::DotMatchesEverythingOption),
        "<style>...</style>");
    testing::writeFile(m_day->path("page.html"), page.toUtf8());
    compareWithGolden(m_day->path("page.html"), "html/report.html");
    // A false positive beside its overlay, one of a class that the model does not know; four frames
    // with a star or a comment.
    QCOMPARE(complaintOf("html", {m_day->out("report.html"), m_day->job.place + ", 8 Feb 2021", "7",
                                  "Prediction: chickadee (95.26%)", "Grad CAM (chickadee)",
                                  m_day->job.frames.at(4).mark.comment,
                                  m_day->job.frames.at(8).mark.comment, "owl|eagle & <co>"}),
             QString());
}

void TestExportFormats::htmlWithoutAModel()
{
    m_day->job.model.reset();
    for (FrameEntry &entry : m_day->job.frames)
        entry.prediction.reset();
    const auto report = m_day->run("html");
    QVERIFY(report.ok());
    QCOMPARE(complaintOf("html", {m_day->out("report.html"), "day, 8 Feb 2021", "5",
                                  "No model was open, so there are no overlays.",
                                  "Prediction: chickadee (87.50%) by Birb Cam"}),
             QString());
    QVERIFY(!readFile(m_day->out("report.html")).contains("Grad CAM"));
}

void TestExportFormats::htmlOfNothing()
{
    m_day->job.frames.clear();
    QVERIFY(m_day->run("html").ok());
    QCOMPARE(complaintOf("html", {m_day->out("report.html"), "day, no date", "0",
                                  "No frame has a prediction or a label.",
                                  "No frame is flagged or commented.",
                                  "No reviewed frame was predicted to show what it does not."}),
             QString());
}

void TestExportFormats::htmlLeavesOut()
{
    m_day->job.frames.clear();
    for (int i = 0; i < 43; ++i) {
        m_day->add(QTime(9, 0).addSecs(i * 20).toString("HH:mm:ss") + "_chickadee",
                   TrueLabel::none(), {1.0F + 0.01F * float(i), -2.0F, -3.0F});
        m_day->job.frames.last().mark = {true, QString("number %1.").arg(i)};
    }
    testing::writeFile(m_day->job.frames.at(42).frame.path(), "no image");
    const auto report = m_day->run("html");
    QVERIFY(report.ok());
    QCOMPARE(report->failures.size(), 1);
    // Of the false positives the 40 most probable ones, of which one cannot be read.
    QCOMPARE(complaintOf("html", {m_day->out("report.html"), "day, 8 Feb 2021", "118",
                                  "The 40 with the highest probability are shown; 3 are left out.",
                                  "3 more frames without a picture here",
                                  "The picture cannot be read", "number 0.", "number 42."}),
             QString());
}

void TestExportFormats::film_data()
{
    QTest::addColumn<QString>("format");
    for (const QString &format : findExporter("film")->imageFormats)
        QTest::newRow(qPrintable(format)) << format;
}

/** The visit of 10:56:58 has four frames, of which one cannot be read. */
void TestExportFormats::film()
{
    QFETCH(QString, format);
    m_day->job.imageFormat = format;
    m_day->job.framesPerSecond = 4.0;
    const auto report = m_day->run("film");
    QVERIFY(report.ok());
    const QString path = m_day->out("films/2021-02-08T10:56:58." + format);
    QCOMPARE(report->written, {path});
    QCOMPARE(report->failures.size(), 1);
    QCOMPARE(report->failures.first().key, m_day->job.frames.at(2).frame.key);
    QCOMPARE(report->skipped, 6);
    QCOMPARE(report->notes, {"5 visits of a single frame make no film."});
    QStringList arguments{path, "250", "376x284", "5,22,180,240", "190,22,180,240"};
    for (const int frame : {0, 1, 3})
        arguments.append(m_day->job.frames.at(frame).frame.path());
    if (format == "mp4") {
        // No image library of Python's reads it: FFmpeg hands over its pictures one by one.
        QCOMPARE(output("ffprobe", {"-v", "error", "-count_packets", "-show_entries",
                                    "stream=pix_fmt,color_range,color_space,color_transfer,"
                                    "color_primaries,avg_frame_rate,duration,nb_read_packets",
                                    "-of", "csv=p=0", path}),
                 QByteArray("yuv420p,tv,bt709,bt709,bt709,4/1,0.750000,3"));
        QCOMPARE(output("ffmpeg", {"-v", "error", "-i", path, m_day->path("picture%d.png")}),
                 QByteArray());
        // The index comes first: a browser shows the film while it is loading.
        const QByteArray bytes = readFile(path);
        QVERIFY(bytes.indexOf("moov") < bytes.indexOf("mdat"));
        arguments[0] = m_day->path("picture*.png");
    }
    QCOMPARE(complaintOf("film", arguments), QString());
    // Nothing else is there, of which something could be half.
    QCOMPARE(QDir(m_day->out("films")).entryList(QDir::Files), {QFileInfo(path).fileName()});
    m_day->job.colonFree = true;
    QVERIFY(m_day->run("film")->written.first().endsWith("films/20210208105658." + format));
}

void TestExportFormats::filmWithoutAModel()
{
    m_day->job.model.reset();
    m_day->job.imageFormat = "gif";
    m_day->job.frames.removeAt(2);
    const auto report = m_day->run("film");
    QVERIFY(report.ok());
    QVERIFY(report->failures.isEmpty());
    QStringList arguments{report->written.value(0), "200", "190x284", "5,22,180,240", ""};
    for (const int frame : {0, 1, 2})
        arguments.append(m_day->job.frames.at(frame).frame.path());
    QCOMPARE(complaintOf("film", arguments), QString());
    m_day->job.imageFormat = "avi";
    QVERIFY(!m_day->run("film").ok());
    m_day->job.imageFormat = "gif";
    m_day->job.framesPerSecond = 0.0;
    QVERIFY(!m_day->run("film").ok());
}

void TestExportFormats::filmOfOneClassAndRange()
{
    m_day->job.frames.removeAt(2);
    m_day->job.frames[1].prediction = predict(testing::exportModel(), {3.0F, -2.0F, 4.0F});
    QList<int> asked;
    int number = 0;
    m_day->job.explain = [&](const ExplainRequest &request) {
        asked += request.classes;
        auto explanation = testing::explained(request);
        for (float &value : explanation->maps.first().map.values)
            value *= float(++number);
        return explanation;
    };
    m_day->job.range = [](const ClassMap &) { return ScaleRange{0.0F, 1.0F}; };
    m_day->job.imageFormat = "webp";
    const auto film = [&] {
        asked.clear();
        number = 0;
        const auto report = m_day->run("film");
        return report.ok() ? readFile(report->written.value(0)) : QByteArray();
    };
    const QByteArray shared = film();
    QCOMPARE(asked, QList<int>({0, 0, 0})); // chickadee in all three, magpie in one
    // A range that the person chose stays.
    m_day->job.style.scale = ScaleMode::Fixed;
    QVERIFY(film() != shared);
    m_day->job.classes = {2};
    film();
    QCOMPARE(asked, QList<int>({2, 2, 2}));
}

void TestExportFormats::filmThatIsStopped()
{
    m_day->job.frames.removeAt(2);
    m_day->job.frames.resize(3);
    for (int last = 0; last < 6; ++last) {
        const auto report =
            findExporter("film")->run(m_day->job, [last](int done, int) { return done < last; });
        QVERIFY(report.ok());
        QVERIFY(report->cancelled);
        QVERIFY(report->written.isEmpty());
        QCOMPARE(QDir(m_day->out("films")).entryList(QDir::Files), QStringList());
    }
}

void TestExportFormats::filmOfALongVisit()
{
    m_day->job.model.reset();
    m_day->job.day.clear();
    FrameEntry entry = m_day->job.frames.first();
    const QString picture = entry.frame.path();
    m_day->job.frames.clear();
    for (int i = 0; i < 601; ++i) {
        m_day->job.frames.append(entry);
        entry.frame.key = QString("imgs/%1.jpg").arg(i);
        QVERIFY(QFile::link(picture, entry.frame.path()));
        entry.frame.captureTime = entry.frame.captureTime.addSecs(1);
        entry.frame.utc = entry.frame.utc.addSecs(1);
    }
    const auto report = m_day->run("film");
    QVERIFY(report.ok());
    QCOMPARE(report->notes, {"The visit of 2021-02-08T10:56:58 has 601 frames: one in 2 is in its "
                             "film."});
    QCOMPARE(
        output("ffprobe", {"-v", "error", "-count_packets", "-show_entries",
                           "stream=nb_read_packets", "-of", "csv=p=0", report->written.value(0)}),
        QByteArray("301"));
}

void TestExportFormats::filmOfWideFrames()
{
    const FilmLayout below({1600, 900}, 960, true);
    QCOMPARE(below.panel(), QSize(960, 540));
    QCOMPARE(below.size(), QSize(982, 1212));
    QCOMPARE(FilmLayout({1600, 900}, 960, false).size(), QSize(982, 628));
    QImage photo(below.panel(), QImage::Format_RGB32);
    photo.fill(Qt::red);
    QImage overlay = photo;
    overlay.fill(Qt::blue);
    const QImage picture = below.paint(photo, overlay, {});
    QCOMPARE(picture.pixelColor(11, 44), QColor(Qt::red));
    QCOMPARE(picture.pixelColor(970, 583), QColor(Qt::red));
    QCOMPARE(picture.pixelColor(11, 628), QColor(Qt::blue));
    QCOMPARE(picture.pixelColor(970, 1167), QColor(Qt::blue));
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
