// SPDX-License-Identifier: GPL-3.0-or-later

// Where a command writes: names that meet, full disks, pipes without a reader, streams that are
// closed, and demo days that hold somebody's labels.

#include "support/birbcamfolder.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

using testing::readFile;
using testing::writeFile;

namespace {

const QString model = QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt");

struct Outcome
{
    int code = -1;
    QByteArray out;
    QByteArray err;
};

/** In a shell; $B is the program and $M a network. */
Outcome shell(const QString &folder, const QString &script)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove("QT_QPA_PLATFORM");
    environment.remove("DISPLAY");
    environment.insert("B", BIRBLENS_PROGRAM);
    environment.insert("M", model);
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(folder);
    process.start("/bin/bash", {"-c", script});
    if (!process.waitForFinished(600000))
        return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

void frame(const QString &path, int seed, const char *format = "jpg")
{
    writeFile(path, testing::encoded(testing::picture(48, 64, seed), format));
}

QStringList filesIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::Files | QDir::Hidden);
}

} // namespace

class TestOutput : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void framesOfOneStem_data()
    {
        QTest::addColumn<QStringList>("frames");
        QTest::addColumn<QStringList>("stems");
        QTest::newRow("endings") << QStringList{"a.jpg", "a.png"} << QStringList{"a.jpg", "a.png"};
        QTest::newRow("folders") << QStringList{"x/a.jpg", "y/a.jpg"} << QStringList{"x_a", "y_a"};
        QTest::newRow("none meet") << QStringList{"a.jpg", "b.jpg"} << QStringList{"a", "b"};
    }
    void framesOfOneStem()
    {
        QFETCH(QStringList, frames);
        QFETCH(QStringList, stems);
        for (int i = 0; i < frames.size(); ++i)
            frame(m_dir->filePath(frames.at(i)), i * 3,
                  frames.at(i).endsWith("png") ? "png" : "jpg");
        const QString command =
            QString("\"$B\" explain --model \"$M\" --class chickadee --layer layer4 "
                    "--raw raw --out figures --json %1 ./%2")
                .arg(frames.join(' '), frames.constFirst()); // the first one twice
        QHash<QString, QByteArray> before;
        for (int time = 0; time < 2; ++time) {
            const Outcome outcome = shell(m_dir->path(), command);
            QCOMPARE(outcome.code, 0);
            const QJsonArray all = QJsonDocument::fromJson(outcome.out).array();
            QCOMPARE(all.size(), frames.size());
            QStringList raw;
            for (int i = 0; i < frames.size(); ++i) {
                const QString name = stems.at(i) + ".chickadee.layer4.gradcam-signed";
                raw += {name + ".npy", stems.at(i) + ".logits.npy"};
                const QJsonObject map =
                    all.at(i).toObject().value("maps").toArray().at(0).toObject();
                QCOMPARE(map.value("raw").toString(), "raw/" + name + ".npy");
                QCOMPARE(map.value("figure").toString(), "figures/" + name + ".png");
            }
            raw.sort();
            QCOMPARE(filesIn(m_dir->filePath("raw")), raw);
            QCOMPARE(filesIn(m_dir->filePath("figures")).size(), frames.size());
            // Each holds its own frame's, and the second time the same.
            QVERIFY(readFile(m_dir->filePath("raw/" + raw.at(1))) !=
                    readFile(m_dir->filePath("raw/" + raw.at(3))));
            for (const QString &name : std::as_const(raw)) {
                const QByteArray bytes = readFile(m_dir->filePath("raw/" + name));
                if (time > 0)
                    QCOMPARE(bytes, before.value(name));
                before.insert(name, bytes);
            }
        }
    }

    void exportedFramesOfOneStem()
    {
        frame(m_dir->filePath("day/x/a.jpg"), 1);
        frame(m_dir->filePath("day/y/a.jpg"), 2);
        frame(m_dir->filePath("day/b.jpg"), 3);
        frame(m_dir->filePath("day/b.png"), 4, "png");
        const Outcome outcome =
            shell(m_dir->path(), "\"$B\" export annotated day --model \"$M\" --explain chickadee "
                                 "--layer layer4 --out out");
        QCOMPARE(outcome.code, 0);
        QStringList names = filesIn(m_dir->filePath("out"));
        QVERIFY(names.removeOne(".birblens-export"));
        QCOMPARE(names, (QStringList{"b.jpg.chickadee.layer4.gradcam-signed.png",
                                     "b.png.chickadee.layer4.gradcam-signed.png",
                                     "x_a.chickadee.layer4.gradcam-signed.png",
                                     "y_a.chickadee.layer4.gradcam-signed.png"}));
    }

    void classesOfOneName()
    {
        frame(m_dir->filePath("a.jpg"), 1);
        const Outcome outcome =
            shell(m_dir->path(), "\"$B\" explain --model \"" BIRBLENS_FIXTURES
                                 "/bare.pt\" --vocabulary bird,bird,x/y,x_y --size "
                                 "96x64 --class all --layer last --raw raw --json a.jpg");
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QJsonArray maps =
            QJsonDocument::fromJson(outcome.out).array().at(0).toObject().value("maps").toArray();
        QStringList raw;
        for (const auto &map : maps) {
            const QString path = map.toObject().value("raw").toString();
            QVERIFY(QFile::exists(m_dir->filePath(path)));
            raw.append(path.section('/', -1).section('.', 1, 1));
        }
        QCOMPARE(raw, (QStringList{"bird", "bird-2", "x_y", "x_y-2"}));
    }

    void aFrameIsNeverReplaced()
    {
        frame(m_dir->filePath("a.jpg"), 1);
        const QString name = "a.chickadee.layer4.gradcam-signed.png";
        frame(m_dir->filePath(name), 2, "png");
        const QByteArray before = readFile(m_dir->filePath(name));
        const Outcome outcome =
            shell(m_dir->path(), "\"$B\" explain --model \"$M\" --class chickadee --layer layer4 "
                                 "--out . a.jpg " +
                                     name);
        QCOMPARE(outcome.code, 1);
        QVERIFY(outcome.err.contains("One of the frames has this name"));
        QCOMPARE(readFile(m_dir->filePath(name)), before);
    }

    void standardOutputIsFull()
    {
        for (const char *redirection : {">/dev/full", ">&-"}) {
            const Outcome outcome =
                shell(m_dir->path(), QString("\"$B\" layers --model \"$M\" ") + redirection);
            QCOMPARE(outcome.code, 3);
            QVERIFY(outcome.err.contains("standard output: The result could not be printed"));
            QCOMPARE(outcome.err.count('\n'), 1);
            const Outcome json =
                shell(m_dir->path(), QString("\"$B\" layers --json --model \"$M\" ") + redirection);
            QCOMPARE(json.code, 3);
            QVERIFY(!json.err.isEmpty());
            QCOMPARE(shell(m_dir->path(), QString("\"$B\" --help ") + redirection).code, 3);
        }
        QVERIFY(shell(m_dir->path(), "\"$B\" --version >/dev/full").err.contains("disk is full"));
    }

    /** What is printed must not land in a file that got the number of a closed stream. */
    void closedStreamsAreNotFiles()
    {
        writeFile(m_dir->filePath("day/a.jpg"),
                  testing::encoded(testing::picture(48, 64, 1), "jpg"));
        const Outcome outcome = shell(
            m_dir->path(), "\"$B\" label day a.jpg chickadee <&- >&- 2>&-; \"$B\" label day a.jpg "
                           "magpie >&-; \"$B\" export csv day --out out");
        QCOMPARE(outcome.code, 0);
        QVERIFY(readFile(m_dir->filePath("out/frames.csv")).contains(",magpie,"));
        QList<QVariantList> rows;
        QVERIFY(
            testing::sql(m_dir->filePath("day/birblens.db"), {"PRAGMA integrity_check"}, &rows));
        QCOMPARE(rows.constFirst().constFirst().toString(), QString("ok"));
    }

    void noReader()
    {
        // What a shell says of a program that a broken pipe ended.
        const Outcome quiet =
            shell(m_dir->path(), "\"$B\" layers --model \"$M\" | true; echo ${PIPESTATUS[0]}");
        QCOMPARE(quiet.out, QByteArray("141\n"));
        QCOMPARE(quiet.err, QByteArray());
        const Outcome ignored =
            shell(m_dir->path(),
                  "trap '' PIPE; \"$B\" layers --model \"$M\" | true; echo ${PIPESTATUS[0]}");
        QCOMPARE(ignored.out, QByteArray("141\n"));
        QCOMPARE(ignored.err, QByteArray());
        const Outcome head = shell(m_dir->path(), "\"$B\" layers --model \"$M\" | head -n 1");
        QCOMPARE(head.out.count('\n'), 1);
        QCOMPARE(head.err, QByteArray());
    }

    void standardErrorIsGone()
    {
        for (const char *redirection : {"2>&-", "2>/dev/full", "2> >(true)"}) {
            const Outcome outcome =
                shell(m_dir->path(),
                      QString("sleep 0.1; \"$B\" layers --model /nowhere.pt ") + redirection);
            QCOMPARE(outcome.code, 3);
            QCOMPARE(shell(m_dir->path(), QString("\"$B\" no-such-day x ") + redirection).code, 2);
        }
    }

    /** Larger than the limit are only pictures: the stores of labels are another matter. */
    void aFullDisk()
    {
        QImage noise(700, 700, QImage::Format_RGB888);
        quint32 state = 1;
        for (int y = 0; y < noise.height(); ++y) {
            for (int x = 0; x < noise.width(); ++x) {
                state = state * 1664525U + 1013904223U;
                noise.setPixel(x, y, state >> 8);
            }
        }
        const QByteArray large = testing::encoded(noise, "jpg", 95);
        QVERIFY(large.size() > 400 * 1024);
        frame(m_dir->filePath("day/a.jpg"), 1);
        QCOMPARE(shell(m_dir->path(), "\"$B\" label day a.jpg chickadee && \"$B\" export training "
                                      "day --out out")
                     .code,
                 0);
        const QString table = m_dir->filePath("out/training/labels.csv");
        const QByteArray before = readFile(table);
        QVERIFY(before.contains("chickadee"));
        writeFile(m_dir->filePath("day/b.jpg"), large);
        QCOMPARE(shell(m_dir->path(), "\"$B\" label day b.jpg magpie").code, 0);
        const Outcome outcome =
            shell(m_dir->path(), "ulimit -f 300 && \"$B\" export training day --out out");
        QCOMPARE(outcome.code, 1);
        QVERIFY(outcome.err.contains("magpie"));
        QVERIFY(outcome.err.contains("larger than is allowed"));
        QCOMPARE(readFile(table), before);
        // And where nothing was, nothing is.
        const Outcome fresh =
            shell(m_dir->path(), "ulimit -f 300 && \"$B\" export training day --out new");
        QCOMPARE(fresh.code, 3);
        QVERIFY(!fresh.err.isEmpty());
        QCOMPARE(QDir(m_dir->filePath("new"))
                     .entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList());
        const Outcome explained =
            shell(m_dir->path(), "ulimit -f 300 && \"$B\" explain --model \"$M\" --class chickadee "
                                 "--layer layer4 --out figures day/b.jpg");
        QCOMPARE(explained.code, 1);
        QVERIFY(explained.err.contains("b.chickadee.layer4.gradcam-signed.png"));
        QCOMPARE(filesIn(m_dir->filePath("figures")), QStringList());
    }

    void demoDaysAreKept()
    {
        // A demo day that is complete is used again, whatever it holds.
        writeFile(m_dir->filePath("demo/.birblens-demo"), "rendered by Birblens\n");
        writeFile(m_dir->filePath("demo/birblens.db"), "labels");
        const Outcome kept = shell(m_dir->path(), "\"$B\" demo --out demo");
        QCOMPARE(kept.code, 0);
        QVERIFY(kept.err.contains("kept"));
        QCOMPARE(filesIn(m_dir->filePath("demo")), (QStringList{".birblens-demo", "birblens.db"}));
        // Something else is left alone.
        writeFile(m_dir->filePath("other/a.txt"), "x");
        QCOMPARE(shell(m_dir->path(), "\"$B\" demo --out other").code, 3);
        QCOMPARE(filesIn(m_dir->filePath("other")), QStringList{"a.txt"});
        // No half of one.
        const Outcome full = shell(m_dir->path(), "ulimit -f 40 && \"$B\" demo --out new");
        QCOMPARE(full.code, 3);
        QVERIFY(!full.err.isEmpty());
        QVERIFY(!QFileInfo::exists(m_dir->filePath("new")));
        QCOMPARE(QDir(m_dir->path()).entryList({".birblens-*"}, QDir::AllEntries | QDir::Hidden),
                 QStringList());
    }

    /** Stopped in the middle, labelled, and gone on with: the label is there. */
    void aDemoDayIsCompleted()
    {
        const QString script =
            "\"$B\" demo --out demo && rm demo/.birblens-demo && touch demo/.birblens-demo-begun";
        QCOMPARE(shell(m_dir->path(), script).code, 0);
        const QString database = m_dir->filePath("demo/model_results.db");
        QList<QVariantList> rows;
        QVERIFY(testing::sql(database,
                             {"UPDATE results SET true_label = 'owl' WHERE rowid = 1",
                              "DELETE FROM results WHERE rowid > 200",
                              "SELECT file_name FROM results WHERE rowid = 1"},
                             &rows));
        const Outcome again = shell(m_dir->path(), "\"$B\" demo --out demo");
        QVERIFY2(again.code == 0, again.err.constData());
        rows.clear();
        QVERIFY(testing::sql(database, {"SELECT count(*), sum(true_label = 'owl') FROM results"},
                             &rows));
        QCOMPARE(rows.constFirst().at(0).toInt(),
                 QDir(m_dir->filePath("demo/imgs")).entryList({"*.jpg"}, QDir::Files).size());
        QVERIFY(rows.constFirst().at(0).toInt() > 200);
        QCOMPARE(rows.constFirst().at(1).toInt(), 1);
        QVERIFY(QFile::exists(m_dir->filePath("demo/.birblens-demo")));
        QVERIFY(!QFile::exists(m_dir->filePath("demo/.birblens-demo-begun")));
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestOutput)
#include "tst_output.moc"
