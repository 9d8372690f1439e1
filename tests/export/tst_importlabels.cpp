// Labels that come back from other programs' files.

#include "core/exporting/csvtext.h"
#include "core/exporting/importlabels.h"
#include "core/exporting/labelwords.h"

#include "../support/exportday.h"

#include <QRandomGenerator>
#include <QStringEncoder>
#include <QTest>

using namespace birblens;
using testing::ExportDay;
using testing::writeFile;

namespace {

QList<Frame> frames(const QStringList &keys)
{
    QList<Frame> all;
    for (const QString &key : keys) {
        Frame frame;
        frame.key = key;
        all.append(frame);
    }
    return all;
}

QByteArray utf16(const QString &text, QStringEncoder::Encoding encoding, bool mark)
{
    QStringEncoder encode(encoding, mark ? QStringEncoder::Flag::WriteBom
                                         : QStringEncoder::Flag::Default);
    return encode(text);
}

} // namespace

class TestImportLabels : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tables_data();
    void tables();
    void brokenTables_data();
    void brokenTables();
    void words_data();
    void words();
    void timelapseChoices();
    void timelapseCounters();
    void timelapseFlagsThatAreNoLabels();
    void timelapseWithoutLabels();
    void megaDetectorOfAMachine();
    void trainingTable();
    void guardedCells_data();
    void guardedCells();
    void labelsTravel_data();
    void labelsTravel();

private:
    Result<LabelImport> import(const QByteArray &bytes, const QList<Frame> &day,
                               const QStringList &vocabulary = {}) const
    {
        const QString path = m_dir.filePath("table.csv");
        writeFile(path, bytes);
        return importLabels(path, day, vocabulary);
    }

    QTemporaryDir m_dir;
};

void TestImportLabels::tables_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("noted");
    const QString text = QString::fromUtf8("frame,true_label\r\na.jpg,Grünfink\r\n");
    QTest::newRow("UTF-8") << text.toUtf8() << false;
    QTest::newRow("UTF-8 with a mark") << "\xEF\xBB\xBF" + text.toUtf8() << false;
    QTest::newRow("Windows-1252") << text.toLatin1() << true;
    QTest::newRow("UTF-16 LE with a mark") << utf16(text, QStringEncoder::Utf16LE, true) << true;
    QTest::newRow("UTF-16 BE with a mark") << utf16(text, QStringEncoder::Utf16BE, true) << true;
    QTest::newRow("UTF-16 LE") << utf16(text, QStringEncoder::Utf16LE, false) << true;
    QTest::newRow("UTF-16 BE") << utf16(text, QStringEncoder::Utf16BE, false) << true;
    QTest::newRow("semicolons") << QByteArray("frame;true_label\na.jpg;Gr\xC3\xBCnfink\n") << false;
    QTest::newRow("tabs") << QByteArray("frame\ttrue_label\na.jpg\tGr\xC3\xBCnfink\n") << false;
    QTest::newRow("sep=") << QByteArray("sep=|\nframe|true_label\na.jpg|Gr\xC3\xBCnfink\n") << false;
    QTest::newRow("quoted sep=")
        << QByteArray("\"sep=;\"\r\nframe;true_label\r\na.jpg;Gr\xC3\xBCnfink\r\n") << false;
    QTest::newRow("old line ends") << QByteArray("frame,true_label\ra.jpg,Gr\xC3\xBCnfink\r") << false;
    QTest::newRow("all quoted")
        << QByteArray("\"frame\";\"true_label\"\n\"a.jpg\";\"Gr\xC3\xBCnfink\"\n") << false;
    QTest::newRow("a quote within a field")
        << QByteArray("frame,comment,true_label\na.jpg,5\" pipe,Gr\xC3\xBCnfink\n") << false;
}

void TestImportLabels::tables()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, noted);
    const auto read = import(bytes, frames({"a.jpg"}));
    QVERIFY2(read.ok(), read.ok() ? "" : qPrintable(read.error().sentence()));
    QCOMPARE(read->problems, QStringList());
    QCOMPARE(read->labels.size(), 1);
    QCOMPARE(read->labels.first().label, TrueLabel::of({QString::fromUtf8("Grünfink")}));
    QCOMPARE(!read->notes.isEmpty(), noted);
}

void TestImportLabels::brokenTables_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("said");
    QTest::newRow("a quote is never closed")
        << QByteArray("frame,true_label\na.jpg,\"two\nlines\"\nb.jpg,\"owl\nc.jpg,owl\n")
        << "line 4 is never closed";
    QTest::newRow("it opens after a line break")
        << QByteArray("frame,comment,true_label\na.jpg,\"x\ny\",\"owl\n") << "line 3 is never closed";
    QTest::newRow("neither encoding") << QByteArray("frame,true_label\na.jpg,\x81\xFC\n")
                                      << "Line 2 has a byte (0x81)";
    QTest::newRow("no text") << QByteArray("PK\x03\x04\x00\xFF\x00\x00\xFE", 9) << "not a table of text";
    QTest::newRow("empty") << QByteArray() << "empty";
    QTest::newRow("other columns") << QByteArray("flour,sugar\n1,2\n") << "flour, sugar";
    QTest::newRow("other JSON") << QByteArray("{\"a\": 1}") << "not MegaDetector's";
    QTest::newRow("half a JSON") << QByteArray("{\"images\": [") << "not a whole JSON";
}

void TestImportLabels::brokenTables()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, said);
    const auto read = import(bytes, frames({"a.jpg", "b.jpg", "c.jpg"}));
    QVERIFY(!read.ok());
    QVERIFY2(read.error().sentence().contains(said), qPrintable(read.error().sentence()));
}

void TestImportLabels::words_data()
{
    QTest::addColumn<QString>("cell");
    QTest::addColumn<bool>("said");
    QTest::addColumn<QStringList>("labels");
    for (const char *nothing : {"", "  ", "NA", "N/A", "n/a", "nan", "NaN", "NULL", "#N/A"})
        QTest::newRow(nothing) << QString(nothing) << false << QStringList();
    QTest::newRow("None") << "None" << true << QStringList();
    QTest::newRow("none") << "none" << true << QStringList();
    QTest::newRow("another case") << "Chickadee" << true << QStringList{"chickadee"};
    QTest::newRow("several") << "MAGPIE, Chickadee,magpie" << true
                             << QStringList{"magpie", "chickadee"};
    QTest::newRow("unknown to the model") << "Blue tit" << true << QStringList{"Blue tit"};
    QTest::newRow("composed differently")
        << QString::fromUtf8("bla\xCC\x8Ames") << true << QStringList{QString::fromUtf8("blåmes")};
}

void TestImportLabels::words()
{
    QFETCH(QString, cell);
    QFETCH(bool, said);
    QFETCH(QStringList, labels);
    LabelSpelling spelling({"chickadee", "magpie", QString::fromUtf8("blåmes")});
    const auto label = labelFromCell(cell, spelling);
    QCOMPARE(label.has_value(), said);
    if (said)
        QCOMPARE(*label, TrueLabel::of(labels));
}

void TestImportLabels::timelapseChoices()
{
    const auto read = import("RootFolder,File,RelativePath,DateTime,DeleteFlag,animal,empty,person,"
                             "Species,Behaviour\n"
                             "x,a.jpg,,,false,true,false,false,Blue tit,feeding\n"
                             "x,b.jpg,,,false,false,true,false,,\n"
                             "x,c.jpg,,,false,true,false,false,\"Fox,Badger\",\n"
                             "x,d.jpg,,,false,false,false,false,Unknown,\n"
                             "x,e.jpg,,,false,false,false,false,None,\n"
                             "x,f.jpg,,,false,false,false,false,,\n",
                             frames({"a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"}));
    QVERIFY(read.ok());
    QCOMPARE(read->labels.size(), 5);
    QCOMPARE(read->labels.at(0).label, TrueLabel::of({"Blue tit"}));
    QCOMPARE(read->labels.at(1).label, TrueLabel::none());
    QCOMPARE(read->labels.at(2).label, TrueLabel::of({"Fox", "Badger"}));
    QCOMPARE(read->labels.at(3).label, TrueLabel::unsure());
    QCOMPARE(read->labels.at(4).label, TrueLabel::none());
    QCOMPARE(read->silent, 1);
    QCOMPARE(read->notes, QStringList());
}

void TestImportLabels::timelapseCounters()
{
    const auto read = import("File,RelativePath,DateTime,DeleteFlag,CameraNumber,Fox,Badger,Count\n"
                             "a.jpg,./,,False,3,2,0,2\n"
                             "b.jpg,.\\,,False,3,1,1,2\n"
                             "c.jpg,.,,False,3,0,0,0\n",
                             frames({"a.jpg", "b.jpg", "c.jpg"}), {"fox", "badger"});
    QVERIFY(read.ok());
    QCOMPARE(read->problems, QStringList());
    QCOMPARE(read->labels.size(), 2);
    QCOMPARE(read->labels.at(0).label, TrueLabel::of({"fox"}));
    QCOMPARE(read->labels.at(1).label, TrueLabel::of({"fox", "badger"}));
    QCOMPARE(read->silent, 1);
}

void TestImportLabels::timelapseFlagsThatAreNoLabels()
{
    const auto read = import("File,RelativePath,DateTime,DeleteFlag,Dark,Reviewed,owl\n"
                             "a.jpg,,,false,true,true,true\n"
                             "b.jpg,,,false,true,false,false\n",
                             frames({"a.jpg", "b.jpg"}), {"owl"});
    QVERIFY(read.ok());
    QCOMPARE(read->labels.size(), 1);
    QCOMPARE(read->labels.first().label, TrueLabel::of({"owl"}));
    QCOMPARE(read->silent, 1);
    QCOMPARE(read->notes.size(), 2);
    QVERIFY(read->notes.at(0).contains("\"Dark\" is true for 2 frames"));
    QVERIFY(read->notes.at(1).contains("\"Reviewed\" is true for 1 frame,"));
}

void TestImportLabels::timelapseWithoutLabels()
{
    const auto read = import("File,RelativePath,DateTime,DeleteFlag,CameraNumber,Weather\n"
                             "a.jpg,,,false,3,sunny\n",
                             frames({"a.jpg"}));
    QVERIFY(!read.ok());
    QVERIFY2(read.error().sentence().contains("Weather"), qPrintable(read.error().sentence()));
}

void TestImportLabels::megaDetectorOfAMachine()
{
    const auto read =
        import(R"({"info": {"format_version": "1.4"}, "detection_categories": {"1": "animal"},
                   "images": [{"file": "a.jpg", "detections":
                     [{"category": "1", "conf": 0.93, "bbox": [0, 0, 1, 1]}]}]})",
               frames({"a.jpg"}));
    QVERIFY(!read.ok());
    QVERIFY2(read.error().sentence().contains("what a detector found"),
             qPrintable(read.error().sentence()));
}

void TestImportLabels::trainingTable()
{
    QList<Frame> day = frames({"x.jpg", "y.jpg", "z.jpg"});
    for (qsizetype i = 0; i < day.size(); ++i)
        day[i].captureTime = QDateTime(QDate(2021, 2, 8), QTime(10, int(i)), Qt::UTC);
    const auto read = import("fname,labels,is_valid\n"
                             "chickadee_2021-02-08T10:00:00.jpg,chickadee,True\n"
                             "none_2021-02-08T10:01:00.jpg,,False\n"
                             "magpie_2021-02-08T11:00:00.jpg,magpie,False\n",
                             day);
    QVERIFY(read.ok());
    QCOMPARE(read->labels.size(), 2);
    QCOMPARE(read->labels.at(0).key, "x.jpg");
    QCOMPARE(read->labels.at(0).label, TrueLabel::of({"chickadee"}));
    QCOMPARE(read->labels.at(1).key, "y.jpg");
    QCOMPARE(read->labels.at(1).label, TrueLabel::none());
    QCOMPARE(read->problems.size(), 1);
    QVERIFY(read->problems.first().startsWith("line 4: "));
}

void TestImportLabels::guardedCells_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("cell");
    QTest::newRow("formula") << "=1+1"
                             << "'=1+1";
    QTest::newRow("plus") << "+49"
                          << "'+49";
    QTest::newRow("minus") << "-x"
                           << "'-x";
    QTest::newRow("at") << "@me"
                        << "'@me";
    QTest::newRow("tab") << "\tx"
                         << "'\tx";
    QTest::newRow("carriage return") << "\rx"
                                     << "'\rx";
    QTest::newRow("apostrophe") << "'tis"
                                << "''tis";
    QTest::newRow("plain") << "an owl"
                           << "an owl";
    QTest::newRow("empty") << ""
                           << "";
}

void TestImportLabels::guardedCells()
{
    QFETCH(QString, text);
    QFETCH(QString, cell);
    QCOMPARE(guardedCell(text), cell);
    QCOMPARE(unguardedCell(cell), text);
}

void TestImportLabels::labelsTravel_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QString>("file");
    QTest::addRow("csv") << "csv"
                         << "frames.csv";
    QTest::addRow("timelapse") << "timelapse"
                               << "timelapse.csv";
    QTest::addRow("megadetector") << "megadetector"
                                  << "megadetector.json";
    QTest::addRow("training") << "training"
                              << "training/labels.csv";
}

/** Day, export, fresh day without a model: the same labels, or a sentence for each that cannot. */
void TestImportLabels::labelsTravel()
{
    QFETCH(QString, format);
    QFETCH(QString, file);
    const QStringList pieces{"owl",   "Owl",   "great tit", "great_tit", QString::fromUtf8("Grünfink"),
                             "=sum",  "'tis",  "a|b",       "50%",       QString::fromUtf8("シジュウカラ"),
                             "File",  "Match", "x, y",      "select",    QString::fromUtf8("Grönfink"),
                             "-dash", "NA-bird"};
    QRandomGenerator chance(13);
    for (int round = 0; round < 20; ++round) {
        ExportDay day;
        day.job.model.reset();
        day.job.vocabulary.clear();
        QList<Frame> fresh;
        QHash<QString, TrueLabel> expected;
        for (FrameEntry &entry : day.job.frames) {
            entry.prediction.reset();
            QStringList labels;
            for (int i = chance.bounded(4); i > 0; --i)
                labels.append(pieces.at(chance.bounded(int(pieces.size()))));
            entry.record.label = TrueLabel::of(orderedLabels(labels, {}));
            fresh.append(entry.frame);
        }
        const auto report = day.run(format);
        QVERIFY(report.ok());
        const auto read = importLabels(day.out(file), fresh, {});
        QVERIFY2(read.ok(), read.ok() ? "" : qPrintable(read.error().sentence()));
        QVERIFY2(read->problems.isEmpty(), qPrintable(read->problems.join('\n')));
        QHash<QString, TrueLabel> found;
        for (const ImportedLabel &imported : read->labels)
            found.insert(imported.key, imported.label);
        for (const FrameEntry &entry : std::as_const(day.job.frames)) {
            bool failed = entry.frame.gone && format != "csv";
            for (const ExportFailure &failure : report->failures)
                failed = failed || failure.key == entry.frame.key;
            if (failed)
                continue;
            QStringList back = found.value(entry.frame.key).labels;
            QStringList sent = entry.label().labels;
            for (QString &label : sent) { // said to be lost: then it must be as was said
                const QString lost = labelsToText({label});
                if (lost != label && format != "megadetector") {
                    QVERIFY2(report->notes.join('\n').contains('"' + label + '"'), qPrintable(label));
                    label = lost;
                }
            }
            back.sort();
            sent.sort();
            QCOMPARE(back, sent);
            QVERIFY(found.contains(entry.frame.key));
        }
    }
}

QTEST_GUILESS_MAIN(TestImportLabels)
#include "tst_importlabels.moc"
