// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/exiftime.h"
#include "core/frames/imageloader.h"

#include "support/birbcamfolder.h"

#include <QDirIterator>
#include <QElapsedTimer>
#include <QImageWriter>
#include <QTemporaryDir>
#include <QTest>
#include <QThreadPool>

#include <atomic>

using namespace birblens;
using testing::encoded;
using testing::picture;
using testing::writeFile;

namespace {

/** An APP1 segment with one EXIF directory; tags are {id, type, count, value or offset}. */
QByteArray exifSegment(int orientation, const QByteArray &dateTime = {},
                       const QByteArray &offset = {})
{
    QByteArray tiff("MM\0*\0\0\0\x08", 8);
    const auto put16 = [&](int value) { tiff.append(char(value >> 8)).append(char(value)); };
    const auto put32 = [&](int value) { put16(value >> 16), put16(value & 0xFFFF); };
    put16(2); // directory: orientation and the pointer to the Exif directory
    put16(0x0112), put16(3), put32(1), put16(orientation), put16(0);
    put16(0x8769), put16(4), put32(1), put32(8 + 2 + 24 + 4);
    put32(0);
    const int count = int(!dateTime.isEmpty()) + int(!offset.isEmpty());
    int data = 8 + 2 + 24 + 4 + 2 + 12 * count + 4;
    put16(count);
    if (!dateTime.isEmpty()) {
        put16(0x9003), put16(2), put32(int(dateTime.size()) + 1), put32(data);
        data += int(dateTime.size()) + 1;
    }
    if (!offset.isEmpty())
        put16(0x9011), put16(2), put32(int(offset.size()) + 1), put32(data);
    put32(0);
    if (!dateTime.isEmpty())
        tiff.append(dateTime).append('\0');
    if (!offset.isEmpty())
        tiff.append(offset).append('\0');
    const QByteArray body = QByteArray("Exif\0\0", 6) + tiff;
    const int length = int(body.size()) + 2;
    return QByteArray("\xFF\xE1", 2) + char(length >> 8) + char(length) + body;
}

QByteArray withExif(const QByteArray &jpeg, const QByteArray &segment)
{
    return jpeg.left(2) + segment + jpeg.mid(2);
}

int greatestDifference(const QImage &a, const QImage &b)
{
    int greatest = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width(); ++x) {
            const QRgb p = a.pixel(x, y);
            const QRgb q = b.pixel(x, y);
            greatest = std::max({greatest, std::abs(qRed(p) - qRed(q)),
                                 std::abs(qGreen(p) - qGreen(q)), std::abs(qBlue(p) - qBlue(q))});
        }
    return greatest;
}

} // namespace

class TestImageLoader : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void names_data();
    void names();
    void losslessFormats_data();
    void losslessFormats();
    void convertsToRgb_data();
    void convertsToRgb();
    void jpegColours();
    void anyPath_data();
    void anyPath();
    void orientation_data();
    void orientation();
    void problems_data();
    void problems();
    void everyCutIsNoticed();
    void bytesAfterTheEnd();
    void thumbnailInsideIsNoEnd();
    void progressiveJpeg();
    void hugeDimensions();
    void thumbnails_data();
    void thumbnails();
    void previews_data();
    void previews();
    void manyThreads();
    void exifTime_data();
    void exifTime();
    void referencePhotos();

private:
    QTemporaryDir m_dir;
};

void TestImageLoader::names_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("image");
    for (const char *name : {"a.jpg", "a.JPG", "a.jpeg", "a.png", "a.b.webp", "a.tif", "a.BMP"})
        QTest::newRow(name) << name << true;
    for (const char *name : {"a.txt", "jpg", ".jpg", "a.jpg.part", "a.db", "a"})
        QTest::newRow(name) << name << false;
}

void TestImageLoader::names()
{
    QFETCH(QString, name);
    QTEST(isImageName(name), "image");
}

void TestImageLoader::losslessFormats_data()
{
    QTest::addColumn<QString>("format");
    for (const char *format : {"png", "bmp"})
        QTest::newRow(format) << format;
}

void TestImageLoader::losslessFormats()
{
    QFETCH(QString, format);
    const QImage original = picture(33, 21); // rows that need padding
    const QString path = m_dir.filePath("lossless." + format);
    writeFile(path, encoded(original, format.toLatin1(), 100));
    const auto loaded = loadImage(path);
    QVERIFY2(loaded.ok(), loaded ? "" : qPrintable(loaded.error().sentence()));
    QCOMPARE(loaded->format(), QImage::Format_RGB888);
    QCOMPARE(loaded->size(), original.size());
    QCOMPARE(greatestDifference(*loaded, original), 0);
}

void TestImageLoader::convertsToRgb_data()
{
    QTest::addColumn<QImage>("image");
    QTest::addColumn<QRgb>("expected");
    QImage grey(9, 7, QImage::Format_Grayscale8);
    grey.fill(77);
    QTest::newRow("grey") << grey << qRgb(77, 77, 77);
    QImage alpha(9, 7, QImage::Format_ARGB32);
    alpha.fill(QColor(200, 100, 50, 10));
    QTest::newRow("alpha is left out") << alpha << qRgb(200, 100, 50);
    QImage deep(9, 7, QImage::Format_RGBX64);
    deep.fill(QColor::fromRgba64(0x8000, 0x4000, 0xC000));
    QTest::newRow("16 bit") << deep << qRgb(128, 64, 192);
    QImage deepGrey(9, 7, QImage::Format_Grayscale16);
    deepGrey.fill(QColor::fromRgba64(0x8000, 0x8000, 0x8000));
    QTest::newRow("16 bit grey") << deepGrey << qRgb(128, 128, 128);
    QImage palette(9, 7, QImage::Format_Indexed8);
    palette.setColorTable({qRgb(1, 2, 3), qRgb(250, 0, 9)});
    palette.fill(1);
    QTest::newRow("palette") << palette << qRgb(250, 0, 9);
}

void TestImageLoader::convertsToRgb()
{
    QFETCH(QImage, image);
    QFETCH(QRgb, expected);
    const QString path = m_dir.filePath("convert.png");
    writeFile(path, encoded(image, "png", 100));
    const auto loaded = loadImage(path);
    QVERIFY(loaded.ok());
    QCOMPARE(loaded->format(), QImage::Format_RGB888);
    QImage flat(image.size(), QImage::Format_RGB888);
    flat.fill(expected);
    QVERIFY(greatestDifference(*loaded, flat) <= 1);
}

void TestImageLoader::jpegColours()
{
    // Red must stay red: the decoder's order is the other way round.
    QImage image(32, 32, QImage::Format_RGB888);
    image.fill(QColor(220, 30, 10));
    writeFile(m_dir.filePath("red.jpg"), encoded(image, "jpg", 95));
    const auto loaded = loadImage(m_dir.filePath("red.jpg"));
    QVERIFY(loaded.ok());
    QVERIFY(greatestDifference(*loaded, image) <= 3);
}

void TestImageLoader::anyPath_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name :
         {"ein Häher am Futterhaus.jpg", "鳥 2021.jpg", "2021-02-08T10:56:58_chickadee.jpg",
          "a%20b#c?d.jpg", "quote'\"s.jpg", "🐦.jpg"})
        QTest::newRow(name) << QString::fromUtf8(name);
}

void TestImageLoader::anyPath()
{
    QFETCH(QString, name);
    const QString path = m_dir.filePath("Ordner ü/" + name);
    writeFile(path, encoded(picture(), "jpg"));
    QVERIFY(loadImage(path).ok());
    QVERIFY(loadThumbnail(path, {20, 20}).ok());
}

void TestImageLoader::orientation_data()
{
    QTest::addColumn<int>("exif");
    QTest::addColumn<QPoint>("corner"); // where the stored upper left corner goes, in halves
    QTest::newRow("1") << 1 << QPoint(0, 0);
    QTest::newRow("3") << 3 << QPoint(1, 1);
    QTest::newRow("6") << 6 << QPoint(1, 0);
    QTest::newRow("8") << 8 << QPoint(0, 1);
}

void TestImageLoader::orientation()
{
    QFETCH(int, exif);
    QFETCH(QPoint, corner);
    QImage image(64, 32, QImage::Format_RGB888);
    image.fill(Qt::black);
    QPainter painter(&image);
    painter.fillRect(0, 0, 32, 16, Qt::white);
    painter.end();
    const QString path = m_dir.filePath("turned.jpg");
    writeFile(path, withExif(encoded(image, "jpg", 95), exifSegment(exif)));
    const bool upended = exif >= 5;
    const auto check = [&](const QImage &loaded, const QSize &size) {
        QCOMPARE(loaded.size(), size);
        for (const QPoint half : {QPoint(0, 0), QPoint(1, 0), QPoint(0, 1), QPoint(1, 1)}) {
            const QPoint at((2 * half.x() + 1) * size.width() / 4,
                            (2 * half.y() + 1) * size.height() / 4);
            QCOMPARE(qGray(loaded.pixel(at)) > 128, half == corner);
        }
    };
    const auto loaded = loadImage(path);
    QVERIFY(loaded.ok());
    check(*loaded, upended ? QSize(32, 64) : QSize(64, 32));
    const auto thumbnail = loadThumbnail(path, {16, 16});
    QVERIFY(thumbnail.ok());
    check(*thumbnail, upended ? QSize(8, 16) : QSize(16, 8));
}

void TestImageLoader::problems_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("what");
    const QByteArray jpeg = encoded(picture(320, 240), "jpg");
    const QByteArray png = encoded(picture(320, 240), "png");
    QTest::newRow("missing") << QByteArray() << "missing.jpg"
                             << "missing";
    QTest::newRow("empty") << QByteArray("") << "empty.jpg"
                           << "empty";
    QTest::newRow("text") << QByteArray("hello, this is no image") << "text.jpg"
                          << "not an image";
    QTest::newRow("zeros") << QByteArray(5000, '\0') << "zeros.jpg"
                           << "not an image";
    QTest::newRow("cut jpeg") << jpeg.left(jpeg.size() / 2) << "cut.jpg"
                              << "cut off";
    QTest::newRow("zeros after a half")
        << jpeg.left(jpeg.size() / 2) + QByteArray(jpeg.size() / 2, '\0') << "zeroed.jpg"
        << "cut off";
    QTest::newRow("jpeg header only") << jpeg.left(20) << "header.jpg"
                                      << "cut off";
    QTest::newRow("cut png") << png.left(png.size() / 2) << "cut.png"
                             << "cut off";
    QTest::newRow("damaged png") << png.left(60) + QByteArray(40, 'x') + png.mid(100) << "bad.png"
                                 << "";
}

void TestImageLoader::problems()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, name);
    QFETCH(QString, what);
    const QString path = m_dir.filePath(name);
    if (!bytes.isNull())
        writeFile(path, bytes);
    for (const auto &result : {loadImage(path), loadThumbnail(path, {64, 64})}) {
        QVERIFY(!result.ok());
        QVERIFY2(result.error().what.contains(what), qPrintable(result.error().what));
        QCOMPARE(result.error().where, path);
        QVERIFY(!result.error().what.endsWith('.'));
    }
    QVERIFY(!loadImage(m_dir.path()).ok());
}

void TestImageLoader::everyCutIsNoticed()
{
    const QByteArray jpeg = encoded(picture(40, 30), "jpg", 60);
    QVERIFY(!inspectImage(jpeg).noEnd);
    const QString path = m_dir.filePath("cut.jpg");
    writeFile(path, jpeg);
    const auto whole = loadImage(path);
    QVERIFY(whole);
    int complete = 0;
    for (qsizetype size = 1; size < jpeg.size(); ++size) {
        QVERIFY2(inspectImage(jpeg.left(size)).noEnd || size < 2,
                 qPrintable(QString::number(size)));
        writeFile(path, jpeg.left(size));
        const auto cut = loadImage(path);
        complete += cut ? 1 : 0;
        if (cut) // then only the end marker, and bits that pad the last byte, are missing
            QCOMPARE(*cut, *whole);
    }
    QVERIFY(complete >= 2 && complete <= 3);
}

void TestImageLoader::bytesAfterTheEnd()
{
    const QByteArray jpeg = encoded(picture(40, 30), "jpg");
    for (const QByteArray &after :
         {QByteArray(512, '\0'), QByteArray("\xFF\xFF\xFF"), QByteArray("trailer")}) {
        const QString path = m_dir.filePath("padded.jpg");
        writeFile(path, jpeg + after);
        const auto loaded = loadImage(path);
        QVERIFY(loaded.ok());
        QCOMPARE(loaded->size(), QSize(40, 30));
    }
}

void TestImageLoader::thumbnailInsideIsNoEnd()
{
    const QByteArray inner = encoded(picture(16, 12), "jpg");
    const QByteArray jpeg = encoded(picture(200, 150), "jpg");
    const int length = int(inner.size()) + 2;
    const QByteArray segment = QByteArray("\xFF\xE2", 2) + char(length >> 8) + char(length) + inner;
    const QByteArray whole = withExif(jpeg, segment);
    QVERIFY(!inspectImage(whole).noEnd);
    QCOMPARE(inspectImage(whole).stored, QSize(200, 150));
    QVERIFY(inspectImage(whole.left(whole.size() - 300)).noEnd);
}

void TestImageLoader::progressiveJpeg()
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, "jpg");
    writer.setProgressiveScanWrite(true);
    QVERIFY(writer.write(picture(120, 90)));
    QVERIFY(bytes.count("\xFF\xDA") > 1); // several scans
    const QString path = m_dir.filePath("progressive.jpg");
    writeFile(path, bytes);
    QVERIFY(loadImage(path).ok());
    writeFile(path, bytes.left(bytes.size() * 2 / 3));
    QVERIFY(!loadImage(path).ok());
}

void TestImageLoader::hugeDimensions()
{
    // A small file that claims 60000 x 60000 pixels must not take 10 GB.
    QByteArray png = encoded(picture(8, 8), "png");
    png[16] = 0, png[17] = 0, png[18] = char(0xEA), png[19] = 0x60;
    png[20] = 0, png[21] = 0, png[22] = char(0xEA), png[23] = 0x60;
    writeFile(m_dir.filePath("huge.png"), png);
    QByteArray jpeg = encoded(picture(8, 8), "jpg");
    const qsizetype frame = jpeg.indexOf("\xFF\xC0");
    QVERIFY(frame > 0);
    for (const int at : {5, 7}) {
        jpeg[frame + at] = char(0xEA);
        jpeg[frame + at + 1] = 0x60;
    }
    writeFile(m_dir.filePath("huge.jpg"), jpeg);
    for (const char *name : {"huge.png", "huge.jpg"}) {
        QElapsedTimer timer;
        timer.start();
        const auto loaded = loadImage(m_dir.filePath(name));
        QVERIFY(!loaded.ok());
        QVERIFY2(loaded.error().what.contains("60000 x 60000"), qPrintable(loaded.error().what));
        QVERIFY(timer.elapsed() < 500);
    }
}

void TestImageLoader::thumbnails_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QSize>("bound");
    QTest::addColumn<QSize>("expected");
    QTest::addColumn<QString>("format");
    for (const char *format : {"jpg", "png"}) {
        QTest::addRow("portrait %s", format)
            << QSize(480, 640) << QSize(160, 160) << QSize(120, 160) << format;
        QTest::addRow("large %s", format)
            << QSize(1920, 1080) << QSize(160, 160) << QSize(160, 90) << format;
        QTest::addRow("not enlarged %s", format)
            << QSize(48, 64) << QSize(160, 160) << QSize(48, 64) << format;
        QTest::addRow("sliver %s", format)
            << QSize(2000, 3) << QSize(100, 100) << QSize(100, 1) << format;
    }
}

void TestImageLoader::thumbnails()
{
    QFETCH(QSize, size);
    QFETCH(QSize, bound);
    QFETCH(QSize, expected);
    QFETCH(QString, format);
    QImage image(size, QImage::Format_RGB888);
    image.fill(QColor(200, 20, 40));
    QPainter painter(&image);
    painter.fillRect(0, 0, size.width() / 2, size.height(), QColor(10, 20, 220));
    painter.end();
    const QString path = m_dir.filePath("thumb." + format);
    writeFile(path, encoded(image, format.toLatin1(), 95));
    const auto thumbnail = loadThumbnail(path, bound);
    QVERIFY(thumbnail.ok());
    QCOMPARE(thumbnail->size(), expected);
    const QRgb left = thumbnail->pixel(expected.width() / 4, expected.height() / 2);
    const QRgb right = thumbnail->pixel(expected.width() * 3 / 4, expected.height() / 2);
    QVERIFY(qBlue(left) > 180 && qRed(left) < 60);
    QVERIFY(qRed(right) > 160 && qBlue(right) < 80);
}

void TestImageLoader::previews_data()
{
    QTest::addColumn<QSize>("stored");
    QTest::addColumn<int>("exif");
    QTest::addColumn<int>("side");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QSize>("preview");
    QTest::newRow("halved") << QSize(800, 600) << 1 << 400 << QSize(800, 600) << QSize(400, 300);
    QTest::newRow("an eighth") << QSize(800, 600) << 1 << 90 << QSize(800, 600) << QSize(100, 75);
    QTest::newRow("not quite") << QSize(800, 600) << 1 << 401 << QSize(800, 600) << QSize(800, 600);
    QTest::newRow("turned") << QSize(800, 600) << 6 << 200 << QSize(600, 800) << QSize(150, 200);
    QTest::newRow("small") << QSize(48, 64) << 1 << 1600 << QSize(48, 64) << QSize(48, 64);
    QTest::newRow("odd") << QSize(801, 603) << 1 << 400 << QSize(801, 603) << QSize(401, 302);
}

void TestImageLoader::previews()
{
    QFETCH(QSize, stored);
    QFETCH(int, exif);
    QFETCH(int, side);
    const QString path = m_dir.filePath("preview.jpg");
    writeFile(path, withExif(encoded(picture(stored.width(), stored.height()), "jpg"),
                             exifSegment(exif)));
    const auto preview = loadPreview(path, side);
    QVERIFY(preview);
    QTEST(preview->size, "size");
    QTEST(preview->image.size(), "preview");
    QCOMPARE(preview->image.format(), QImage::Format_RGB888);
    if (preview->image.size() == preview->size)
        QCOMPARE(preview->image, *loadImage(path));
    writeFile(path, encoded(picture(stored.width(), stored.height()), "jpg").left(300));
    const auto broken = loadPreview(path, side);
    QVERIFY(!broken); // nothing of it could be decoded
    QVERIFY(broken.error().what.contains("cut off"));
}

void TestImageLoader::manyThreads()
{
    const QString path = m_dir.filePath("threads.jpg");
    writeFile(path,
              withExif(encoded(picture(64, 48), "jpg"), exifSegment(1, "2021:02:08 10:56:58")));
    const auto expected = loadImage(path);
    QVERIFY(expected.ok());
    std::atomic_int same = 0;
    QThreadPool pool;
    pool.setMaxThreadCount(8);
    for (int i = 0; i < 64; ++i)
        pool.start([&] {
            const auto loaded = loadImage(path);
            same += int(loaded.ok() && *loaded == *expected &&
                        readExifTime(path).captureTime.isValid());
        });
    QVERIFY(pool.waitForDone(60000));
    QCOMPARE(same.load(), 64);
}

void TestImageLoader::exifTime_data()
{
    QTest::addColumn<QByteArray>("time");
    QTest::addColumn<QByteArray>("offset");
    QTest::addColumn<QString>("capture");
    QTest::addColumn<QString>("utc");
    QTest::newRow("time") << QByteArray("2021:02:08 10:56:58") << QByteArray()
                          << "2021-02-08T10:56:58Z"
                          << "";
    QTest::newRow("offset") << QByteArray("2021:02:08 10:56:58") << QByteArray("-07:00")
                            << "2021-02-08T10:56:58Z"
                            << "2021-02-08T17:56:58Z";
    QTest::newRow("east") << QByteArray("2021:02:08 00:30:00") << QByteArray("+01:00")
                          << "2021-02-08T00:30:00Z"
                          << "2021-02-07T23:30:00Z";
    QTest::newRow("impossible") << QByteArray("2021:02:31 10:56:58") << QByteArray() << ""
                                << "";
    QTest::newRow("zeros") << QByteArray("0000:00:00 00:00:00") << QByteArray() << ""
                           << "";
    QTest::newRow("blank offset") << QByteArray("2021:02:08 10:56:58") << QByteArray("   :  ")
                                  << "2021-02-08T10:56:58Z"
                                  << "";
    QTest::newRow("skipped hour") << QByteArray("2021:03:14 02:30:00") << QByteArray()
                                  << "2021-03-14T02:30:00Z"
                                  << "";
    QTest::newRow("no exif") << QByteArray() << QByteArray() << ""
                             << "";
}

void TestImageLoader::exifTime()
{
    QFETCH(QByteArray, time);
    QFETCH(QByteArray, offset);
    QFETCH(QString, capture);
    QFETCH(QString, utc);
    const QString path = m_dir.filePath("ä exif.jpg");
    const QByteArray jpeg = encoded(picture(), "jpg");
    writeFile(path, time.isEmpty() ? jpeg : withExif(jpeg, exifSegment(1, time, offset)));
    const ExifTime exif = readExifTime(path);
    QCOMPARE(exif.captureTime.toString(Qt::ISODate), capture);
    QCOMPARE(exif.utc.toString(Qt::ISODate), utc);
    QVERIFY(!readExifTime(m_dir.filePath("not there.jpg")).captureTime.isValid());
}

void TestImageLoader::referencePhotos()
{
    // Only where the reference data is present; its absence changes nothing.
    int count = 0;
    QDirIterator files(BIRBLENS_SOURCE_DIR "/../shared/reference", {"*.jpg", "*.png"}, QDir::Files,
                       QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        const auto loaded = loadImage(path);
        QVERIFY2(loaded.ok(), loaded ? "" : qPrintable(loaded.error().sentence()));
        const QImage other = QImage(path).convertToFormat(QImage::Format_RGB888);
        QCOMPARE(loaded->size(), other.size());
        ++count;
    }
    qInfo("%d reference photos", count);
}

QTEST_GUILESS_MAIN(TestImageLoader)
#include "tst_imageloader.moc"
