// SPDX-License-Identifier: GPL-3.0-or-later

// Labels that come back from other programs' files.

#include "core/exporting/csvtext.h"
#include "core/exporting/importlabels.h"
#include "core/exporting/labelwords.h"
#include "core/utctime.h"

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
    QStringEncoder encode(encoding,
                          mark ? QStringEncoder::Flag::WriteBom : QStringEncoder::Flag::Default);
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
    void timelapseCells_data();
    void timelapseCells();
    void timelapseCorrected();
    void foldersAbove();
    void namesLikeThese();
    void linesOfOneFrame();
    void newLabelsAreNamed();
    void wordsThatDoNotTravel();
    void timelapseWithoutLabels();
    void megaDetectorOfAMachine();
    void trainingTable();
    void trainingTableAfterACorrectionOfTheClock();
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
    QTest::newRow("sep=") << QByteArray("sep=|\nframe|true_label\na.jpg|Gr\xC3\xBCnfink\n")
                          << false;
    QTest::newRow("quoted sep=")
        << QByteArray("\"sep=;\"\r\nframe;true_label\r\na.jpg;Gr\xC3\xBCnfink\r\n") << false;
    QTest::newRow("old line ends")
        << QByteArray("frame,true_label\ra.jpg,Gr\xC3\xBCnfink\r") << false;
    QTest::newRow("all quoted") << QByteArray(
                                       "\"frame\";\"true_label\"\n\"a.jpg\";\"Gr\xC3\xBCnfink\"\n")
                                << false;
    QTest::newRow("old Mac") << QByteArray("frame,true_label\ra.jpg,Gr\x9Fnfink\r") << true;
    QTest::newRow("two marks") << QByteArray("\xEF\xBB\xBF\xEF\xBB\xBF"
                                             "frame,true_label\na.jpg,Gr\xC3\xBCnfink\n")
                               << false;
    QTest::newRow("sep= as a program saved it again")
        << QByteArray("sep=;,\nframe;true_label\na.jpg;Gr\xC3\xBCnfink\n") << false;
    QTest::newRow("a bar between fields")
        << QByteArray("frame|true_label\na.jpg|Gr\xC3\xBCnfink\n") << false;
    QTest::newRow("titles above the header")
        << QByteArray("# birds,2021\nMy table;;\n\nframe;true_label;x\na.jpg;Gr\xC3\xBCnfink;1\n")
        << false;
    QTest::newRow("more commas than semicolons")
        << QByteArray("frame;\"a, b, c, d\";true_label\na.jpg;1;Gr\xC3\xBCnfink\n") << false;
    QTest::newRow("each line one field")
        << QByteArray("\"frame,true_label\"\n\"a.jpg,Gr\xC3\xBCnfink\"\n") << false;
    QTest::newRow("another case and order")
        << QByteArray("True_Label,FRAME\nGr\xC3\xBCnfink,a.jpg\n") << false;
    QTest::newRow("cells missing at the end")
        << QByteArray("frame,true_label,comment,x\na.jpg,Gr\xC3\xBCnfink\n") << false;
    QTest::newRow("a separator too many")
        << QByteArray("frame,true_label\na.jpg,Gr\xC3\xBCnfink,,\n") << false;
    QTest::newRow("names of rows")
        << QByteArray("\"frame\",\"true_label\"\n\"1\",\"a.jpg\",\"Gr\xC3\xBCnfink\"\n") << false;
    QTest::newRow("blanks around quotes")
        << QByteArray("frame, true_label\na.jpg, \"Gr\xC3\xBCnfink\" \n") << false;
    QTest::newRow("unsure once, labelled now")
        << QByteArray("frame,true_label,state\na.jpg,Gr\xC3\xBCnfink,unsure\n") << false;
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
    QTest::newRow("the next one closes it")
        << QByteArray("frame,true_label\na.jpg,\"owl\nb.jpg,\"fox\"\nc.jpg,owl\n")
        << "line 2 is never closed";
    QTest::newRow("the next one closes it in the middle")
        << QByteArray("frame,true_label\na.jpg,\"owl\nb.jpg,\"fox,owl\"\nc.jpg,owl\n")
        << "line 2 is never closed";
    QTest::newRow("two encodings")
        << QByteArray("frame,true_label\na.jpg,Gr\xC3\xBCnfink\nb.jpg,Gr\xFCnfink\n")
        << "Line 3 is not UTF-8, as other lines are";
    QTest::newRow("half a letter of UTF-16") << QByteArray("\xFF\xFE"
                                                           "f\0r\0a",
                                                           7)
                                             << "UTF-16";
    QTest::newRow("two columns of one name")
        << QByteArray("frame,true_label,True_label\na.jpg,owl,fox\n") << "two columns";
    QTest::newRow("a page") << "<!doctype html><html>" + QByteArray(5000, 'x') << "<!doctype";
    QTest::newRow("it opens after a line break")
        << QByteArray("frame,comment,true_label\na.jpg,\"x\ny\",\"owl\n")
        << "line 3 is never closed";
    QTest::newRow("neither encoding")
        << QByteArray("frame,true_label\na.jpg,\x81\xFC\n") << "Line 2 has a byte (0x81)";
    QTest::newRow("no text") << QByteArray("PK\x03\x04\x00\xFF\x00\x00\xFE", 9)
                             << "not a table of text";
    QTest::newRow("empty") << QByteArray() << "empty";
    QTest::newRow("other columns") << QByteArray("flour,sugar\n1,2\n") << "flour, sugar";
    QTest::newRow("other JSON") << QByteArray("{\"a\": 1}") << "not MegaDetector's";
    QTest::newRow("half a JSON") << QByteArray("{\"images\": [") << "This JSON cannot be read";
    QTest::newRow("a list") << QByteArray("\xEF\xBB\xBF[1, 2]") << "no list of images";
    QTest::newRow("NaN") << QByteArray("{\"images\": [],\n \"conf\": NaN}") << "in line 2";
}

void TestImportLabels::brokenTables()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, said);
    const auto read = import(bytes, frames({"a.jpg", "b.jpg", "c.jpg"}));
    QVERIFY(!read.ok());
    QVERIFY2(read.error().sentence().contains(said), qPrintable(read.error().sentence()));
    QVERIFY(read.error().sentence().size() < 700);
}

void TestImportLabels::words_data()
{
    QTest::addColumn<QString>("cell");
    QTest::addColumn<bool>("said");
    QTest::addColumn<QStringList>("labels");
    for (const char *nothing : {"", "  ", "NA", "N/A", "n/a", "nan", "NaN", "NULL", "#N/A", "#NV",
                                "#NAME?", "#DIV/0!", "<NA>", "-", "NA,NA"})
        QTest::newRow(nothing) << QString(nothing) << false << QStringList();
    QTest::newRow("None") << "None" << true << QStringList();
    QTest::newRow("none") << "none" << true << QStringList();
    QTest::newRow("another case") << "Chickadee" << true << QStringList{"chickadee"};
    QTest::newRow("several") << "MAGPIE, Chickadee,magpie" << true
                             << QStringList{"magpie", "chickadee"};
    QTest::newRow("empty") << "Empty" << true << QStringList();
    QTest::newRow("with nothing beside it") << "chickadee, NA" << true << QStringList{"chickadee"};
    QTest::newRow("with unsure beside it")
        << "unsure,chickadee" << true << QStringList{"chickadee"};
    QTest::newRow("semicolons") << "chickadee;magpie" << true << QStringList{"chickadee", "magpie"};
    QTest::newRow("bars") << "chickadee | magpie" << true << QStringList{"chickadee", "magpie"};
    QTest::newRow("lines") << "chickadee\nowl" << true << QStringList{"chickadee", "owl"};
    QTest::newRow("a bar in an unknown label")
        << "chickadee|owl" << true << QStringList{"chickadee|owl"};
    QTest::newRow("blanks as underscores") << "Great_Tit" << true << QStringList{"great tit"};
    QTest::newRow("a blank that does not break")
        << QString::fromUtf8("great\xC2\xA0tit\xE2\x80\x8B") << true << QStringList{"great tit"};
    QTest::newRow("a known label that says nothing elsewhere")
        << "NULL bird" << true << QStringList{"null bird"};
    QTest::newRow("unknown to the model") << "Blue tit" << true << QStringList{"Blue tit"};
    QTest::newRow("composed differently")
        << QString::fromUtf8("bla\xCC\x8Ames") << true << QStringList{QString::fromUtf8("blåmes")};
}

void TestImportLabels::words()
{
    QFETCH(QString, cell);
    QFETCH(bool, said);
    QFETCH(QStringList, labels);
    LabelSpelling spelling(
        {"chickadee", "magpie", "great tit", "null bird", QString::fromUtf8("blåmes")});
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
    QCOMPARE(read->notes.size(), 1);
    QVERIFY2(read->notes.first().startsWith("These columns were left alone: Behaviour."),
             qPrintable(read->notes.first()));
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

void TestImportLabels::timelapseCells_data()
{
    QTest::addColumn<QByteArray>("columns");
    QTest::addColumn<QByteArray>("cells"); // of a.jpg and b.jpg
    QTest::addColumn<QStringList>("first");
    QTest::addColumn<bool>("second"); // b.jpg is none; else it is without a label
    const QStringList owl{"owl"};
    QTest::newRow("German") << QByteArray("owl,empty") << QByteArray("WAHR,FALSCH;FALSCH,WAHR")
                            << owl << true;
    QTest::newRow("French") << QByteArray("owl,Empty") << QByteArray("VRAI,FAUX;FAUX,VRAI") << owl
                            << true;
    QTest::newRow("yes and no") << QByteArray("owl,empty") << QByteArray("yes,no;no,no") << owl
                                << false;
    QTest::newRow("NA between") << QByteArray("owl,empty") << QByteArray("TRUE,NA;NA,TRUE") << owl
                                << true;
    QTest::newRow("1 and 0") << QByteArray("owl,empty") << QByteArray("1,0;0,1") << owl << true;
    QTest::newRow("counts with decimals")
        << QByteArray("owl,empty") << QByteArray("1.0,0.0;nan,2.0") << owl << true;
    QTest::newRow("a comma in counts")
        << QByteArray("owl,empty") << QByteArray("\"1,0\",0;0,0") << owl << false;
    QTest::newRow("another spelling")
        << QByteArray("Barn_Owl") << QByteArray("true;false") << QStringList{"barn owl"} << false;
    for (const char *name : {"Tierart", "Espèce", "Species_Name", "Scientific Name",
                             "Species (English)", "species2", "Vogelart", "Especie"})
        QTest::newRow(name) << name + QByteArray(",empty") << QByteArray("Owl,false;,true") << owl
                            << true;
    QTest::newRow("a column of known words")
        << QByteArray("What") << QByteArray("owl;") << owl << false;
    QTest::newRow("known words beside a species")
        << QByteArray("Species,Observer") << QByteArray("fox,Robin;,Robin") << QStringList{"fox"}
        << false;
    QTest::newRow("animal and empty")
        << QByteArray("owl,animal,empty") << QByteArray("true,true,false;false,true,true") << owl
        << false;
}

void TestImportLabels::timelapseCells()
{
    QFETCH(QByteArray, columns);
    QFETCH(QByteArray, cells);
    QFETCH(QStringList, first);
    QFETCH(bool, second);
    const auto read =
        import("File,RelativePath,DateTime," + columns + "\na.jpg,,," + cells.split(';').at(0) +
                   "\nb.jpg,,," + cells.split(';').at(1) + '\n',
               frames({"a.jpg", "b.jpg"}), {"owl", "barn owl", "robin"});
    QVERIFY2(read.ok(), read.ok() ? "" : qPrintable(read.error().sentence()));
    QCOMPARE(read->problems, QStringList());
    QVERIFY(!read->labels.isEmpty());
    QCOMPARE(read->labels.first().label, TrueLabel::of(first));
    QCOMPARE(read->labels.size() == 2, second);
    if (second)
        QCOMPARE(read->labels.last().label, TrueLabel::none());
}

void TestImportLabels::timelapseCorrected()
{
    // A person has changed the columns of what a machine, and another person, had said.
    const auto read =
        import("File,RelativePath,DateTime,DeleteFlag,owl,fox,Flag,Comment,Note\n"
               "a.jpg,,,false,true,false,false,,machine: demo; labels: owl\n"
               "b.jpg,,,false,false,true,false,,machine: demo; labels: owl\n"
               "c.jpg,,,false,true,false,false,,machine: demo; labels:\n"
               "d.jpg,,,false,true,false,false,,machine: demo\n"
               "e.jpg,,,false,false,true,false,,unsure\n"
               "f.jpg,,,false,false,false,false,,labels: owl\n"
               "g.jpg,,,false,false,true,false,,labels: owl\n",
               frames({"a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg", "g.jpg"}));
    QVERIFY(read.ok());
    QHash<QString, TrueLabel> found;
    for (const ImportedLabel &one : read->labels)
        found.insert(one.key, one.label);
    QCOMPARE(found.size(), 4);
    QCOMPARE(found.value("b.jpg"), TrueLabel::of({"fox"}));
    QCOMPARE(found.value("c.jpg"), TrueLabel::of({"owl"}));
    QCOMPARE(found.value("e.jpg"), TrueLabel::of({"fox"}));
    QCOMPARE(found.value("g.jpg"), TrueLabel::of({"fox"}));
    QCOMPARE(read->silent, 3);
    const QString notes = read->notes.join(' ');
    QVERIFY2(notes.contains("1 frame has labels of a machine"), qPrintable(notes));
    QVERIFY2(notes.contains("1 frame has none of the labels any more"), qPrintable(notes));
}

void TestImportLabels::foldersAbove()
{
    QList<Frame> day = frames({"IMG_0001.JPG", "IMG_0002.JPG"});
    for (Frame &frame : day) {
        frame.folder = "/cards/Station1";
        frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(10, 0), asUtc);
    }
    const QByteArray header = "File,RelativePath,DateTime,Species\n";
    const QByteArray other = "IMG_0001.JPG,Station2,2020-05-05 10:00:00,fox\n";
    const QByteArray own = "IMG_0001.JPG,Station1,2021-02-08 10:00:00,owl\n";
    // Two stations: this day's is known by its folder.
    const auto both = import(header + other + own, day);
    QCOMPARE(both->labels.size(), 1);
    QCOMPARE(both->labels.first().label, TrueLabel::of({"owl"}));
    QCOMPARE(both->problems.size(), 1);
    QVERIFY(both->problems.first().startsWith("line 2: "));
    // One that is not this day's, by its time.
    const auto wrong = import(header + other, day);
    QVERIFY(wrong->labels.isEmpty());
    QCOMPARE(wrong->problems.size(), 1);
    // One that may be this day's under another name.
    const auto renamed = import(header + "IMG_0001.JPG,Feeder,2021-02-08 11:00:00,owl\n", day);
    QCOMPARE(renamed->labels.size(), 1);
    QVERIFY(renamed->notes.join(' ').contains("The folder Feeder of the table was taken"));
    // Above and beside.
    const auto frames = import("frame,true_label\ns2/IMG_0001.JPG,fox\nIMG_0002.JPG,owl\n", day);
    QCOMPARE(frames->labels.size(), 1);
    QCOMPARE(frames->labels.first().key, "IMG_0002.JPG");
}

void TestImportLabels::namesLikeThese()
{
    const auto read = import(QString::fromUtf8("frame,true_label\nimg_0001.jpg,owl\n"
                                               "Gru\xCC\x88n.JPG,fox\n")
                                 .toUtf8(),
                             frames({"IMG_0001.JPG", QString::fromUtf8("Gr\xC3\xBCn.JPG")}));
    QCOMPARE(read->problems, QStringList());
    QCOMPARE(read->labels.size(), 2);
}

void TestImportLabels::linesOfOneFrame()
{
    const auto read = import("frame,true_label\na.jpg,owl\na.jpg,fox\na.jpg,owl\nb.jpg,owl\n"
                             "b.jpg,owl\nc.jpg,none\nc.jpg,owl\n",
                             frames({"a.jpg", "b.jpg", "c.jpg"}));
    QCOMPARE(read->labels.size(), 3);
    QCOMPARE(read->labels.at(0).label, TrueLabel::of({"owl", "fox"}));
    QCOMPARE(read->labels.at(1).label, TrueLabel::of({"owl"}));
    QCOMPARE(read->labels.at(2).label, TrueLabel::none());
    QCOMPARE(read->problems.size(), 1);
    QVERIFY2(
        read->problems.first().contains("line 8: c.jpg was named in line 7 already, with none"),
        qPrintable(read->problems.first()));
}

void TestImportLabels::newLabelsAreNamed()
{
    const auto read =
        import("frame,true_label\na.jpg,owll\nb.jpg,Owl\n", frames({"a.jpg", "b.jpg"}), {"owl"});
    QCOMPARE(read->notes, {"Labels that the day did not have: owll."});
}

void TestImportLabels::wordsThatDoNotTravel()
{
    for (const char *label : {"NA", "nan", "None", "Unsure", "#N/A", "empty"})
        QVERIFY2(notesOnCells({label}).size() == 1, label);
    for (const char *label : {"owl", "'tis", "=sum", "a|b", "NA-bird"})
        QVERIFY2(notesOnCells({label}).isEmpty(), label);
    QVERIFY(notesOnCells({"'=x"}).isEmpty());
    QCOMPARE(notesOnCells({"'=x"}, false).size(), 1);
    QVERIFY2(notesOnCells({"NA"}).first().contains("comes back from this table as no label"),
             qPrintable(notesOnCells({"NA"}).first()));
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
        day[i].captureTime = QDateTime(QDate(2021, 2, 8), QTime(10, int(i)), asUtc);
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

    // Somebody's own table: an empty cell, or no label, says nothing there.
    const auto other = import("labels,fname\n,x.jpg\nNA,y.jpg\nowl,z.jpg\n", day);
    QCOMPARE(other->labels.size(), 1);
    QCOMPARE(other->silent, 2);
}

void TestImportLabels::trainingTableAfterACorrectionOfTheClock()
{
    // Each frame has the time that the one after it had when the set was exported.
    ExportDay day;
    QVERIFY(day.run("training").ok());
    QList<Frame> frames;
    for (const FrameEntry &entry : std::as_const(day.job.frames))
        frames.append(entry.frame);
    const auto before = importLabels(day.out("training/labels.csv"), frames, {});
    QVERIFY(before.ok());
    QVERIFY(before->labels.size() >= 3);
    for (qsizetype i = 0; i + 1 < frames.size(); ++i)
        frames[i].captureTime = frames.at(i + 1).captureTime;
    frames.last().captureTime = frames.last().captureTime.addSecs(60);
    const auto after = importLabels(day.out("training/labels.csv"), frames, {});
    QVERIFY(after.ok());
    QCOMPARE(after->labels.size(), 0);
    QVERIFY(after->problems.join(' ').contains("shows another picture"));
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
    QTest::addRow("folders") << "folders"
                             << "folders/pictures.csv";
}

/** Day, export, fresh day without a model: the same labels, or a sentence for each that cannot. */
void TestImportLabels::labelsTravel()
{
    QFETCH(QString, format);
    QFETCH(QString, file);
    const QStringList pieces{
        "owl",   "Owl",    "great tit", "great_tit", QString::fromUtf8("Grünfink"),
        "=sum",  "'tis",   "a|b",       "50%",       QString::fromUtf8("シジュウカラ"),
        "File",  "Match",  "x, y",      "select",    QString::fromUtf8("Grönfink"),
        "-dash", "NA-bird"};
    QRandomGenerator chance(13);
    for (int round = 0; round < 20; ++round) {
        ExportDay day;
        day.job.model.reset();
        day.job.vocabulary.clear();
        day.job.copySeveral = true;
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
                    QVERIFY2(report->notes.join('\n').contains('"' + label + '"'),
                             qPrintable(label));
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
