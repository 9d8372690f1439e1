// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/reviewsession.h"
#include "ui/panels/historypanel.h"

#include "fakemodel.h"

#include "../support/birbcamfolder.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTest>
#include <QTreeWidget>

using namespace birblens;

class TestHistoryPanel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysWhoWhenAndWhat();
};

void TestHistoryPanel::saysWhoWhenAndWhat()
{
    const testing::CameraRow row{"2021-02-08T10:56:58", "chickadee", 0.91};
    testing::BirbCamFolder folder;
    folder.add({row});
    ReviewSession session;
    HistoryPanel panel(session);
    panel.show();
    auto *lines = panel.findChild<QTreeWidget *>();
    QVERIFY(panel.findChild<QLabel *>()->isVisible() && !lines->isVisible());
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    session.openDay(folder.path());
    QVERIFY(opened.wait());
    QTRY_COMPARE(lines->topLevelItemCount(), 1);
    QCOMPARE(lines->topLevelItem(0)->text(1), "Birb Cam");
    QCOMPARE(lines->topLevelItem(0)->text(3), "chickadee");

    session.explain().setModel(testing::fakeModel());
    const ModelInfo &info = session.explain().model()->info;
    session.addPredictions(info.id, {{folder.key(row), testing::fakePrediction(info, {1})}});
    session.setNone({folder.key(row)});
    session.undoStack().undo();
    QTRY_COMPARE(lines->topLevelItemCount(), 4);
    const auto text = [lines](int line, int column) {
        return lines->topLevelItem(line)->text(column);
    };
    QCOMPARE(text(0, 2), "none"); // the newest first: taking back is history too
    QCOMPARE(text(0, 3), "unreviewed");
    QCOMPARE(text(1, 2), "unreviewed");
    QCOMPARE(text(1, 3), "none");
    QVERIFY(!text(1, 0).isEmpty() && !text(1, 1).isEmpty());
    QCOMPARE(text(2, 1), "fake");
    QCOMPARE(text(2, 3), "magpie");
}

QTEST_MAIN(TestHistoryPanel)
#include "tst_historypanel.moc"
