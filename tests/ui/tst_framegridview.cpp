// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/framegridview.h"

#include "paintedregion.h"

#include <QScrollBar>
#include <QStringListModel>
#include <QTest>

#include <memory>

using namespace birblens;

class TestFrameGridView : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    /** Two columns, three lines and a bit in sight: eight of a hundred rows. */
    void wantsWhatIsSeenThenWhatComes()
    {
        FrameGridView view;
        QStringListModel model;
        QStringList names;
        for (int i = 0; i < 100; ++i)
            names.append(QString::number(i));
        model.setStringList(names);
        view.setCellSize({100, 100});
        view.setModel(&model);
        view.resize(250 + view.verticalScrollBar()->sizeHint().width(), 310);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCOMPARE(view.columns(), 2);
        const auto rows = [](int from, int to) {
            QList<int> list;
            for (int row = from; row != to; row += from < to ? 1 : -1)
                list.append(row);
            return list;
        };
        QCOMPARE(view.wantedRows(), rows(0, 16));
        view.verticalScrollBar()->setValue(1000); // downwards
        QCOMPARE(view.wantedRows(), rows(20, 36));
        view.verticalScrollBar()->setValue(900); // back: what lies above comes next
        QCOMPARE(view.wantedRows(), rows(18, 26) + rows(17, 9));
        view.verticalScrollBar()->setValue(200);
        QCOMPARE(view.wantedRows(), rows(4, 12) + rows(3, -1)); // the list begins there
        view.verticalScrollBar()->setValue(view.verticalScrollBar()->maximum());
        QCOMPARE(view.wantedRows().constLast(), 99);
        QVERIFY(!view.wantedRows().contains(80));
        model.setStringList({});
        QCOMPARE(view.wantedRows(), QList<int>());
    }

    void aStepPaintsTwoCells()
    {
        FrameGridView view;
        QStringListModel model(QStringList(40, QStringLiteral("a")));
        view.setCellSize({100, 100});
        view.setModel(&model);
        view.resize(250 + view.verticalScrollBar()->sizeHint().width(), 310);
        view.setCurrentIndex(model.index(0, 0));
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCoreApplication::processEvents();
        auto painted = std::make_unique<PaintedRegion>(view.viewport());
        QTest::keyClick(&view, Qt::Key_Right);
        QTRY_COMPARE(painted->region(), QRegion(0, 0, 250, 100));
        // Out of sight, all of it moves.
        QTest::keyClick(&view, Qt::Key_PageDown);
        QTest::keyClick(&view, Qt::Key_PageDown);
        QTRY_COMPARE(painted->region(), QRegion(view.viewport()->rect()));
    }
};

QTEST_MAIN(TestFrameGridView)
#include "tst_framegridview.moc"
