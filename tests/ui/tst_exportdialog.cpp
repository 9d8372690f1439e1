// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exporter.h"
#include "ui/dialogs/exportdialog.h"

#include <QComboBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTest>

using namespace birblens;

/** Only what a format asks for is shown, and only what can be written is accepted. */
class TestExportDialog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void showsWhatTheFormatAsksFor_data();
    void showsWhatTheFormatAsksFor();
    void aFilmIsOfAVisit();
    void formatsAreTheExporters();
    void coordinatesAreChecked();
    void remembers();

private:
    template <class T>
    T *field(const QString &name) const
    {
        for (T *one : m_dialog->findChildren<T *>()) {
            if (one->accessibleName() == name)
                return one;
        }
        return nullptr;
    }
    void choose(const QString &exporter)
    {
        auto *box = field<QComboBox>("Format");
        box->setCurrentIndex(box->findData(exporter));
    }
    QPushButton *go() const
    {
        for (auto *button : m_dialog->findChildren<QPushButton *>()) {
            if (button->isDefault())
                return button;
        }
        return nullptr;
    }

    ExportOffer m_offer;
    ExportChoice m_last;
    std::unique_ptr<ExportDialog> m_dialog;
};

void TestExportDialog::init()
{
    m_offer = {3, 40, 7, true, "garden"};
    m_last = {};
    m_last.exporter = "csv";
    m_last.folder = QDir::temp().filePath("out");
    m_dialog = std::make_unique<ExportDialog>(m_offer, m_last);
    m_dialog->show();
}

void TestExportDialog::showsWhatTheFormatAsksFor_data()
{
    QTest::addColumn<QString>("exporter");
    for (const Exporter &exporter : exporters())
        QTest::newRow(qPrintable(exporter.name)) << exporter.name;
}

void TestExportDialog::showsWhatTheFormatAsksFor()
{
    QFETCH(QString, exporter);
    choose(exporter);
    const QList<QString> coordinates{"camtrap", "inaturalist"};
    const QList<QString> places{"camtrap", "inaturalist", "coco", "html"};
    QCOMPARE(field<QComboBox>("File type")->isVisible(),
             exporter == "annotated" || exporter == "film");
    QCOMPARE(field<QDoubleSpinBox>("Speed")->isVisible(), exporter == "film");
    QCOMPARE(field<QLineEdit>("Place")->isVisible(), places.contains(exporter));
    QCOMPARE(field<QLineEdit>("Latitude")->isVisible(), coordinates.contains(exporter));
    QCOMPARE(field<QLineEdit>("Longitude")->isVisible(), coordinates.contains(exporter));
    QVERIFY(go()->isEnabled());
    QCOMPARE(m_dialog->choice().exporter, exporter);
}

void TestExportDialog::aFilmIsOfAVisit()
{
    QCOMPARE(m_dialog->choice().scope, ExportChoice::Scope::Current);
    choose("film");
    QCOMPARE(m_dialog->choice().scope, ExportChoice::Scope::Visit);
    auto *current = field<QRadioButton>("the current frame");
    QVERIFY(!current->isEnabled());
    QVERIFY(field<QRadioButton>("its visit: 7 frames")->isChecked());
    choose("html");
    QVERIFY(current->isEnabled());
}

void TestExportDialog::formatsAreTheExporters()
{
    choose("annotated");
    QCOMPARE(m_dialog->choice().imageFormat, QString("png"));
    choose("film");
    auto *format = field<QComboBox>("File type");
    QCOMPARE(m_dialog->choice().imageFormat, QString("mp4"));
    format->setCurrentIndex(format->findData("gif"));
    QCOMPARE(m_dialog->choice().imageFormat, QString("gif"));
    choose("csv");
    QCOMPARE(m_dialog->choice().imageFormat, QString());
    choose("film");
    QCOMPARE(m_dialog->choice().imageFormat, QString("gif"));

    m_offer.hasModel = false;
    m_last.exporter = "annotated";
    m_dialog = std::make_unique<ExportDialog>(m_offer, m_last);
    QVERIFY(!go()->isEnabled());
    choose("film");
    QVERIFY(go()->isEnabled());
}

void TestExportDialog::coordinatesAreChecked()
{
    choose("camtrap");
    auto *latitude = field<QLineEdit>("Latitude");
    auto *longitude = field<QLineEdit>("Longitude");
    QVERIFY(!m_dialog->choice().latitude);
    for (const QString wrong : {"91", "-90.5", "north", "1,2,3"}) {
        latitude->setText(wrong);
        QVERIFY2(!go()->isEnabled(), qPrintable(wrong));
        QVERIFY(!m_dialog->choice().latitude);
    }
    latitude->setText(" -90 ");
    QVERIFY(go()->isEnabled());
    longitude->setText("180.1");
    QVERIFY(!go()->isEnabled());
    choose("csv"); // it is not asked for
    QVERIFY(go()->isEnabled());
    choose("camtrap");
    longitude->setText("-114.125");
    QVERIFY(go()->isEnabled());
    QCOMPARE(m_dialog->choice().latitude, std::optional<double>(-90.0));
    QCOMPARE(m_dialog->choice().longitude, std::optional<double>(-114.125));
}

void TestExportDialog::remembers()
{
    m_last.exporter = "film";
    m_last.scope = ExportChoice::Scope::Shown;
    m_last.imageFormat = "webp";
    m_last.framesPerSecond = 8.0;
    m_last.colonFree = true;
    m_last.place = "Feeder";
    m_last.latitude = 51.25;
    m_dialog = std::make_unique<ExportDialog>(m_offer, m_last);
    const ExportChoice choice = m_dialog->choice();
    QCOMPARE(choice.exporter, m_last.exporter);
    QCOMPARE(choice.scope, m_last.scope);
    QCOMPARE(choice.imageFormat, m_last.imageFormat);
    QCOMPARE(choice.framesPerSecond, 8.0);
    QVERIFY(choice.colonFree);
    QCOMPARE(choice.place, m_last.place);
    QCOMPARE(choice.latitude, m_last.latitude);
    QVERIFY(!choice.longitude);
    QCOMPARE(choice.folder, m_last.folder);
}

QTEST_MAIN(TestExportDialog)
#include "tst_exportdialog.moc"
