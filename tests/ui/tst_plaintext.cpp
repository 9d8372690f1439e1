// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/theme.h"
#include "ui/views/messagebar.h"

#include "windowbench.h"

#include <QLabel>
#include <QToolTip>

using namespace birblens;
using namespace testing;

namespace {

const QString markup =
    QStringLiteral("<a href=\"file:///etc/hostname\">bird</a><img src=\"/etc/hostname\">");

/** Every label that shows some of it, and whether it shows it as it is written. */
QList<std::pair<QString, bool>> shownIn(const QWidget &window)
{
    QList<std::pair<QString, bool>> found;
    const QList<QLabel *> labels = window.findChildren<QLabel *>();
    for (const QLabel *label : labels) {
        if (label->text().contains(QLatin1String("<img")))
            found.append({label->text(), label->textFormat() == Qt::PlainText});
    }
    return found;
}

} // namespace

/** Whatever somebody wrote into a model is text: no markup, no link, no picture is fetched. */
class TestPlainText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesOfAModel()
    {
        Bench bench;
        bench.open();
        OpenModel model = fakeModel({markup, QStringLiteral("magpie")});
        model.info.name = markup;
        model.info.provenance = markup;
        model.layers[1].name = markup;
        model.layers[1].type = markup;
        model.info.defaultLayer = markup;
        bench.session.explain().setModel(model);
        QTRY_VERIFY(!bench.session.explain().explanationProblem().isEmpty());
        bench.session.addPredictions(
            model.info.id,
            {{bench.session.currentKey(), {fakePrediction(model.info, {0}), QByteArray()}}});
        QTest::qWait(50);
        const auto shown = shownIn(bench.window);
        QVERIFY(!shown.isEmpty());
        for (const auto &[text, plain] : shown)
            QVERIFY2(plain, qPrintable(text));
    }

    void messages()
    {
        Bench bench;
        bench.session.say(Message::Level::Problem, markup);
        QCOMPARE(bench.window.messages()->newest(), markup);
        const auto plain = shownIn(*bench.window.messages());
        QCOMPARE(plain.size(), 1);
        QVERIFY(plain.first().second);

        // With a link of ours behind it, what was written is still no link and no picture.
        bench.session.say(Message::Level::Warning, markup + QLatin1Char('2'),
                          {{QStringLiteral("conflicts"), QStringLiteral("Choose")}});
        const QList<QLabel *> labels = bench.window.messages()->findChildren<QLabel *>();
        int rich = 0;
        for (const QLabel *label : labels) {
            if (label->textFormat() != Qt::RichText)
                continue;
            ++rich;
            QCOMPARE(label->text().count(QLatin1String("<a ")), 1);
            QVERIFY(!label->text().contains(QLatin1String("<img")));
            QVERIFY(label->text().contains(QLatin1String("&lt;img")));
        }
        QCOMPARE(rich, 1);
    }

    void toolTips()
    {
        QWidget window;
        window.show();
        QToolTip::showText(window.mapToGlobal(QPoint(5, 5)), markup, &window);
        const QLabel *tip = nullptr;
        const QWidgetList all = QApplication::topLevelWidgets();
        for (const QWidget *widget : all) {
            if (widget->inherits("QTipLabel"))
                tip = qobject_cast<const QLabel *>(widget);
        }
        QVERIFY(tip);
        QCOMPARE(tip->text(), markup);
        QCOMPARE(tip->textFormat(), Qt::PlainText);
    }
};

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    applyTheme(app, "light");
    TestPlainText test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_plaintext.moc"
