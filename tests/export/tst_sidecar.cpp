// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/sidecar.h"
#include "core/exporting/xmpstatements.h"

#include "support/exportday.h"

#include <QTest>

using namespace birblens;
using testing::complaintOf;
using testing::ExportDay;
using testing::readFile;
using testing::writeFile;

namespace {

const SideCarWords chickadee{{"chickadee"}, {"Birblens|confirmed|chickadee"}, true, "Puffed up"};

/** A side-car of another program, with @p properties in its description. */
QByteArray foreignPacket(const QByteArray &properties)
{
    return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"Other 1.0\">"
           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
           "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
           " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:odd=\"http://odd.example/ns#\""
           " xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\""
           " xmlns:stEvt=\"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#\""
           " xmlns:lr=\"http://ns.adobe.com/lightroom/1.0/\">" +
           properties + "</rdf:Description></rdf:RDF></x:xmpmeta>";
}

/** `path=value` of all that a packet states. */
QStringList statementsOf(const QByteArray &packet)
{
    QStringList all;
    for (const XmpStatement &one : xmpStatements(packet).value_or(QList<XmpStatement>()))
        all.append(one.path + '=' + one.value);
    return all;
}

} // namespace

class TestSideCar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_day = std::make_unique<ExportDay>(); }

    void statements_data();
    void statements();
    void noStatements_data();
    void noStatements();
    void comesAndGoes();
    void othersStay_data();
    void othersStay();
    void whatWouldBeLost_data();
    void whatWouldBeLost();
    void ratingAndDescriptionOfOthers();
    void changedByOthers();
    void earlierReleases();
    void otherEncoding();
    void exported();
    void exportedAgain();
    void besideTheFrames();

private:
    QString car(const QString &time) const
    {
        return m_day->path("day/imgs/2021-02-08T" + time + ".jpg.xmp");
    }

    std::unique_ptr<ExportDay> m_day;
};

void TestSideCar::statements_data()
{
    QTest::addColumn<QByteArray>("properties");
    QTest::addColumn<QStringList>("expected");
    const QStringList event{"{http://odd.example/ns#}e/{http://odd.example/ns#}a=1"};
    QTest::newRow("element") << QByteArray("<odd:a>x &amp; y</odd:a>")
                             << QStringList{"{http://odd.example/ns#}a=x & y"};
    QTest::newRow("empty") << QByteArray("<odd:a/>") << QStringList{"{http://odd.example/ns#}a="};
    QTest::newRow("reference") << QByteArray("<odd:a rdf:resource=\"http://x/\"/>")
                               << QStringList{"{http://odd.example/ns#}a=http://x/"};
    QTest::newRow("list")
        << QByteArray("<odd:a><rdf:Seq><rdf:li>1</rdf:li><rdf:li>2</rdf:li></rdf:Seq></odd:a>")
        << QStringList{"{http://odd.example/ns#}a/Seq[1]=1", "{http://odd.example/ns#}a/Seq[2]=2"};
    QTest::newRow("language")
        << QByteArray("<odd:a><rdf:Alt><rdf:li xml:lang=\"de\">ü</rdf:li></rdf:Alt></odd:a>")
        << QStringList{"{http://odd.example/ns#}a/Alt[1]/?xml:lang=de",
                       "{http://odd.example/ns#}a/Alt[1]=ü"};
    QTest::newRow("structure of attributes") << QByteArray("<odd:e odd:a=\"1\"/>") << event;
    QTest::newRow("structure as a resource")
        << QByteArray("<odd:e rdf:parseType=\"Resource\"><odd:a>1</odd:a></odd:e>") << event;
    QTest::newRow("structure as a description")
        << QByteArray("<odd:e><rdf:Description odd:a=\"1\"/></odd:e>") << event;
    QTest::newRow("structure as a description with elements")
        << QByteArray("<odd:e><rdf:Description><odd:a>1</odd:a></rdf:Description></odd:e>")
        << event;
    const QStringList qualified{"{http://odd.example/ns#}e=v",
                                "{http://odd.example/ns#}e/?{http://odd.example/ns#}q=1"};
    QTest::newRow("qualifier") << QByteArray(
                                      "<odd:e rdf:parseType=\"Resource\"><rdf:value>v</rdf:value>"
                                      "<odd:q>1</odd:q></odd:e>")
                               << qualified;
    QTest::newRow("qualifier of attributes")
        << QByteArray("<odd:e rdf:value=\"v\" odd:q=\"1\"/>") << qualified;
}

void TestSideCar::statements()
{
    QFETCH(QByteArray, properties);
    QFETCH(QStringList, expected);
    QCOMPARE(statementsOf(foreignPacket(properties)), expected);
}

void TestSideCar::noStatements_data()
{
    QTest::addColumn<QByteArray>("packet");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no XML") << QByteArray("exposure=1");
    QTest::newRow("no XMP") << QByteArray("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>");
    QTest::newRow("cut off") << foreignPacket("<odd:a>1</odd:a>").chopped(20);
    QTest::newRow("a literal") << foreignPacket(
        "<odd:a rdf:parseType=\"Literal\"><b>1</b></odd:a>");
    QByteArray deep = "x";
    for (int i = 0; i < 500; ++i)
        deep = "<odd:a rdf:parseType=\"Resource\">" + deep + "</odd:a>";
    QTest::newRow("deep") << foreignPacket(deep);
}

void TestSideCar::noStatements()
{
    QFETCH(QByteArray, packet);
    QVERIFY(!xmpStatements(packet));
    if (packet.isEmpty())
        return; // no side-car: one is made
    QVERIFY(!replaceInSideCar(packet, chickadee).ok());
}

void TestSideCar::comesAndGoes()
{
    const auto made = replaceInSideCar({}, chickadee);
    QVERIFY(made.ok() && made->isChanged);
    const QStringList all = statementsOf(made->packet);
    for (const char *statement : {"{http://purl.org/dc/elements/1.1/}subject/Bag[1]=chickadee",
                                  "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject/Bag[1]="
                                  "Birblens|confirmed|chickadee",
                                  "{http://ns.adobe.com/xap/1.0/}Rating=5",
                                  "{http://purl.org/dc/elements/1.1/}description/Alt[1]=Puffed up"})
        QVERIFY2(all.contains(QString::fromUtf8(statement)), statement);

    const auto again = replaceInSideCar(made->packet, chickadee);
    QVERIFY(again.ok() && !again->isChanged);
    SideCarWords magpie{{"magpie"}, {"Birblens|predicted|magpie"}, false, {}};
    const auto other = replaceInSideCar(made->packet, magpie);
    QVERIFY(other.ok());
    QVERIFY(!other->packet.contains("chickadee") && !other->packet.contains("Rating"));
    const auto gone = replaceInSideCar(other->packet, {});
    QVERIFY(gone.ok() && gone->isChanged);
    QVERIFY(gone->packet.isEmpty());
    QVERIFY(!replaceInSideCar({}, {})->isChanged);
}

void TestSideCar::othersStay_data()
{
    QTest::addColumn<QByteArray>("properties");
    QTest::newRow("keywords") << QByteArray("<dc:subject><rdf:Bag><rdf:li>snow, deep</rdf:li>"
                                            "<rdf:li>chickadee</rdf:li></rdf:Bag></dc:subject>");
    QTest::newRow("keywords in a sequence")
        << QByteArray("<dc:subject><rdf:Seq><rdf:li>b</rdf:li><rdf:li>a</rdf:li></rdf:Seq>"
                      "</dc:subject>");
    QTest::newRow("one keyword") << QByteArray("<dc:subject>snow</dc:subject>");
    QTest::newRow("levels") << QByteArray("<lr:hierarchicalSubject><rdf:Bag><rdf:li>Birds|Tits"
                                          "</rdf:li></rdf:Bag></lr:hierarchicalSubject>");
    QTest::newRow("rating") << QByteArray("<xmp:Rating>3</xmp:Rating>");
    QTest::newRow("title") << QByteArray("<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">T"
                                         "</rdf:li><rdf:li xml:lang=\"de\">Ü</rdf:li></rdf:Alt>"
                                         "</dc:title>");
    QTest::newRow("history") << QByteArray(
        "<xmpMM:History><rdf:Seq><rdf:li stEvt:action=\"saved\" stEvt:when=\"2021\"/>"
        "</rdf:Seq></xmpMM:History>");
    QTest::newRow("another namespace")
        << QByteArray("<odd:e rdf:parseType=\"Resource\"><rdf:value>v</rdf:value><odd:q>1</odd:q>"
                      "</odd:e><odd:text>  two\n lines </odd:text><odd:none/>");
}

void TestSideCar::othersStay()
{
    QFETCH(QByteArray, properties);
    const QByteArray packet = foreignPacket(properties);
    const auto merged = replaceInSideCar(packet, chickadee);
    QVERIFY2(merged.ok(), qPrintable(merged.ok() ? QString() : merged.error().sentence()));
    QVERIFY(merged->packet.contains("Birblens|confirmed|chickadee"));
    const auto gone = replaceInSideCar(merged->packet, {});
    QVERIFY(gone.ok());
    QVERIFY(!gone->packet.contains("Birblens") && !gone->packet.contains("Puffed"));
    QStringList before = statementsOf(packet);
    QStringList after = statementsOf(gone->packet);
    // Keywords are a bag by the standard; Exiv2 makes them one.
    before.replaceInStrings("subject/Seq", "subject/Bag");
    before.replaceInStrings("subject=", "subject/Bag[1]=");
    before.sort();
    after.sort();
    QCOMPARE(after, before);
}

void TestSideCar::whatWouldBeLost_data()
{
    QTest::addColumn<QByteArray>("properties");
    QTest::newRow("a qualified title")
        << QByteArray("<dc:title><rdf:Alt><rdf:li rdf:parseType=\"Resource\" "
                      "xml:lang=\"x-default\"><rdf:value>T</rdf:value><odd:q>1</odd:q></rdf:li>"
                      "<rdf:li xml:lang=\"de\">Ü</rdf:li></rdf:Alt></dc:title>");
    QTest::newRow("keywords with languages")
        << QByteArray("<dc:subject><rdf:Bag><rdf:li xml:lang=\"de\">Meise</rdf:li></rdf:Bag>"
                      "</dc:subject>");
    // Exiv2 would put a slash behind the name of the namespace.
    QTest::newRow("a namespace that ends with a colon")
        << QByteArray("<urn:a xmlns:urn=\"urn:odd:\">1</urn:a>");
    QTest::newRow("a description of one value")
        << QByteArray("<dc:description>plain</dc:description>");
}

void TestSideCar::whatWouldBeLost()
{
    QFETCH(QByteArray, properties);
    const auto merged = replaceInSideCar(foreignPacket(properties), chickadee);
    QVERIFY2(!merged.ok(), merged.ok() ? merged->packet.constData() : "");
}

void TestSideCar::ratingAndDescriptionOfOthers()
{
    const QByteArray packet = foreignPacket(
        "<xmp:Rating>2</xmp:Rating><dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">Mine"
        "</rdf:li></rdf:Alt></dc:description>");
    const auto merged = replaceInSideCar(packet, chickadee);
    QVERIFY(merged.ok());
    QVERIFY(merged->othersRated && merged->othersDescribed);
    QVERIFY(!merged->packet.contains("Puffed"));
    const auto same = replaceInSideCar(foreignPacket("<xmp:Rating>5</xmp:Rating>"), chickadee);
    QVERIFY(!same->othersRated && !same->othersDescribed);
    QVERIFY(replaceInSideCar(same->packet, {})->packet.contains("Rating"));
}

void TestSideCar::changedByOthers()
{
    // What another program made of our rating, and of our text, is its own from then on.
    QByteArray packet = replaceInSideCar({}, chickadee)->packet;
    packet.replace("xmp:Rating=\"5\"", "xmp:Rating=\"4\"");
    packet.replace("<rdf:li xml:lang=\"x-default\">Puffed up",
                   "<rdf:li xml:lang=\"x-default\">Fat");
    const auto gone = replaceInSideCar(packet, {});
    QVERIFY(gone.ok());
    QCOMPARE(
        statementsOf(gone->packet),
        (QStringList{"{http://ns.adobe.com/xap/1.0/}Rating=4",
                     "{http://purl.org/dc/elements/1.1/}description/Alt[1]/?xml:lang=x-default",
                     "{http://purl.org/dc/elements/1.1/}description/Alt[1]=Fat"}));
}

void TestSideCar::earlierReleases()
{
    // They named themselves as the toolkit, the first of them none: all that is in them is ours.
    QByteArray packet = foreignPacket("<dc:subject><rdf:Bag><rdf:li>magpie</rdf:li></rdf:Bag>"
                                      "</dc:subject><lr:hierarchicalSubject><rdf:Bag><rdf:li>"
                                      "Birblens|confirmed|magpie</rdf:li></rdf:Bag>"
                                      "</lr:hierarchicalSubject>");
    for (const char *toolkit : {" x:xmptk=\"Birblens\"", ""}) {
        QByteArray ours = packet;
        ours.replace(" x:xmptk=\"Other 1.0\"", toolkit);
        QVERIFY(replaceInSideCar(ours, {})->packet.isEmpty());
        const auto made = replaceInSideCar(ours, chickadee);
        QVERIFY(made.ok() && made->isChanged && !made->packet.contains("magpie"));
    }
    QVERIFY(replaceInSideCar(packet, {})->packet.contains("magpie"));
}

void TestSideCar::otherEncoding()
{
    QStringEncoder encoder(QStringConverter::Utf16, QStringConverter::Flag::WriteBom);
    const QByteArray packet = encoder(QString::fromUtf8(foreignPacket("<odd:a>Ünüsual</odd:a>")));
    const auto merged = replaceInSideCar(packet, chickadee);
    QVERIFY(merged.ok());
    QVERIFY(statementsOf(merged->packet)
                .contains(QString::fromUtf8("{http://odd.example/ns#}a=Ünüsual")));
}

void TestSideCar::exported()
{
    const auto report = m_day->run("xmp");
    QVERIFY(report.ok());
    QCOMPARE(report->written.size(), 8);
    QCOMPARE(report->skipped, 2); // gone, and nothing there
    QVERIFY(report->failures.isEmpty());
    const QString comment = m_day->job.frames.at(8).mark.comment;
    QCOMPARE(complaintOf("xmp", {car("12:40:00_a & <b>, \"c\""), "", comment, "great tit, or so",
                                 "owl/eagle & <co>"}),
             QString());
    QCOMPARE(complaintOf("xmp", {car("11:45:00_magpie"), "", "", "unknown"}), QString());
    QCOMPARE(complaintOf("xmp", {car("12:00:00_none"), "5", "Wind"}), QString());
    QVERIFY(readFile(car("10:57:04_chickadee")).contains("Birblens|predicted|chickadee"));
}

void TestSideCar::exportedAgain()
{
    QVERIFY(m_day->run("xmp").ok());
    const auto same = m_day->run("xmp");
    QCOMPARE(same->written.size(), 0);
    QCOMPARE(same->unchanged, 8);

    // A label is taken back; another program's side-car keeps the rest, a broken one is left.
    const QByteArray broken = "<x:xmpmeta/>";
    writeFile(car("12:30:00_magpie"), foreignPacket("<odd:a>1</odd:a>"));
    writeFile(car("12:40:00_a & <b>, \"c\""), broken);
    for (FrameEntry &entry : m_day->job.frames) {
        entry.record.label = TrueLabel::none();
        entry.mark = {};
    }
    const auto report = m_day->run("xmp");
    QVERIFY(report.ok());
    QVERIFY(report->written.isEmpty());
    QCOMPARE(report->skipped, 9);
    QCOMPARE(report->failures.size(), 1);
    QCOMPARE(report->failures.first().error.where, car("12:40:00_a & <b>, \"c\""));
    QCOMPARE(report->notes.size(), 1);
    QVERIFY2(report->notes.first().startsWith("6 frames have nothing to say any more"),
             qPrintable(report->notes.first()));
    QCOMPARE(readFile(car("12:40:00_a & <b>, \"c\"")), broken);
    QVERIFY(readFile(car("12:30:00_magpie")).contains("<odd:a>1</odd:a>"));
    QCOMPARE(QDir(m_day->path("day/imgs")).entryList({"*.xmp"}).size(), 2);
}

void TestSideCar::besideTheFrames()
{
    m_day->job.folder = m_day->path("elsewhere");
    const auto report = m_day->run("xmp");
    QVERIFY(report.ok());
    QVERIFY(QFile::exists(car("10:56:58_chickadee")));
    QVERIFY(!QFile::exists(m_day->path("elsewhere")));
}

QTEST_GUILESS_MAIN(TestSideCar)
#include "tst_sidecar.moc"
