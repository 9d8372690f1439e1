// SPDX-License-Identifier: GPL-3.0-or-later

// What lies at an export's target after a full disk, after a kill, and beside files of others.

#include "core/exporting/filmwriter.h"
#include "core/exporting/packagefolder.h"

#include "support/exportday.h"

#include <QTest>

#include <csignal>
#include <sys/resource.h>

using namespace birblens;
using testing::ExportDay;
using testing::readFile;
using testing::writeFile;

namespace {

/** No file may grow beyond @p bytes, as if the disk were full; needs no rights. */
class SizeLimit
{
public:
    explicit SizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SizeLimit() { setrlimit(RLIMIT_FSIZE, &m_before); }

private:
    rlimit m_before{};
};

QStringList everythingIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System |
                                  QDir::NoDotAndDotDot);
}

} // namespace

class TestPackages : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aNewPackageAppearsAtOnce()
    {
        QTemporaryDir dir;
        const QString target = dir.filePath("a/b/package");
        auto package = PackageFolder::open(target);
        QVERIFY(package);
        QVERIFY(package->isNew());
        QVERIFY(package->write("one.csv", "1"));
        QVERIFY(package->write("two.csv", "2"));
        QVERIFY(!QFileInfo::exists(target));
        QCOMPARE(package->path("one.csv"), target + "/one.csv");
        QVERIFY(package->publish());
        QCOMPARE(everythingIn(target), (QStringList{".birblens-export", "one.csv", "two.csv"}));
        QCOMPARE(readFile(target + "/.birblens-export"), QByteArray("one.csv\ntwo.csv\n"));
        QCOMPARE(everythingIn(dir.filePath("a/b")), QStringList{"package"});
    }

    void whatIsGivenUpIsNotThere()
    {
        QTemporaryDir dir;
        {
            auto package = PackageFolder::open(dir.filePath("package"));
            QVERIFY(package && package->write("one.csv", "1"));
        }
        QCOMPARE(everythingIn(dir.path()), QStringList());
        // An empty folder that was there stays.
        QVERIFY(QDir(dir.path()).mkdir("package"));
        {
            auto package = PackageFolder::open(dir.filePath("package"));
            QVERIFY(package && package->isNew() && package->write("one.csv", "1"));
        }
        QCOMPARE(everythingIn(dir.path()), QStringList{"package"});
        QCOMPARE(everythingIn(dir.filePath("package")), QStringList());
    }

    void othersFilesStay()
    {
        QTemporaryDir dir;
        const QString target = dir.filePath("package");
        {
            auto package = PackageFolder::open(target);
            QVERIFY(package && package->write("one.csv", "1") && package->publish());
        }
        writeFile(target + "/two.csv", "theirs");
        writeFile(target + "/notes.txt", "theirs");
        auto package = PackageFolder::open(target);
        QVERIFY(package && !package->isNew());
        QVERIFY(package->write("one.csv", "new"));
        const auto refused = package->write("two.csv", "2");
        QVERIFY(!refused);
        QCOMPARE(refused.error().where, target + "/two.csv");
        QCOMPARE(readFile(target + "/one.csv"), QByteArray("1")); // until publish()
        QVERIFY(package->write("three.csv", "3"));
        QVERIFY(package->publish());
        QCOMPARE(readFile(target + "/one.csv"), QByteArray("new"));
        QCOMPARE(readFile(target + "/two.csv"), QByteArray("theirs"));
        QCOMPARE(everythingIn(target),
                 (QStringList{".birblens-export", "notes.txt", "one.csv", "three.csv", "two.csv"}));
        QCOMPARE(readFile(target + "/.birblens-export"), QByteArray("one.csv\nthree.csv\n"));
    }

    void olderVersionsKeptNoList()
    {
        QTemporaryDir dir;
        const QString target = dir.filePath("package");
        writeFile(target + "/.birblens-export", "");
        writeFile(target + "/one.csv", "old");
        writeFile(target + "/old.csv", "old");
        auto package = PackageFolder::open(target);
        QVERIFY(package && package->write("one.csv", "new") && package->publish());
        QCOMPARE(readFile(target + "/one.csv"), QByteArray("new"));
        // Without the mark it is nobody's: nothing is replaced and no list made.
        QVERIFY(QFile::remove(target + "/.birblens-export"));
        auto again = PackageFolder::open(target);
        QVERIFY(again && !again->write("one.csv", "x"));
        QVERIFY(again->write("more.csv", "x") && again->publish());
        QCOMPARE(everythingIn(target), (QStringList{"more.csv", "old.csv", "one.csv"}));
    }

    void oneFullFileChangesNoneOfThePackage()
    {
        QTemporaryDir dir;
        const QString target = dir.filePath("package");
        {
            auto package = PackageFolder::open(target);
            QVERIFY(package && package->write("one.csv", "1") && package->write("two.csv", "2") &&
                    package->publish());
        }
        {
            const SizeLimit limit(100);
            auto package = PackageFolder::open(target);
            QVERIFY(package && package->write("one.csv", "new"));
            QVERIFY(!package->write("two.csv", QByteArray(200, 'x')));
        }
        QCOMPARE(readFile(target + "/one.csv"), QByteArray("1"));
        QCOMPARE(everythingIn(target), (QStringList{".birblens-export", "one.csv", "two.csv"}));
    }

    void aFullDisk_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("limit");
        for (const Exporter &exporter : exporters()) {
            for (const int limit : {0, 10, 300})
                QTest::addRow("%s, %d bytes", qPrintable(exporter.name), limit)
                    << exporter.name << limit;
        }
    }
    /** Whatever the format: what was there stays, what is new is whole, and the reason is said. */
    void aFullDisk()
    {
        QFETCH(QString, format);
        QFETCH(int, limit);
        ExportDay day;
        day.job.explain = testing::explained;
        const auto before = day.run(format);
        QVERIFY(before.ok());
        QHash<QString, QByteArray> whole;
        for (const QString &path : before->written)
            whole.insert(path, readFile(path));
        QVERIFY(!whole.isEmpty());

        // Over what is there.
        const auto state = everythingIn(day.out());
        {
            // Another name in every text, so that nothing is there already.
            for (FrameEntry &entry : day.job.frames)
                entry.record.label = TrueLabel::of({"magpie"});
            Result<ExportReport> report = ExportReport();
            {
                const SizeLimit full(static_cast<rlim_t>(limit));
                report = day.run(format);
            }
            QVERIFY(!report.ok() || !report->failures.isEmpty() || limit == 300 ||
                    format == "training");
            for (auto it = whole.cbegin(); it != whole.cend(); ++it) {
                if (!report.ok() && format != "training")
                    QCOMPARE(readFile(it.key()), *it);
            }
            QCOMPARE(everythingIn(day.out()), state);
        }
        // Where nothing is.
        ExportDay fresh;
        Result<ExportReport> report = ExportReport();
        {
            const SizeLimit full(static_cast<rlim_t>(limit));
            report = fresh.run(format);
        }
        if (limit < 300)
            QVERIFY(!report.ok() || !report->failures.isEmpty());
        if (!report.ok()) {
            QVERIFY(!QFileInfo::exists(fresh.out("training")));
            QVERIFY(!QFileInfo::exists(fresh.out("camtrap-dp")));
        }
        for (const QString &name : everythingIn(fresh.out()))
            QVERIFY2(!name.endsWith(".part"), qPrintable(name));
        if (report.ok()) {
            for (const QString &path : report->written)
                QVERIFY2(QFileInfo(path).size() > 0, qPrintable(path));
        }
    }

    void aFilmWithoutRoomForItsFile()
    {
        QByteArray bytes;
        Result<QByteArray> finished = QByteArray();
        {
            auto writer = makeMp4Writer({64, 48}, 5.0);
            const SizeLimit full(1000);
            for (int i = 0; i < 12; ++i)
                QVERIFY(
                    writer->add(testing::picture(64, 48, i).convertToFormat(QImage::Format_RGB32)));
            finished = writer->finish();
        }
        QVERIFY(!finished);
        QVERIFY(finished.error().what.contains("whole"));
    }
};

QTEST_MAIN(TestPackages)
#include "tst_packages.moc"
