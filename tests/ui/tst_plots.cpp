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
#include <QElapsedTimer>
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
        session.setModel(testing::fakeModel());
        const ModelInfo &info = session.model()->info;
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

template <class Plot>
std::unique_ptr<Plot> shown(ReviewSession &session)
{
    auto plot = std::make_unique<Plot>(session);
    plot->resize(900, 300);
    plot->show();
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
        plot->plot()->replot();
        QCOMPARE(plot->plot()->xAxis->range(), QCPRange(0.0, 86400.0));
        // 13 o'clock of the second day is between 12 and 14.
        QVERIFY(plot->placeOf(bench.key(2)).x() < plot->placeOf(bench.key(3)).x());
        QVERIFY(plot->placeOf(bench.key(3)).x() < plot->placeOf(bench.key(4)).x());
        QSignalSpy chosen(plot.get(), &TimelinePlot::timeRangeChosen);
        drag(plot->plot(), {300, 100}, {500, 100}, Qt::ShiftModifier);
        QCOMPARE(chosen.size(), 0);
    }

    void manyDotsAreQuick()
    {
        QCustomPlot plot;
        plot.resize(1600, 300);
        plot.show();
        auto *dots = new TimelineDots(&plot);
        QList<TimelineDot> many;
        for (int i = 0; i < 110000; ++i)
            many.append({double(i), i % 8, i, ReviewState(i % 4), float(i % 100) / 100.0F});
        dots->setDots(many, QList<QColor>(8, Qt::gray));
        plot.xAxis->setRange(0, 110000);
        plot.yAxis->setRange(-0.6, 7.6);
        plot.replot();
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 5; ++i)
            plot.replot();
        const double each = double(timer.nsecsElapsed()) / 5e6;
        qInfo("a paint of 110,000 frames takes %.1f ms", each);
        QVERIFY(each < 200.0); // 50 on a machine of its own
        QCOMPARE(dots->dots().size(), 110000);
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
        QCOMPARE(table.item(0, 1)->text(), "67 % (21 to 94)");
        QCOMPARE(table.item(0, 3)->text(), QLocale().toString(0.8, 'f', 2));
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
        QCOMPARE(plot.note(), "4 labelled of the 5 shown frames");
        plot.hide();
        bench.session.setShownKeys({bench.key(0)});
        QTest::qWait(250);
        QCOMPARE(plot.note(), "4 labelled of the 5 shown frames");
        plot.show();
        QCOMPARE(plot.note(), "1 labelled of the 1 shown frame");
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
