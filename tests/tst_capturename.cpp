// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/capturename.h"
#include "core/utctime.h"

#include <QRegularExpression>
#include <QTest>

using namespace birblens;
using Order = CaptureName::Order;

Q_DECLARE_METATYPE(birblens::CaptureName::Order)

class TestCaptureName : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parses_data();
    void parses();
    void rejects_data();
    void rejects();
    void trainingNames_data();
    void trainingNames();
    void trainingNamesComeBack_data();
    void trainingNamesComeBack();
};

void TestCaptureName::parses_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("time");
    QTest::addColumn<QStringList>("labels");
    QTest::addColumn<Order>("order");
    const QString at = "2021-02-08T10:56:58.000Z";
    const QStringList chickadee{"chickadee"};

    QTest::newRow("capture") << "2021-02-08T10:56:58_chickadee.jpg" << at << chickadee
                             << Order::TimeFirst;
    QTest::newRow("two labels") << "2021-02-08T10:56:58_chickadee_magpie.jpg" << at
                                << QStringList{"chickadee", "magpie"} << Order::TimeFirst;
    QTest::newRow("none") << "2021-02-08T10:56:58_none.jpg" << at << QStringList()
                          << Order::TimeFirst;
    QTest::newRow("time only") << "2021-02-08T10:56:58.jpg" << at << QStringList()
                               << Order::TimeOnly;
    QTest::newRow("minus for colon")
        << "2021-02-08T10-56-58_chickadee.jpg" << at << chickadee << Order::TimeFirst;
    QTest::newRow("underscore for colon")
        << "2021-02-08T10_56_58_chickadee.jpg" << at << chickadee << Order::TimeFirst;
    QTest::newRow("nothing for colon")
        << "2021-02-08T105658_chickadee.jpg" << at << chickadee << Order::TimeFirst;
    QTest::newRow("digits") << "20210208105658_chickadee.jpg" << at << chickadee
                            << Order::TimeFirst;
    QTest::newRow("digits and T") << "20210208T105658_chickadee.jpg" << at << chickadee
                                  << Order::TimeFirst;
    QTest::newRow("blank") << "2021-02-08 10:56:58_chickadee.jpg" << at << chickadee
                           << Order::TimeFirst;
    QTest::newRow("label with spaces") << "2021-02-08T10:56:58_great tit.jpg" << at
                                       << QStringList{"great tit"} << Order::TimeFirst;
    QTest::newRow("label with a dot")
        << "2021-02-08T10:56:58_st. bird.jpeg" << at << QStringList{"st. bird"} << Order::TimeFirst;
    QTest::newRow("unicode label")
        << "2021-02-08T10:56:58_häher.PNG" << at << QStringList{"häher"} << Order::TimeFirst;
    QTest::newRow("doubled label")
        << "2021-02-08T10:56:58_chickadee_chickadee.jpg" << at << chickadee << Order::TimeFirst;
    QTest::newRow("empty parts") << "2021-02-08T10:56:58__chickadee_.jpg" << at << chickadee
                                 << Order::TimeFirst;
    QTest::newRow("training") << "chickadee_2021-02-08T10:56:58.jpg" << at << chickadee
                              << Order::LabelsFirst;
    QTest::newRow("training two") << "chickadee_magpie_20210208105658.jpg" << at
                                  << QStringList{"chickadee", "magpie"} << Order::LabelsFirst;
    QTest::newRow("training none")
        << "none_2021-02-08T10:56:58.jpg" << at << QStringList() << Order::LabelsFirst;
    QTest::newRow("training collision")
        << "chickadee_2021-02-08T10:56:581.jpg" << at << chickadee << Order::LabelsFirst;
    QTest::newRow("training collision 12")
        << "chickadee_2021-02-08T10:56:5812.jpg" << at << chickadee << Order::LabelsFirst;
    QTest::newRow("training digits collision")
        << "chickadee_202102081056583.jpg" << at << chickadee << Order::LabelsFirst;
    QTest::newRow("with folders") << "imgs/sub_2020/2021-02-08T10:56:58_chickadee.jpg" << at
                                  << chickadee << Order::TimeFirst;
    QTest::newRow("between") << "cam1-2021-02-08T10:56:58-x.jpg" << at << QStringList()
                             << Order::Between;
    QTest::newRow("milliseconds") << "2021-02-08T10:56:58.25_magpie.jpg"
                                  << "2021-02-08T10:56:58.250Z" << QStringList{"magpie"}
                                  << Order::TimeFirst;
    QTest::newRow("no extension") << "2021-02-08T10:56:58_chickadee" << at << chickadee
                                  << Order::TimeFirst;
    QTest::newRow("leap day") << "2020-02-29T00:00:00_a.jpg"
                              << "2020-02-29T00:00:00.000Z" << QStringList{"a"} << Order::TimeFirst;
    QTest::newRow("hour that summer time skips")
        << "2021-03-14T02:30:00_a.jpg"
        << "2021-03-14T02:30:00.000Z" << QStringList{"a"} << Order::TimeFirst;
    QTest::newRow("second one is valid")
        << "2021-99-08T10:56:58_2021-02-08T10:56:58.jpg" << at << QStringList{"2021-99-08T10:56:58"}
        << Order::LabelsFirst;
}

void TestCaptureName::parses()
{
    QFETCH(QString, name);
    QFETCH(QString, time);
    QFETCH(QStringList, labels);
    QFETCH(Order, order);
    const auto parsed = parseCaptureName(name);
    QVERIFY(parsed);
    QCOMPARE(parsed->captureTime.toString(Qt::ISODateWithMs), time);
    QCOMPARE(parsed->captureTime.timeSpec(), Qt::UTC);
    QCOMPARE(parsed->labels, labels);
    QCOMPARE(parsed->order, order);
}

void TestCaptureName::rejects_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : {"",
                             ".jpg",
                             "bird.jpg",
                             "DSC_0042.jpg",
                             "2021-02-08.jpg",
                             "2021-02-30T10:56:58_a.jpg",
                             "2021-13-08T10:56:58_a.jpg",
                             "2021-00-08T10:56:58_a.jpg",
                             "2021-02-08T24:56:58_a.jpg",
                             "2021-02-08T10:60:58_a.jpg",
                             "2021-02-08T10:56:60_a.jpg",
                             "2021-02-29T10:56:58_a.jpg",
                             "0000-00-00T00:00:00_a.jpg",
                             "99999999999999_a.jpg",
                             "20210208105658123456789.jpg",
                             "2021-02-08T10:56-58_a.jpg",
                             "2021-0208T10:56:58_a.jpg",
                             "2021-02-08T1:56:58_a.jpg",
                             "deadbeef20210208105658aa99.notime/x.jpg",
                             "imgs/2021-02-08T10:56:58/bird.jpg"})
        QTest::newRow(name) << name;
}

void TestCaptureName::rejects()
{
    QFETCH(QString, name);
    QVERIFY(!parseCaptureName(name));
}

void TestCaptureName::trainingNames_data()
{
    QTest::addColumn<QStringList>("labels");
    QTest::addColumn<bool>("colonFree");
    QTest::addColumn<int>("collision");
    QTest::addColumn<QString>("expected");
    QTest::newRow("one") << QStringList{"chickadee"} << false << 0
                         << "chickadee_2021-02-08T10:56:58.jpg";
    QTest::newRow("two") << QStringList{"chickadee", "magpie"} << false << 0
                         << "chickadee_magpie_2021-02-08T10:56:58.jpg";
    QTest::newRow("none") << QStringList() << false << 0 << "none_2021-02-08T10:56:58.jpg";
    QTest::newRow("collision") << QStringList{"chickadee"} << false << 1
                               << "chickadee_2021-02-08T10:56:581.jpg";
    QTest::newRow("colon-free") << QStringList{"chickadee"} << true << 0
                                << "chickadee_20210208105658.jpg";
    QTest::newRow("colon-free collision")
        << QStringList() << true << 12 << "none_2021020810565812.jpg";
    QTest::newRow("underscore in a label")
        << QStringList{"great_tit"} << false << 0 << "great-tit_2021-02-08T10:56:58.jpg";
    QTest::newRow("slash in a label")
        << QStringList{"a/b"} << false << 0 << "a-b_2021-02-08T10:56:58.jpg";
    QTest::newRow("hidden") << QStringList{".x"} << false << 0 << "-x_2021-02-08T10:56:58.jpg";
    QTest::newRow("space") << QStringList{"great tit"} << false << 0
                           << "great tit_2021-02-08T10:56:58.jpg";
}

void TestCaptureName::trainingNames()
{
    QFETCH(QStringList, labels);
    QFETCH(bool, colonFree);
    QFETCH(int, collision);
    const QDateTime time(QDate(2021, 2, 8), QTime(10, 56, 58), asUtc);
    const QString name = trainingName(labels, time, colonFree, collision);
    QTEST(name, "expected");

    // The training notebook's own pattern must take every name and find the labels in it.
    const QRegularExpression notebook(
        R"(^(.*)_(\d|(\d{4})-(\d{2})-(\d{2})T(\d{2})\:(\d{2})\:(\d{2}))+.(jpg|JPG|jpeg|png))");
    const auto match = notebook.match(name);
    QVERIFY(match.hasMatch());
    QCOMPARE(match.capturedLength(), name.size());
    QCOMPARE(match.captured(1).split('_').size(), std::max<qsizetype>(1, labels.size()));
    QCOMPARE(match.captured(1), name.left(name.lastIndexOf('_')));
}

void TestCaptureName::trainingNamesComeBack_data()
{
    QTest::addColumn<QStringList>("labels");
    QTest::newRow("none") << QStringList();
    QTest::newRow("one") << QStringList{"chickadee"};
    QTest::newRow("three") << QStringList{"a b", "c", "d-e"};
}

void TestCaptureName::trainingNamesComeBack()
{
    QFETCH(QStringList, labels);
    const QDateTime time(QDate(2021, 2, 8), QTime(10, 56, 58), asUtc);
    for (const bool colonFree : {false, true}) {
        for (const int collision : {0, 1, 7, 10, 123}) {
            const auto parsed = parseCaptureName(trainingName(labels, time, colonFree, collision));
            QVERIFY(parsed);
            QCOMPARE(parsed->labels, labels);
            QCOMPARE(parsed->captureTime, time);
            QCOMPARE(parsed->order, Order::LabelsFirst);
        }
    }
}

QTEST_GUILESS_MAIN(TestCaptureName)
#include "tst_capturename.moc"
