// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/desktopthumbnail.h"
#include "core/frames/thumbnailcache.h"

#include "support/birbcamfolder.h"

#include <QCryptographicHash>
#include <QDirIterator>
#include <QImageReader>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QUrl>

#include <memory>
#include <vector>

using namespace birblens;
using testing::encoded;
using testing::picture;
using testing::readFile;
using testing::writeFile;

namespace {

const QSize bound(224, 224);
const FileStamp stamp{90000, 1612781818123};

QStringList filesIn(const QString &folder)
{
    QStringList files;
    QDirIterator all(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (all.hasNext())
        files.append(all.next());
    return files;
}

/** Same size, and no pixel far off: JPEG is not exact. */
bool alike(const QImage &a, const QImage &b)
{
    if (a.isNull() || a.size() != b.size())
        return false;
    double sum = 0.0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x)
            sum += std::abs(qGray(a.pixel(x, y)) - qGray(b.pixel(x, y)));
    return sum / (a.width() * a.height()) < 4.0;
}

QImage smooth(int seed)
{
    return picture(8, 8, seed).scaled(168, 224, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

} // namespace

class TestThumbnailCache : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsWhatWasKept();
    void staleIsNotFound();
    void damagedIsNotFound_data();
    void damagedIsNotFound();
    void staysWithinItsLimit();
    void theLongestUnusedGoFirst();
    void twoWritersAtOnce();
    void folderThatCannotBeWritten();
    void isTheOwnersOnly();
    void desktopThumbnails();
};

void TestThumbnailCache::findsWhatWasKept()
{
    QTemporaryDir place;
    {
        ThumbnailCache cache(place.filePath("a/b"));
        QVERIFY(cache.find("/day/1.jpg", stamp, bound).isNull());
        cache.keep("/day/1.jpg", stamp, bound, smooth(1));
        cache.keep("/day/2.jpg", stamp, bound, smooth(2));
        cache.keep("/day/1.jpg", stamp, {64, 64}, smooth(3).scaled(48, 64));
    }
    const ThumbnailCache cache(place.filePath("a/b"));
    QVERIFY(alike(cache.find("/day/1.jpg", stamp, bound), smooth(1)));
    QVERIFY(alike(cache.find("/day/2.jpg", stamp, bound), smooth(2)));
    QCOMPARE(cache.find("/day/1.jpg", stamp, bound).format(), QImage::Format_RGB888);
    QCOMPARE(cache.find("/day/1.jpg", stamp, {64, 64}).size(), QSize(48, 64));
    QVERIFY(cache.find("/day/3.jpg", stamp, bound).isNull());
    QCOMPARE(cache.used(), 3 * qint64(4096));
}

void TestThumbnailCache::staleIsNotFound()
{
    QTemporaryDir place;
    ThumbnailCache cache(place.path());
    cache.keep("/day/1.jpg", stamp, bound, smooth(1));
    QVERIFY(cache.find("/day/1.jpg", {stamp.bytes + 1, stamp.modified}, bound).isNull());
    QVERIFY(cache.find("/day/1.jpg", {stamp.bytes, stamp.modified + 1}, bound).isNull());
    QVERIFY(cache.find("/day/1.jpg", {}, bound).isNull());
    // Made again, it takes the place of the old one.
    cache.keep("/day/1.jpg", {1, 2}, bound, smooth(2));
    QVERIFY(cache.find("/day/1.jpg", stamp, bound).isNull());
    QVERIFY(alike(cache.find("/day/1.jpg", {1, 2}, bound), smooth(2)));
    QCOMPARE(filesIn(place.path()).size(), 1);
    // There is nothing to remember of a file that is not there, or cannot be decoded.
    cache.keep("/day/2.jpg", FileStamp::of("/no/such/file"), bound, smooth(2));
    cache.keep("/day/2.jpg", stamp, bound, {});
    QCOMPARE(filesIn(place.path()).size(), 1);
}

void TestThumbnailCache::damagedIsNotFound_data()
{
    QTest::addColumn<int>("damage");
    QTest::newRow("empty") << 0;
    QTest::newRow("in the header") << 1;
    QTest::newRow("cut off") << 2;
    QTest::newRow("a byte is another") << 3;
    QTest::newRow("something else") << 4;
}

void TestThumbnailCache::damagedIsNotFound()
{
    QFETCH(int, damage);
    QTemporaryDir place;
    ThumbnailCache cache(place.path());
    cache.keep("/day/1.jpg", stamp, bound, smooth(1));
    const QString file = filesIn(place.path()).value(0);
    const QByteArray whole = readFile(file);
    QByteArray other = whole;
    other[whole.size() / 2] = static_cast<char>(~other[whole.size() / 2]);
    const QList<QByteArray> damaged{
        {}, whole.left(9), whole.left(whole.size() - 20), other, QByteArray(500, 'x')};
    writeFile(file, damaged.at(damage));
    QVERIFY(cache.find("/day/1.jpg", stamp, bound).isNull());
    cache.keep("/day/1.jpg", stamp, bound, smooth(1));
    QVERIFY(alike(cache.find("/day/1.jpg", stamp, bound), smooth(1)));
}

void TestThumbnailCache::staysWithinItsLimit()
{
    QTemporaryDir place;
    constexpr qint64 limit = 64 * 4096;
    ThumbnailCache cache(place.path(), limit);
    for (int i = 0; i < 300; ++i) {
        cache.keep(QString("/day/%1.jpg").arg(i), stamp, bound, smooth(i));
        // A thirty-second of it may be written before it is looked at again.
        QVERIFY2(cache.used() <= limit + limit / 32 + 4096, qPrintable(QString::number(i)));
    }
    QVERIFY(cache.used() >= limit / 2);
    QVERIFY(alike(cache.find("/day/299.jpg", stamp, bound), smooth(299)));
    // Another run with a smaller limit makes room.
    ThumbnailCache(place.path(), limit / 4).trim();
    QVERIFY(cache.used() <= limit / 4);
}

void TestThumbnailCache::theLongestUnusedGoFirst()
{
    QTemporaryDir place;
    ThumbnailCache cache(place.path(), 10 * 4096);
    for (int i = 0; i < 8; ++i)
        cache.keep(QString("/day/%1.jpg").arg(i), stamp, bound, smooth(i));
    const QDateTime then = QDateTime::currentDateTime().addDays(-30);
    for (const QString &name : filesIn(place.path())) {
        QFile file(name);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(then, QFileDevice::FileModificationTime));
    }
    for (const int used : {2, 5}) // looked at today
        QVERIFY(!cache.find(QString("/day/%1.jpg").arg(used), stamp, bound).isNull());
    ThumbnailCache(place.path(), 3 * 4096).trim();
    for (int i = 0; i < 8; ++i)
        QCOMPARE(cache.find(QString("/day/%1.jpg").arg(i), stamp, bound).isNull(),
                 i != 2 && i != 5);
}

void TestThumbnailCache::twoWritersAtOnce()
{
    QTemporaryDir place;
    constexpr qint64 limit = 40 * 4096;
    // Two programs, each with two threads, on the same thumbnails, over the limit all the time.
    ThumbnailCache first(place.path(), limit);
    ThumbnailCache second(place.path(), limit);
    std::atomic<int> wrong = 0;
    std::atomic<int> found = 0;
    std::vector<std::unique_ptr<QThread>> threads;
    for (int writer = 0; writer < 4; ++writer) {
        ThumbnailCache *cache = writer % 2 == 0 ? &first : &second;
        threads.emplace_back(QThread::create([cache, writer, &wrong, &found] {
            for (int i = 0; i < 150; ++i) {
                const int frame = (i * 7 + writer * 3) % 60;
                const QString path = QString("/day/%1.jpg").arg(frame);
                cache->keep(path, stamp, bound, smooth(frame));
                const QImage image = cache->find(path, stamp, bound); // may be gone again
                found += image.isNull() ? 0 : 1;
                wrong += image.isNull() || alike(image, smooth(frame)) ? 0 : 1;
            }
        }));
        threads.back()->start();
    }
    for (const auto &thread : threads)
        QVERIFY(thread->wait(60000));
    QCOMPARE(wrong.load(), 0);
    QVERIFY(found > 0);
    first.trim();
    QVERIFY(first.used() <= limit);
    for (const QString &file : filesIn(place.path()))
        QVERIFY2(file.endsWith(".jpg"), qPrintable(file)); // nothing half written stays
}

void TestThumbnailCache::folderThatCannotBeWritten()
{
    QTemporaryDir place;
    // A file where the folder should be: also the superuser, whom permissions do not stop, fails.
    writeFile(place.filePath("file"), "x");
    ThumbnailCache blocked(place.filePath("file"));
    blocked.keep("/day/1.jpg", stamp, bound, smooth(1));
    QVERIFY(blocked.find("/day/1.jpg", stamp, bound).isNull());
    QCOMPARE(readFile(place.filePath("file")), QByteArray("x"));

    ThumbnailCache cache(place.filePath("cache"));
    cache.keep("/day/1.jpg", stamp, bound, smooth(1));
    const QString folder = QFileInfo(filesIn(place.filePath("cache")).value(0)).path();
    const auto writable = QFile::permissions(folder);
    QVERIFY(QFile::setPermissions(folder, QFile::ReadOwner | QFile::ExeOwner));
    cache.keep("/day/1.jpg", stamp, bound, smooth(1));
    QVERIFY(alike(cache.find("/day/1.jpg", stamp, bound), smooth(1))); // reading goes on
    QVERIFY(QFile::setPermissions(folder, writable));
}

void TestThumbnailCache::isTheOwnersOnly()
{
    QTemporaryDir place;
    ThumbnailCache cache(place.filePath("cache"));
    cache.keep("/day/1.jpg", stamp, bound, smooth(1));
    const QString file = filesIn(place.filePath("cache")).value(0);
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther |
                        QFile::WriteOther | QFile::ExeOther;
    for (const QString &path : {file, QFileInfo(file).path(), place.filePath("cache")})
        QCOMPARE(QFile::permissions(path) & others, QFile::Permissions());
}

/** As Gwenview or Nautilus leave them. */
void TestThumbnailCache::desktopThumbnails()
{
    QTemporaryDir home;
    qputenv("XDG_CACHE_HOME", home.path().toLocal8Bit());
    QTemporaryDir day;
    const QString path = day.filePath("2021-02-08T10:56:58 \u00e4_chickadee.jpg");
    writeFile(path, encoded(picture(300, 400), "jpg"));
    const FileStamp now = FileStamp::of(path);
    QVERIFY(desktopThumbnail(path, now, bound).isNull());

    const QByteArray address = QUrl::fromLocalFile(path).toEncoded(QUrl::FullyEncoded);
    const auto save = [&](const QString &size, const QImage &picture, qint64 seconds,
                          const QByteArray &uri) {
        QImage image = picture;
        image.setText("Thumb::URI", QString::fromLatin1(uri));
        image.setText("Thumb::MTime", QString::number(seconds));
        const QString name =
            QString::fromLatin1(QCryptographicHash::hash(address, QCryptographicHash::Md5).toHex());
        writeFile(QStringLiteral("%1/thumbnails/%2/%3.png")
                      .arg(QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation),
                           size, name),
                  encoded(image, "png", -1));
    };
    const QImage large = smooth(4).scaled(192, 256);
    save("normal", smooth(4).scaled(96, 128), now.modified / 1000, address); // too small for us
    QVERIFY(desktopThumbnail(path, now, bound).isNull());
    QCOMPARE(desktopThumbnail(path, now, {100, 100}).size(), QSize(75, 100));
    save("large", large, now.modified / 1000, "file:///elsewhere.jpg");
    QVERIFY(desktopThumbnail(path, now, bound).isNull());
    save("large", large, now.modified / 1000 - 1, address);
    QVERIFY(desktopThumbnail(path, now, bound).isNull());
    save("large", large, now.modified / 1000, address);
    QVERIFY(alike(desktopThumbnail(path, now, bound), smooth(4)));
}

QTEST_GUILESS_MAIN(TestThumbnailCache)
#include "tst_thumbnailcache.moc"
