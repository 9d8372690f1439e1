// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/events.h"

#include <QTest>

using namespace birblens;

namespace {

Frame at(const QString &wallClock, const QString &utc = {})
{
    Frame frame;
    frame.key = wallClock;
    frame.captureTime = QDateTime::fromString(wallClock + QLatin1Char('Z'), Qt::ISODateWithMs);
    frame.utc = QDateTime::fromString(utc, Qt::ISODate);
    return frame;
}

QList<Event> eventsIn(const QList<Frame> &frames, double gap)
{
    return eventsOf(
        static_cast<int>(frames.size()),
        [&frames](int row) -> const Frame & { return frames.at(row); }, gap);
}

} // namespace

class TestEvents : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cutsWhereTheGapIs()
    {
        const QList<Frame> frames{
            at(QStringLiteral("2021-02-08T10:00:00")), at(QStringLiteral("2021-02-08T10:00:20")),
            at(QStringLiteral("2021-02-08T10:00:50")), at(QStringLiteral("2021-02-08T10:05:00")),
            at(QStringLiteral("2021-02-08T10:05:00.500"))};
        // A gap of exactly thirty seconds begins a new visit.
        QCOMPARE(eventsIn(frames, 30.0), (QList<Event>{{0, 1}, {2, 2}, {3, 4}}));
        QCOMPARE(eventsIn(frames, 30.001), (QList<Event>{{0, 2}, {3, 4}}));
        QCOMPARE(eventsIn(frames, 0.0).size(), 5);
        QCOMPARE(eventsIn(frames, 1e6), (QList<Event>{{0, 4}}));
        QVERIFY(eventsIn({}, 30.0).isEmpty());
        QCOMPARE((Event{2, 4}).count(), 3);
    }

    /** At the end of summer time the wall clock goes back an hour; UTC does not. */
    void followsUtcThroughTheAutumnHour()
    {
        const QList<Frame> frames{
            at(QStringLiteral("2021-11-07T01:59:50"), QStringLiteral("2021-11-07T07:59:50Z")),
            at(QStringLiteral("2021-11-07T01:00:05"), QStringLiteral("2021-11-07T08:00:05Z"))};
        QCOMPARE(secondsBetween(frames[0], frames[1]), 15.0);
        QCOMPARE(eventsIn(frames, 60.0), (QList<Event>{{0, 1}}));
    }
};

QTEST_GUILESS_MAIN(TestEvents)
#include "tst_events.moc"
