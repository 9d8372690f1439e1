// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/truelabel.h"

#include <QTest>

using namespace birblens;

class TestTrueLabel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ordered_data();
    void ordered();
    void text_data();
    void text();
    void fromText_data();
    void fromText();
    void same_data();
    void same();
    void kindsDiffer();
};

void TestTrueLabel::ordered_data()
{
    QTest::addColumn<QStringList>("labels");
    QTest::addColumn<QStringList>("vocabulary");
    QTest::addColumn<QStringList>("expected");
    const QStringList words{"sparrow", "chickadee", "magpie"};
    QTest::newRow("empty") << QStringList() << words << QStringList();
    QTest::newRow("vocabulary order")
        << QStringList{"magpie", "sparrow"} << words << QStringList{"sparrow", "magpie"};
    QTest::newRow("others last, sorted")
        << QStringList{"zebra", "magpie", "ant"} << words << QStringList{"magpie", "ant", "zebra"};
    QTest::newRow("duplicates") << QStringList{"magpie", "magpie", "x", "x"} << words
                                << QStringList{"magpie", "x"};
    QTest::newRow("blanks") << QStringList{" magpie ", "", "  "} << words << QStringList{"magpie"};
    QTest::newRow("none is no label")
        << QStringList{"none", "magpie"} << words << QStringList{"magpie"};
    QTest::newRow("no vocabulary")
        << QStringList{"b", "a"} << QStringList() << QStringList{"a", "b"};
}

void TestTrueLabel::ordered()
{
    QFETCH(QStringList, labels);
    QFETCH(QStringList, vocabulary);
    QTEST(orderedLabels(labels, vocabulary), "expected");
}

void TestTrueLabel::text_data()
{
    QTest::addColumn<QStringList>("labels");
    QTest::addColumn<QString>("expected");
    QTest::newRow("none") << QStringList() << "none";
    QTest::newRow("one") << QStringList{"magpie"} << "magpie";
    QTest::newRow("two") << QStringList{"sparrow", "magpie"} << "sparrow,magpie";
    QTest::newRow("comma inside") << QStringList{"tench, Tinca"} << "tench; Tinca";
}

void TestTrueLabel::text()
{
    QFETCH(QStringList, labels);
    QTEST(labelsToText(labels), "expected");
}

void TestTrueLabel::fromText_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("expected");
    QTest::newRow("none") << "none" << QStringList();
    QTest::newRow("empty") << "" << QStringList();
    QTest::newRow("spaces") << " sparrow , magpie" << QStringList{"sparrow", "magpie"};
    QTest::newRow("commas") << ",magpie,," << QStringList{"magpie"};
    QTest::newRow("twice") << "magpie,magpie" << QStringList{"magpie"};
    QTest::newRow("spaces inside") << "great tit" << QStringList{"great tit"};
}

void TestTrueLabel::fromText()
{
    QFETCH(QString, text);
    QTEST(labelsFromText(text), "expected");
}

void TestTrueLabel::same_data()
{
    QTest::addColumn<QString>("a");
    QTest::addColumn<QString>("b");
    QTest::addColumn<bool>("expected");
    QTest::newRow("order") << "a,b"
                           << "b,a" << true;
    QTest::newRow("none") << "none"
                          << "" << true;
    QTest::newRow("different") << "a"
                               << "b" << false;
    QTest::newRow("part") << "a"
                          << "a,b" << false;
}

void TestTrueLabel::same()
{
    QFETCH(QString, a);
    QFETCH(QString, b);
    QTEST(sameLabels(a, b), "expected");
}

void TestTrueLabel::kindsDiffer()
{
    QVERIFY(TrueLabel::none() != TrueLabel::unreviewed());
    QVERIFY(TrueLabel::none() != TrueLabel::unsure());
    QVERIFY(TrueLabel::none().isLabelled());
    QVERIFY(!TrueLabel::unsure().isLabelled());
    QCOMPARE(TrueLabel::of({}), TrueLabel::none());
}

QTEST_GUILESS_MAIN(TestTrueLabel)
#include "tst_truelabel.moc"
