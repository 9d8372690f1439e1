// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"
#include "core/utctime.h"
#include "ui/mainwindow.h"
#include "ui/menus.h"
#include "ui/models/framelistmodel.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/framebrowserpanel.h"
#include "ui/panels/labelpanel.h"
#include "ui/panels/layerpanel.h"
#include "ui/panels/photopanel.h"
#include "ui/panels/topbar.h"
#include "ui/theme.h"
#include "ui/views/choicepopup.h"
#include "ui/views/framegridview.h"
#include "ui/views/layerstrip.h"
#include "ui/views/messagebar.h"
#include "ui/views/overlayview.h"

#include "fakemodel.h"
#include "windowbench.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QMimeData>
#include <QSettings>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QToolButton>
#include <QWindow>

using namespace birblens;
using testing::Bench;

class TestMainWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void opensADay();
    void browsesByKeys();
    void typesATime();
    void labelsByKeys();
    void acceptsAndAdvances();
    void otherLabelAndUndo();
    void labelsSeveral();
    void filters();
    void findsMoreLikeThis();
    void labelsTheWholeEvent();
    void resetsEveryDock();
    void flagsAndComments();
    void keysCanBeChanged();
    void theDayOpensWhereOneLeftIt();
    void returnChoosesInAListThatDropsDown();
    void aLargeVocabularyPutsTheDaysLabelsOnTheKeys();
    void explains();
    void heatOfAnotherFrameIsNeverShown();
    void choosesClassLayerAndAlpha();
    void choosesTheTargetAndTheSmallMaps();
    void copiesTheFigure();
    void unreadableAndGone();
    void newFramesKeepTheCurrentOne();
    void saysWhatFailed();
    void remembers();
    void dropsOpen();
    void everyCommandIsExplained();
    void closesAtOnce();
};

void TestMainWindow::init()
{
    makeSettings().clear();
}

void TestMainWindow::opensADay()
{
    Bench bench;
    QVERIFY(bench.session.currentKey().isEmpty());
    bench.open();
    QCOMPARE(bench.session.currentKey(), bench.key(0));
    QCOMPARE(bench.grid()->currentIndex().row(), 0);
    QVERIFY(bench.view()->photoTitle().contains("chickadee"));
    QVERIFY(bench.view()->hasFocus() || !bench.window.isActiveWindow());
    QVERIFY(!bench.view()->hasHeat());
}

void TestMainWindow::browsesByKeys()
{
    Bench bench;
    bench.open();
    bench.press(bench.view(), Qt::Key_Right);
    QCOMPARE(bench.session.currentKey(), bench.key(1));
    bench.press(bench.view(), Qt::Key_End);
    QCOMPARE(bench.session.currentKey(), bench.key(4));
    bench.press(bench.grid(), Qt::Key_Home);
    QCOMPARE(bench.session.currentKey(), bench.key(0));
    const int columns = bench.grid()->columns();
    bench.press(bench.grid(), Qt::Key_Down);
    QCOMPARE(bench.session.currentKey(), bench.key(columns));
    bench.press(bench.grid(), Qt::Key_Up);
    QCOMPARE(bench.session.currentKey(), bench.key(0));
    bench.press(bench.grid(), Qt::Key_PageDown);
    QCOMPARE(bench.session.currentKey(), bench.key(4));
    QTest::mouseClick(bench.grid()->viewport(), Qt::LeftButton, {},
                      bench.grid()->visualRect(bench.grid()->model()->index(1, 0)).center());
    QCOMPARE(bench.session.currentKey(), bench.key(1));
    QTRY_VERIFY(bench.view()->photoTitle().contains("none"));
}

void TestMainWindow::typesATime()
{
    Bench bench;
    bench.open();
    bench.grid()->setFocus();
    for (const char c : {'1', '1', ':', '2'})
        QTest::keyClick(bench.grid(), c);
    QCOMPARE(bench.session.currentKey(), bench.key(2));
    QCOMPARE(bench.session.day().reviewedCount(), 0);
}

void TestMainWindow::labelsByKeys()
{
    Bench bench;
    bench.open();
    QCOMPARE(bench.window.labels()->quickLabels(), QStringList({"chickadee", "magpie", "sparrow"}));
    bench.press(bench.view(), Qt::Key_2);
    QCOMPARE(bench.session.currentEntry()->state(), ReviewState::Corrected);
    // On disk, seen through another connection, before anything else happens.
    QCOMPARE(bench.stored(0), "magpie");
    QVERIFY(testing::sqlValue(bench.folder.store(), "SELECT count(*) FROM sqlite_master").toInt() >
            0);
    bench.press(bench.view(), Qt::Key_1);
    QCOMPARE(bench.stored(0), "chickadee,magpie");
    bench.press(bench.view(), Qt::Key_0);
    QCOMPARE(bench.stored(0), "none");
    bench.press(bench.view(), Qt::Key_U);
    QCOMPARE(bench.session.currentEntry()->state(), ReviewState::Unsure);
    QCOMPARE(bench.stored(0), QString());
    bench.press(bench.view(), Qt::Key_Delete);
    QCOMPARE(bench.session.currentEntry()->state(), ReviewState::Unreviewed);

    // In the thumbnails a single digit is a label after a moment, or when another key follows.
    bench.press(bench.grid(), Qt::Key_3);
    bench.press(bench.grid(), Qt::Key_Right);
    QCOMPARE(bench.stored(0), "sparrow");
    QCOMPARE(bench.session.currentKey(), bench.key(1));
    bench.press(bench.grid(), Qt::Key_2);
    QTRY_COMPARE(bench.stored(1), "magpie");
}

void TestMainWindow::acceptsAndAdvances()
{
    Bench bench;
    bench.open();
    bench.press(bench.view(), Qt::Key_Return);
    QCOMPARE(bench.stored(0), "chickadee");
    QCOMPARE(bench.session.day().at(0).state(), ReviewState::Confirmed);
    QCOMPARE(bench.session.currentKey(), bench.key(1));
    bench.press(bench.grid(), Qt::Key_Return);
    QCOMPARE(bench.stored(1), "none");
    QCOMPARE(bench.session.currentKey(), bench.key(2));
    bench.press(bench.view(), Qt::Key_X);
    QCOMPARE(bench.stored(2), "none");
    QCOMPARE(bench.session.day().at(2).state(), ReviewState::Corrected);
    QCOMPARE(bench.session.currentKey(), bench.key(3));
    bench.press(bench.view(), Qt::Key_Home);
    bench.press(bench.view(), Qt::Key_N);
    QCOMPARE(bench.session.currentKey(), bench.key(3));
    QCOMPARE(bench.session.day().reviewedCount(), 3);
}

void TestMainWindow::otherLabelAndUndo()
{
    Bench bench;
    bench.open();
    auto *other = bench.window.labels()->findChild<QLineEdit *>();
    QVERIFY(other);
    bench.press(bench.view(), Qt::Key_L);
    QTest::keyClicks(other, "ostrich");
    QTest::keyClick(other, Qt::Key_Return);
    QCOMPARE(bench.stored(0), "ostrich");
    // Return in the field adds the label; it does not accept the prediction and go on.
    QCOMPARE(bench.session.currentKey(), bench.key(0));
    QTRY_VERIFY(other->text().isEmpty());
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(bench.stored(0), QString());
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QCOMPARE(bench.stored(0), "ostrich");
    QVERIFY(bench.window.actionList().undo->text().size() > 5); // says what

    // One sees what is taken back, wherever one has gone meanwhile.
    bench.press(bench.view(), Qt::Key_X);
    bench.press(bench.view(), Qt::Key_Right);
    QCOMPARE(bench.session.currentKey(), bench.key(2));
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier);
    QTRY_COMPARE(bench.session.currentKey(), bench.key(0));
    QCOMPARE(bench.stored(0), "ostrich");
    bench.press(bench.view(), Qt::Key_End);
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE(bench.session.currentKey(), bench.key(0));
    QCOMPARE(bench.stored(0), "none");

    // A comment that is being typed is kept when another frame comes, after the undo is done.
    bench.press(bench.view(), Qt::Key_End);
    const QString last = bench.session.currentKey();
    bench.press(bench.view(), Qt::Key_M);
    auto *comment = qobject_cast<QLineEdit *>(bench.window.focusWidget());
    QVERIFY(comment);
    QTest::keyClicks(comment, "branch");
    bench.window.actionList().undo->trigger();
    QTRY_COMPARE(bench.session.currentKey(), bench.key(0));
    QCOMPARE(bench.stored(0), "ostrich");
    QCOMPARE(bench.session.day().at(bench.session.day().rowOf(last)).mark.comment, "branch");
    bench.window.actionList().undo->trigger(); // of the comment
    QTRY_COMPARE(bench.session.currentKey(), last);
    QVERIFY(bench.session.currentEntry()->mark.comment.isEmpty());
    QCOMPARE(bench.stored(0), "ostrich");
}

void TestMainWindow::labelsSeveral()
{
    Bench bench;
    bench.open();
    bench.press(bench.grid(), Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(bench.session.selectedKeys().size(), 5);
    bench.press(bench.view(), Qt::Key_1);
    for (int row = 0; row < 5; ++row)
        QCOMPARE(bench.stored(row), "chickadee");
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier);
    for (int row = 0; row < 5; ++row)
        QCOMPARE(bench.stored(row), QString());
    bench.press(bench.view(), Qt::Key_Right);
    QCOMPARE(bench.session.selectedKeys().size(), 1);
}

void TestMainWindow::resetsEveryDock()
{
    Bench bench;
    const auto docks = bench.window.findChildren<QDockWidget *>();
    QCOMPARE(docks.size(), 7);
    QHash<QDockWidget *, std::pair<Qt::DockWidgetArea, bool>> usual;
    for (QDockWidget *dock : docks)
        usual.insert(dock, {bench.window.dockWidgetArea(dock), dock->isHidden()});
    for (QDockWidget *dock : docks) {
        dock->setVisible(dock->isHidden());
        dock->setFloating(true);
    }
    bench.window.actionList().resetLayout->trigger();
    for (QDockWidget *dock : docks) {
        QVERIFY2(!dock->isFloating(), qPrintable(dock->objectName()));
        QCOMPARE(std::pair(bench.window.dockWidgetArea(dock), dock->isHidden()), usual.value(dock));
    }
    // Each has a command that shows and hides it.
    QCOMPARE(bench.window.actionList().panels->actions().size(), docks.size());
}

void TestMainWindow::labelsTheWholeEvent()
{
    Bench bench;
    bench.open();
    // 10:56:58 and 10:57:04 are one visit.
    bench.press(bench.view(), Qt::Key_E);
    QCOMPARE(bench.session.selectedKeys(), QStringList({bench.key(0), bench.key(1)}));
    bench.press(bench.view(), Qt::Key_1);
    QCOMPARE(bench.stored(0), "chickadee");
    QCOMPARE(bench.stored(1), "chickadee");
    QCOMPARE(bench.stored(2), QString());
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier);
    QCOMPARE(bench.stored(1), QString());

    // As the frame before; not this class, the others stay.
    bench.session.setCurrentKey(bench.key(2));
    bench.press(bench.view(), Qt::Key_C);
    QVERIFY(bench.window.messages()->newest().contains("no true label to copy"));
    bench.session.setTrueLabel({bench.key(1)}, TrueLabel::of({"magpie", "sparrow"}), "Label");
    bench.press(bench.view(), Qt::Key_C);
    QCOMPARE(bench.stored(2), "magpie,sparrow");
    bench.press(bench.view(), Qt::Key_X, Qt::ShiftModifier);
    QCOMPARE(bench.stored(2), "sparrow");

    // More than fifty are asked about, and nothing happens when the answer is no.
    QList<Frame> many;
    for (int i = 0; i < 60; ++i) {
        Frame frame;
        frame.key = QStringLiteral("imgs/many%1.jpg").arg(i);
        frame.captureTime = QDateTime(QDate(2021, 2, 9), QTime(9, 0), asUtc).addSecs(i);
        many.append(frame);
    }
    bench.session.day().merge(many);
    bench.session.setCurrentKey(many.first().key);
    bench.press(bench.view(), Qt::Key_E);
    QCOMPARE(bench.session.selectedKeys().size(), 60);
    int asked = 0;
    bool answer = false;
    bench.window.labels()->setQuestion([&](int frames) {
        asked = frames;
        return answer;
    });
    const int before = bench.session.undoStack().count();
    bench.press(bench.view(), Qt::Key_0);
    QCOMPARE(asked, 60);
    QCOMPARE(bench.session.undoStack().count(), before);
    answer = true;
    bench.press(bench.view(), Qt::Key_0);
    QCOMPARE(bench.session.undoStack().count(), before + 1);
    QVERIFY(bench.session.currentEntry()->label().isLabelled());
}

void TestMainWindow::flagsAndComments()
{
    Bench bench;
    bench.open();
    bench.press(bench.view(), Qt::Key_S);
    QVERIFY(bench.session.day().at(0).mark.flagged);
    QVERIFY(bench.grid()->currentIndex().data(FrameListModel::FlagRole).toBool());
    bench.press(bench.view(), Qt::Key_S);
    QVERIFY(!bench.session.day().at(0).mark.flagged);

    bench.press(bench.view(), Qt::Key_M);
    auto *field = qobject_cast<QLineEdit *>(bench.window.focusWidget());
    QVERIFY(field && field->accessibleName() == QStringLiteral("Comment"));
    QTest::keyClicks(field, QStringLiteral("soil, no bird"));
    // Another frame is chosen before Return: the comment belongs to the first.
    bench.session.setCurrentKey(bench.key(1));
    QCOMPARE(bench.session.day().at(0).mark.comment, QStringLiteral("soil, no bird"));
    QVERIFY(bench.session.day().at(1).mark.comment.isEmpty());
    QVERIFY(field->text().isEmpty());
    bench.session.setCurrentKey(bench.key(0));
    QCOMPARE(field->text(), QStringLiteral("soil, no bird"));
}

void TestMainWindow::theDayOpensWhereOneLeftIt()
{
    Bench bench;
    bench.open();
    bench.session.setCurrentKey(bench.key(3));
    bench.window.close();
    ReviewSession session;
    InferenceService service(session);
    MainWindow window(session, service);
    window.show();
    QSignalSpy opened(&session, &ReviewSession::dayOpened);
    window.openDay(bench.folder.path());
    QVERIFY(opened.wait());
    QCOMPARE(session.currentKey(), bench.key(3));
    // An image that is named wins.
    window.openDay(bench.session.day().at(1).frame.path());
    QVERIFY(opened.wait());
    QCOMPARE(session.currentKey(), bench.key(1));
}

void TestMainWindow::keysCanBeChanged()
{
    const QKeySequence j(Qt::Key_J);
    const QKeySequence c(Qt::Key_C);
    {
        Bench bench;
        bench.open();
        auto &actions = const_cast<WindowActions &>(bench.window.actionList());
        QCOMPARE(actions.ownerOf(c), actions.copyLabels);
        QVERIFY(!actions.ownerOf(j));
        actions.setKeys(actions.nothing, {j});
        bench.press(bench.view(), Qt::Key_J);
        QCOMPARE(bench.stored(0), "none");
        QVERIFY(actions.nothing->toolTip().endsWith("(J)"));
        // A key that is taken changes hands.
        actions.setKeys(actions.unsure, {c});
        QVERIFY(actions.copyLabels->shortcuts().isEmpty());
        bench.press(bench.view(), Qt::Key_C);
        QCOMPARE(bench.session.day().at(0).state(), ReviewState::Unsure);
    }
    Bench bench; // the next start
    bench.open();
    auto &actions = const_cast<WindowActions &>(bench.window.actionList());
    QCOMPARE(actions.ownerOf(j), actions.nothing);
    QCOMPARE(actions.ownerOf(c), actions.unsure);
    for (QAction *action : actions.commands())
        actions.resetKeys(action);
    QCOMPARE(actions.ownerOf(c), actions.copyLabels);
    QVERIFY(!actions.ownerOf(j));
    QSet<QString> names;
    for (const QAction *action : actions.commands()) {
        QVERIFY2(!names.contains(action->objectName()), qPrintable(action->objectName()));
        names.insert(action->objectName());
    }
    // Nothing is left in the settings.
    Bench third;
    QCOMPARE(const_cast<WindowActions &>(third.window.actionList()).ownerOf(c)->objectName(),
             actions.copyLabels->objectName());
}

void TestMainWindow::filters()
{
    Bench bench;
    bench.open();
    FilterBar *bar = bench.window.topBar()->filter();
    FrameFilter magpies;
    magpies.choose(predictedCriterion, {"magpie"});
    bar->setFilter(magpies);
    QCOMPARE(bench.session.shownKeys(), QStringList({bench.key(2), bench.key(3)}));
    QCOMPARE(bench.session.currentKey(), bench.key(2));
    FrameFilter sure = magpies;
    sure.least = 0.7;
    bar->setFilter(sure);
    QCOMPARE(bench.session.shownKeys(), QStringList({bench.key(2)}));
    FrameFilter nothing;
    nothing.choose(predictedCriterion, {"none"});
    bar->setFilter(nothing);
    QCOMPARE(bench.session.currentKey(), bench.key(1));

    // One key takes the filter away for a while.
    bench.press(bench.view(), Qt::Key_L, Qt::ControlModifier);
    QCOMPARE(bench.session.shownKeys().size(), 5);
    bench.press(bench.view(), Qt::Key_L, Qt::ControlModifier);
    QCOMPARE(bench.session.shownKeys().size(), 1);

    // The frame that is labelled stays in sight until the list is refreshed.
    FrameFilter unreviewed;
    unreviewed.choose(stateCriterion, {"unreviewed"});
    bar->setFilter(unreviewed);
    QCOMPARE(bench.session.currentKey(), bench.key(1));
    bench.press(bench.view(), Qt::Key_0);
    QCOMPARE(bench.grid()->currentIndex().data(Qt::DisplayRole).toString(), "10:57:04");
    bench.press(bench.view(), Qt::Key_Right);
    QCOMPARE(bench.session.currentKey(), bench.key(2));
    QCOMPARE(bench.session.shownKeys().size(), 5);
    bench.press(bench.view(), Qt::Key_F5);
    QTRY_COMPARE(bench.session.shownKeys().size(), 4);
    bench.press(bench.view(), Qt::Key_A, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_COMPARE(bench.session.shownKeys().size(), 5);
    QCOMPARE(bench.session.currentKey(), bench.key(2));

    // By the popup: counts, and a tick that filters.
    QToolButton *classes = nullptr;
    for (QToolButton *button : bar->findChildren<QToolButton *>()) {
        if (button->accessibleName() == QStringLiteral("Class"))
            classes = button;
    }
    QVERIFY(classes);
    classes->click();
    ChoicePopup *popup = nullptr;
    for (ChoicePopup *each : bar->findChildren<ChoicePopup *>())
        popup = each->isVisible() ? each : popup;
    QVERIFY(popup);
    QCOMPARE(popup->countOf(QStringLiteral("magpie")), 2);
    popup->toggle(QStringLiteral("magpie"));
    QCOMPARE(bench.session.shownKeys(), QStringList({bench.key(2), bench.key(3)}));
    popup->toggle(QStringLiteral("none"));
    QCOMPARE(bench.session.shownKeys().size(), 3);
    popup->hide();

    // Saved by name, and there again.
    const FrameFilter kept = bar->filter();
    bar->save(QStringLiteral("magpies/none"));
    bar->setFilter({});
    QCOMPARE(FilterBar::savedNames(), QStringList{"magpies_none"});
    bar->load(FilterBar::savedNames().first());
    QCOMPARE(bar->filter(), kept);
    bar->remove(QStringLiteral("magpies_none"));
    QVERIFY(FilterBar::savedNames().isEmpty());
}

void TestMainWindow::findsMoreLikeThis()
{
    Bench bench;
    bench.open();
    bench.openFakeModel();
    const ModelInfo &info = bench.session.explain().model()->info;
    const auto looks = [&info](const char *bytes) {
        return Classified(testing::fakePrediction(info, {}), QByteArray(bytes, 2));
    };
    TopBar *top = bench.window.topBar();
    const auto button = [top](const QString &part) -> QToolButton * {
        for (QToolButton *each : top->findChildren<QToolButton *>()) {
            if (each->text().contains(part))
                return each;
        }
        return nullptr;
    };
    // Nothing is known of the frame yet: said, and the order stays.
    bench.press(bench.view(), Qt::Key_R);
    QVERIFY(bench.window.messages()->newest().contains("has not looked at this frame"));
    QVERIFY(button("Order: Time"));

    bench.session.addPredictions(info.id, {{bench.key(0), looks("\x7f\x00")},
                                           {bench.key(1), looks("\x00\x7f")},
                                           {bench.key(2), looks("\x7f\x10")},
                                           {bench.key(3), looks("\x7f\x60")}});
    bench.press(bench.view(), Qt::Key_R);
    QTRY_COMPARE(bench.session.shownKeys(), QStringList({bench.key(0), bench.key(2), bench.key(3),
                                                         bench.key(1), bench.key(4)}));
    QVERIFY(button("Order: Similarity to 10:56:58"));
    QVERIFY(button("1 not compared") && button("1 not compared")->isVisible());
    QVERIFY(button("Similarity to 10:56:58")->toolTip().contains("chickadee.jpg"));

    // The order stays with that frame until it is asked for another one.
    bench.press(bench.view(), Qt::Key_Right);
    QCOMPARE(bench.session.currentKey(), bench.key(2));
    QVERIFY(button("Similarity to 10:56:58"));
    bench.session.setCurrentKey(bench.key(1));
    bench.window.actionList().findSimilar->trigger();
    QTRY_COMPARE(bench.session.shownKeys(), QStringList({bench.key(1), bench.key(3), bench.key(2),
                                                         bench.key(0), bench.key(4)}));
    QVERIFY(button("Similarity to 10:57:04"));

    // Refreshing takes in what the model has looked at since.
    bench.session.addPredictions(info.id, {{bench.key(4), looks("\x05\x7f")}});
    bench.press(bench.view(), Qt::Key_F5);
    QTRY_COMPARE(bench.session.shownKeys().value(1), bench.key(4));
    QVERIFY(!button("not compared")->isVisible());

    bench.session.explain().setModel({}); // nobody to ask any more
    QVERIFY(button("Order: Time"));
}

void TestMainWindow::returnChoosesInAListThatDropsDown()
{
    Bench bench;
    bench.open();
    QComboBox *colors = nullptr;
    for (QComboBox *combo : bench.window.findChildren<QComboBox *>()) {
        if (combo->accessibleName() == QStringLiteral("Colour map"))
            colors = combo;
    }
    QVERIFY(colors);
    colors->setFocus();
    colors->showPopup();
    QTRY_VERIFY(QApplication::activePopupWidget());
    // As the window system delivers keys: to the window, which hands them to the open list.
    QWindow *popup = QApplication::activePopupWidget()->windowHandle();
    QTest::keyClick(popup, Qt::Key_Down);
    QTest::keyClick(popup, Qt::Key_Return);
    QTRY_VERIFY(!QApplication::activePopupWidget());
    QCOMPARE(colors->currentIndex(), 1);
    QCOMPARE(bench.stored(0), QString());
}

void TestMainWindow::aLargeVocabularyPutsTheDaysLabelsOnTheKeys()
{
    Bench bench;
    bench.open();
    QStringList vocabulary;
    for (int i = 0; i < 965; ++i)
        vocabulary.append(QStringLiteral("species %1").arg(i));
    bench.session.explain().setModel(testing::fakeModel(vocabulary));
    const QStringList expected{"chickadee", "magpie", "sparrow", "species 0"};
    QCOMPARE(bench.window.labels()->quickLabels().mid(0, 4), expected);
    QCOMPARE(bench.window.labels()->quickLabels().size(), 9);
    bench.press(bench.view(), Qt::Key_2);
    QCOMPARE(bench.stored(0), "magpie");
    // Once a key has been used, none of them moves.
    const ModelInfo &info = bench.session.explain().model()->info;
    bench.session.addPredictions(info.id, {{bench.key(1), testing::fakePrediction(info, {500})}});
    QTest::qWait(1200);
    QCOMPARE(bench.window.labels()->quickLabels().mid(0, 4), expected);
}

void TestMainWindow::explains()
{
    Bench bench;
    bench.open();
    bench.openFakeModel();
    bench.session.explain().setExplanation(testing::fakeExplanation(bench.session, {0}));
    QVERIFY(bench.view()->hasHeat());
    QVERIFY(bench.view()->photoTitle().startsWith("Prediction: chickadee ("));
    QCOMPARE(bench.view()->panes().first().title, "Grad CAM (chickadee)");
    QVERIFY(bench.view()->panes().first().note.isEmpty());

    bench.session.explain().setExplanation(
        testing::fakeExplanation(bench.session, {1}, -3.0F, -1.0F));
    QCOMPARE(bench.view()->panes().first().note, "Nothing in this frame speaks for magpie");
    bench.session.explain().setExplanation(testing::fakeExplanation(bench.session, {0, 1}));
    QCOMPARE(bench.view()->panes().size(), 2);
    QCOMPARE(bench.view()->pictureRects().size(), 3);
}

void TestMainWindow::heatOfAnotherFrameIsNeverShown()
{
    Bench bench;
    bench.open();
    bench.openFakeModel();
    const Explanation old = testing::fakeExplanation(bench.session, {0});
    bench.session.explain().setExplanation(old);
    QVERIFY(bench.view()->hasHeat());
    bench.press(bench.view(), Qt::Key_Right);
    QVERIFY(!bench.view()->hasHeat());
    bench.session.explain().setExplanation(old); // arrives late
    QVERIFY(!bench.view()->hasHeat());
    QTRY_VERIFY(bench.view()->photoTitle() != "Prediction: chickadee (88.08%)");
    QVERIFY(!bench.view()->hasHeat());
}

void TestMainWindow::choosesClassLayerAndAlpha()
{
    Bench bench;
    bench.open();
    bench.openFakeModel();
    bench.session.explain().setExplanation(testing::fakeExplanation(bench.session, {2}));
    auto *list = bench.window.findChild<QListView *>("classList");
    QVERIFY(list && list->model()->rowCount() == 4);
    QCOMPARE(list->model()->index(0, 0).data().toString(), "sparrow");
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                      list->visualRect(list->model()->index(1, 0)).center());
    QCOMPARE(bench.session.explain().targetClasses().size(), 1);
    const int first = bench.session.explain().targetClasses().first();
    QVERIFY(first != 2);
    QTest::mouseClick(list->viewport(), Qt::LeftButton, Qt::ControlModifier,
                      list->visualRect(list->model()->index(0, 0)).center());
    bench.press(bench.view(), Qt::Key_E, Qt::ShiftModifier);
    QVERIFY(bench.session.explain().targetClasses().isEmpty());

    QCOMPARE(bench.session.explain().effectiveLayer(), "0.5.conv");
    bench.press(bench.view(), Qt::Key_BracketLeft);
    QCOMPARE(bench.session.explain().layer(), "0.3.conv");
    bench.press(bench.view(), Qt::Key_BraceLeft, Qt::ShiftModifier);
    QCOMPARE(bench.session.explain().layer(), "0.2.conv");
    bench.press(bench.view(), Qt::Key_BracketRight);
    QCOMPARE(bench.session.explain().layer(), "0.3.conv");

    bench.press(bench.view(), Qt::Key_Period);
    QCOMPARE(bench.session.explain().heatStyle().alpha, 0.55);
    QCOMPARE(bench.view()->alpha(), 0.55);
    bench.press(bench.view(), Qt::Key_F3);
    QCOMPARE(bench.view()->mode(), OverlayView::Mode::Wipe);
}

void TestMainWindow::choosesTheTargetAndTheSmallMaps()
{
    Bench bench;
    bench.open();
    bench.openFakeModel();
    bench.session.explain().setExplanation(testing::fakeExplanation(bench.session, {2}));
    QComboBox *kind = nullptr;
    QComboBox *other = nullptr;
    for (QComboBox *combo : bench.window.findChildren<QComboBox *>()) {
        if (combo->accessibleName() == QStringLiteral("What is explained"))
            kind = combo;
        if (combo->accessibleName() == QStringLiteral("The other class"))
            other = combo;
    }
    QVERIFY(kind && other);
    QVERIFY(!other->isVisible());
    const auto choose = [](QComboBox *combo, int index) {
        combo->setCurrentIndex(index);
        Q_EMIT combo->activated(index);
    };
    bench.session.explain().setTargetClasses({2});
    choose(kind, 2); // rather than
    QCOMPARE(bench.session.explain().targetKind(), TargetKind::Contrast);
    QVERIFY(other->isVisible());
    QVERIFY(bench.session.explain().contrastClass() >= 0 &&
            bench.session.explain().contrastClass() != 2);
    choose(other, 3);
    QCOMPARE(bench.session.explain().contrastClass(), 3);
    choose(kind, 1);
    QCOMPARE(bench.session.explain().targetKind(), TargetKind::Against);
    QVERIFY(!other->isVisible());

    auto *strip = bench.window.findChild<LayerStrip *>();
    QVERIFY(strip && strip->isVisible());
    QCOMPARE(strip->cells().size(), 3); // every other layer of the fake model ends a block
    QVERIFY(strip->cells().at(0).map.isNull());
    QList<ClassMap> maps;
    for (const int layer : bench.session.explain().stripLayers()) {
        ClassMap map = bench.session.explain().explanation()->maps.constFirst();
        map.layer = bench.session.explain().model()->layers.at(layer).name;
        maps.append(map);
    }
    bench.session.explain().setLayerMaps(maps);
    QVERIFY(!strip->cells().at(0).map.isNull());
    QTest::mouseClick(strip->viewport(), Qt::LeftButton, {}, QPoint(10, 10));
    QCOMPARE(bench.session.explain().layer(), strip->cells().at(0).layer.name);
    const auto trigger = [&bench](const QString &text) {
        for (QAction *action : bench.window.findChildren<QAction *>()) {
            if (action->text() == text) {
                action->trigger();
                return true;
            }
        }
        return false;
    };
    QVERIFY(trigger(QStringLiteral("S&tretch the Grid")));
    QCOMPARE(bench.session.explain().heatStyle().align, Alignment::Stretch);
    bench.session.explain().setMethod(QStringLiteral("scorecam"));
    QVERIFY(strip->note().contains(QStringLiteral("Score CAM")));
    bench.session.explain().setMethod(QStringLiteral("gradcam"));
    QVERIFY(strip->note().isEmpty());
    // A shared scale says of how many frames, and offers to measure more.
    HeatStyle style = bench.session.explain().heatStyle();
    style.scale = ScaleMode::Shared;
    bench.session.explain().setHeatStyle(style);
    auto *layers = bench.window.findChild<LayerPanel *>();
    QSignalSpy wanted(layers, &LayerPanel::surveyRequested);
    QStringList offers;
    for (auto *menu : layers->findChildren<QMenu *>()) {
        Q_EMIT menu->aboutToShow();
        for (QAction *action : menu->actions()) {
            offers.append(action->text());
            if (action->text().startsWith(QStringLiteral("The Whole Day")))
                action->trigger();
        }
    }
    QCOMPARE(offers.size(), 1); // no filter, one frame selected
    QCOMPARE(wanted.size(), 1);
    QCOMPARE(wanted.at(0).at(0).toStringList().size(), bench.session.day().size());
    QVERIFY(trigger(QStringLiteral("&All Layers")));
    QCOMPARE(strip->cells().size(), 6);
    QVERIFY(trigger(QStringLiteral("&None")));
    QVERIFY(!strip->isVisible());
}

void TestMainWindow::copiesTheFigure()
{
    Bench bench;
    bench.open();
    bench.press(bench.view(), Qt::Key_C, Qt::ControlModifier);
    QVERIFY(bench.window.messages()->newest().contains("model"));
    bench.openFakeModel();
    bench.session.explain().setExplanation(testing::fakeExplanation(bench.session, {0}));
    bench.press(bench.view(), Qt::Key_C, Qt::ControlModifier);
    const QImage figure = QGuiApplication::clipboard()->image();
    // Two panels of the frame's own size.
    QVERIFY(figure.width() >= 2 * 48);
    QVERIFY(figure.height() >= 64);
}

void TestMainWindow::unreadableAndGone()
{
    Bench bench;
    bench.folder.add({{"2021-02-08T13:00:00", "sparrow", 0.7, {}, false},
                      {"2021-02-08T13:00:10", "sparrow", 0.7}});
    testing::writeFile(bench.folder.path() + "/imgs/2021-02-08T13:00:10_sparrow.jpg", "broken");
    QSignalSpy opened(&bench.session, &ReviewSession::dayOpened);
    bench.window.openDay(bench.folder.path());
    QVERIFY(opened.wait());
    bench.session.setCurrentKey(bench.key(5));
    QVERIFY(bench.view()->sentence().contains("deleted"));
    bench.session.setCurrentKey(bench.key(6));
    QTRY_VERIFY(bench.view()->sentence().contains("cannot be shown"));
    QVERIFY(!bench.view()->hasPhoto());
    // It can be labelled all the same.
    bench.press(bench.view(), Qt::Key_0);
    QCOMPARE(bench.stored(6), "none");
    bench.session.setCurrentKey(bench.key(0));
    QTRY_VERIFY(bench.view()->hasPhoto());
}

void TestMainWindow::newFramesKeepTheCurrentOne()
{
    Bench bench;
    bench.open();
    bench.session.setCurrentKey(bench.key(2));
    const QString current = bench.session.currentKey();
    const QRect before = bench.grid()->visualRect(bench.grid()->currentIndex());
    QList<Frame> frames;
    // Earlier ones, and later ones so that there is room to scroll.
    for (int i = 0; i < 80; ++i) {
        Frame frame;
        frame.captureTime = QDateTime(QDate(2021, 2, 8), QTime(i < 40 ? 9 : 15, 0, i % 40), asUtc);
        frame.utc = frame.captureTime.addSecs(7 * 3600);
        frame.key = QStringLiteral("imgs/%1_none.jpg")
                        .arg(frame.captureTime.toString("yyyy-MM-ddTHH:mm:ss"));
        frame.folder = bench.folder.path();
        frame.gone = true;
        frames.append(frame);
    }
    bench.session.day().merge(frames);
    QCOMPARE(bench.session.currentKey(), current);
    QCOMPARE(bench.grid()->currentIndex().row(), 42);
    QCOMPARE(bench.grid()->visualRect(bench.grid()->currentIndex()).top(), before.top());
}

void TestMainWindow::saysWhatFailed()
{
    Bench bench;
    QSignalSpy failed(&bench.session, &ReviewSession::dayFailed);
    bench.window.openDay(bench.folder.path() + "/nowhere");
    QVERIFY(failed.count() == 1 || failed.wait());
    QCOMPARE(bench.window.messages()->count(), 1);
    QVERIFY(bench.window.messages()->newest().contains("nowhere"));
    QSignalSpy modelFailed(&bench.service, &InferenceService::modelFailed);
    const QString model = bench.folder.path() + "/model.pt";
    testing::writeFile(model, "no model");
    bench.window.openModel(model);
    QVERIFY(modelFailed.wait(20000));
    QVERIFY(bench.window.messages()->newest().contains("model.pt"));
    bench.open(); // still usable
}

void TestMainWindow::remembers()
{
    QString folder;
    testing::BirbCamFolder other;
    other.add({{"2021-02-08T10:56:58", "chickadee", 0.91}});
    {
        Bench bench;
        bench.open();
        HeatStyle style = bench.session.explain().heatStyle();
        style.alpha = 0.8;
        style.colorMap = "viridis";
        bench.session.explain().setHeatStyle(style);
        bench.session.explain().setMethod("hirescam");
        bench.window.topBar()->setGap(75.0);
        bench.view()->setMode(OverlayView::Mode::OverlayOnly);
        QSignalSpy opened(&bench.session, &ReviewSession::dayOpened);
        bench.window.openDay(other.path());
        QVERIFY(opened.wait());
        folder = bench.session.day().source().folder;
        bench.window.close();
    }
    Bench again;
    QSignalSpy opened(&again.session, &ReviewSession::dayOpened);
    again.window.restoreLast();
    QVERIFY(opened.wait());
    QCOMPARE(again.session.day().source().folder, folder);
    QCOMPARE(again.session.explain().heatStyle().alpha, 0.8);
    QCOMPARE(again.session.explain().heatStyle().colorMap, "viridis");
    QCOMPARE(again.session.explain().method(), "hirescam");
    QCOMPARE(again.session.eventGap(), 75.0);
    QCOMPARE(again.view()->mode(), OverlayView::Mode::OverlayOnly);
}

void TestMainWindow::dropsOpen()
{
    Bench bench;
    QSignalSpy opened(&bench.session, &ReviewSession::dayOpened);
    const auto drop = [&](const QString &path) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(QPoint(20, 20), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QCoreApplication::sendEvent(&bench.window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent dropped(QPointF(20, 20), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&bench.window, &dropped);
    };
    drop(bench.folder.database());
    QVERIFY(opened.wait());

    // A picture opens its folder, at that picture.
    drop(bench.folder.path() + "/imgs/2021-02-08T11:20:00_magpie.jpg");
    QVERIFY(opened.wait());
    QVERIFY(bench.session.currentKey().contains("11:20:00"));
}

void TestMainWindow::everyCommandIsExplained()
{
    Bench bench;
    QSet<QString> seen;
    for (const QAction *action : bench.window.actions()) {
        QVERIFY2(!action->toolTip().isEmpty(), qPrintable(action->text()));
        for (const QKeySequence &key : action->shortcuts()) {
            QVERIFY2(!seen.contains(key.toString()), qPrintable(key.toString()));
            seen.insert(key.toString());
        }
    }
    QVERIFY(seen.size() > 40);
    QSignalSpy demo(&bench.window, &MainWindow::demoRequested);
    bench.window.openDemo();
    QCOMPARE(demo.count(), 1);
}

void TestMainWindow::closesAtOnce()
{
    auto bench = std::make_unique<Bench>();
    bench->open();
    for (int i = 0; i < 8; ++i)
        bench->press(bench->view(), Qt::Key_Right);
    bench->window.openDay(bench->folder.path());
    QElapsedTimer timer;
    timer.start();
    bench->window.close();
    bench.reset();
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
}

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    applyTheme(app, "light");
    TestMainWindow test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_mainwindow.moc"
