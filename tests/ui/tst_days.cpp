// SPDX-License-Identifier: GPL-3.0-or-later

// The window around the day: the list of days, the trash, conflicts, a store that cannot be used.

#include "ui/dayscontroller.h"
#include "ui/dialogs/storeproblemdialog.h"
#include "ui/menus.h"
#include "ui/models/framelistmodel.h"
#include "ui/panels/conflictspanel.h"
#include "ui/panels/dayspopup.h"
#include "ui/panels/filterbar.h"
#include "ui/panels/labelpanel.h"
#include "ui/panels/topbar.h"
#include "ui/theme.h"
#include "ui/views/messagebar.h"
#include "ui/windowsettings.h"

#include "core/review/dayshelf.h"

#include "windowbench.h"

#include <QAction>
#include <QDockWidget>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QToolButton>
#include <QTreeWidget>

using namespace birblens;
using testing::Bench;
using testing::BirbCamFolder;

namespace {

QPushButton *button(const QWidget &window, const QString &text)
{
    for (QPushButton *button : window.findChildren<QPushButton *>()) {
        if (button->text() == text)
            return button;
    }
    return nullptr;
}

QString canonical(const QString &path)
{
    return QFileInfo(path).canonicalFilePath();
}

} // namespace

class TestDays : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void listOfDays();
    void switchesByDate();
    void daysComeBack();
    void trashTakesTheFrameAway();
    void trashStaysAwayWhenOpenedAgain();
    void trashOfAFoldedVisit();
    void asksBeforeManyGoToTheTrash();
    void conflictsAreListed();
    void damagedStoreOffersACopy();
};

void TestDays::initTestCase()
{
    // The days of this test lie on the disk that has the trash.
    const QString data = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    QVERIFY(QDir().mkpath(data + "/days"));
    qputenv("TMPDIR", QFile::encodeName(data + "/days"));
}

void TestDays::init()
{
    makeSettings().clear();
}

void TestDays::listOfDays()
{
    Bench bench;
    bench.open();
    const BirbCamFolder other(
        {{"2021-02-07T10:00:00", "none"}, {"2021-02-09T10:00:00", "sparrow"}});
    bench.window.days()->add({other.path()});
    QTRY_VERIFY(!bench.window.days()->shelf().isListing());
    QTest::mouseClick(bench.window.topBar()->dayButton(), Qt::LeftButton);
    DaysPopup *popup = bench.window.days()->popup();
    QVERIFY(popup->isVisible());
    auto *lines = popup->findChild<QTreeWidget *>();
    QStringList shown;
    for (int i = 0; i < lines->topLevelItemCount(); ++i)
        shown.append(lines->topLevelItem(i)->text(0) + ' ' + lines->topLevelItem(i)->text(1));
    const QLocale locale;
    const auto date = [&](int day) {
        return locale.toString(QDate(2021, 2, day), QStringLiteral("ddd d MMM yyyy"));
    };
    QCOMPARE(shown, QStringList({date(9) + " 1", date(8) + " 5", date(7) + " 1", "all 2 dates 2"}));
    QVERIFY(!lines->isColumnHidden(3)); // two folders: which one is said
    QCOMPARE(lines->currentItem(), lines->topLevelItem(1));
    QVERIFY(!button(*popup, "Remove the Folder")->isEnabled()); // it is under review
    lines->setCurrentItem(lines->topLevelItem(0));
    QVERIFY(button(*popup, "Remove the Folder")->isEnabled());
    button(*popup, "Remove the Folder")->click();
    QCOMPARE(lines->topLevelItemCount(), 1);
    QVERIFY(lines->isColumnHidden(3));
    QCOMPARE(settings::dayFolders().size(), 0); // nothing was restored yet: nothing written over
}

void TestDays::switchesByDate()
{
    Bench bench;
    bench.open();
    const BirbCamFolder other(
        {{"2021-02-07T10:00:00", "none"}, {"2021-02-09T10:00:00", "sparrow"}});
    bench.window.days()->add({other.path()});
    QTRY_VERIFY(!bench.window.days()->shelf().isListing());
    QSignalSpy opened(&bench.session, &ReviewSession::dayOpened);
    bench.window.actionList().nextDay->trigger();
    QVERIFY(opened.wait());
    QCOMPARE(bench.session.day().source().folder, canonical(other.path()));
    QTRY_COMPARE(bench.session.shownKeys().size(), 1);
    QCOMPARE(bench.session.currentEntry()->frame.captureTime.date(), QDate(2021, 2, 9));
    QVERIFY(bench.window.topBar()->dayButton()->text().startsWith(
        QLocale().toString(QDate(2021, 2, 9), QStringLiteral("d MMM yyyy"))));
    bench.window.actionList().nextDay->trigger(); // the last one
    QVERIFY(bench.window.messages()->newest().contains("last day"));
    bench.window.actionList().previousDay->trigger();
    QVERIFY(opened.wait());
    QTRY_COMPARE(bench.session.shownKeys().size(), 5); // one date only: no filter is needed
    QVERIFY(bench.window.topBar()->filter()->filter().isDefault());
    bench.window.actionList().previousDay->trigger();
    QVERIFY(opened.wait());
    QTRY_COMPARE(bench.session.shownKeys().size(), 1);
    // Within one folder the day is not opened again.
    opened.clear();
    bench.window.days()->goTo(canonical(other.path()), {});
    QTRY_COMPARE(bench.session.shownKeys().size(), 2);
    QVERIFY(opened.isEmpty());
}

void TestDays::daysComeBack()
{
    const BirbCamFolder other({{"2021-02-07T10:00:00", "none"}});
    {
        Bench bench;
        bench.window.restoreLast(false, false);
        bench.window.openDays({bench.folder.path(), other.path()});
        QTRY_COMPARE(bench.window.days()->shelf().folders().size(), 2);
        QTRY_VERIFY(!bench.window.days()->shelf().isListing());
    }
    QCOMPARE(settings::dayFolders().size(), 2);
    Bench bench; // the first one's folder is gone with it
    bench.window.restoreLast(false, false);
    QTRY_COMPARE(bench.window.days()->shelf().folders(), QStringList{canonical(other.path())});
}

void TestDays::trashTakesTheFrameAway()
{
    Bench bench;
    bench.open();
    bench.session.setCurrentKey(bench.key(1));
    const QString gone = bench.key(1);
    const QString path = bench.session.currentEntry()->frame.path();
    bench.press(bench.view(), Qt::Key_Delete, Qt::ControlModifier);
    QVERIFY(!QFile::exists(path));
    QTRY_COMPARE(bench.session.shownKeys().size(), 4);
    QCOMPARE(bench.session.currentKey(), bench.key(2)); // the next one
    QTRY_VERIFY(bench.view()->hasPhoto());
    bench.session.setCurrentKey(bench.key(4));
    bench.press(bench.view(), Qt::Key_Delete, Qt::ControlModifier);
    QCOMPARE(bench.session.currentKey(), bench.key(3)); // the last one: the one before
    bench.session.setCurrentKey(bench.key(0));
    bench.press(bench.view(), Qt::Key_Delete, Qt::ControlModifier);
    QCOMPARE(bench.session.currentKey(), bench.key(2));
    QCOMPARE(bench.grid()->currentIndex().row(), 0);
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier);
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier);
    bench.press(bench.view(), Qt::Key_Z, Qt::ControlModifier);
    QVERIFY(QFile::exists(path));
    QTRY_COMPARE(bench.session.shownKeys().size(), 5);
    QVERIFY(bench.session.shownKeys().contains(gone));
    QTRY_COMPARE(bench.session.currentKey(), gone); // what came back last is shown
    QCOMPARE(bench.grid()->currentIndex().row(), 1);
}

void TestDays::trashStaysAwayWhenOpenedAgain()
{
    Bench bench;
    bench.open();
    const QString gone = bench.key(0);
    bench.session.moveToTrash({gone});
    QStringList shown;
    connect(&bench.session, &ReviewSession::selectionChanged, this, // follows dayOpened at once
            [&] { shown = bench.session.shownKeys(); });
    QSignalSpy opened(&bench.session, &ReviewSession::dayOpened);
    bench.session.openDay(bench.session.day().source().folder);
    QVERIFY(opened.wait());
    QCOMPARE(shown.size(), 4);
    QVERIFY(!shown.contains(gone));
    QVERIFY(bench.session.currentKey() != gone);
}

void TestDays::trashOfAFoldedVisit()
{
    Bench bench;
    bench.open();
    bench.window.browser()->setFolding(30.0);
    QCOMPARE(bench.window.browser()->frames().rowCount(), 3);
    bench.session.moveToTrash({bench.key(0), bench.key(1)});
    QCOMPARE(bench.window.browser()->frames().rowCount(), 2);
    bench.session.undoStack().undo();
    QCOMPARE(bench.window.browser()->frames().rowCount(), 3);

    // Undo opens the visit that hides what it changes.
    bench.session.setNone({bench.key(1)});
    bench.session.setCurrentKey(bench.key(4));
    bench.session.undoStack().undo();
    QTRY_COMPARE(bench.session.currentKey(), bench.key(1));
    QCOMPARE(bench.window.browser()->frames().rowCount(), 4);
}

void TestDays::asksBeforeManyGoToTheTrash()
{
    Bench bench;
    for (int i = 0; i < 60; ++i)
        bench.folder.add({{QString("2021-02-08T13:%1:00").arg(i, 2, 10, QChar('0')), "none"}});
    QSignalSpy opened(&bench.session, &ReviewSession::dayOpened);
    bench.window.openDay(bench.folder.path());
    QVERIFY(opened.wait());
    int asked = 0;
    bench.window.labels()->setQuestion([&](int frames) {
        asked = frames;
        return false;
    });
    bench.window.browser()->selectAll();
    bench.window.actionList().trash->trigger();
    QCOMPARE(asked, 65);
    QCOMPARE(bench.session.day().presentCount(), 65);
}

void TestDays::conflictsAreListed()
{
    Bench bench;
    bench.open();
    for (const char *time : {"2021-02-08T10:56:58", "2021-02-08T11:20:00"})
        bench.folder.setTrueLabel(time, "sparrow");
    bench.session.setTrueLabel({bench.key(0), bench.key(2)}, TrueLabel::of({"magpie"}), "Label");
    QVERIFY(bench.window.messages()->newest().contains("2 labels were changed both here"));
    auto *panel = bench.window.findChild<ConflictsPanel *>();
    QVERIFY(!panel->isVisible());
    Q_EMIT bench.window.messages()->linkActivated("conflicts");
    QVERIFY(panel->isVisible());
    auto *lines = panel->findChild<QTreeWidget *>();
    QCOMPARE(lines->topLevelItemCount(), 2);
    QCOMPARE(lines->topLevelItem(0)->text(1), "magpie");
    QCOMPARE(lines->topLevelItem(0)->text(2), "sparrow");
    QVERIFY(button(*panel, "Keep All of Mine"));
    lines->topLevelItem(1)->setSelected(true);
    QTest::mouseClick(button(*panel, "Take Theirs"), Qt::LeftButton);
    QCOMPARE(bench.session.day().at(2).label(), TrueLabel::of({"sparrow"}));
    QCOMPARE(lines->topLevelItemCount(), 1);
    QTest::mouseClick(button(*panel, "Keep All of Mine"), Qt::LeftButton);
    QCOMPARE(bench.stored(0), "magpie");
    QCOMPARE(lines->topLevelItemCount(), 0);
    QVERIFY(!button(*panel, "Keep All of Mine")->isVisible());
}

void TestDays::damagedStoreOffersACopy()
{
    Bench bench;
    bench.open();
    bench.session.setNone({bench.key(0)});
    QSignalSpy opened(&bench.session, &ReviewSession::dayOpened);
    bench.window.openDay(bench.folder.path()); // makes the copy
    QVERIFY(opened.wait());
    {
        const BirbCamFolder other({{"2021-02-07T10:00:00", "none"}});
        bench.window.openDay(other.path()); // closes the store
        QVERIFY(opened.wait());
    }
    QFile::remove(bench.folder.store() + "-wal");
    testing::writeFile(bench.folder.store(), "rubbish");
    bench.window.openDay(bench.folder.path());
    QVERIFY(opened.wait());
    auto *dialog = bench.window.findChild<StoreProblemDialog *>();
    QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
    const QString today = QLocale().toString(QDate::currentDate(), QStringLiteral("d MMM yyyy"));
    QPushButton *use = button(*dialog, "Use the Copy of " + today);
    QVERIFY(use);
    use->click();
    QVERIFY(opened.wait());
    QCOMPARE(bench.session.storeProblem(), QString());
    QCOMPARE(bench.session.day().at(0).label(), TrueLabel::none());
    QTRY_VERIFY(!bench.window.findChild<StoreProblemDialog *>());
}

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    applyTheme(app, QStringLiteral("light"));
    TestDays test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_days.moc"
