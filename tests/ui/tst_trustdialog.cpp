// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/inferenceservice.h"
#include "core/review/reviewsession.h"
#include "ui/dialogs/trustdialog.h"
#include "ui/mainwindow.h"
#include "ui/menus.h"
#include "ui/theme.h"

#include "fakemodel.h"

#include "../support/birbcamfolder.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTest>

using namespace birblens;

namespace {

RawMap ramp(float turn)
{
    RawMap map;
    map.height = 10;
    map.width = 8;
    for (int i = 0; i < 80; ++i)
        map.values.push_back(static_cast<float>(i / 8) + turn * static_cast<float>(i % 8));
    return map;
}

TrustReport fakeReport(bool probability = true)
{
    TrustReport report;
    report.map.target.classIndex = 0;
    report.map.layer = QStringLiteral("layer4");
    report.map.method = QStringLiteral("gradcam-signed");
    report.map.map = ramp(0.0F);
    report.target = QStringLiteral("chickadee");
    report.yIsProbability = probability;
    for (int i = 0; i <= 10; ++i) {
        const double f = i / 10.0;
        report.curves.fractions.append(f);
        report.curves.shown.deletion.append(1.0 - f);
        report.curves.shown.insertion.append(f);
    }
    report.curves.shown.deletionArea = 0.31;
    report.curves.shown.insertionArea = 0.69;
    for (int i = 0; i < 20; ++i) {
        TrustCurve random = report.curves.shown;
        random.deletionArea = 0.52 + 0.01 * i;
        random.insertionArea = 0.3 + 0.01 * i;
        report.curves.random.append(random);
    }
    for (int i = 0; i < 8; ++i)
        report.randomisation.append(
            {QStringLiteral("features.denseblock%1").arg(i), ramp(float(i)), 0.8 - 0.1 * i});
    return report;
}

bool says(const QWidget &window, const QString &text)
{
    for (const QLabel *label : window.findChildren<QLabel *>()) {
        if (label->isVisible() && label->text().contains(text))
            return true;
    }
    return false;
}

QPushButton *button(const QWidget &window, const QString &text)
{
    for (QPushButton *button : window.findChildren<QPushButton *>()) {
        if (button->text() == text)
            return button;
    }
    return nullptr;
}

} // namespace

class TestTrustDialog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { makeSettings().clear(); }

    void startsEmpty()
    {
        ReviewSession session;
        InferenceService service(session);
        TrustDialog dialog(session, service);
        dialog.show();
        QVERIFY(says(dialog, "Open a model and show a map"));
        QVERIFY(!button(dialog, "Check the Shown Map")->isEnabled());
        QVERIFY(!dialog.findChild<QProgressBar *>()->isVisible());
        dialog.check(); // nothing to check
        QVERIFY(!service.isCheckingTrust());
    }

    void showsAReport()
    {
        ReviewSession session;
        InferenceService service(session);
        TrustDialog dialog(session, service);
        dialog.show();
        dialog.setReport(fakeReport(), "2021-02-08T10:56:58_chickadee.jpg");
        QCOMPARE(dialog.windowTitle(),
                 "Can It Be Trusted? 2021-02-08T10:56:58_chickadee.jpg, chickadee, layer layer4, "
                 "Grad CAM");
        QVERIFY(says(dialog, "lowers chickadee faster than 20 of 20 random regions"));
        QVERIFY(says(dialog, "Area 0.31; random 0.52 to 0.71. Smaller is better."));
        QVERIFY(says(dialog, "Area 0.69; random 0.30 to 0.49. Larger is better."));
        QVERIFY(says(dialog, "as it is"));
        for (int i = 0; i < 8; ++i)
            QVERIFY(says(dialog, QLocale().toString(0.8 - 0.1 * i, 'f', 2)));
        QVERIFY(dialog.sizeHint().width() <= 1000);
        // Another report takes its place, also one in logits and without shuffled weights.
        TrustReport other = fakeReport(false);
        other.randomisation.clear();
        dialog.setReport(other, "b.jpg");
        QVERIFY(!says(dialog, "as it is"));
        QVERIFY(says(dialog, "no weights"));
        QVERIFY(dialog.windowTitle().contains("b.jpg"));
    }

    void opensFromTheMenuAndCancels()
    {
        testing::BirbCamFolder folder;
        folder.add(
            {{"2021-02-08T10:56:58", "chickadee", 0.91}, {"2021-02-08T10:57:04", "none", 0.97}});
        ReviewSession session;
        // It watches another session: nothing of its own may take the test's explanation away.
        ReviewSession other;
        InferenceService service(other);
        other.explain().setModel(testing::fakeModel());
        MainWindow window(session, service);
        window.show();
        QAction *action = window.actionList().trust;
        QVERIFY(!action->isEnabled());
        QSignalSpy opened(&session, &ReviewSession::dayOpened);
        window.openDay(folder.path());
        QVERIFY(opened.wait());
        session.explain().setModel(testing::fakeModel());
        QVERIFY(!action->isEnabled());
        session.explain().setExplanation(testing::fakeExplanation(session, {0}));
        QVERIFY(action->isEnabled());

        action->trigger();
        auto *dialog = window.findChild<TrustDialog *>();
        QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
        // There is no network behind the fake model: the reason is said in the dialog.
        QTRY_VERIFY(says(*dialog, "is not open any more"));

        // The answer may come while the question is asked: both are right, together they are not.
        button(*dialog, "Check the Shown Map")->click();
        const bool checking = service.isCheckingTrust();
        QCOMPARE(says(*dialog, "Checking chickadee at layer"), checking);
        QCOMPARE(dialog->findChild<QProgressBar *>()->isVisible(), checking);
        QCOMPARE(button(*dialog, "Cancel")->isVisible(), checking);
        if (checking)
            button(*dialog, "Cancel")->click();
        QVERIFY(!service.isCheckingTrust());
        QVERIFY(!dialog->findChild<QProgressBar *>()->isVisible());
        const QString answer = checking ? "The check was cancelled." : "is not open any more";
        QVERIFY(says(*dialog, answer));
        QTest::qWait(50); // the answer to what was cancelled is dropped
        QVERIFY(says(*dialog, answer));

        dialog->check();
        dialog->setReport(fakeReport(), "a.jpg");
        session.setCurrentKey(session.day().at(1).frame.key);
        QVERIFY(says(*dialog, "20 of 20 random regions")); // stays with its frame
        QVERIFY(dialog->windowTitle().contains("a.jpg"));
        QVERIFY(!action->isEnabled());
        dialog->close();
        QVERIFY(!service.isCheckingTrust());
        QVERIFY(!dialog->isVisible());
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    applyTheme(app, QStringLiteral("light"));
    TestTrustDialog test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_trustdialog.moc"
