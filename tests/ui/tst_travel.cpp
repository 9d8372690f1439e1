// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/travel.h"

#include <QTest>

using namespace birblens;

class TestTravel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void looksTheWayOneGoes()
    {
        Travel travel;
        QCOMPARE(travel.ahead(100, 50), QList<qsizetype>());
        travel.moved(10, -1);
        QCOMPARE(travel.ahead(100, 50), QList<qsizetype>({11, 12, 13, 9}));
        travel.moved(11, 900);
        travel.moved(10, 900);
        QCOMPARE(travel.step(), -1);
        QCOMPARE(travel.ahead(100, 50), QList<qsizetype>({9, 8, 7, 11}));
    }

    void fasterLooksFurther()
    {
        Travel travel;
        travel.moved(10, -1);
        QCOMPARE(travel.depth(), 3);
        for (int i = 11; i < 30; ++i)
            travel.moved(i, 40);
        QVERIFY2(travel.depth() >= 10 && travel.depth() <= 16,
                 qPrintable(QString::number(travel.depth())));
        QCOMPARE(travel.ahead(1000, 50).mid(0, 3), QList<qsizetype>({30, 31, 32}));
        QCOMPARE(travel.ahead(1000, 4).size(), 4); // no more than there is room for
        QCOMPARE(travel.ahead(32, 50), QList<qsizetype>({30, 31, 28}));
        travel.moved(28, 40); // turned round: nobody knows how far
        QCOMPARE(travel.depth(), 3);
        for (int i = 27; i > 20; --i)
            travel.moved(i, 2000); // slowly
        QCOMPARE(travel.depth(), 3);
    }

    /** 25 frames a second, and a picture takes 100 ms: the next ones cannot be there in time. */
    void fasterThanThePictures()
    {
        Travel travel;
        for (int i = 0; i < 30; ++i)
            travel.moved(i, 40);
        const QList<qsizetype> ahead = travel.ahead(1000, 50, 100.0);
        QCOMPARE(ahead.first(), 29 + 3);
        QCOMPARE(ahead.at(1), 29 + 4);
        QVERIFY(ahead.indexOf(30) > ahead.indexOf(40)); // for who stops
        QVERIFY(ahead.contains(31));
        QCOMPARE(travel.ahead(1000, 50, 30.0).first(), 30);
        QVERIFY(travel.ahead(1000, 50, 1e9).first() <= 29 + 16);
        travel.moved(28, 2000);
        QCOMPARE(travel.ahead(1000, 50, 100.0).first(), 27); // slowly: one after the other
    }

    void aLineAtATime()
    {
        Travel travel;
        for (int i = 0; i < 5; ++i)
            travel.moved(i * 4, 500);
        QCOMPARE(travel.ahead(100, 50), QList<qsizetype>({20, 24, 28, 17, 15}));
    }

    void aJumpIsNoStep()
    {
        Travel travel;
        travel.moved(5, -1);
        travel.moved(90000, 50);
        QCOMPARE(travel.step(), qsizetype(1));
        QCOMPARE(travel.ahead(110000, 50), QList<qsizetype>({90001, 90002, 90003, 89999}));
        travel.moved(-1, 50); // not in the list
        QCOMPARE(travel.ahead(110000, 50), QList<qsizetype>());
        travel.moved(7, 50);
        QCOMPARE(travel.ahead(110000, 50), QList<qsizetype>({8, 9, 10, 6}));
        travel.moved(7, 50); // the same frame, written anew
        QCOMPARE(travel.step(), qsizetype(1));
    }
};

QTEST_GUILESS_MAIN(TestTravel)
#include "tst_travel.moc"
