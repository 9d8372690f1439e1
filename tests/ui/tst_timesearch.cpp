// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/timesearch.h"

#include <QSignalSpy>
#include <QTest>

using namespace birblens;

class TestTimeSearch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void times_data();
    void times();
    void digitOrTime();
};

void TestTimeSearch::times_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QTime>("time");
    QTest::addColumn<bool>("matches");
    QTest::newRow("hour and minute") << "10:5" << QTime(10, 56, 58) << true;
    QTest::newRow("digits only") << "1056" << QTime(10, 56, 58) << true;
    QTest::newRow("short hour") << "9:0" << QTime(9, 5) << true;
    QTest::newRow("whole") << "10:56:58" << QTime(10, 56, 58) << true;
    QTest::newRow("another minute") << "10:4" << QTime(10, 56, 58) << false;
    QTest::newRow("another hour") << "9:" << QTime(10, 9) << false;
}

void TestTimeSearch::times()
{
    QFETCH(QString, typed);
    QFETCH(QTime, time);
    QFETCH(bool, matches);
    QCOMPARE(timeStartsWith(time, typed), matches);
}

void TestTimeSearch::digitOrTime()
{
    QString found;
    TimeSearch search([&](const QString &typed) {
        if (!timeStartsWith(QTime(10, 56), typed))
            return false;
        found = typed;
        return true;
    });
    QSignalSpy digits(&search, &TimeSearch::digit);
    for (const char c : {'1', '0', ':', '5'})
        search.feed(QLatin1Char(c));
    QCOMPARE(found, "10:5");
    search.feed(QLatin1Char('9'));
    QCOMPARE(search.typed(), "10:5");
    search.flush();
    QCOMPARE(digits.count(), 0);

    // A digit alone is a label key: after a moment, or as soon as another key follows.
    search.feed(QLatin1Char('3'));
    QVERIFY(digits.wait());
    QCOMPARE(digits.takeFirst().at(0).toInt(), 3);
    search.feed(QLatin1Char('2'));
    search.flush();
    QCOMPARE(digits.takeFirst().at(0).toInt(), 2);
    // Two digits that are no time of this day are two labels.
    search.feed(QLatin1Char('3'));
    search.feed(QLatin1Char('4'));
    QCOMPARE(digits.takeFirst().at(0).toInt(), 3);
    QCOMPARE(search.typed(), "4");
}

QTEST_MAIN(TestTimeSearch)
#include "tst_timesearch.moc"
