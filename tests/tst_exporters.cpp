// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/camera/dayscanner.h"
#include "core/explain/figure.h"
#include "core/exporting/exporter.h"
#include "core/frames/capturename.h"
#include "core/frames/imageloader.h"
#include "core/frames/utcoffset.h"
#include "core/utctime.h"

#include "support/birbcamfolder.h"

#include <QImageReader>
#include <QRegularExpression>
#include <QTest>

using namespace birblens;
using testing::encoded;
using testing::picture;
using testing::readFile;
using testing::writeFile;

namespace {

ModelInfo model()
{
    ModelInfo info;
    info.id = "0123456789abcdef";
    info.name = "test";
    info.vocabulary = {"chickadee", "great tit, or so", "magpie"};
    info.thresholds = {0.5, 0.5, 0.5};
    info.input.height = 32;
    info.input.width = 24;
    return info;
}

/** What a network might say, without one. */
Result<Explanation> explainer(const ExplainRequest &request)
{
    if (request.key.contains("sulks"))
        return Error{"The network would not", request.key, {}};
    Explanation explanation;
    explanation.request = request;
    explanation.prediction = predict(model(), {3.0F, -2.0F, -3.0F});
    explanation.frameSize = {48, 64};
    explanation.inputRect = {0, 0, 48, 64};
    const QList<int> classes =
        request.classes.isEmpty() ? explanation.prediction.classes : request.classes;
    for (const int index : classes) {
        ClassMap map;
        map.target.classIndex = index;
        map.layer = request.layer;
        map.method = request.method;
        map.map = {2, 2, {-1.0F, 0.0F, 1.0F, 2.0F}};
        explanation.maps.append(map);
    }
    return explanation;
}

QStringList lines(const QString &path)
{
    return QString::fromUtf8(readFile(path)).replace("\r\n", "\n").split('\n', Qt::SkipEmptyParts);
}

QStringList filesIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::Files, QDir::Name);
}

} // namespace

class TestExporters : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void table();
    void training();
    void trainingTwiceAddsNothing();
    void trainingKeepsWhatIsThere();
    void trainingCollisions();
    void trainingColonFree();
    void trainingOtherFormats();
    void trainingLabelChanged();
    void trainingForeignFileWithAnotherLabel();
    void trainingLabelTakenBack();
    void trainingBackAndForth();
    void trainingTable_data();
    void trainingTable();
    void trainingForeignTable();
    void trainingBadFrames();
    void trainingCancelled();
    void trainingOddLabels();
    void exportsAreNoFrames();
    void csv();
    void csvWithoutModel();
    void csvCancelled();
    void annotated_data();
    void annotated();
    void annotatedChosenClasses();
    void annotatedSameNames();
    void annotatedProblems();
    void annotatedNeverReplacesAFrame();
    void folderProblems_data();
    void folderProblems();

private:
    FrameEntry frame(const QString &name, const TrueLabel &label, int seed = 0,
                     const QByteArray &bytes = {});
    Result<ExportReport> run(const QString &format, const QList<FrameEntry> &frames,
                             bool colonFree = false);
    QString out(const QString &name = {}) const
    {
        return m_dir->filePath("out" + (name.isEmpty() ? name : "/" + name));
    }

    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestExporters::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
}

FrameEntry TestExporters::frame(const QString &name, const TrueLabel &label, int seed,
                                const QByteArray &bytes)
{
    FrameEntry entry;
    entry.frame.key = "imgs/" + name;
    entry.frame.folder = m_dir->filePath("day");
    if (const auto parsed = parseCaptureName(name))
        entry.frame.captureTime = parsed->captureTime;
    entry.record.label = label;
    writeFile(entry.frame.path(), bytes.isEmpty() ? encoded(picture(48, 64, seed), "jpg") : bytes);
    return entry;
}

Result<ExportReport> TestExporters::run(const QString &format, const QList<FrameEntry> &frames,
                                        bool colonFree)
{
    ExportJob job;
    job.frames = frames;
    job.folder = out();
    job.model = model();
    job.vocabulary = model().vocabulary;
    job.layer = "0.7";
    job.method = "gradcam-signed";
    job.explain = explainer;
    job.colonFree = colonFree;
    return findExporter(format)->run(job, {});
}

void TestExporters::table()
{
    QStringList names;
    for (const Exporter &exporter : exporters()) {
        names.append(exporter.name);
        QVERIFY(!exporter.title.isEmpty() && !exporter.summary.isEmpty() &&
                exporter.run != nullptr);
        QCOMPARE(findExporter(exporter.name), &exporter);
    }
    QCOMPARE(names,
             QStringList({"annotated", "html", "film", "training", "folders", "csv", "megadetector",
                          "coco", "camtrap", "timelapse", "inaturalist", "xmp"}));
    QVERIFY(findExporter("annotated")->needsModel);
    QVERIFY(!findExporter("training")->needsModel);
    QVERIFY(findExporter("nothing") == nullptr);
}

void TestExporters::training()
{
    const QList<FrameEntry> frames{
        frame("2021-02-08T10:56:58_chickadee.jpg", TrueLabel::none(), 1),
        frame("2021-02-08T10:57:58_chickadee.jpg", TrueLabel::of({"chickadee", "magpie"}), 2),
        frame("2021-02-08T10:58:58_chickadee.jpg", TrueLabel::unsure(), 3),
        frame("2021-02-08T10:59:58_chickadee.jpg", TrueLabel::unreviewed(), 4),
    };
    const auto report = run("training", frames);
    QVERIFY(report.ok());
    QCOMPARE(report->written.size(), 2);
    QCOMPARE(report->skipped, 2);
    QVERIFY(report->failures.isEmpty());
    const QStringList names{"chickadee_magpie_2021-02-08T10:57:58.jpg",
                            "none_2021-02-08T10:56:58.jpg"};
    QCOMPARE(filesIn(out("training")), QStringList({names.at(0), "labels.csv", names.at(1)}));
    QCOMPARE(readFile(out("training/" + names.at(0))),
             readFile(frames.at(1).frame.path())); // byte for byte
    QCOMPARE(lines(out("training/labels.csv")),
             QStringList({"fname,labels,is_valid", "none_2021-02-08T10:56:58.jpg,,False",
                          "chickadee_magpie_2021-02-08T10:57:58.jpg,\"chickadee,magpie\",False"}));
    // Nothing reviewed is no error.
    const auto nothing = run("training", {frames.at(3)});
    QVERIFY(nothing.ok());
    QCOMPARE(nothing->written.size(), 0);
    QVERIFY(run("training", {}).ok());
}

void TestExporters::trainingTwiceAddsNothing()
{
    const QList<FrameEntry> frames{
        frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none(), 1),
        frame("2021-02-08T10:57:58_a.jpg", TrueLabel::of({"magpie"}), 2)};
    QVERIFY(run("training", frames).ok());
    const QByteArray table = readFile(out("training/labels.csv"));
    const QStringList files = filesIn(out("training"));
    const auto again = run("training", frames);
    QCOMPARE(again->written.size(), 0);
    QCOMPARE(again->unchanged, 2);
    QCOMPARE(readFile(out("training/labels.csv")), table);
    QCOMPARE(filesIn(out("training")), files);
    // The table is lost: it is made again without new files.
    QVERIFY(QFile::remove(out("training/labels.csv")));
    QVERIFY(run("training", frames).ok());
    QCOMPARE(readFile(out("training/labels.csv")), table);
    QCOMPARE(filesIn(out("training")), files);
}

void TestExporters::trainingKeepsWhatIsThere()
{
    const QByteArray older = encoded(picture(48, 64, 99), "jpg");
    writeFile(out("training/magpie_2020-01-01T00:00:00.jpg"), older);
    writeFile(out("training/readme.txt"), "mine");
    writeFile(out("training/labels.csv"), "fname,labels\nmagpie_2020-01-01T00:00:00.jpg,magpie\n");
    QVERIFY(run("training", {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}))}).ok());
    QCOMPARE(readFile(out("training/magpie_2020-01-01T00:00:00.jpg")), older);
    QCOMPARE(readFile(out("training/readme.txt")), "mine");
    QCOMPARE(lines(out("training/labels.csv")),
             QStringList({"fname,labels,is_valid", "magpie_2020-01-01T00:00:00.jpg,magpie,False",
                          "magpie_2021-02-08T10:56:58.jpg,magpie,False"}));
}

void TestExporters::trainingCollisions()
{
    // The autumn hour, or two cameras: one second, one label, several pictures.
    QList<FrameEntry> frames;
    for (int i = 0; i < 12; ++i) {
        FrameEntry entry = frame(QString("cam%1_x.jpg").arg(i), TrueLabel::of({"magpie"}), i);
        entry.frame.captureTime = QDateTime(QDate(2021, 11, 7), QTime(1, 30), asUtc);
        frames.append(entry);
    }
    const auto report = run("training", frames);
    QCOMPARE(report->written.size(), 12);
    const QRegularExpression notebook(
        R"(^(.*)_(\d|(\d{4})-(\d{2})-(\d{2})T(\d{2})\:(\d{2})\:(\d{2}))+.(jpg|JPG|jpeg|png)$)");
    QSet<QString> names;
    for (const QString &path : report->written) {
        const QString name = QFileInfo(path).fileName();
        names.insert(name);
        const auto match = notebook.match(name);
        QVERIFY2(match.hasMatch(), qPrintable(name));
        QCOMPARE(match.captured(1), "magpie");
    }
    QCOMPARE(names.size(), 12);
    QVERIFY(names.contains("magpie_2021-11-07T01:30:00.jpg"));
    QVERIFY(names.contains("magpie_2021-11-07T01:30:0011.jpg"));
    QCOMPARE(run("training", frames)->unchanged, 12);
    QCOMPARE(lines(out("training/labels.csv")).size(), 13);
}

void TestExporters::trainingColonFree()
{
    QVERIFY(run("training", {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}))}, true)
                .ok());
    QVERIFY(QFileInfo::exists(out("training/magpie_20210208105658.jpg")));
}

void TestExporters::trainingOtherFormats()
{
    const FrameEntry png = frame("2021-02-08T10:56:58_a.png", TrueLabel::of({"magpie"}), 1,
                                 encoded(picture(480, 640), "png"));
    QVERIFY(run("training", {png}).ok());
    const QString path = out("training/magpie_2021-02-08T10:56:58.jpg");
    QVERIFY(readFile(path).startsWith("\xFF\xD8"));
    QCOMPARE(loadImage(path)->size(), QSize(480, 640));
    QCOMPARE(run("training", {png})->unchanged, 1); // encoding is repeatable
}

void TestExporters::trainingLabelChanged()
{
    FrameEntry entry = frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}), 1);
    const FrameEntry other = frame("2021-02-08T10:57:58_a.jpg", TrueLabel::of({"magpie"}), 2);
    QVERIFY(run("training", {entry, other}).ok());
    entry.record.label = TrueLabel::none();
    const auto report = run("training", {entry, other});
    QCOMPARE(report->written,
             QStringList{QDir(out("training")).absoluteFilePath("none_2021-02-08T10:56:58.jpg")});
    QCOMPARE(report->unchanged, 1);
    QCOMPARE(report->notes.size(), 1);
    QVERIFY(report->notes.first().contains("renamed"));
    // One picture, one label, in the names as in the table.
    QVERIFY(!QFileInfo::exists(out("training/magpie_2021-02-08T10:56:58.jpg")));
    QCOMPARE(lines(out("training/labels.csv")),
             QStringList({"fname,labels,is_valid", "none_2021-02-08T10:56:58.jpg,,False",
                          "magpie_2021-02-08T10:57:58.jpg,magpie,False"}));
    QCOMPARE(readFile(out("training/none_2021-02-08T10:56:58.jpg")), readFile(entry.frame.path()));
}

void TestExporters::trainingForeignFileWithAnotherLabel()
{
    const FrameEntry entry = frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none(), 1);
    const QString foreign = out("training/magpie_2021-02-08T10:56:58.jpg");
    writeFile(foreign, readFile(entry.frame.path())); // not in labels.csv: not ours
    const auto report = run("training", {entry});
    QVERIFY(QFileInfo::exists(foreign));
    QVERIFY(QFileInfo::exists(out("training/none_2021-02-08T10:56:58.jpg")));
    QCOMPARE(report->notes.size(), 1);
    QVERIFY(report->notes.first().contains("magpie_2021-02-08T10:56:58.jpg"));
}

/** A picture whose label was taken back goes; what others put there stays and is named. */
void TestExporters::trainingLabelTakenBack()
{
    FrameEntry entry = frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}), 1);
    FrameEntry other = frame("2021-02-08T10:57:58_b.jpg", TrueLabel::of({"magpie"}), 2);
    QVERIFY(run("training", {entry, other}).ok());
    QCOMPARE(filesIn(out("training")).size(), 3);
    entry.record.label = TrueLabel::unreviewed();
    const auto report = run("training", {entry, other});
    QVERIFY(report.ok());
    QVERIFY(report->notes.join('\n').contains("1 picture was removed"));
    QCOMPARE(filesIn(out("training")),
             QStringList({"labels.csv", "magpie_2021-02-08T10:57:58.jpg"}));
    QVERIFY(!readFile(out("training/labels.csv")).contains("10:56:58"));
    // Not in labels.csv: not ours.
    writeFile(out("training/magpie_2021-02-08T10:56:58.jpg"), readFile(entry.frame.path()));
    const auto again = run("training", {entry, other});
    QVERIFY(
        again->notes.join('\n').contains("magpie_2021-02-08T10:56:58.jpg shows a frame that has"));
    QVERIFY(QFile::exists(out("training/magpie_2021-02-08T10:56:58.jpg")));
    // Two frames of one second that look the same: the one with a label keeps its picture.
    other.frame.captureTime = entry.frame.captureTime;
    writeFile(other.frame.path(), readFile(entry.frame.path()));
    QFile::remove(out("training/magpie_2021-02-08T10:56:58.jpg"));
    QVERIFY(run("training", {entry, other}).ok());
    QVERIFY(QFile::exists(out("training/magpie_2021-02-08T10:56:58.jpg")));
}

void TestExporters::trainingBackAndForth()
{
    FrameEntry entry = frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}), 1);
    for (const TrueLabel &label :
         {TrueLabel::of({"magpie"}), TrueLabel::none(), TrueLabel::of({"magpie"}),
          TrueLabel::of({"chickadee", "magpie"}), TrueLabel::of({"magpie"})}) {
        entry.record.label = label;
        QVERIFY(run("training", {entry}).ok());
        QCOMPARE(filesIn(out("training")).size(), 2);
        QCOMPARE(lines(out("training/labels.csv")).size(), 2);
    }
    QCOMPARE(filesIn(out("training")).last(), "magpie_2021-02-08T10:56:58.jpg");
    // With and without colons the same frame is the same frame.
    QCOMPARE(run("training", {entry}, true)->unchanged, 1);
    entry.record.label = TrueLabel::none();
    QVERIFY(run("training", {entry}, true).ok());
    QCOMPARE(filesIn(out("training")), QStringList({"labels.csv", "none_20210208105658.jpg"}));
    QCOMPARE(lines(out("training/labels.csv")),
             QStringList({"fname,labels,is_valid", "none_20210208105658.jpg,,False"}));
    // Two of ours that say something else (as two programs might leave them) become one.
    writeFile(out("training/magpie_2021-02-08T10:56:58.jpg"), readFile(entry.frame.path()));
    writeFile(out("training/chickadee_2021-02-08T10:56:58.jpg"), readFile(entry.frame.path()));
    writeFile(out("training/labels.csv"),
              "fname,labels\nmagpie_2021-02-08T10:56:58.jpg,magpie\n"
              "chickadee_2021-02-08T10:56:58.jpg,chickadee\nnone_20210208105658.jpg,\n");
    QVERIFY(run("training", {entry}).ok());
    QCOMPARE(filesIn(out("training")), QStringList({"labels.csv", "none_20210208105658.jpg"}));
    QCOMPARE(lines(out("training/labels.csv")),
             QStringList({"fname,labels,is_valid", "none_20210208105658.jpg,,False"}));
}

void TestExporters::trainingTable_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    const QByteArray head = "fname,labels,is_valid";
    const QByteArray row = "magpie_2021-02-08T10:56:58.jpg,magpie,False";
    QTest::newRow("plain") << QByteArray("fname,labels\na.jpg,x\n")
                           << head + "\na.jpg,x,False\n" + row + "\n";
    QTest::newRow("no last line end")
        << QByteArray("fname,labels\na.jpg,x") << head + "\na.jpg,x,False\n" + row + "\n";
    QTest::newRow("crlf") << QByteArray("fname,labels\r\na.jpg,x\r\n")
                          << head + "\r\na.jpg,x,False\r\n" + row + "\r\n";
    QTest::newRow("byte order mark") << QByteArray("\xEF\xBB\xBF"
                                                   "fname,labels\na.jpg,x\n")
                                     << "\xEF\xBB\xBF" + head + "\na.jpg,x,False\n" + row + "\n";
    QTest::newRow("quotes as written")
        << QByteArray("fname,labels\n\"a.jpg\",\"x\"\n\"b,\n\"\"c.jpg\",\"x,y\"\n")
        << head + "\n\"a.jpg\",\"x\",False\n\"b,\n\"\"c.jpg\",\"x,y\",False\n" + row + "\n";
    QTest::newRow("more columns") << QByteArray("fname,labels,is_valid\na.jpg,x,True\n")
                                  << head + "\na.jpg,x,True\n" + row + "\n";
    QTest::newRow("its event has a side")
        << QByteArray("fname,labels,who,is_valid\nnone_2021-02-08T10:56:40.jpg,,me,True\n"
                      "none_2021-02-08T10:57:20.jpg,,me\nb.jpg,x,me,False\n"
                      "magpie_2021-02-08T09:00:00.jpg,magpie,me,False\n")
        << QByteArray("fname,labels,who,is_valid\nnone_2021-02-08T10:56:40.jpg,,me,True\n"
                      "none_2021-02-08T10:57:20.jpg,,me,True\nb.jpg,x,me,False\n"
                      "magpie_2021-02-08T09:00:00.jpg,magpie,me,False\n"
                      "magpie_2021-02-08T10:56:58.jpg,magpie,,True\n");
    QTest::newRow("its event has the side that nothing is learnt from")
        << QByteArray("fname,labels,who,is_valid\nnone_2021-02-08T10:56:40.jpg,,me,True\n")
        << QByteArray("fname,labels,who,is_valid\nnone_2021-02-08T10:56:40.jpg,,me,False\n"
                      "magpie_2021-02-08T10:56:58.jpg,magpie,,False\n");
    QTest::newRow("empty lines") << QByteArray("fname,labels\n\na.jpg,x\n\n")
                                 << head + "\na.jpg,x,False\n" + row + "\n";
    QTest::newRow("wrong row of ours")
        << QByteArray("fname,labels\nmagpie_2021-02-08T10:56:58.jpg,none\n")
        << head + "\n" + row + "\n";
    QTest::newRow("empty file") << QByteArray("") << head + "\n" + row + "\n";
}

void TestExporters::trainingTable()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    writeFile(out("training/labels.csv"), before);
    const auto report =
        run("training", {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}))});
    QVERIFY(report.ok());
    QCOMPARE(readFile(out("training/labels.csv")), after);
}

void TestExporters::trainingForeignTable()
{
    const QByteArray recipes = "ingredient,amount\nflour,1\n";
    writeFile(out("training/labels.csv"), recipes);
    const auto report =
        run("training", {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}))});
    QVERIFY(!report.ok());
    QVERIFY(report.error().what.contains("fname,labels"));
    QCOMPARE(readFile(out("training/labels.csv")), recipes);
    QCOMPARE(filesIn(out("training")), QStringList{"labels.csv"});
}

void TestExporters::trainingBadFrames()
{
    FrameEntry missing = frame("2021-02-08T10:00:00_a.jpg", TrueLabel::none());
    QVERIFY(QFile::remove(missing.frame.path()));
    FrameEntry gone = missing;
    gone.frame.gone = true;
    const FrameEntry cut = frame("2021-02-08T10:01:00_a.jpg", TrueLabel::none(), 0,
                                 encoded(picture(48, 64), "jpg").left(400));
    const FrameEntry good = frame("2021-02-08T10:02:00_a.jpg", TrueLabel::none());
    const auto report = run("training", {missing, gone, cut, good});
    QVERIFY(report.ok());
    QCOMPARE(report->written.size(), 1);
    QCOMPARE(report->skipped, 1);
    QCOMPARE(report->failures.size(), 2);
    QCOMPARE(report->failures.at(0).key, missing.frame.key);
    QVERIFY(report->failures.at(1).error.what.contains("cut off"));
    QCOMPARE(lines(out("training/labels.csv")).size(), 2);
}

void TestExporters::trainingCancelled()
{
    QList<FrameEntry> frames;
    for (int i = 0; i < 5; ++i)
        frames.append(frame(QString("2021-02-08T10:0%1:00_a.jpg").arg(i), TrueLabel::none(), i));
    ExportJob job;
    job.frames = frames;
    job.folder = out();
    QList<int> seen;
    const auto report = findExporter("training")->run(job, [&](int done, int total) {
        seen.append(done);
        return total == 5 && done < 2;
    });
    QVERIFY(report->cancelled);
    QCOMPARE(seen, QList<int>({0, 1, 2}));
    QCOMPARE(report->written.size(), 2);
    QCOMPARE(lines(out("training/labels.csv")).size(), 3); // what is there is listed
}

void TestExporters::trainingOddLabels()
{
    const auto report = run(
        "training", {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"great_tit", "a/b, c"}))});
    QCOMPARE(report->written.size(), 1);
    QCOMPARE(QFileInfo(report->written.first()).fileName(),
             "great-tit_a-b, c_2021-02-08T10:56:58.jpg");
    QCOMPARE(lines(out("training/labels.csv")).last(),
             "\"great-tit_a-b, c_2021-02-08T10:56:58.jpg\",\"great_tit,a/b; c\",False");
    QCOMPARE(run("training",
                 {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"great_tit", "a/b, c"}))})
                 ->unchanged,
             1);
}

void TestExporters::exportsAreNoFrames()
{
    // A plain folder of images that somebody exports into itself.
    ExportJob job;
    job.frames = {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none())};
    job.folder = m_dir->filePath("day");
    job.model = model();
    job.explain = explainer;
    QVERIFY(findExporter("training")->run(job, {}).ok());
    job.folder = m_dir->filePath("day/figures");
    QCOMPARE(findExporter("annotated")->run(job, {})->written.size(), 1);
    QCOMPARE(scanDay(*locateDay(m_dir->filePath("day")))->size(), 1);
    // A folder that held pictures before is not hidden by exporting into it.
    job.folder = m_dir->filePath("day/imgs");
    QCOMPARE(findExporter("annotated")->run(job, {})->written.size(), 1);
    QVERIFY(scanDay(*locateDay(m_dir->filePath("day")))->size() >= 1);
}

void TestExporters::csv()
{
    FrameEntry first = frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"chickadee", "magpie"}));
    first.frame.utc = first.frame.captureTime.addSecs(7 * 3600);
    first.frame.camera = CameraPrediction{{"chickadee"}, 0.8952};
    first.prediction = predict(model(), {3.0F, -2.0F, 0.0F});
    first.record.shownPrediction = "chickadee";
    FrameEntry second = frame("2021-02-08T10:57:58,\"x\".jpg", TrueLabel::unreviewed());
    second.frame.camera = CameraPrediction{{}, 0.0};
    second.frame.gone = true;
    FrameEntry third = frame("2021-02-08T10:58:58_a.jpg", TrueLabel::unsure());
    first.frame.timeSource = TimeSource::CameraDatabase;
    assumeOffsets(std::vector<Frame *>{&first.frame, &second.frame, &third.frame});
    first.frame.timeSource = TimeSource::Name;
    const auto report = run("csv", {first, second, third});
    QVERIFY(report.ok());
    QCOMPARE(report->written, QStringList{QDir(out()).absoluteFilePath("frames.csv")});
    QCOMPARE(
        lines(out("frames.csv")),
        QStringList(
            {"frame,capture_time,utc,camera_prediction,camera_confidence,prediction,confidence,"
             "true_label,state,event,flagged,comment,time_source,chickadee,"
             "\"great tit, or so\",magpie",
             "imgs/2021-02-08T10:56:58_a.jpg,2021-02-08T10:56:58,2021-02-08T17:56:58Z,chickadee,"
             "0.895200,chickadee,0.952574,\"chickadee,magpie\",corrected,1,false,,name,0.952574,0."
             "119203,0."
             "500000",
             "\"imgs/"
             "2021-02-08T10:57:58,\"\"x\"\".jpg\",2021-02-08T10:57:58,,none,,,,,unreviewed,2,false,"
             ",name,,,",
             "imgs/2021-02-08T10:58:58_a.jpg,2021-02-08T10:58:58,,,,,,,unsure,3,false,,name,,,"}));
}

void TestExporters::csvWithoutModel()
{
    ExportJob job;
    job.frames = {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none())};
    job.folder = out();
    QVERIFY(findExporter("csv")->run(job, {}).ok());
    QCOMPARE(
        lines(out("frames.csv")),
        QStringList(
            {"frame,capture_time,utc,camera_prediction,camera_confidence,prediction,confidence,"
             "true_label,state,event,flagged,comment,time_source",
             "imgs/"
             "2021-02-08T10:56:58_a.jpg,2021-02-08T10:56:58,,,,,,none,corrected,1,false,,name"}));
}

void TestExporters::csvCancelled()
{
    ExportJob job;
    job.frames = {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none())};
    job.folder = out();
    const auto report = findExporter("csv")->run(job, [](int, int) { return false; });
    QVERIFY(report->cancelled);
    QVERIFY(!QFileInfo::exists(out("frames.csv"))); // half a table would look like a whole one
}

void TestExporters::annotated_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("suffix");
    QTest::addColumn<QByteArray>("decoder");
    QTest::newRow("png") << "png"
                         << ".png" << QByteArray("png");
    QTest::newRow("jpg") << "jpg"
                         << ".jpg" << QByteArray("jpeg");
}

void TestExporters::annotated()
{
    QFETCH(QString, format);
    QFETCH(QString, suffix);
    QFETCH(QByteArray, decoder);
    ExportJob job;
    job.frames = {frame("2021-02-08T10:56:58_chickadee.jpg", TrueLabel::none())};
    job.folder = out();
    job.model = model();
    job.layer = "0.7.2/conv";
    job.method = "gradcam-signed";
    job.imageFormat = format;
    job.explain = explainer;
    int ranges = 0;
    job.range = [&ranges](const ClassMap &) {
        ++ranges;
        return ScaleRange{-4.0F, 4.0F};
    };
    const auto report = findExporter("annotated")->run(job, {});
    QVERIFY(report.ok());
    QVERIFY2(report->failures.isEmpty(),
             report->failures.isEmpty() ? ""
                                        : qPrintable(report->failures.first().error.sentence()));
    QCOMPARE(report->written.size(), 1);
    QCOMPARE(ranges, 1);
    const QString path = report->written.first();
    const QString stem = "2021-02-08T10:56:58_chickadee.chickadee.0.7.2_conv.gradcam-signed";
    QCOMPARE(path, QDir(out()).absoluteFilePath(stem + suffix));
    QImageReader reader(path);
    QCOMPARE(reader.format(), decoder);
    const QImage image = reader.read();
    QVERIFY(image.width() >= 2 * 48 && image.height() >= 64);
    QVERIFY(!image.textKeys().isEmpty());
    const QString text = image.text();
    for (const char *part : {"2021-02-08T10:56:58_chickadee", "0.7.2/conv", "gradcam-signed"})
        QVERIFY2(text.contains(part), qPrintable(text));
    // Nothing but the figure (and the mark) is left in the folder.
    QCOMPARE(filesIn(out()), QStringList{QFileInfo(path).fileName()});
    QCOMPARE(QDir(out()).entryList(QDir::Files | QDir::Hidden).size(), 2);
}

void TestExporters::annotatedChosenClasses()
{
    ExportJob job;
    job.frames = {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none()),
                  frame("2021-02-08T10:57:58_a.jpg", TrueLabel::none())};
    job.folder = out();
    job.model = model();
    job.layer = "x";
    job.explain = explainer;
    job.classes = {0, 2};
    QList<int> seen;
    const auto report = findExporter("annotated")->run(job, [&](int done, int) {
        seen.append(done);
        return true;
    });
    QCOMPARE(report->written.size(), 4);
    QCOMPARE(seen, QList<int>({0, 1, 2}));
    QVERIFY(QFileInfo::exists(out("2021-02-08T10:57:58_a.magpie.x.gradcam-signed.png")));
    // Again replaces the same files.
    QCOMPARE(findExporter("annotated")->run(job, {})->written.size(), 4);
    QCOMPARE(filesIn(out()).size(), 4);
}

void TestExporters::annotatedSameNames()
{
    FrameEntry a = frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none());
    FrameEntry b = a;
    a.frame.key = "monday/2021-02-08T10:56:58_a.jpg";
    b.frame.key = "tuesday/2021-02-08T10:56:58_a.jpg";
    for (const FrameEntry &entry : {a, b})
        writeFile(entry.frame.path(), encoded(picture(48, 64, 3), "jpg"));
    const auto report = run("annotated", {a, b});
    QCOMPARE(QSet<QString>(report->written.cbegin(), report->written.cend()).size(), 2);
    QCOMPARE(filesIn(out()).size(), 2);
}

void TestExporters::annotatedProblems()
{
    FrameEntry gone = frame("2021-02-08T10:00:00_a.jpg", TrueLabel::none());
    gone.frame.gone = true;
    const FrameEntry cut = frame("2021-02-08T10:01:00_a.jpg", TrueLabel::none(), 0, "no image");
    const FrameEntry sulking = frame("2021-02-08T10:02:00_sulks.jpg", TrueLabel::none());
    const FrameEntry good = frame("2021-02-08T10:03:00_a.jpg", TrueLabel::none());
    const auto report = run("annotated", {gone, cut, sulking, good});
    QVERIFY(report.ok());
    QCOMPARE(report->written.size(), 1);
    QCOMPARE(report->skipped, 1);
    QCOMPARE(report->failures.size(), 2);
    QCOMPARE(report->failures.at(1).error.what, "The network would not");

    ExportJob job;
    job.folder = out();
    QVERIFY(!findExporter("annotated")->run(job, {}).ok()); // no model
    job.model = model();
    job.explain = explainer;
    job.imageFormat = "gif";
    QVERIFY(!findExporter("annotated")->run(job, {}).ok());
}

void TestExporters::annotatedNeverReplacesAFrame()
{
    const QString name = "2021-02-08T10:56:58_a.chickadee.0.7.gradcam-signed.png";
    const FrameEntry original = frame(name, TrueLabel::none(), 5, encoded(picture(), "png"));
    const QByteArray before = readFile(original.frame.path());
    ExportJob job;
    job.frames = {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::none()), original};
    job.folder = m_dir->filePath("day/imgs");
    job.model = model();
    job.layer = "0.7";
    job.explain = explainer;
    const auto report = findExporter("annotated")->run(job, {});
    QCOMPARE(report->failures.size(), 1);
    QCOMPARE(readFile(original.frame.path()), before);
}

void TestExporters::folderProblems_data()
{
    QTest::addColumn<QString>("format");
    for (const Exporter &exporter : exporters()) {
        if (!exporter.options.testFlag(ExportOption::BesideFrames))
            QTest::newRow(qPrintable(exporter.name)) << exporter.name;
    }
}

void TestExporters::folderProblems()
{
    QFETCH(QString, format);
    ExportJob job;
    job.frames = {frame("2021-02-08T10:56:58_a.jpg", TrueLabel::of({"magpie"}))};
    job.model = model();
    job.explain = explainer;
    writeFile(m_dir->filePath("file"), "x");
    for (const QString &folder :
         {m_dir->filePath("file"), m_dir->filePath("file/below"), QString("/proc/sys")}) {
        job.folder = folder;
        const auto report = findExporter(format)->run(job, {});
        QVERIFY(!report.ok() || report->written.isEmpty());
        QVERIFY(!report.ok() || !report->failures.isEmpty());
    }
}

QTEST_MAIN(TestExporters)
#include "tst_exporters.moc"
