// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/filepath.h"

#include "core/camera/dayscanner.h"
#include "core/frames/imageloader.h"
#include "core/frames/trash.h"
#include "core/store/store.h"
#include "support/birbcamfolder.h"

#include <QRandomGenerator>
#include <QTest>

#include <cstdio>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace birblens;
using testing::encoded;
using testing::picture;

/** Names of files that are not UTF-8: one text for each, and the way back. */
class TestFilePath : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void thereAndBack_data();
    void thereAndBack();
    void everyByteString();
    void readable();
    void foreignNamesAreFrames();
    void labelsOfForeignNames();
    void aFolderOfForeignName();
    void fifosAreNotOpened();
};

namespace {

/** QTemporaryDir cannot remove what it cannot name. */
struct Folder : QTemporaryDir
{
    ~Folder()
    {
        std::error_code failed;
        std::filesystem::remove_all(path().toStdString(), failed);
    }
};

bool write(const QByteArray &path, const QByteArray &bytes)
{
    std::FILE *file = std::fopen(path.constData(), "wb");
    if (file == nullptr)
        return false;
    const bool done =
        std::fwrite(bytes.constData(), 1, size_t(bytes.size()), file) == size_t(bytes.size());
    return std::fclose(file) == 0 && done;
}

} // namespace

void TestFilePath::thereAndBack_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("ASCII") << QByteArray("DSC_0042.jpg") << "DSC_0042.jpg";
    QTest::newRow("UTF-8") << QByteArray("H\xC3\xA4her.jpg") << QStringLiteral("Häher.jpg");
    QTest::newRow("outside of the BMP")
        << QByteArray("\xF0\x9F\x90\xA6.jpg") << QString::fromUtf8("\xF0\x9F\x90\xA6.jpg");
    QTest::newRow("Latin-1") << QByteArray("H\xE4her.jpg") << QStringLiteral(u"H\uEFE4her.jpg");
    QTest::newRow("Shift-JIS") << QByteArray("\x92\xB9.jpg") << QStringLiteral(u"\uEF92\uEFB9.jpg");
    QTest::newRow("overlong") << QByteArray("\xC0\xAF") << QStringLiteral(u"\uEFC0\uEFAF");
    QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80")
                               << QStringLiteral(u"\uEFED\uEFA0\uEF80");
    QTest::newRow("cut short") << QByteArray("a\xE2\x82") << QStringLiteral(u"a\uEFE2\uEF82");
    QTest::newRow("byte order mark") << QByteArray("a/\xEF\xBB\xBF"
                                                   "b.jpg")
                                     << QStringLiteral(u"a/\uEFEF\uEFBB\uEFBFb.jpg");
    // The file is really named with a character that stands for a byte.
    QTest::newRow("the escape itself")
        << QByteArray("\xEE\xBF\xA4") << QStringLiteral(u"\uEFEE\uEFBF\uEFA4");
}

void TestFilePath::thereAndBack()
{
    QFETCH(QByteArray, bytes);
    QTEST(pathFromNative(bytes), "text");
    QCOMPARE(nativePath(pathFromNative(bytes)), bytes);
    // A store keeps text as UTF-8.
    const QString kept = QString::fromUtf8(pathFromNative(bytes).toUtf8());
    QCOMPARE(nativePath(kept), bytes);
}

void TestFilePath::everyByteString()
{
    QRandomGenerator random(12);
    QHash<QString, QByteArray> seen;
    for (int i = 0; i < 20000; ++i) {
        QByteArray bytes;
        for (int k = random.bounded(1, 8); k > 0; --k)
            bytes += random.bounded(3) == 0 ? QByteArray("\xEE\xBE\x80").mid(random.bounded(3), 1)
                                            : QByteArray(1, char(random.bounded(1, 256)));
        const QString text = pathFromNative(bytes);
        QCOMPARE(nativePath(text), bytes);
        QVERIFY(!seen.contains(text) || seen.value(text) == bytes);
        seen.insert(text, bytes);
    }
}

void TestFilePath::readable()
{
    QCOMPARE(readablePath(pathFromNative("H\xE4her.jpg")), "H\\xE4her.jpg");
    QCOMPARE(readablePath("Häher.jpg"), "Häher.jpg");
    QVERIFY(hasForeignBytes(pathFromNative("\xFF")));
    QVERIFY(!hasForeignBytes("Häher"));
}

void TestFilePath::foreignNamesAreFrames()
{
    Folder dir;
    const QByteArray folder = dir.path().toUtf8() + "/V\xF6gel";
    QCOMPARE(::mkdir(folder.constData(), 0700), 0);
    const QByteArray jpeg = encoded(picture(), "jpg");
    QVERIFY(write(folder + "/H\xE4her.jpg", jpeg));
    QVERIFY(write(folder + "/\x92\xB9.jpg", jpeg));
    QVERIFY(write(dir.path().toUtf8() + "/2021-02-08T10:00:00_K\xE4"
                                        "fer.jpg",
                  jpeg));
    const auto listing = listDay(*locateDay(dir.path()));
    QVERIFY(listing);
    QCOMPARE(listing->frames.size(), 3);
    QSet<QString> keys;
    for (const Frame &frame : listing->frames) {
        keys.insert(frame.key);
        QVERIFY(frame.captureTime.isValid());
        QVERIFY(loadImage(frame.path()));
        QVERIFY(loadThumbnail(frame.path(), {16, 16}));
        QVERIFY(fileFacts(frame.path()));
        QCOMPARE(fileFacts(frame.path())->bytes, jpeg.size());
        // The trash of the desktop could not bring it back.
        QVERIFY(!moveToTrash(frame.path()));
    }
    QCOMPARE(keys, QSet<QString>({QStringLiteral(u"V\uEFF6gel/H\uEFE4her.jpg"),
                                  QStringLiteral(u"V\uEFF6gel/\uEF92\uEFB9.jpg"),
                                  QStringLiteral(u"2021-02-08T10:00:00_K\uEFE4fer.jpg")}));
}

void TestFilePath::labelsOfForeignNames()
{
    QTemporaryDir dir;
    const QString key = pathFromNative("H\xE4her.jpg");
    const QString other = pathFromNative("H\xE5her.jpg");
    {
        const auto store = Store::open(dir.path());
        QVERIFY(store);
        QVERIFY((*store)->setLabels({{key, {}, TrueLabel::of({"jay"}), {}, {}, {}},
                                     {other, {}, TrueLabel::none(), {}, {}, {}}}));
    }
    const auto store = Store::open(dir.path());
    const auto labels = (*store)->labels();
    QVERIFY(labels);
    QCOMPARE(labels->value(key).label.labels, QStringList{"jay"});
    QVERIFY(labels->value(other).label.labels.isEmpty());
    QCOMPARE(nativePath(labels->keys().contains(key) ? key : QString()),
             QByteArray("H\xE4her.jpg"));
}

void TestFilePath::aFolderOfForeignName()
{
    Folder dir;
    const QByteArray folder = dir.path().toUtf8() + "/V\xF6gel";
    QCOMPARE(::mkdir(folder.constData(), 0700), 0);
    const auto day = locateDay(pathFromNative(folder));
    QVERIFY(!day);
    QCOMPARE(day.error().what, "The name of this folder is not UTF-8");
    QVERIFY(day.error().where.endsWith("V\\xF6gel"));
}

void TestFilePath::fifosAreNotOpened()
{
    QTemporaryDir dir;
    const QString fifo = dir.filePath("a.jpg");
    QCOMPARE(::mkfifo(fifo.toUtf8().constData(), 0600), 0);
    QFile file;
    QVERIFY(!openForReading(file, fifo)); // and does not wait for a writer
    const auto loaded = loadImage(fifo);
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().what, "This is a device, not an image");
}

QTEST_GUILESS_MAIN(TestFilePath)
#include "tst_filepath.moc"
