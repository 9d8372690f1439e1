// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/reviewsession.h"
#include "ui/plots/confusionplot.h"
#include "ui/plots/hoursplot.h"
#include "ui/plots/plotspanel.h"
#include "ui/plots/reliabilityplot.h"
#include "ui/plots/scoresplot.h"
#include "ui/plots/thresholdplot.h"
#include "ui/plots/timelinedots.h"
#include "ui/plots/timelineplot.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include "fakemodel.h"

#include "../support/birbcamfolder.h"

#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

using namespace birblens;

namespace {

/** Five frames, a model that has classified them, and labels for four. */
struct Bench
{
    Bench()
    {
        folder.add({{"2021-02-08T10:00:00", "chickadee", 0.9},
                    {"2021-02-08T11:00:00", "none", 0.9},
                    {"2021-02-08T12:00:00", "magpie", 0.9},
                    {"2021-02-09T13:00:00", "chickadee", 0.9},
                    {"2021-02-09T14:00:00", "sparrow", 0.9}});
        QSignalSpy opened(&session, &ReviewSession::dayOpened);
        session.openDay(folder.path());
        if (!opened.wait())
            return;
        QStringList keys;
        for (int row = 0; row < session.day().size(); ++row)
            keys.append(key(row));
        session.setShownKeys(keys);
    }
    void classify()
    {
        session.explain().setModel(testing::fakeModel());
        const ModelInfo &info = session.explain().model()->info;
        // chickadee at 0.88, 0.82 and 0.73; the last one is magpie.
        session.addPredictions(info.id, {{key(0), testing::fakePrediction(info, {0}, 2.0F)},
                                         {key(1), testing::fakePrediction(info, {0}, 1.5F)},
                                         {key(2), testing::fakePrediction(info, {1}, 2.0F)},
                                         {key(3), testing::fakePrediction(info, {0}, 1.0F)},
                                         {key(4), testing::fakePrediction(info, {}, 2.0F)}});
    }
    void label()
    {
        session.setTrueLabel({key(0)}, TrueLabel::of({"chickadee"}), "a");
        session.setTrueLabel({key(1)}, TrueLabel::none(), "b");
        session.setTrueLabel({key(2)}, TrueLabel::of({"magpie"}), "c");
        session.setTrueLabel({key(3)}, TrueLabel::of({"chickadee"}), "d");
    }
    QString key(int row) const { return session.day().at(row).frame.key; }

    testing::BirbCamFolder folder;
    ReviewSession session;
};

/** What is asked of the plot is there. */
bool settled(const PlotPanel &plot)
{
    return QTest::qWaitFor([&plot] { return !plot.isBusy(); }, 30000);
}

template <class Plot>
std::unique_ptr<Plot> shown(ReviewSession &session)
{
    auto plot = std::make_unique<Plot>(session);
    plot->resize(900, 300);
    plot->show();
    if (!settled(*plot))
        qFatal("The plot does not come");
    plot->plot()->replot(); // coordinates are right from here on
    return plot;
}

void drag(QWidget *widget, const QPoint &from, const QPoint &to, Qt::KeyboardModifiers keys = {})
{
    QTest::mousePress(widget, Qt::LeftButton, keys, from);
    for (int step = 1; step <= 4; ++step) {
        const QPoint at = from + (to - from) * step / 4;
        QMouseEvent move(QEvent::MouseMove, at, widget->mapToGlobal(QPointF(at)), Qt::NoButton,
                         Qt::LeftButton, keys);
        QApplication::sendEvent(widget, &move);
    }
    QTest::mouseRelease(widget, Qt::LeftButton, keys, to);
}

} // namespace

class TestPlots : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhyThereIsNothing()
    {
        ReviewSession empty;
        QCOMPARE(shown<TimelinePlot>(empty)->words(), "No day is open.");
        Bench bench;
        QCOMPARE(shown<TimelinePlot>(bench.session)->words(), QString());
        QVERIFY(shown<ScoresPlot>(bench.session)->words().startsWith("No reviewed frame yet"));
        QVERIFY(shown<ConfusionPlot>(bench.session)->words().startsWith("No reviewed frame yet"));
        QVERIFY(shown<ThresholdPlot>(bench.session)->words().startsWith("Open a model"));
        bench.classify();
        QVERIFY(shown<ReliabilityPlot>(bench.session)->words().startsWith("No reviewed frame yet"));
        bench.session.setShownKeys({});
        QCOMPARE(shown<HoursPlot>(bench.session)->words(), "No frame passes the filter.");
    }

    void clickGoesToTheFrame()
    {
        Bench bench;
        const auto plot = shown<TimelinePlot>(bench.session);
        QCOMPARE(plot->note(), "5 of the 5 shown frames");
        for (const int row : {3, 1, 4}) {
            const QPoint place = plot->placeOf(bench.key(row)).toPoint();
            QTest::mouseClick(plot->plot(), Qt::LeftButton, {}, place);
            QCOMPARE(bench.session.currentKey(), bench.key(row));
        }
        // Between the marks nothing happens.
        QTest::mouseClick(plot->plot(), Qt::LeftButton, {},
                          plot->placeOf(bench.key(0)).toPoint() + QPoint(40, 0));
        QCOMPARE(bench.session.currentKey(), bench.key(4));
    }

    void shiftAndDragChoosesARange()
    {
        Bench bench;
        const auto plot = shown<TimelinePlot>(bench.session);
        QSignalSpy chosen(plot.get(), &TimelinePlot::timeRangeChosen);
        const QPoint a = plot->placeOf(bench.key(2)).toPoint() - QPoint(6, 0);
        const QPoint b = plot->placeOf(bench.key(3)).toPoint() + QPoint(6, 0);
        const QCPRange before = plot->plot()->xAxis->range();
        drag(plot->plot(), b, a, Qt::ShiftModifier); // backwards as well
        QCOMPARE(chosen.size(), 1);
        const QDateTime from = chosen.at(0).at(0).toDateTime();
        const QDateTime to = chosen.at(0).at(1).toDateTime();
        const auto time = [&](int row) { return bench.session.day().at(row).frame.captureTime; };
        QVERIFY(time(1) < from && from < time(2));
        QVERIFY(time(3) < to && to < time(4));
        QCOMPARE(plot->plot()->xAxis->range(), before);
        // Without Shift it moves, once there is something to move to.
        plot->plot()->xAxis->setRange(before.lower, before.center());
        drag(plot->plot(), b, a);
        QCOMPARE(chosen.size(), 1);
        QVERIFY(plot->plot()->xAxis->range().lower > before.lower);
    }

    void daysOverlaid()
    {
        Bench bench;
        const auto plot = shown<TimelinePlot>(bench.session);
        plot->setDaysOverlaid(true);
        QVERIFY(settled(*plot));
        plot->plot()->replot();
        QCOMPARE(plot->plot()->xAxis->range(), QCPRange(0.0, 86400.0));
        // 13 o'clock of the second day is between 12 and 14.
        QVERIFY(plot->placeOf(bench.key(2)).x() < plot->placeOf(bench.key(3)).x());
        QVERIFY(plot->placeOf(bench.key(3)).x() < plot->placeOf(bench.key(4)).x());
        QCOMPARE(plot->note(), "5 of the 5 shown frames, 2 days on top of each other");
        const QPoint place = plot->placeOf(bench.key(3)).toPoint();
        QTest::mouseClick(plot->plot(), Qt::LeftButton, {}, place);
        QCOMPARE(bench.session.currentKey(), bench.key(3));

        // Dragging chooses whole hours, of every date.
        QSignalSpy range(plot.get(), &TimelinePlot::timeRangeChosen);
        QSignalSpy hours(plot.get(), &TimelinePlot::hoursChosen);
        const auto at = [&](double hour) {
            return QPoint(qRound(plot->plot()->xAxis->coordToPixel(hour * 3600.0)), 100);
        };
        drag(plot->plot(), at(13.5), at(10.6), Qt::ShiftModifier);
        drag(plot->plot(), at(22.5), at(30.0), Qt::ShiftModifier);
        drag(plot->plot(), at(0.2), at(23.8), Qt::ShiftModifier);
        QCOMPARE(range.size(), 0);
        QCOMPARE(hours.size(), 3);
        QCOMPARE(hours.at(0).at(0).value<QList<int>>(), QList<int>({10, 11, 12, 13}));
        QCOMPARE(hours.at(1).at(0).value<QList<int>>(), QList<int>({22, 23}));
        QCOMPARE(hours.at(2).at(0).value<QList<int>>(), QList<int>()); // all of them: no filter
        plot->setDaysOverlaid(false);
        QVERIFY(settled(*plot));
        plot->plot()->replot();
        QCOMPARE(plot->note(), "5 of the 5 shown frames");
        QVERIFY(plot->plot()->xAxis->range().lower > 86400.0);
    }

    /** Dots that fall on the same pixels are one mark: paints do not grow with the day. */
    void dotsOnTheSamePixelsAreOneMark()
    {
        QCustomPlot plot;
        plot.resize(600, 300);
        plot.show();
        auto *dots = new TimelineDots(&plot);
        QList<TimelineDot> many;
        for (int i = 0; i < 110000; ++i)
            many.append({double(i), i % 8, i, ReviewState::Unreviewed, 0.1F});
        const QList<QColor> lanes(8, Qt::gray);
        plot.xAxis->setRange(0, 110000);
        plot.yAxis->setRange(-0.6, 7.6);
        dots->setDots(many, lanes);
        plot.replot();
        const int columns = plot.axisRect()->width() / 2 + 1;
        QVERIFY(dots->painted() > 0);
        QVERIFY2(dots->painted() <= 8 * columns, qPrintable(QString::number(dots->painted())));
        // The only corrected frame of 110,000 is seen.
        const int before = dots->painted();
        many[50000].state = ReviewState::Corrected;
        dots->setDots(many, lanes);
        plot.replot();
        QCOMPARE(dots->painted(), before + 1);
        QCOMPARE(dots->dots().size(), 110000);
    }

    void theCursorDoesNotPaintTheDots()
    {
        Bench bench;
        const auto plot = shown<TimelinePlot>(bench.session);
        QCoreApplication::processEvents();
        QSignalSpy painted(plot->plot(), &QCustomPlot::afterReplot);
        for (const int row : {1, 2, 3})
            bench.session.setCurrentKey(bench.key(row));
        QCoreApplication::processEvents();
        QCOMPARE(painted.size(), 0);
    }

    /** What a day of many frames takes is gathered in slices, and its values may change. */
    void changesWhileItIsGathered()
    {
        Bench bench;
        bench.classify();
        bench.label();
        ScoresPlot plot(bench.session);
        plot.show();
        QVERIFY(plot.isBusy());
        bench.session.setTrueLabel({bench.key(4)}, TrueLabel::none(), "e");
        QTRY_COMPARE(plot.note(), "5 labelled of the 5 shown frames");
        QTRY_VERIFY(!plot.isBusy());
        // Hidden meanwhile: nothing is done until it is seen again.
        plot.refresh();
        plot.hide();
        QVERIFY(!plot.isBusy());
        bench.session.setTrueLabel({bench.key(4)}, TrueLabel::unreviewed(), "f");
        QVERIFY(!plot.isBusy());
        plot.show();
        QTRY_COMPARE(plot.note(), "4 labelled of the 5 shown frames");
        // Another model, another day: what is under way is dropped.
        plot.refresh();
        bench.session.explain().setModel(std::nullopt);
        QVERIFY(!plot.isBusy());
    }

    void anotherClassUsesTheSameSamples()
    {
        Bench bench;
        bench.classify();
        bench.label();
        const auto plot = shown<ReliabilityPlot>(bench.session);
        QCOMPARE(plot->words(), QString());
        auto *sentence = plot->findChild<QLabel *>("calibration");
        QVERIFY(sentence->text().contains("16 probabilities")); // 4 frames, 4 classes
        plot->findChild<QComboBox *>()->setCurrentIndex(1);
        QVERIFY(settled(*plot));
        QVERIFY2(sentence->text().contains("over 4 probabilities"), qPrintable(sentence->text()));
    }

    void destroyedWhileComputing()
    {
        Bench bench;
        bench.classify();
        for (int round = 0; round < 20; ++round) {
            auto plot = std::make_unique<TimelinePlot>(bench.session);
            plot->show();
            if (round % 2 == 1)
                QCoreApplication::processEvents();
            plot.reset();
            QCoreApplication::processEvents(); // late deliveries must find nobody
        }
    }

    void theHandleChangesTheSentence()
    {
        Bench bench;
        bench.classify();
        bench.label();
        const auto plot = shown<ThresholdPlot>(bench.session);
        QCOMPARE(plot->threshold(), 0.5);
        // A bar ends at its count, on whatever it stands: two frames with it, two without, all
        // apart.
        const auto *there = qobject_cast<QCPBars *>(plot->plot()->plottable(0));
        const auto *away = qobject_cast<QCPBars *>(plot->plot()->plottable(1));
        QCOMPARE(there->data()->size(), 2);
        for (const QCPBarsData &bar : *there->data())
            QCOMPARE(bar.value + there->baseValue(), 1.0);
        QCOMPARE(away->data()->constBegin()->value + away->baseValue(), 1.0);
        QCOMPARE(plot->sentence(),
                 "At 0.50: 0 of 1 false chickadee frames gone, 0 of 2 true ones lost.");
        const QPoint from = plot->handlePlace();
        const int x = qRound(plot->plot()->xAxis->coordToPixel(0.85));
        drag(plot->plot(), from, {x, from.y()});
        QVERIFY(std::abs(plot->threshold() - 0.85) < 0.011);
        QCOMPARE(plot->sentence().section(": ", 1),
                 "1 of 1 false chickadee frames gone, 1 of 2 true ones lost.");
        drag(plot->plot(), {60, from.y()}, {120, from.y()}); // not the handle
        QVERIFY(std::abs(plot->threshold() - 0.85) < 0.011);
    }

    void scores()
    {
        Bench bench;
        bench.classify();
        bench.label();
        const auto plot = shown<ScoresPlot>(bench.session);
        QCOMPARE(plot->note(), "4 labelled of the 5 shown frames");
        const QTableWidget &table = plot->table();
        QCOMPARE(table.rowCount(), 3); // chickadee, magpie, none
        QCOMPARE(table.item(0, 0)->text(), "chickadee");
        QCOMPARE(table.item(0, 1)->text(), "67 % (21\u201394)");
        QCOMPARE(table.item(0, 3)->text(), "80 % (34\u201397)"); // F*: 2 of 3, 0.208 to 0.939
        QCOMPARE(table.item(2, 4)->text(), "1 of 1");
    }

    void computesOnlyWhileItIsSeen()
    {
        Bench bench;
        bench.classify();
        bench.label();
        ScoresPlot plot(bench.session);
        QCOMPARE(plot.note(), QString());
        plot.show();
        QTRY_COMPARE(plot.note(), "4 labelled of the 5 shown frames");
        plot.hide();
        bench.session.setShownKeys({bench.key(0)});
        QTest::qWait(250);
        QCOMPARE(plot.note(), "4 labelled of the 5 shown frames");
        plot.show();
        QTRY_COMPARE(plot.note(), "1 labelled of the 1 shown frame");
        bench.session.setShownKeys({bench.key(0), bench.key(1)});
        QTRY_COMPARE(plot.note(), "2 labelled of the 2 shown frames");
    }

    void exportsFiles()
    {
        Bench bench;
        bench.classify();
        bench.label();
        PlotsPanel panel(bench.session);
        panel.resize(900, 320);
        panel.show();
        QTemporaryDir folder;
        for (int tab = 0; tab < panel.count(); ++tab) {
            panel.setCurrentIndex(tab);
            auto *plot = qobject_cast<PlotPanel *>(panel.widget(tab));
            QVERIFY(settled(*plot));
            QCOMPARE(plot->words(), QString());
            for (const auto &[suffix, magic] :
                 {std::pair("png", "\x89PNG\r\n\x1a\n"), {"svg", "<?xml"}, {"pdf", "%PDF-"}}) {
                const QString path = folder.filePath(QString("%1.%2").arg(tab).arg(suffix));
                const auto written = plot->exportTo(path);
                QVERIFY2(written, written ? "" : qPrintable(written.error().what));
                const QByteArray bytes = testing::readFile(path);
                QVERIFY2(bytes.startsWith(magic), qPrintable(path));
                QVERIFY(bytes.size() > 2000);
            }
            QVERIFY(!plot->exportTo(folder.filePath("plot.txt")));
        }
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    applyTheme(app, qEnvironmentVariable("BIRBLENS_THEME", "light"));
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    TestPlots test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_plots.moc"
