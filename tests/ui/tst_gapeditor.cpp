// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/reviewsession.h"
#include "ui/panels/topbar.h"
#include "ui/theme.h"
#include "ui/views/gapeditor.h"

#include <QApplication>
#include <QComboBox>
#include <QLineEdit>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

using namespace birblens;

class TestGapEditor : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { makeSettings().clear(); }

    void showsSecondsAndMinutes_data()
    {
        QTest::addColumn<double>("seconds");
        QTest::addColumn<int>("number");
        QTest::addColumn<QString>("unit");
        QTest::addColumn<double>("kept");
        QTest::newRow("seconds") << 45.0 << 45 << "s" << 45.0;
        QTest::newRow("no whole minutes") << 90.0 << 90 << "s" << 90.0;
        QTest::newRow("a minute") << 60.0 << 1 << "min" << 60.0;
        QTest::newRow("minutes") << 900.0 << 15 << "min" << 900.0;
        QTest::newRow("too many seconds to show") << 2001.0 << 33 << "min" << 1980.0;
        QTest::newRow("too short") << 0.0 << 1 << "s" << 1.0;
        QTest::newRow("too long") << 1e9 << 999 << "min" << 59940.0;
    }
    void showsSecondsAndMinutes()
    {
        QFETCH(double, seconds);
        QFETCH(int, number);
        QFETCH(QString, unit);
        QFETCH(double, kept);
        GapEditor editor("less than", "apart");
        QSignalSpy changed(&editor, &GapEditor::secondsChanged);
        editor.setSeconds(seconds);
        QCOMPARE(editor.findChild<QSpinBox *>()->value(), number);
        QCOMPARE(editor.findChild<QComboBox *>()->currentText(), unit);
        QCOMPARE(editor.seconds(), kept);
        QCOMPARE(changed.size(), 0);
    }

    void thePersonChooses()
    {
        GapEditor editor("less than", "apart");
        editor.setSeconds(30.0);
        editor.show();
        QSignalSpy changed(&editor, &GapEditor::secondsChanged);
        auto *number = editor.findChild<QSpinBox *>();
        QTest::keyClick(number, Qt::Key_Up);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed.at(0).at(0).toDouble(), 31.0);
        number->selectAll();
        QTest::keyClicks(number, "125");
        QCOMPARE(changed.size(), 1); // not 1, 12 and 125
        QTest::keyClick(number, Qt::Key_Return);
        QCOMPARE(changed.size(), 2);
        QCOMPARE(changed.at(1).at(0).toDouble(), 125.0);
        editor.findChild<QComboBox *>()->setCurrentIndex(1);
        QCOMPARE(changed.at(2).at(0).toDouble(), 7500.0);
    }

    void theMenuFoldsByIt()
    {
        ReviewSession session;
        session.setEventGap(20.0);
        TopBar bar(session);
        QSignalSpy folding(&bar, &TopBar::foldingChanged);
        QMenu *menu = nullptr;
        for (const auto *button : bar.findChildren<QToolButton *>()) {
            if (button->accessibleName() == "Order of the frames")
                menu = button->menu();
        }
        QVERIFY(menu);
        Q_EMIT menu->aboutToShow();
        auto *editor = menu->findChild<GapEditor *>();
        QVERIFY(editor);
        QCOMPARE(editor->seconds(), 20.0);
        // Another gap without folding: for the labels of whole visits.
        editor->findChild<QSpinBox *>()->setValue(50);
        QCOMPARE(session.eventGap(), 50.0);
        QCOMPARE(folding.size(), 0);
        bar.setFolded(true);
        QCOMPARE(folding.constLast().at(0).toDouble(), 50.0);
        editor->findChild<QSpinBox *>()->setValue(7);
        QCOMPARE(folding.constLast().at(0).toDouble(), 7.0);
        // Filled again it is the same one, with the same value.
        Q_EMIT menu->aboutToShow();
        QCOMPARE(menu->findChild<GapEditor *>(), editor);
        QCOMPARE(editor->seconds(), 7.0);
        bar.setFolded(false);
        QCOMPARE(folding.constLast().at(0).toDouble(), 0.0);
        QCOMPARE(session.eventGap(), 7.0);
    }

    void whatNeedsALookFollows()
    {
        ReviewSession session;
        TopBar bar(session);
        FrameSort look{FrameOrder::Look, {}, false};
        look.gapSeconds = session.eventGap();
        bar.setSorting(look);
        QSignalSpy sorting(&bar, &TopBar::sortingChanged);
        bar.setGap(12.0);
        QCOMPARE(sorting.size(), 1);
        QCOMPARE(bar.sorting().gapSeconds, 12.0);
    }
};

QTEST_MAIN(TestGapEditor)
#include "tst_gapeditor.moc"
