// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/filewriter.h"

#include "support/birbcamfolder.h"

#include <QTest>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace birblens;
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

} // namespace

class TestFileWriter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void writesAndReplaces()
    {
        const QString path = m_dir->filePath("a b.txt");
        QVERIFY(writeWholeFile(path, "first"));
        QCOMPARE(readFile(path), QByteArray("first"));
        QVERIFY(writeWholeFile(path, {}));
        QCOMPARE(readFile(path), QByteArray());
        QVERIFY(writeWholeFile(path, "third", FileWriter::Durability::Cached));
        QCOMPARE(readFile(path), QByteArray("third"));
        QCOMPARE(names(), QStringList{"a b.txt"});
    }

    void nothingIsSeenBeforeItIsWhole()
    {
        const QString path = m_dir->filePath("a");
        writeFile(path, "before");
        {
            FileWriter writer(path);
            QVERIFY(writer.write("one "));
            QVERIFY(writer.write("two"));
            QCOMPARE(readFile(path), QByteArray("before"));
            QVERIFY(writer.prepare());
            QCOMPARE(readFile(path), QByteArray("before"));
        } // given up
        QCOMPARE(readFile(path), QByteArray("before"));
        QCOMPARE(names(), QStringList{"a"});
        FileWriter writer(path);
        QVERIFY(writer.write("one "));
        QVERIFY(writer.write("two"));
        QVERIFY(writer.commit());
        QCOMPARE(readFile(path), QByteArray("one two"));
    }

    /** Small enough to lie in a buffer until the file is closed: that is where it used to go wrong.
     */
    void aFullDiskLeavesWhatWasThere_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("a few bytes") << 40;
        QTest::newRow("many") << 300000;
    }
    void aFullDiskLeavesWhatWasThere()
    {
        QFETCH(int, size);
        const QString path = m_dir->filePath("labels.csv");
        writeFile(path, "fname,labels");
        Result<void> written;
        {
            const SizeLimit limit(20);
            written = writeWholeFile(path, QByteArray(size, 'x'));
        }
        QVERIFY(!written);
        QCOMPARE(written.error().where, path);
        QCOMPARE(written.error().what, writeFailure(EFBIG));
        QCOMPARE(readFile(path), QByteArray("fname,labels"));
        QCOMPARE(names(), QStringList{"labels.csv"});
    }

    void devicesAreWrittenToAsTheyAre()
    {
        const auto full = writeWholeFile("/dev/full", "x");
        QVERIFY(!full);
        QCOMPARE(full.error().what, QString("The disk is full"));
        QVERIFY(QFileInfo("/dev/full").exists());
        QVERIFY(writeWholeFile("/dev/null", "x"));
        const QString pipe = m_dir->filePath("pipe");
        QCOMPARE(mkfifo(qPrintable(pipe), 0600), 0);
        const int reader = open(qPrintable(pipe), O_RDONLY | O_NONBLOCK);
        QVERIFY(writeWholeFile(pipe, "through"));
        char read[16]{};
        QCOMPARE(::read(reader, read, sizeof read), 7);
        QCOMPARE(QByteArray(read), QByteArray("through"));
        close(reader);
        QCOMPARE(names(), QStringList{"pipe"});
    }

    /** As a shell's `> file` leaves it: the system's link names a file that is open already. */
    void redirectedOutputIsWrittenTo()
    {
        QFile redirected(m_dir->filePath("out"));
        QVERIFY(redirected.open(QIODevice::ReadWrite));
        const QString link = QString("/proc/self/fd/%1").arg(redirected.handle());
        QVERIFY(writeWholeFile(link, "labels"));
        QVERIFY(redirected.seek(0));
        QCOMPARE(redirected.readAll(), QByteArray("labels"));
        QVERIFY(QFileInfo(link).isSymbolicLink());
    }

    void problems()
    {
        QCOMPARE(writeWholeFile(m_dir->filePath("no/where"), "x").error().what,
                 QString("The folder does not exist"));
        QCOMPARE(writeWholeFile(m_dir->path(), "x").error().what,
                 QString("A folder has this name"));
        QCOMPARE(writeWholeFile(m_dir->filePath(QString(300, 'a')), "x").error().what,
                 QString("The name is too long"));
    }

    void permissionsStay()
    {
        const QString path = m_dir->filePath("a");
        writeFile(path, "before");
        QCOMPARE(chmod(qPrintable(path), 0640), 0);
        QVERIFY(writeWholeFile(path, "after"));
        struct stat status
        {
        };
        QCOMPARE(stat(qPrintable(path), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0640));
    }

    void aLinksTargetIsNotTouched()
    {
        const QString target = m_dir->filePath("target");
        const QString link = m_dir->filePath("link");
        writeFile(target, "mine");
        QVERIFY(QFile::link(target, link));
        QVERIFY(writeWholeFile(link, "new"));
        QCOMPARE(readFile(target), QByteArray("mine"));
        QCOMPARE(readFile(link), QByteArray("new"));
        QVERIFY(!QFileInfo(link).isSymLink());
    }

    void whatAKilledRunLeftGoes()
    {
        const auto old = [](const QString &path) {
            const timespec times[]{{1000, 0}, {1000, 0}};
            return utimensat(AT_FDCWD, qPrintable(path), times, AT_SYMLINK_NOFOLLOW) == 0;
        };
        const QString stale = temporaryNameBeside(m_dir->filePath("x"));
        const QString folder = temporaryNameBeside(m_dir->filePath("x"));
        const QString held = temporaryNameBeside(m_dir->filePath("x"));
        const QString young = temporaryNameBeside(m_dir->filePath("x"));
        const QStringList foreign{m_dir->filePath(".birblens-export"),
                                  m_dir->filePath(".birblens-mine.part"),
                                  m_dir->filePath("birblens-abcdefghijkl.part"),
                                  m_dir->filePath(".birblens-abcdefghijkl.part.txt")};
        for (const QString &path : QStringList{stale, held, young} + foreign)
            writeFile(path, "x");
        writeFile(folder + "/inside", "x");
        const QString link = temporaryNameBeside(m_dir->filePath("x"));
        QVERIFY(QFile::link(foreign.first(), link));
        for (const QString &path : QStringList{stale, held, folder, link} + foreign)
            QVERIFY(old(path));
        const int lock = open(qPrintable(held), O_RDONLY);
        QCOMPARE(flock(lock, LOCK_EX | LOCK_NB), 0);
        clearLeftovers(m_dir->path());
        close(lock);
        QVERIFY(!QFileInfo::exists(stale));
        QVERIFY(!QFileInfo::exists(folder));
        for (const QString &path : QStringList{held, young, link} + foreign)
            QVERIFY2(QFileInfo::exists(path), qPrintable(path));
    }

    void thisDiskTellsCapitals()
    {
        writeFile(m_dir->filePath("name"), "x");
        QCOMPARE(foldsCase(m_dir->path()), QFile::exists(m_dir->filePath("NAME")));
        QCOMPARE(names(), QStringList{"name"});
    }

private:
    QStringList names() const
    {
        return QDir(m_dir->path())
            .entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }
    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestFileWriter)
#include "tst_filewriter.moc"
