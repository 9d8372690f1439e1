// SPDX-License-Identifier: GPL-3.0-or-later

#include "../support/birbcamfolder.h"

#include <QDir>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QProcessEnvironment>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

namespace {

const QString model = QStringLiteral(BIRBLENS_FIXTURES "/resnet18_scripted.pt");

struct Outcome
{
    int code = -1;
    QByteArray out;
    QByteArray err;
    QJsonDocument json() const { return QJsonDocument::fromJson(out); }
};

/** Runs the real program, without a display. */
Outcome birblens(const QStringList &arguments)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(QStringLiteral("QT_QPA_PLATFORM"));
    environment.remove(QStringLiteral("DISPLAY"));
    environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(BIRBLENS_PROGRAM), arguments);
    if (!process.waitForFinished(240000))
        return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

void makeFrame(const QString &path, int seed)
{
    QImage image(48, 64, QImage::Format_RGB888);
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 48; ++x)
            image.setPixelColor(x, y,
                                QColor((x * 5 + seed * 31) % 256, (y * 4) % 256, (x * y) % 256));
    }
    image.save(path, "JPG", 90);
}

/** A Birb Cam folder of three frames. */
void makeDay(const QString &folder)
{
    QDir(folder).mkpath(QStringLiteral("imgs"));
    {
        QSqlDatabase database =
            QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("make"));
        database.setDatabaseName(folder + QStringLiteral("/model_results.db"));
        database.open();
        QSqlQuery query(database);
        query.exec(
            QStringLiteral("CREATE TABLE results(utc_datetime TEXT NOT NULL PRIMARY KEY, datetime "
                           "TEXT NOT NULL, file_name TEXT NOT NULL, prediction TEXT NOT NULL, "
                           "confidence REAL NOT NULL, true_label TEXT, inaturalist_id INTEGER)"));
        for (int i = 0; i < 3; ++i) {
            const QString name = QStringLiteral("2021-02-08T10:0%1:00_chickadee.jpg").arg(i);
            makeFrame(folder + QStringLiteral("/imgs/") + name, i);
            query.prepare(QStringLiteral(
                "INSERT INTO results VALUES(?, ?, ?, 'chickadee', 0.9, NULL, NULL)"));
            query.addBindValue(QStringLiteral("2021-02-08T17:0%1:00").arg(i));
            query.addBindValue(QStringLiteral("2021-02-08T10:0%1:00").arg(i));
            query.addBindValue(name);
            query.exec();
        }
    }
    QSqlDatabase::removeDatabase(QStringLiteral("make"));
}

/** The values of one column of a table whose cells are simple. */
QByteArrayList columnOf(const QString &path, const QByteArray &name)
{
    QFile file(path);
    QByteArrayList values;
    if (!file.open(QIODevice::ReadOnly))
        return values;
    const qsizetype column = file.readLine().trimmed().split(',').indexOf(name);
    while (!file.atEnd())
        values.append(file.readLine().trimmed().split(',').value(column));
    return values;
}

QString trueLabel(const QString &folder, const QString &utc)
{
    QString label;
    {
        QSqlDatabase database =
            QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("look"));
        database.setDatabaseName(folder + QStringLiteral("/model_results.db"));
        database.open();
        QSqlQuery query(database);
        query.prepare(QStringLiteral("SELECT true_label FROM results WHERE utc_datetime = ?"));
        query.addBindValue(utc);
        if (query.exec() && query.next())
            label = query.value(0).isNull() ? QStringLiteral("NULL") : query.value(0).toString();
    }
    QSqlDatabase::removeDatabase(QStringLiteral("look"));
    return label;
}

} // namespace

/** The program end to end, as a person or a script runs it. */
class TestCli : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void helpAndVersion()
    {
        for (const char *command : {"layers", "explain", "trust", "classify", "label", "export",
                                    "bench", "demo", "doctor"}) {
            const Outcome help = birblens({QString::fromLatin1(command), QStringLiteral("--help")});
            QCOMPARE(help.code, 0);
            QVERIFY2(help.out.startsWith(QByteArray("Usage: birblens ") + command),
                     help.out.constData());
        }
        const Outcome help = birblens({QStringLiteral("--help")});
        QCOMPARE(help.code, 0);
        QVERIFY(help.out.contains("explain") && help.out.contains("--demo"));
        const Outcome version = birblens({QStringLiteral("--version")});
        QCOMPARE(version.code, 0);
        QVERIFY(version.out.startsWith("birblens "));
    }

    void usageMistakes_data()
    {
        QTest::addColumn<QStringList>("arguments");
        const auto row = [](const char *name, const char *line) {
            QTest::newRow(name) << QString::fromLatin1(line).split(QLatin1Char(' '));
        };
        row("unknown flag", "layers --nonsense");
        row("no model", "layers");
        row("no frames", "explain --model x.pt");
        row("unknown method", "explain --model x.pt --method magic a.jpg");
        row("alpha", "explain --model x.pt --alpha 3 a.jpg");
        row("label words", "label day frame");
        row("export format", "export nonsense day --out x");
        row("export without folder", "export csv day");
        row("annotated without model", "export annotated day --out x");
        row("export image", "export film day --out x --image png");
        row("export without images", "export csv day --out x --image png");
        row("export speed", "export film day --out x --fps 0");
        row("export state", "export csv day --out x --state odd");
        row("export remark", "export csv day --out x --remark odd");
        row("export date", "export csv day --out x --date 8.2.2021");
        row("export hour", "export csv day --out x --hour 24");
        row("bench runs", "bench --model x.pt --runs 3");
        row("demo without folder", "demo");
        row("two days", "one two");
    }

    void usageMistakes()
    {
        QFETCH(QStringList, arguments);
        const Outcome outcome = birblens(arguments);
        QCOMPARE(outcome.code, 2);
        QVERIFY(outcome.err.startsWith("birblens: "));
        QCOMPARE(outcome.err.count('\n'), 1);
        QVERIFY(outcome.out.isEmpty());
    }

    void unusableModelsAndDays()
    {
        QTemporaryDir folder;
        makeDay(folder.path());
        QCOMPARE(birblens({QStringLiteral("layers"), QStringLiteral("--model"),
                           QStringLiteral(BIRBLENS_FIXTURES "/pickle.pkl")})
                     .code,
                 3);
        QCOMPARE(birblens({QStringLiteral("classify"), QStringLiteral("no/such/day"),
                           QStringLiteral("--model"), model})
                     .code,
                 3);
        QCOMPARE(birblens({QStringLiteral("export"), QStringLiteral("csv"),
                           QStringLiteral("no/such/day"), QStringLiteral("--out"), folder.path()})
                     .code,
                 3);
        QCOMPARE(birblens({QStringLiteral("demo"), QStringLiteral("--out"), folder.path()}).code,
                 3); // not empty
    }

    void layers()
    {
        const Outcome outcome = birblens(
            {QStringLiteral("layers"), QStringLiteral("--model"), model, QStringLiteral("--json")});
        QCOMPARE(outcome.code, 0);
        const QJsonArray layers = outcome.json().array();
        QCOMPARE(layers.size(), 74);
        const QJsonObject first = layers.at(0).toObject();
        QCOMPARE(first.value(QLatin1String("name")).toString(), QStringLiteral("conv1"));
        QCOMPARE(first.value(QLatin1String("type")).toString(), QStringLiteral("Conv2d"));
        QCOMPARE(first.value(QLatin1String("channels")).toInt(), 64);
        QCOMPARE(first.value(QLatin1String("height")).toInt(), 48);
        QCOMPARE(first.value(QLatin1String("width")).toInt(), 32);
        QCOMPARE(first.value(QLatin1String("index")).toInt(), 0);
        QVERIFY(first.value(QLatin1String("block")).isBool());
    }

    void explainWritesMapsAndFigures()
    {
        QTemporaryDir folder;
        const QString frame = folder.filePath(QStringLiteral("2021-02-08T10:00:00_chickadee.jpg"));
        makeFrame(frame, 1);
        const Outcome outcome =
            birblens({QStringLiteral("explain"), QStringLiteral("--model"), model, frame,
                      QStringLiteral("--class"), QStringLiteral("all"), QStringLiteral("--layer"),
                      QStringLiteral("last"), QStringLiteral("--raw"),
                      folder.filePath(QStringLiteral("raw")), QStringLiteral("--out"),
                      folder.filePath(QStringLiteral("figures")), QStringLiteral("--json")});
        QCOMPARE(outcome.code, 0);
        const QJsonObject one = outcome.json().array().at(0).toObject();
        QCOMPARE(one.value(QLatin1String("frame")).toString(), frame);
        QVERIFY(one.value(QLatin1String("prediction")).isArray());
        QVERIFY(one.value(QLatin1String("confidence")).isDouble());
        QCOMPARE(one.value(QLatin1String("classes")).toArray().size(), 4);
        const QJsonObject chickadee =
            one.value(QLatin1String("classes")).toArray().at(0).toObject();
        const double logit = chickadee.value(QLatin1String("logit")).toDouble();
        QVERIFY(std::fabs(chickadee.value(QLatin1String("probability")).toDouble() -
                          1.0 / (1.0 + std::exp(-logit))) < 1e-6);
        const QJsonArray maps = one.value(QLatin1String("maps")).toArray();
        QCOMPARE(maps.size(), 4);
        for (const auto &value : maps) {
            const QJsonObject map = value.toObject();
            QCOMPARE(map.value(QLatin1String("positive")).toBool(),
                     map.value(QLatin1String("max")).toDouble() > 0.0);
            QFile raw(map.value(QLatin1String("raw")).toString());
            QVERIFY(raw.open(QIODevice::ReadOnly));
            const QByteArray bytes = raw.readAll();
            QVERIFY(bytes.contains("'shape': (3,2)"));
            // The file's own numbers have the range that the JSON says.
            const auto *values =
                reinterpret_cast<const float *>(bytes.constData() + bytes.size() - 24);
            QVERIFY(std::fabs(*std::max_element(values, values + 6) -
                              map.value(QLatin1String("max")).toDouble()) < 1e-6);
            const QImage figure(map.value(QLatin1String("figure")).toString());
            QVERIFY(figure.width() > 96);
            QCOMPARE(figure.text(QStringLiteral("Layer")), QStringLiteral("layer4"));
        }
        QVERIFY(QFile::exists(
            folder.filePath(QStringLiteral("raw/2021-02-08T10:00:00_chickadee.logits.npy"))));
        QVERIFY(QFile::exists(folder.filePath(QStringLiteral(
            "figures/2021-02-08T10:00:00_chickadee.chickadee.layer4.gradcam-signed.png"))));
    }

    void explainsEveryLayer()
    {
        QTemporaryDir folder;
        const QString frame = folder.filePath(QStringLiteral("a.jpg"));
        makeFrame(frame, 1);
        const Outcome outcome =
            birblens({QStringLiteral("explain"), QStringLiteral("--model"), model, frame,
                      QStringLiteral("--class"), QStringLiteral("1"), QStringLiteral("--layer"),
                      QStringLiteral("all"), QStringLiteral("--raw"),
                      folder.filePath(QStringLiteral("raw")), QStringLiteral("--json")});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(
            outcome.json().array().at(0).toObject().value(QLatin1String("maps")).toArray().size(),
            74);
        QCOMPARE(QDir(folder.filePath(QStringLiteral("raw"))).entryList(QDir::Files).size(), 75);
    }

    void checksTrust()
    {
        QTemporaryDir folder;
        const QString frame = folder.filePath(QStringLiteral("a.jpg"));
        makeFrame(frame, 1);
        const Outcome outcome =
            birblens({QStringLiteral("trust"), QStringLiteral("--model"),
                      QStringLiteral(BIRBLENS_FIXTURES "/half.pt"), frame,
                      folder.filePath(QStringLiteral("missing.jpg")), QStringLiteral("--class"),
                      QStringLiteral("1"), QStringLiteral("--json")});
        QCOMPARE(outcome.code, 1);
        QVERIFY(outcome.err.contains("missing.jpg"));
        const QJsonArray reports = outcome.json().array();
        QCOMPARE(reports.size(), 1);
        const QJsonObject report = reports.at(0).toObject();
        QCOMPARE(report.value(QLatin1String("class")).toString(), QStringLiteral("magpie"));
        QCOMPARE(report.value(QLatin1String("layer")).toString(), QStringLiteral("layer4"));
        const qsizetype points = report.value(QLatin1String("fractions")).toArray().size();
        for (const char *side : {"deletion", "insertion"}) {
            const QJsonObject curve = report.value(QLatin1String(side)).toObject();
            QCOMPARE(curve.value(QLatin1String("curve")).toArray().size(), points);
            QCOMPARE(curve.value(QLatin1String("random_areas")).toArray().size(), 20);
            QVERIFY(curve.value(QLatin1String("area")).isDouble());
        }
        QCOMPARE(report.value(QLatin1String("randomisation")).toArray().size(), 7);
        QVERIFY(report.value(QLatin1String("reading"))
                    .toString()
                    .startsWith(QLatin1String("Removing what is bright lowers magpie")));
    }

    void badFramesAreNamedAndTheRestIsWritten()
    {
        QTemporaryDir folder;
        const QString good = folder.filePath(QStringLiteral("good.jpg"));
        makeFrame(good, 1);
        const QString bad = folder.filePath(QStringLiteral("bad.jpg"));
        QFile file(bad);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("not a picture");
        file.close();
        const Outcome outcome = birblens({QStringLiteral("explain"), QStringLiteral("--model"),
                                          model, bad, good, QStringLiteral("--json")});
        QCOMPARE(outcome.code, 1);
        QVERIFY(outcome.err.contains("bad.jpg"));
        const QJsonArray frames = outcome.json().array();
        QCOMPARE(frames.size(), 2);
        QCOMPARE(frames.at(0).toObject().value(QLatin1String("frame")).toString(), bad);
        QVERIFY(!frames.at(0).toObject().value(QLatin1String("failure")).toString().isEmpty());
        QVERIFY(frames.at(1).toObject().contains(QLatin1String("maps")));
    }

    void labelsAndExports()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        makeDay(day);
        const auto label = [&](const char *frame, const char *labels) {
            return birblens({QStringLiteral("label"), day, QString::fromLatin1(frame),
                             QString::fromLatin1(labels)})
                .code;
        };
        QCOMPARE(label("2021-02-08T10:00:00_chickadee.jpg", "none"), 0);
        QCOMPARE(label("2021-02-08T10:01:00_chickadee.jpg", "sparrow,chickadee"), 0);
        QCOMPARE(label("2021-02-08T10:02:00_chickadee.jpg", "unsure"), 0);
        QCOMPARE(label("nowhere.jpg", "none"), 1);
        QCOMPARE(trueLabel(day, QStringLiteral("2021-02-08T17:00:00")), QStringLiteral("none"));
        QCOMPARE(trueLabel(day, QStringLiteral("2021-02-08T17:01:00")),
                 QStringLiteral("chickadee,sparrow"));
        QCOMPARE(trueLabel(day, QStringLiteral("2021-02-08T17:02:00")), QStringLiteral("NULL"));
        QVERIFY(QFile::exists(day + QStringLiteral("/birblens.db")));

        const QString out = folder.filePath(QStringLiteral("out"));
        const Outcome training = birblens({QStringLiteral("export"), QStringLiteral("training"),
                                           day, QStringLiteral("--out"), out});
        QCOMPARE(training.code, 0);
        const QStringList files =
            QDir(out + QStringLiteral("/training")).entryList({QStringLiteral("*.jpg")});
        QCOMPARE(files, (QStringList{QStringLiteral("chickadee_sparrow_2021-02-08T10:01:00.jpg"),
                                     QStringLiteral("none_2021-02-08T10:00:00.jpg")}));
        QFile csv(out + QStringLiteral("/training/labels.csv"));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        const QByteArray text = csv.readAll();
        QVERIFY2(text.contains("chickadee_sparrow_2021-02-08T10:01:00.jpg,\"chickadee,sparrow\""),
                 text.constData());
        QVERIFY2(text.contains("none_2021-02-08T10:00:00.jpg,"), text.constData());

        const Outcome annotated = birblens(
            {QStringLiteral("export"), QStringLiteral("annotated"), day, QStringLiteral("--model"),
             model, QStringLiteral("--out"), folder.filePath(QStringLiteral("figures")),
             QStringLiteral("--state"), QStringLiteral("corrected"), QStringLiteral("--explain"),
             QStringLiteral("chickadee"), QStringLiteral("--json")});
        QCOMPARE(annotated.code, 0);
        QCOMPARE(annotated.json().object().value(QLatin1String("written")).toArray().size(), 2);
    }

    void exportsWhatIsAskedFor()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        makeDay(day);
        const QString frame = QStringLiteral("2021-02-08T10:01:00_chickadee.jpg");
        QCOMPARE(birblens({QStringLiteral("label"), day, frame, QStringLiteral("none")}).code, 0);
        QVERIFY(testing::sql(day + QStringLiteral("/birblens.db"),
                             {QStringLiteral("INSERT INTO marks(frame, flagged, comment) "
                                             "VALUES('imgs/%1', 1, '')")
                                  .arg(frame)}));
        const auto lines = [&](const char *filter) {
            QStringList arguments{QStringLiteral("export"), QStringLiteral("csv"), day,
                                  QStringLiteral("--out"), folder.filePath(QStringLiteral("out"))};
            arguments += QString::fromLatin1(filter).split(QLatin1Char(' '), Qt::SkipEmptyParts);
            QFile file(folder.filePath(QStringLiteral("out/frames.csv")));
            file.remove();
            if (birblens(arguments).code != 0 || !file.open(QIODevice::ReadOnly))
                return qsizetype(-1);
            return file.readAll().count('\n') - 1;
        };
        QCOMPARE(lines(""), 3);
        QCOMPARE(lines("--flagged"), 1);
        QCOMPARE(lines("--flagged --state unreviewed"), 0);
        QCOMPARE(lines("--state unreviewed --state corrected"), 3);
        QCOMPARE(lines("--remark commented --remark disagrees"), 1);
        QCOMPARE(lines("--true none"), 1);
        QCOMPARE(lines("--date 2021-02-08 --hour 10 --hour 11"), 3);
        QCOMPARE(lines("--hour 11"), 0);
        QCOMPARE(lines("--date 2021-02-09"), 0);
        QCOMPARE(lines("--class none"), 0);
        QCOMPARE(lines("--class none --class chickadee"), 3);

        const QStringList more{day,
                               QStringLiteral("--model"),
                               model,
                               QStringLiteral("--out"),
                               folder.filePath(QStringLiteral("out")),
                               QStringLiteral("--json")};
        const auto written = [&](const QStringList &arguments) {
            const Outcome outcome =
                birblens(QStringList{QStringLiteral("export")} + arguments + more);
            const QJsonArray paths =
                outcome.json().object().value(QLatin1String("written")).toArray();
            return outcome.code == 0 && paths.size() == 1 ? paths.first().toString() : QString();
        };
        const QString film = written({QStringLiteral("film"), QStringLiteral("--gap"),
                                      QStringLiteral("90"), QStringLiteral("--image"),
                                      QStringLiteral("gif"), QStringLiteral("--colon-free")});
        QVERIFY2(film.endsWith(QStringLiteral("/films/20210208100000.gif")), qPrintable(film));
        QFile report(written({QStringLiteral("html"), QStringLiteral("--flagged")}));
        QVERIFY(report.open(QIODevice::ReadOnly));
        QVERIFY(report.readAll().contains("Grad CAM (chickadee)"));
    }

    void labelsFromATable()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        makeDay(day);
        const QString table = folder.filePath(QStringLiteral("labels.csv"));
        QFile file(table);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("File,RelativePath,chickadee,magpie,Dark,Note\n"
                   "2021-02-08T10:00:00_chickadee.jpg,imgs,true,true,true,\"labels: magpie\"\n"
                   "2021-02-08T10:01:00_chickadee.jpg,imgs,false,false,false,none\n"
                   "2021-02-08T10:02:00_chickadee.jpg,imgs,true,false,true,machine: x\n"
                   "nowhere.jpg,imgs,true,false,false,\n");
        file.close();
        const QStringList command{QStringLiteral("label"), day, QStringLiteral("--from"), table};
        const Outcome first = birblens(command);
        QCOMPARE(first.code, 1);
        QVERIFY2(first.err.contains("line 5"), first.err.constData());
        QVERIFY2(first.err.contains("\"Dark\" is true for 1 frame"), first.err.constData());
        QCOMPARE(first.out.trimmed(),
                 "labelled: 2; unchanged: 0; without a label: 1; not understood: 1");
        QCOMPARE(trueLabel(day, QStringLiteral("2021-02-08T17:00:00")),
                 QStringLiteral("chickadee,magpie"));
        QCOMPARE(trueLabel(day, QStringLiteral("2021-02-08T17:01:00")), QStringLiteral("none"));
        QCOMPARE(trueLabel(day, QStringLiteral("2021-02-08T17:02:00")), QStringLiteral("NULL"));
        QVERIFY(birblens(command).out.startsWith("labelled: 0; unchanged: 2;"));
        QCOMPARE(birblens({QStringLiteral("label"), day, QStringLiteral("x.jpg"),
                           QStringLiteral("--from"), table})
                     .code,
                 2);
    }

    /** Each format of the table writes something without options of its own. */
    void everyFormatExports_data()
    {
        QTest::addColumn<QString>("format");
        // The list that the help shows: the table of the program itself.
        const Outcome help = birblens({QStringLiteral("export"), QStringLiteral("--help")});
        const QString text = QString::fromUtf8(help.out).simplified();
        const QString names = text.section(QStringLiteral("One of "), 1, 1)
                                  .section(QLatin1Char('.'), 0, 0)
                                  .remove(QLatin1Char(' '));
        const QStringList formats = names.split(QLatin1Char(','));
        QVERIFY2(formats.size() >= 7, qPrintable(names));
        for (const QString &format : formats)
            QTest::newRow(qPrintable(format)) << format;
    }

    void everyFormatExports()
    {
        QFETCH(QString, format);
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        makeDay(day);
        QCOMPARE(birblens({QStringLiteral("label"), day,
                           QStringLiteral("2021-02-08T10:00:00_chickadee.jpg"),
                           QStringLiteral("magpie")})
                     .code,
                 0);
        const QString out = folder.filePath(QStringLiteral("out"));
        QStringList command{QStringLiteral("export"),
                            format,
                            day,
                            QStringLiteral("--out"),
                            out,
                            QStringLiteral("--json"),
                            QStringLiteral("--gap"),
                            QStringLiteral("90")}; // one visit
        Outcome outcome = birblens(command);
        if (outcome.code == 2 && outcome.err.contains("--model"))
            outcome = birblens(command + QStringList{QStringLiteral("--model"), model});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QJsonArray written =
            outcome.json().object().value(QLatin1String("written")).toArray();
        QVERIFY(!written.isEmpty());
        for (const QJsonValue &path : written)
            QVERIFY(QFileInfo(path.toString()).size() > 0);
    }

    void classifyKeepsPredictionsOnlyOnRequest()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        makeDay(day);
        const QString csv = folder.filePath(QStringLiteral("table.csv"));
        const Outcome outcome =
            birblens({QStringLiteral("classify"), QStringLiteral("--model"), model, day,
                      QStringLiteral("--csv"), csv, QStringLiteral("--json")});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.json().array().size(), 3);
        QVERIFY(!QFile::exists(day + QStringLiteral("/birblens.db")));
        QFile file(csv);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count('\n'), 4);
        QCOMPARE(birblens({QStringLiteral("classify"), QStringLiteral("--model"), model, day,
                           QStringLiteral("--write")})
                     .code,
                 0);
        QVERIFY(QFile::exists(day + QStringLiteral("/birblens.db")));
    }

    /** Opening a day is complete before a command goes on. */
    void exportHasStoredPredictions()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        QVERIFY(QDir().mkpath(day));
        for (int i = 0; i < 3; ++i)
            makeFrame(day + QStringLiteral("/IMG_%1.JPG").arg(i), i);
        const Outcome classified =
            birblens({QStringLiteral("classify"), QStringLiteral("--model"), model,
                      QStringLiteral("--write"), day, QStringLiteral("--json")});
        QCOMPARE(classified.code, 0);
        const QJsonArray said = classified.json().array();
        QCOMPARE(said.size(), 3);
        // With the network, and without: the model that classified last.
        for (const QStringList &with :
             {QStringList{QStringLiteral("--model"), model}, QStringList()}) {
            const QString out = folder.filePath(with.isEmpty() ? QStringLiteral("without")
                                                               : QStringLiteral("with"));
            const auto write = [&](const char *format) {
                return birblens(QStringList{QStringLiteral("export"), QString::fromLatin1(format),
                                            day, QStringLiteral("--out"), out} +
                                with);
            };
            QCOMPARE(write("csv").code, 0);
            QFile csv(out + QStringLiteral("/frames.csv"));
            QVERIFY(csv.open(QIODevice::ReadOnly));
            const QStringList lines =
                QString::fromUtf8(csv.readAll()).trimmed().split(QStringLiteral("\r\n"));
            QCOMPARE(lines.size(), 4);
            const QStringList header = lines.first().split(QLatin1Char(','));
            const QJsonArray classes = said.first()[QLatin1String("classes")].toArray();
            const qsizetype fixed = header.size() - classes.size(); // columns before the classes
            QCOMPARE(header.indexOf(QStringLiteral("time_source")), fixed - 1);
            for (int i = 0; i < 3; ++i) {
                const QStringList fields = lines.at(i + 1).split(QLatin1Char(','));
                QCOMPARE(fields.first(), said.at(i)[QLatin1String("frame")].toString());
                const QJsonArray here = said.at(i)[QLatin1String("classes")].toArray();
                // From the end: what was predicted may be several names between quotes.
                const qsizetype first = fields.size() - here.size();
                for (int c = 0; c < here.size(); ++c) {
                    QCOMPARE(header.at(fixed + c), here.at(c)[QLatin1String("name")].toString());
                    QVERIFY(std::fabs(fields.at(first + c).toDouble() -
                                      here.at(c)[QLatin1String("probability")].toDouble()) < 1e-5);
                }
            }
            const Outcome detections = write("megadetector");
            QCOMPARE(detections.code, 0);
            QVERIFY2(!detections.err.contains("classify the day first"), detections.err);
            QFile file(out + QStringLiteral("/megadetector.json"));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QCOMPARE(
                QJsonDocument::fromJson(file.readAll())[QLatin1String("images")].toArray().size(),
                3);
        }
    }

    void namesThatFitSeveralFramesAreRefused()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        for (const char *name : {"x", "y"}) {
            QVERIFY(QDir().mkpath(day + QLatin1Char('/') + QLatin1String(name)));
            makeFrame(day + QLatin1Char('/') + QLatin1String(name) + QStringLiteral("/a.jpg"),
                      name[0]);
        }
        const Outcome label = birblens(
            {QStringLiteral("label"), day, QStringLiteral("a.jpg"), QStringLiteral("magpie")});
        QCOMPARE(label.code, 1);
        QVERIFY2(label.err.contains("x/a.jpg, y/a.jpg"), label.err);
        const QStringList csv{QStringLiteral("export"), QStringLiteral("csv"), day,
                              QStringLiteral("--out"), folder.filePath(QStringLiteral("out"))};
        const Outcome exported =
            birblens(csv + QStringList{QStringLiteral("--frame"), QStringLiteral("a.jpg")});
        QCOMPARE(exported.code, 1);
        QVERIFY2(exported.err.contains("x/a.jpg, y/a.jpg"), exported.err);
        QVERIFY(!QFile::exists(folder.filePath(QStringLiteral("out/frames.csv"))));
        QCOMPARE(birblens({QStringLiteral("label"), day, QStringLiteral("y/a.jpg"),
                           QStringLiteral("magpie")})
                     .code,
                 0);
        QCOMPARE(birblens(csv).code, 0);
        QFile file(folder.filePath(QStringLiteral("out/frames.csv")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QCOMPARE(text.count("magpie"), 1);
        QVERIFY(text.indexOf("magpie") > text.indexOf("y/a.jpg"));
    }

    void clocksAreCorrected()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        makeDay(day);
        const QString out = folder.filePath(QStringLiteral("out"));
        const auto times = [&] {
            birblens({QStringLiteral("export"), QStringLiteral("csv"), day, QStringLiteral("--out"),
                      out});
            return columnOf(out + QStringLiteral("/frames.csv"), QByteArrayLiteral("capture_time"));
        };
        const auto clock = [&](const QStringList &options) {
            return birblens(QStringList{QStringLiteral("clock"), day} + options);
        };
        QCOMPARE(times(), (QByteArrayList{"2021-02-08T10:00:00", "2021-02-08T10:01:00",
                                          "2021-02-08T10:02:00"}));
        const Outcome by = clock({QStringLiteral("--by"), QStringLiteral("-1h")});
        QCOMPARE(by.code, 0);
        QVERIFY2(by.out.contains("the day: -1:00:00"), by.out);
        QCOMPARE(times(), (QByteArrayList{"2021-02-08T09:00:00", "2021-02-08T09:01:00",
                                          "2021-02-08T09:02:00"}));
        const QString second = QStringLiteral("2021-02-08T10:01:00_chickadee.jpg");
        QCOMPARE(clock({QStringLiteral("--frame"), second, QStringLiteral("--was"),
                        QStringLiteral("2021-02-09 12:00:30"), QStringLiteral("--only"), second})
                     .code,
                 0);
        QCOMPARE(times(), (QByteArrayList{"2021-02-08T09:00:00", "2021-02-08T09:02:00",
                                          "2021-02-09T12:00:30"}));
        QCOMPARE(clock({QStringLiteral("--clear")}).code, 0);
        QCOMPARE(times(), (QByteArrayList{"2021-02-08T10:00:00", "2021-02-08T10:01:00",
                                          "2021-02-08T10:02:00"}));
        const Outcome unknown = clock({QStringLiteral("--by"), QStringLiteral("1h"),
                                       QStringLiteral("--only"), QStringLiteral("nothing.jpg")});
        QCOMPARE(unknown.code, 1);
        QVERIFY2(unknown.err.contains("nothing.jpg"), unknown.err);
    }

    void uncertainTimesAreFound()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        QVERIFY(QDir().mkpath(day));
        makeFrame(day + QStringLiteral("/garden.jpg"), 1);
        makeFrame(day + QStringLiteral("/2021-02-08 10.00.00.jpg"), 2);
        const QString out = folder.filePath(QStringLiteral("out"));
        const Outcome exported =
            birblens({QStringLiteral("export"), QStringLiteral("csv"), day, QStringLiteral("--out"),
                      out, QStringLiteral("--remark"), QStringLiteral("uncertain-time")});
        QVERIFY2(exported.code == 0, exported.err);
        QCOMPARE(columnOf(out + QStringLiteral("/frames.csv"), QByteArrayLiteral("frame")),
                 QByteArrayList{"garden.jpg"});
    }

    void anotherPictureUnderTheSameName()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        const QString out = folder.filePath(QStringLiteral("out"));
        QVERIFY(QDir().mkpath(day));
        makeFrame(day + QStringLiteral("/IMG_0001.JPG"), 1);
        const QStringList label{QStringLiteral("label"), day, QStringLiteral("IMG_0001.JPG")};
        QCOMPARE(birblens(label + QStringList{QStringLiteral("magpie")}).code, 0);
        makeFrame(day + QStringLiteral("/IMG_0001.JPG"), 77);
        const auto state = [&] {
            birblens({QStringLiteral("export"), QStringLiteral("csv"), day, QStringLiteral("--out"),
                      out});
            QFile csv(out + QStringLiteral("/frames.csv"));
            if (!csv.open(QIODevice::ReadOnly))
                return QString();
            const QStringList fields = QString::fromUtf8(csv.readAll())
                                           .section(QStringLiteral("\r\n"), 1, 1)
                                           .split(QLatin1Char(','));
            return fields.value(7) + QLatin1Char('|') + fields.value(8);
        };
        QCOMPARE(state(), QStringLiteral("|picture changed"));
        const Outcome training = birblens({QStringLiteral("export"), QStringLiteral("training"),
                                           day, QStringLiteral("--out"), out});
        QCOMPARE(training.code, 0);
        QVERIFY2(training.err.contains("another picture"), training.err);
        QVERIFY(QDir(out + QStringLiteral("/training"))
                    .entryList({QStringLiteral("*.jpg")}, QDir::Files)
                    .isEmpty());
        // A label that is given now is for the picture that is there now.
        QCOMPARE(birblens(label + QStringList{QStringLiteral("jay")}).code, 0);
        QCOMPARE(state(), QStringLiteral("jay|corrected"));
    }

    /** Whether the label is the picture's cannot be found out: none is written. */
    void picturesThatCannotBeChecked()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("day"));
        const QString out = folder.filePath(QStringLiteral("out"));
        QVERIFY(QDir().mkpath(day));
        makeFrame(day + QStringLiteral("/IMG_0001.JPG"), 1);
        QCOMPARE(birblens({QStringLiteral("label"), day, QStringLiteral("IMG_0001.JPG"),
                           QStringLiteral("magpie")})
                     .code,
                 0);
        makeFrame(day + QStringLiteral("/IMG_0001.JPG"), 77);
        QVERIFY(testing::sql(day + QStringLiteral("/birblens.db"),
                             {QStringLiteral("CREATE TRIGGER full BEFORE INSERT ON pictures BEGIN"
                                             " SELECT RAISE(ABORT, 'disk on fire'); END")}));
        const Outcome exported = birblens(
            {QStringLiteral("export"), QStringLiteral("csv"), day, QStringLiteral("--out"), out});
        QCOMPARE(exported.code, 3);
        QVERIFY2(exported.err.contains("disk on fire"), exported.err);
        QVERIFY(!QFile::exists(out + QStringLiteral("/frames.csv")));
    }

    void bareModelsTakeFlags()
    {
        const QString bare = QStringLiteral(BIRBLENS_FIXTURES "/bare.pt");
        QCOMPARE(birblens({QStringLiteral("layers"), QStringLiteral("--model"), bare}).code, 3);
        QCOMPARE(birblens({QStringLiteral("layers"), QStringLiteral("--model"), bare,
                           QStringLiteral("--vocabulary"), QStringLiteral("a,b,c,d"),
                           QStringLiteral("--size"), QStringLiteral("96x64")})
                     .code,
                 0);
        QCOMPARE(birblens({QStringLiteral("layers"), QStringLiteral("--model"), bare,
                           QStringLiteral("--vocabulary"), QStringLiteral("a,b"),
                           QStringLiteral("--size"), QStringLiteral("96x64")})
                     .code,
                 3);
    }

    void benchHasEveryFigure()
    {
        const Outcome outcome = birblens(
            {QStringLiteral("bench"), QStringLiteral("--model"), model, QStringLiteral("--json")});
        QCOMPARE(outcome.code, 0);
        const QJsonObject figures = outcome.json().object();
        for (const char *key :
             {"explain", "class_switch", "layer_first", "layer_next", "all_layers", "ablation"}) {
            const QJsonObject row = figures.value(QLatin1String(key)).toObject();
            QVERIFY2(row.value(QLatin1String("ms")).toDouble() > 0.0, key);
            QVERIFY2(row.value(QLatin1String("ratio")).toDouble() > 0.0, key);
        }
        QVERIFY(figures.value(QLatin1String("forward_ms")).toDouble() > 0.0);
        QVERIFY(figures.value(QLatin1String("repaint_ms")).toDouble() > 0.0);
        QVERIFY(figures.value(QLatin1String("memory_mb")).toDouble() > 1.0);
        QVERIFY(figures.value(QLatin1String("classify"))
                    .toObject()
                    .value(QLatin1String("frames_per_s"))
                    .toDouble() > 0.0);
        QVERIFY(figures.value(QLatin1String("versions")).isObject() &&
                figures.value(QLatin1String("network")).isObject());
        QVERIFY(figures.value(QLatin1String("threads")).toInt() >= 1);
    }

    void benchOfADayLeavesItAlone()
    {
        const testing::BirbCamFolder folder({{"2021-02-08T10:00:00", "chickadee", 0.9},
                                             {"2021-02-08T10:00:05", "none", 0.9},
                                             {"2021-02-08T12:00:00", "magpie", 0.8, "magpie"}});
        const QByteArray before = testing::readFile(folder.database());
        const Outcome outcome = birblens({QStringLiteral("bench"), QStringLiteral("--day"),
                                          folder.path(), QStringLiteral("--json")});
        QCOMPARE(outcome.code, 0);
        const QJsonObject figures = outcome.json().object();
        QCOMPARE(figures.value(QLatin1String("frames")).toInt(), 3);
        QCOMPARE(figures.value(QLatin1String("labelled")).toInt(), 3);
        for (const char *key :
             {"open_new_ms", "open_known_ms", "first_page_ms", "filter_ms", "sort_ms",
              "longest_block_ms", "label_10000_ms", "undo_10000_ms", "travel_frames_per_s",
              "memory_mb", "plots_ms", "plots_block_ms", "timeline_paint_ms"})
            QVERIFY2(figures.value(QLatin1String(key)).toDouble() > 0.0, key);
        QVERIFY(!QFileInfo::exists(folder.path() + QStringLiteral("/birblens.db")));
        QCOMPARE(testing::readFile(folder.database()), before);
        QCOMPARE(birblens({QStringLiteral("bench"), QStringLiteral("--day"),
                           QStringLiteral("/nowhere/at/all")})
                     .code,
                 3);
    }

    void benchOfADayWithAModel()
    {
        const testing::BirbCamFolder folder({{"2021-02-08T10:00:00", "chickadee", 0.9},
                                             {"2021-02-08T10:00:05", "none", 0.9},
                                             {"2021-02-08T12:00:00", "magpie", 0.8}});
        const QStringList arguments{QStringLiteral("bench"), QStringLiteral("--day"), folder.path(),
                                    QStringLiteral("--json"), QStringLiteral("--model")};
        const Outcome outcome = birblens(arguments + QStringList{model});
        QCOMPARE(outcome.code, 0);
        const QJsonObject figures = outcome.json().object();
        QCOMPARE(figures.value(QLatin1String("predictions")).toString(), QStringLiteral("made up"));
        QCOMPARE(figures.value(QLatin1String("predicted_frames")).toInt(), 3);
        QCOMPARE(figures.value(QLatin1String("features")).toInt(), 512);
        for (const char *key : {"similar_first_ms", "similar_ms", "explain_on_release_ratio",
                                "model_open_block_ms", "predictions_loaded_ms", "forward_ms"})
            QVERIFY2(figures.value(QLatin1String(key)).toDouble() > 0.0, key);
        QVERIFY(!QFileInfo::exists(folder.path() + QStringLiteral("/birblens.db")));
        QCOMPARE(birblens(arguments + QStringList{folder.database()}).code, 3);
    }

    void doctor()
    {
        const Outcome outcome = birblens({QStringLiteral("doctor"), QStringLiteral("--json")});
        QCOMPARE(outcome.code, 0);
        const QJsonObject found = outcome.json().object();
        QVERIFY(found.contains(QLatin1String("libtorch")));
        QVERIFY(found.value(QLatin1String("thumbnails"))
                    .toString()
                    .endsWith(QLatin1String("of at most 512 MB")));
    }

    void demo()
    {
        QTemporaryDir folder;
        const QString day = folder.filePath(QStringLiteral("demo"));
        const Outcome outcome = birblens({QStringLiteral("demo"), QStringLiteral("--out"), day});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QStringList frames =
            QDir(day + QStringLiteral("/imgs")).entryList({QStringLiteral("*.jpg")});
        QVERIFY(frames.size() >= 180 && frames.size() <= 220);
        QVERIFY(QFile::exists(day + QStringLiteral("/demo_model.pt")));
        QVERIFY(!QFile::exists(day + QStringLiteral("/birblens.db"))); // starts unreviewed
        // The camera's predictions are the model's own.
        const Outcome classified =
            birblens({QStringLiteral("classify"), day, QStringLiteral("--model"),
                      day + QStringLiteral("/demo_model.pt"), QStringLiteral("--json")});
        QCOMPARE(classified.code, 0);
        const QJsonArray all = classified.json().array();
        QCOMPARE(all.size(), frames.size());
        for (const auto &value : all) {
            const QJsonObject frame = value.toObject();
            QStringList labels;
            for (const auto &label : frame.value(QLatin1String("prediction")).toArray())
                labels.append(label.toString());
            const QString expected =
                labels.isEmpty() ? QStringLiteral("none") : labels.join(QLatin1Char('_'));
            const QString name = frame.value(QLatin1String("frame")).toString();
            QVERIFY2(name.endsWith(QLatin1Char('_') + expected + QStringLiteral(".jpg")),
                     qPrintable(name + QLatin1Char(' ') + expected));
        }
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
