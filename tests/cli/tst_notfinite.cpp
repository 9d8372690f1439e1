// SPDX-License-Identifier: GPL-3.0-or-later

// A network whose logits are infinite for some frames: no number that is none leaves the program.

#include "support/birbcamfolder.h"

#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>

using testing::readFile;
using testing::writeFile;

namespace {

/** Of a picture whose first pixel is bright its logits are infinite. */
const QString model = QStringLiteral(BIRBLENS_FIXTURES "/kinds/for_some_infinite_traced.pt");

struct Outcome
{
    int code = -1;
    QString out;
    QString err;
};

Outcome run(const QStringList &arguments)
{
    QProcess process;
    process.start(QStringLiteral(BIRBLENS_PROGRAM), arguments);
    if (!process.waitForFinished(300000) || process.exitStatus() != QProcess::NormalExit)
        return {};
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

bool holdsWhatIsNone(const QString &text)
{
    static const QRegularExpression words(
        QStringLiteral("(?<![A-Za-z])(nan|inf|infinity)(?![A-Za-z])"),
        QRegularExpression::CaseInsensitiveOption);
    return words.match(text).hasMatch();
}

/** Strict: QJsonDocument knows neither NaN nor Infinity. */
QJsonArray parsed(const QString &text)
{
    return QJsonDocument::fromJson(text.toUtf8()).array();
}

} // namespace

class TestNotFinite : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        for (const auto &[name, red] : {std::pair{"bright", 255}, std::pair{"dark", 0}}) {
            QImage image = testing::picture(96, 96, red);
            image.setPixelColor(0, 0, QColor(red, 0, 0));
            writeFile(path(name), testing::encoded(image, "png"));
        }
        QVERIFY(holdsWhatIsNone(QStringLiteral("x,nan,y")) &&
                holdsWhatIsNone(QStringLiteral("-Inf")));
        QVERIFY(!holdsWhatIsNone(QStringLiteral("finance, information")));
    }

    void classifyCountsThem()
    {
        const Outcome said = run({"classify", "--json", "--model", model, m_dir.filePath("day")});
        QCOMPARE(said.code, 1);
        QVERIFY2(said.err.contains("1 frame has no prediction"), qPrintable(said.err));
        const QJsonArray frames = parsed(said.out);
        QCOMPARE(frames.size(), 2);
        for (const QJsonValue &value : frames) {
            const QJsonObject frame = value.toObject();
            const bool bright = frame["frame"].toString().contains("bright");
            QCOMPARE(frame.contains("failure"), bright);
            for (const QJsonValue &one : frame["classes"].toArray())
                QCOMPARE(one.toObject()["logit"].isNull(), bright);
        }
        const Outcome words = run({"classify", "--write", "--model", model, m_dir.filePath("day")});
        QVERIFY2(words.out.contains("not finite"), qPrintable(words.out));
    }

    void explainSaysWhy()
    {
        const Outcome said =
            run({"explain", "--json", "--model", model, path("bright"), path("dark")});
        QCOMPARE(said.code, 1);
        const QJsonArray frames = parsed(said.out);
        QCOMPARE(frames.size(), 2);
        QVERIFY(frames[0].toObject()["failure"].toString().contains("not finite"));
        QVERIFY(!frames[1].toObject()["maps"].toArray().isEmpty());
        QVERIFY(
            !holdsWhatIsNone(QString(said.out).remove(QStringLiteral("inf ")))); // the sentence's
    }

    void exportsHoldNone_data()
    {
        QTest::addColumn<QString>("format");
        for (const char *format : {"html", "csv", "megadetector", "coco", "camtrap", "timelapse",
                                   "inaturalist", "training", "xmp", "annotated"})
            QTest::newRow(format) << format;
    }
    void exportsHoldNone()
    {
        QFETCH(QString, format);
        if (format == "inaturalist" || format == "training")
            QCOMPARE(run({"label", m_dir.filePath("day"), path("bright"), "a"}).code, 0);
        const QString folder = m_dir.filePath(format);
        const Outcome said = run(
            {"export", format, m_dir.filePath("day"), "--model", model, "--out", folder, "--json"});
        QVERIFY2(said.code == 0 || said.code == 1, qPrintable(said.err));
        QVERIFY(QJsonDocument::fromJson(said.out.toUtf8()).isObject() ||
                QJsonDocument::fromJson(said.out.toUtf8()).isArray());
        const QString where = format == "xmp" ? m_dir.filePath("day") : folder;
        QDirIterator files(where, QDir::Files, QDirIterator::Subdirectories);
        int texts = 0;
        while (files.hasNext()) {
            const QString file = files.next();
            if (file.endsWith(".png") || file.contains(".birblens") || file.endsWith(".db"))
                continue;
            ++texts;
            QVERIFY2(!holdsWhatIsNone(QString::fromUtf8(readFile(file))), qPrintable(file));
        }
        QVERIFY(texts > 0 || format == "annotated");
    }

private:
    QString path(const QString &name) const { return m_dir.filePath("day/" + name + ".png"); }

    QTemporaryDir m_dir;
};

QTEST_GUILESS_MAIN(TestNotFinite)
#include "tst_notfinite.moc"
