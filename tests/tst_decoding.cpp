// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/codedsize.h"
#include "core/frames/decode/imagedecoder.h"
#include "core/frames/imageloader.h"
#include "support/birbcamfolder.h"
#include "support/encoders.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QImageWriter>
#include <QProcess>
#include <QTest>
#include <QtEndian>

#include <opencv2/imgcodecs.hpp>

#include <cmath>
#include <cstdio>

using namespace birblens;
using testing::encoded;
using testing::writeFile;

namespace {

/** Like a photograph: smooth, with some detail. */
QImage photo(int width, int height)
{
    QImage image(width, height, QImage::Format_RGB888);
    for (int y = 0; y < height; ++y) {
        uchar *to = image.scanLine(y);
        for (int x = 0; x < width; ++x, to += 3) {
            to[0] = uchar(128 + 90 * std::sin(x * 0.05) + ((x * 7 + y * 3) % 23));
            to[1] = uchar(110 + 80 * std::cos(y * 0.04 + x * 0.01) + ((x * y) % 17));
            to[2] = uchar((x * 120 / width + y * 100 / height) + ((x ^ y) & 15));
        }
    }
    return image;
}

double meanDifference(const QImage &a, const QImage &b)
{
    if (a.size() != b.size())
        return 1000;
    qint64 sum = 0;
    for (int y = 0; y < a.height(); ++y)
        for (int x = 0; x < a.width() * 3; ++x)
            sum += std::abs(int(a.constScanLine(y)[x]) - int(b.constScanLine(y)[x]));
    return double(sum) / (3.0 * a.width() * a.height());
}

QImage byOpenCv(const QByteArray &bytes, int flags)
{
    const cv::Mat raw(1, int(bytes.size()), CV_8UC1, const_cast<char *>(bytes.constData()));
    const cv::Mat image = cv::imdecode(raw, flags);
    if (image.empty())
        return {};
    return QImage(image.data, image.cols, image.rows, qsizetype(image.step), QImage::Format_BGR888)
        .convertToFormat(QImage::Format_RGB888);
}

QByteArray progressive(const QImage &image)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QImageWriter writer(&buffer, "jpg");
    writer.setProgressiveScanWrite(true);
    writer.setQuality(90);
    writer.write(image);
    return bytes;
}

QByteArray numbers(std::initializer_list<quint32> values)
{
    QByteArray bytes;
    for (const quint32 value : values) {
        const quint32 big = qToBigEndian(value);
        bytes.append(reinterpret_cast<const char *>(&big), 4);
    }
    return bytes;
}

const QByteArray plainCoding("\xFF\x52\x00\x0C\x00\x00\x00\x01\x00\x05\x04\x04\x00\x01", 14);

/**
 * The headers of a code stream with nothing behind them: SIZ with the tiles it claims, COD @p
 * coding, and QCD; @p inTile stands in the header of the only tile part.
 */
QByteArray emptyJpeg2000(quint32 width, quint32 height, quint32 tile, quint16 components,
                         const QByteArray &coding = plainCoding, const QByteArray &inTile = {})
{
    QByteArray siz = QByteArray("\xFF\x4F\xFF\x51", 4);
    const quint16 length = 38 + 3 * components;
    siz += char(length >> 8);
    siz += char(length);
    siz += QByteArray("\0\0", 2) + numbers({width, height, 0, 0, tile, tile, 0, 0});
    siz += char(components >> 8);
    siz += char(components);
    for (int i = 0; i < components; ++i)
        siz += QByteArray("\x07\x01\x01", 3);
    siz += coding + QByteArray("\xFF\x5C\x00\x13\x40", 5) + QByteArray(16, '\x48');
    siz += QByteArray("\xFF\x90\x00\x0A\x00\x00", 6) + numbers({quint32(14 + inTile.size())}) +
           QByteArray("\x00\x01", 2) + inTile + QByteArray("\xFF\x93\xFF\xD9", 4);
    return siz;
}

QByteArray box(const QByteArray &name, const QByteArray &content)
{
    return numbers({quint32(8 + content.size())}) + name + content;
}

/** A JP2 file whose palette makes many components of one. */
QByteArray paletteJpeg2000(quint32 side, int columns, bool outside)
{
    const QByteArray head =
        box("ihdr", numbers({side, side}) + QByteArray("\x00\x01\x07\x07\x00\x00", 6)) +
        box("colr", QByteArray("\x01\x00\x00", 3) + numbers({17}));
    QByteArray palette = QByteArray("\x00\x01", 2) + char(columns) + QByteArray(columns, '\x07');
    palette += QByteArray(columns, '\x10');
    QByteArray map;
    for (int i = 0; i < columns; ++i)
        map += QByteArray("\x00\x00\x01", 3) + char(i);
    const QByteArray colours = box("pclr", palette) + box("cmap", map);
    return QByteArray("\0\0\0\x0CjP  \r\n\x87\n", 12) +
           box("ftyp", QByteArray("jp2 \0\0\0\0jp2 ", 12)) +
           box("jp2h", head + (outside ? QByteArray() : colours)) +
           (outside ? colours : QByteArray()) + box("jp2c", emptyJpeg2000(side, side, side, 1));
}

/**
 * A HEIC whose picture is put together from one of 64 x 64 pixels: an item @p type of the size
 * @p payload, of which `ispe` says @p claimed.
 */
QByteArray composedHeif(const QByteArray &type, const QSize &claimed, const QSize &payload)
{
    const QByteArray whole = testing::heif(photo(64, 64), false);
    const auto content = [&whole](const char *name) {
        const qsizetype at = whole.indexOf(name);
        return whole.mid(at - 4, qFromBigEndian<qint32>(whole.constData() + at - 4));
    };
    const QByteArray coded = content("mdat").mid(8);
    const auto extents = [](const QSize &size) {
        return box("ispe", numbers({0, quint32(size.width()), quint32(size.height())}));
    };
    const auto item = [](int id, const QByteArray &kind) {
        return box("infe",
                   QByteArray("\2\0\0\0\0", 5) + char(id) + QByteArray(2, '\0') + kind + '\0');
    };
    QByteArray composed;
    const QByteArray size = numbers({quint32(payload.width()), quint32(payload.height())});
    if (type == "grid")
        composed = QByteArray("\0\1\0\0", 4) + size;
    else
        composed = QByteArray("\0\1", 2) + QByteArray(8, '\0') + size + QByteArray(8, '\0');
    const auto meta = [&](quint32 codedAt) {
        const auto place = [](int id, int method, quint32 offset, qsizetype length) {
            return QByteArray("\0", 1) + char(id) + QByteArray("\0", 1) + char(method) +
                   QByteArray("\0\0\0\1", 4) + numbers({offset, quint32(length)});
        };
        return box(
            "meta",
            numbers({0}) + box("hdlr", numbers({0, 0}) + "pict" + QByteArray(13, '\0')) +
                box("pitm", QByteArray("\0\0\0\0\0\1", 6)) +
                box("iinf", QByteArray("\0\0\0\0\0\2", 6) + item(1, type) + item(2, "hvc1")) +
                box("iref", numbers({0}) + box("dimg", QByteArray("\0\1\0\1\0\2", 6))) +
                box("iprp", box("ipco", extents(claimed) + extents({64, 64}) + content("hvcC")) +
                                box("ipma", numbers({0, 2}) + QByteArray("\0\1\1\1", 4) +
                                                QByteArray("\0\2\2\2\x83", 5))) +
                box("idat", composed) +
                box("iloc", QByteArray("\1\0\0\0\x44\0\0\2", 8) + place(1, 1, 0, composed.size()) +
                                place(2, 0, codedAt, coded.size())));
    };
    const QByteArray type1 = box("ftyp", QByteArray("heic\0\0\0\0mif1heic", 16));
    const auto before = quint32(type1.size() + meta(0).size() + 8);
    return type1 + meta(before) + box("mdat", coded);
}

QByteArray pngChunk(const QByteArray &name, const QByteArray &content)
{
    static const auto crcOf = [](const QByteArray &bytes) {
        quint32 crc = 0xFFFFFFFFU;
        for (const char byte : bytes) {
            crc ^= uchar(byte);
            for (int i = 0; i < 8; ++i)
                crc = (crc & 1) != 0 ? 0xEDB88320U ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    };
    return numbers({quint32(content.size())}) + name + content + numbers({crcOf(name + content)});
}

/** An image without its alpha, a palette, deep: all kinds of PNG. */
QImage asFormat(const QImage &image, QImage::Format format)
{
    return image.convertToFormat(format);
}

/** What a process of its own says after it has decoded a file, and how much it took. */
struct Outcome
{
    QString said;
    QByteArray onStandardError;
    qint64 peakKilobytes = 0;
};

Outcome inOtherProcess(const QString &path)
{
    QProcess process;
    process.start(QCoreApplication::applicationFilePath(), {"--decode", path});
    Outcome outcome;
    if (!process.waitForFinished(120000) || process.exitStatus() != QProcess::NormalExit) {
        outcome.said = "the process ended";
        return outcome;
    }
    const QStringList lines = QString::fromUtf8(process.readAllStandardOutput()).split('\n');
    outcome.said = lines.value(0);
    outcome.peakKilobytes = lines.value(1).toLongLong();
    outcome.onStandardError = process.readAllStandardError();
    return outcome;
}

/** The part of this test that runs in the other process. */
int decodeAndReport(const QString &path)
{
    const auto full = loadImage(path);
    const auto preview = loadPreview(path, 400);
    const auto thumbnail = loadThumbnail(path, {160, 160});
    const auto facts = checkImage(path);
    const bool agree = full.ok() == thumbnail.ok() && full.ok() == facts.ok() &&
                       full.ok() == (preview.ok() && preview->damage.isEmpty());
    QFile status("/proc/self/status");
    status.open(QIODevice::ReadOnly);
    qint64 peak = 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith("VmHWM:"))
            peak = line.mid(6).trimmed().split(' ').first().toLongLong();
    }
    std::printf("%s\n%lld\n",
                !agree ? "they do not agree"
                : full ? "decoded"
                       : qPrintable(full.error().what),
                static_cast<long long>(peak));
    return 0;
}

} // namespace

/** What is a picture, whatever its name: every format, every fault, and how much memory it takes.
 */
class TestDecoding : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void formats_data();
    void formats();
    void equalsOpenCv_data();
    void equalsOpenCv();
    void orientations_data();
    void orientations();
    void oneDecoderForAll_data();
    void oneDecoderForAll();
    void damaged_data();
    void damaged();
    void onlyTheEndMarkerIsMissing_data();
    void onlyTheEndMarkerIsMissing();
    void cutBetweenScans_data();
    void cutBetweenScans();
    void harmlessOddities_data();
    void harmlessOddities();
    void whatCouldBeDecoded();
    void bombs_data();
    void bombs();
    void notPictures_data();
    void notPictures();
    void composedPictures();
    void codedSizes();
    void overlappingExtents();
    void mediaTypes();
    void planesAreCounted();
    void largePicturesTakeTurns();

private:
    QTemporaryDir m_dir;
};

void TestDecoding::formats_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("name");
    QTest::addColumn<double>("tolerance");
    QTest::addColumn<ImageFormat>("format");
    const QImage image = photo(160, 120);
    const QByteArray jpeg = encoded(image, "jpg", 97);
    const auto row = [](const char *title, const QByteArray &bytes, const QString &name,
                        double tolerance, ImageFormat format) {
        QTest::newRow(title) << bytes << name << tolerance << format;
    };
    row("JPEG", jpeg, "a.jpg", 4, ImageFormat::Jpeg);
    row("JFIF", jpeg, "a.jfif", 4, ImageFormat::Jpeg);
    row("MPO", jpeg + encoded(photo(32, 24), "jpg"), "a.mpo", 4, ImageFormat::Jpeg);
    row("progressive", progressive(image), "p.jpg", 5, ImageFormat::Jpeg);
    row("sequential scans", testing::sequentialScans(image), "s.jpg", 4, ImageFormat::Jpeg);
    row("CMYK", testing::cmykJpeg(image), "c.jpg", 4, ImageFormat::Jpeg);
    row("PNG", encoded(image, "png"), "a.png", 0, ImageFormat::Png);
    row("WebP", testing::webp(image, false), "a.webp", 6, ImageFormat::WebP);
    row("WebP lossless", testing::webp(image, true), "l.webp", 0, ImageFormat::WebP);
    row("TIFF", testing::tiff(image), "a.tif", 0, ImageFormat::Tiff);
    row("TIFF, pages", testing::tiff(image, 1, 3), "p.tiff", 0, ImageFormat::Tiff);
    row("TIFF, planes", testing::tiff(image, 1, 1, true), "l.tif", 0, ImageFormat::Tiff);
    row("BMP", encoded(image, "bmp"), "a.bmp", 0, ImageFormat::Bmp);
    row("JPEG 2000", testing::jpeg2000(image), "a.jp2", 0, ImageFormat::Jpeg2000);
    row("HEIC", testing::heif(image, false), "a.heic", 6, ImageFormat::Heif);
    row("AVIF", testing::heif(image, true), "a.avif", 6, ImageFormat::Heif);
    row("JPEG XL", testing::jxl(image), "a.jxl", 0, ImageFormat::Jxl);
    row("named wrongly", encoded(image, "png"), "wrong.jpg", 0, ImageFormat::Png);
    row("named wrongly too", testing::webp(image, true), "wrong.png", 0, ImageFormat::WebP);
}

void TestDecoding::formats()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, name);
    QFETCH(double, tolerance);
    QFETCH(ImageFormat, format);
    QVERIFY(isImageName(name));
    QVERIFY(isImageName(name.toUpper()));
    const QString path = m_dir.filePath(name);
    writeFile(path, bytes);
    const auto loaded = loadImage(path);
    QVERIFY2(loaded, loaded ? "" : qPrintable(loaded.error().sentence()));
    QCOMPARE(loaded->format(), QImage::Format_RGB888);
    const double difference = meanDifference(*loaded, photo(160, 120));
    QVERIFY2(difference <= tolerance, qPrintable(QString::number(difference)));
    const auto facts = checkImage(path);
    QVERIFY(facts);
    QCOMPARE(facts->size, QSize(160, 120));
    QCOMPARE(facts->format, format);
    const auto preview = loadPreview(path, 40);
    QVERIFY(preview);
    QCOMPARE(preview->size, QSize(160, 120));
    QCOMPARE(preview->image.size(), QSize(40, 30));
    QVERIFY(preview->damage.isEmpty() && preview->remark.isEmpty());
    const auto thumbnail = loadThumbnail(path, {32, 32});
    QVERIFY(thumbnail);
    QCOMPARE(thumbnail->size(), QSize(32, 24));
}

void TestDecoding::equalsOpenCv_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QImage image = photo(211, 157);
    QTest::newRow("JPEG") << encoded(image, "jpg", 90);
    QTest::newRow("coarse JPEG") << encoded(image, "jpg", 20);
    QTest::newRow("progressive") << progressive(image);
    QTest::newRow("grey JPEG") << encoded(asFormat(image, QImage::Format_Grayscale8), "jpg", 90);
    QTest::newRow("CMYK") << testing::cmykJpeg(image);
    QTest::newRow("PNG") << encoded(image, "png");
    QTest::newRow("grey PNG") << encoded(asFormat(image, QImage::Format_Grayscale8), "png");
    QTest::newRow("palette PNG") << encoded(asFormat(image, QImage::Format_Indexed8), "png");
    QTest::newRow("two colours") << encoded(asFormat(image, QImage::Format_Mono), "png");
    QTest::newRow("deep PNG") << encoded(asFormat(image, QImage::Format_RGBA64), "png");
    QTest::newRow("deep grey PNG") << encoded(asFormat(image, QImage::Format_Grayscale16), "png");
    QImage clear = asFormat(image, QImage::Format_ARGB32);
    for (int x = 0; x < clear.width(); ++x)
        clear.setPixel(x, 20, qRgba(200, 100, 50, x));
    QTest::newRow("see-through PNG") << encoded(clear, "png");
    QTest::newRow("WebP") << testing::webp(image, false);
}

void TestDecoding::equalsOpenCv()
{
    QFETCH(QByteArray, bytes);
    const ImageHeader header = inspectImage(bytes);
    QCOMPARE(header.problem, QString());
    QCOMPARE(decodeImage(bytes, header, 1).image, byOpenCv(bytes, cv::IMREAD_COLOR));
    if (header.format != ImageFormat::Jpeg)
        return;
    for (const auto &[reduction, flags] :
         {std::pair(2, cv::IMREAD_REDUCED_COLOR_2), std::pair(4, cv::IMREAD_REDUCED_COLOR_4),
          std::pair(8, cv::IMREAD_REDUCED_COLOR_8)})
        QCOMPARE(decodeImage(bytes, header, reduction).image, byOpenCv(bytes, flags));
}

void TestDecoding::orientations_data()
{
    QTest::addColumn<int>("orientation");
    QTest::addColumn<QString>("format");
    for (int orientation = 1; orientation <= 8; ++orientation)
        for (const char *format : {"jpg", "png", "webp", "tif", "jxl"})
            QTest::addRow("%s %d", format, orientation) << orientation << format;
}

void TestDecoding::orientations()
{
    QFETCH(int, orientation);
    QFETCH(QString, format);
    // A corner that is white, on black; where it is to be seen (EXIF 2.3, 4.6.4).
    QImage image(64, 32, QImage::Format_RGB888);
    image.fill(Qt::black);
    for (int y = 0; y < 16; ++y)
        for (int x = 0; x < 32; ++x)
            image.setPixel(x, y, qRgb(255, 255, 255));
    const QList<QPoint> corners{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}, {1, 0}, {1, 1}, {0, 1}};
    QByteArray exif("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0", 26);
    exif[19] = char(orientation);
    QByteArray bytes;
    if (format == "jpg") {
        const QByteArray jpeg = encoded(image, "jpg", 95);
        const QByteArray content = QByteArray("Exif\0\0", 6) + exif;
        bytes = jpeg.left(2) + QByteArray("\xFF\xE1\0", 3) + char(content.size() + 2) + content +
                jpeg.mid(2);
    } else if (format == "png") {
        const QByteArray png = encoded(image, "png");
        bytes = png.left(33) + pngChunk("eXIf", exif) + png.mid(33);
    } else if (format == "webp") {
        const QByteArray lossy = testing::webp(image, true);
        QByteArray extended("VP8X\x0A\0\0\0\x08\0\0\0\0\0\0\0\0\0", 18);
        extended[12] = 63;
        extended[15] = 31;
        QByteArray body =
            "WEBP" + extended + lossy.mid(12) + "EXIF" + QByteArray("\x1A\0\0\0", 4) + exif;
        QByteArray size(4, '\0');
        qToLittleEndian<quint32>(quint32(body.size()), size.data());
        bytes = "RIFF" + size + body;
    } else if (format == "tif") {
        bytes = testing::tiff(image, orientation);
    } else {
        bytes = testing::jxl(image, orientation);
    }
    const QString path = m_dir.filePath("turned." + format);
    writeFile(path, bytes);
    const auto loaded = loadImage(path);
    QVERIFY2(loaded, loaded ? "" : qPrintable(loaded.error().sentence()));
    const QSize size = orientation >= 5 ? QSize(32, 64) : QSize(64, 32);
    QCOMPARE(loaded->size(), size);
    QCOMPARE(checkImage(path)->size, size);
    for (const QPoint half : {QPoint(0, 0), QPoint(1, 0), QPoint(0, 1), QPoint(1, 1)}) {
        const QPoint at((2 * half.x() + 1) * size.width() / 4,
                        (2 * half.y() + 1) * size.height() / 4);
        QCOMPARE(qGray(loaded->pixel(at)) > 128, half == corners[orientation - 1]);
    }
}

void TestDecoding::oneDecoderForAll_data()
{
    formats_data();
}

/** The whole of what a user of the loader may ask for says the same, in silence. */
void TestDecoding::oneDecoderForAll()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, name);
    const QString path = m_dir.filePath("one " + name);
    writeFile(path, bytes);
    const Outcome outcome = inOtherProcess(path);
    QCOMPARE(outcome.said, "decoded");
    QCOMPARE(outcome.onStandardError, QByteArray());
}

void TestDecoding::damaged_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("what");
    const QImage image = photo(640, 480);
    const QByteArray jpeg = encoded(image, "jpg", 92);
    const qsizetype third = jpeg.size() / 3;
    const auto row = [](const char *title, const QByteArray &bytes, const char *what) {
        QTest::newRow(title) << bytes << what;
    };
    row("a hole", jpeg.left(third) + QByteArray(4096, '\0') + jpeg.mid(third + 4096), "damaged");
    row("a zeroed half",
        jpeg.left(jpeg.size() / 2) + QByteArray(jpeg.size() - jpeg.size() / 2 - 2, '\0') +
            "\xFF\xD9",
        "damaged");
    QByteArray wrong = jpeg;
    for (qsizetype at = third; at < wrong.size() - 10; at += wrong.size() / 57)
        wrong[at] = char(at % 249 + 1);
    row("wrong bytes", wrong, "damaged");
    row("other bytes of a sector",
        jpeg.left(third) + QByteArray(512, '\x55') + jpeg.mid(third + 512), "damaged");
    row("cut off", jpeg.left(jpeg.size() / 2), "cut off");
    row("cut off and closed", jpeg.left(jpeg.size() / 2) + "\xFF\xD9", "damaged");
    const QByteArray scans = progressive(image);
    row("progressive, cut off", scans.left(scans.size() / 2), "cut off");
    const QByteArray png = encoded(image, "png");
    QByteArray crc = png;
    crc[png.size() / 2] = char(crc[png.size() / 2] ^ 0x10);
    row("PNG, a wrong bit", crc, "damaged");
    row("PNG, cut off", png.left(png.size() / 2), "cut off");
    for (const bool lossless : {false, true}) {
        const QByteArray webp = testing::webp(image, lossless);
        row(lossless ? "lossless WebP, cut off" : "WebP, cut off", webp.left(webp.size() / 2),
            "cut off");
    }
    const QByteArray tiff = testing::tiff(image);
    QByteArray holed = tiff;
    for (qsizetype i = tiff.size() / 3; i < tiff.size() / 3 + 2000; ++i)
        holed[i] = '\xFF';
    row("TIFF, a hole", holed, "damaged");
    row("BMP, cut off", encoded(image, "bmp").left(400000), "cut off");
    const QByteArray jp2 = testing::jpeg2000(image);
    row("JPEG 2000, cut off", jp2.left(jp2.size() / 2), "cut off");
    const QByteArray heic = testing::heif(image, false);
    row("HEIC, cut off", heic.left(heic.size() / 2), "cut off");
    const QByteArray avif = testing::heif(image, true);
    row("AVIF, cut off", avif.left(avif.size() / 2), "cut off");
    const QByteArray jxl = testing::jxl(image);
    row("JPEG XL, cut off", jxl.left(jxl.size() / 2), "cut off");
}

void TestDecoding::damaged()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, what);
    const QString path = m_dir.filePath("damaged.jpg"); // told by content
    writeFile(path, bytes);
    const Outcome outcome = inOtherProcess(path);
    QVERIFY2(outcome.said.contains(what), qPrintable(outcome.said));
    QCOMPARE(outcome.onStandardError, QByteArray());
}

void TestDecoding::onlyTheEndMarkerIsMissing_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("baseline") << encoded(photo(320, 240), "jpg", 90);
    QTest::newRow("progressive") << progressive(photo(320, 240));
    QTest::newRow("sequential scans") << testing::sequentialScans(photo(320, 240));
}

void TestDecoding::onlyTheEndMarkerIsMissing()
{
    QFETCH(QByteArray, bytes);
    const QString path = m_dir.filePath("end.jpg");
    writeFile(path, bytes);
    const auto whole = loadImage(path);
    QVERIFY(whole);
    for (const int missing : {1, 2}) {
        writeFile(path, bytes.chopped(missing));
        const auto loaded = loadImage(path);
        QVERIFY2(loaded, loaded ? "" : qPrintable(loaded.error().sentence()));
        QCOMPARE(*loaded, *whole);
        const auto preview = loadPreview(path, 100);
        QVERIFY(preview);
        QVERIFY(preview->damage.isEmpty());
        QVERIFY(preview->remark.contains("lacks its end marker"));
    }
    QVERIFY(checkImage(path));
}

void TestDecoding::cutBetweenScans_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("progressive") << progressive(photo(320, 240));
    QTest::newRow("sequential") << testing::sequentialScans(photo(320, 240));
}

void TestDecoding::cutBetweenScans()
{
    QFETCH(QByteArray, bytes);
    const QString path = m_dir.filePath("scans.jpg");
    int scans = 0;
    for (qsizetype at = bytes.indexOf("\xFF\xDA"); at >= 0;
         at = bytes.indexOf("\xFF\xDA", at + 2)) {
        if (++scans == 1)
            continue;
        // The tables of the scan come before it: the cut is at the marker before them.
        qsizetype cut = at;
        const qsizetype tables = bytes.lastIndexOf("\xFF\xC4", at);
        if (tables > 0 && at - tables < 300)
            cut = tables;
        for (const char *end : {"", "\xFF\xD9"}) {
            writeFile(path, bytes.left(cut) + end);
            const auto loaded = loadImage(path);
            QVERIFY(!loaded);
            QVERIFY2(loaded.error().what.contains("cut off"), qPrintable(loaded.error().what));
        }
    }
    QVERIFY(scans >= 3);
}

void TestDecoding::harmlessOddities_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray jpeg = encoded(photo(160, 120), "jpg", 90);
    QTest::newRow("two bytes before the end") << jpeg.chopped(2) + QByteArray("\0\0\xFF\xD9", 4);
    QTest::newRow("bytes after the end") << jpeg + QByteArray(3000, '\x7F');
    QByteArray jfif = jpeg;
    jfif[jfif.indexOf("JFIF") + 5] = 9; // a version that nobody knows
    QTest::newRow("JFIF 9") << jfif;
    const QByteArray png = encoded(photo(160, 120), "png");
    QTest::newRow("a profile of nonsense")
        << png.left(33) + pngChunk("iCCP", QByteArray("x\0\0nonsense", 11)) + png.mid(33);
    QByteArray text = pngChunk("tEXt", QByteArray("Comment\0hello", 13));
    text.back() = char(text.back() ^ 1);
    QTest::newRow("a text of a wrong sum") << png.left(33) + text + png.mid(33);
}

void TestDecoding::harmlessOddities()
{
    QFETCH(QByteArray, bytes);
    const QString path = m_dir.filePath("odd.jpg");
    writeFile(path, bytes);
    const Outcome outcome = inOtherProcess(path);
    QCOMPARE(outcome.said, "decoded");
    QCOMPARE(outcome.onStandardError, QByteArray());
}

void TestDecoding::whatCouldBeDecoded()
{
    const QByteArray jpeg = encoded(photo(640, 480), "jpg", 92);
    const QString path = m_dir.filePath("half.jpg");
    writeFile(path, jpeg);
    const QImage whole = *loadImage(path);
    writeFile(path, jpeg.left(jpeg.size() / 2));
    const auto preview = loadPreview(path, 1000);
    QVERIFY(preview);
    QVERIFY2(preview->damage.contains("cut off after"), qPrintable(preview->damage));
    QVERIFY(preview->damage.startsWith(path));
    QCOMPARE(preview->image.size(), QSize(640, 480));
    // The upper part is there, just as it is.
    const QRect upper(0, 0, 640, 160);
    QCOMPARE(preview->image.copy(upper), whole.copy(upper));
}

void TestDecoding::bombs_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("what");
    const auto row = [](const char *title, const QByteArray &bytes, const char *what) {
        QTest::newRow(title) << bytes << what;
    };
    row("JPEG 2000, 40000 x 40000", emptyJpeg2000(40000, 40000, 40000, 3), "too large");
    row("JPEG 2000, 4 billion", emptyJpeg2000(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 1), "too large");
    row("JPEG 2000, 64000 tiles", emptyJpeg2000(8000, 8000, 32, 3), "too large");
    row("JPEG 2000, 16000 components", emptyJpeg2000(100, 100, 100, 16000), "no photograph");
    row("JPEG 2000, 8000 x 8000 without data", emptyJpeg2000(6000, 6000, 6000, 3), "");
    // Code blocks of 4 x 4, in the main header and in a tile's; precincts of 2 x 2; 65535 layers
    const QByteArray blocks("\xFF\x52\x00\x0C\x00\x00\x00\x01\x00\x05\x00\x00\x00\x01", 14);
    row("JPEG 2000, small blocks", emptyJpeg2000(5000, 5000, 5000, 3, blocks), "more pieces");
    row("JPEG 2000, small blocks in a tile",
        emptyJpeg2000(5000, 5000, 5000, 3, plainCoding, blocks), "more pieces");
    row("JPEG 2000, small blocks of a component",
        emptyJpeg2000(5000, 5000, 5000, 3,
                      plainCoding + QByteArray("\xFF\x53\x00\x09\x00\x00\x05\x00\x00\x00\x01", 11)),
        "more pieces");
    row("JPEG 2000, small precincts",
        emptyJpeg2000(5000, 5000, 5000, 3,
                      QByteArray("\xFF\x52\x00\x0E\x01\x00\x00\x01\x00\x01\x04\x04\x00\x01"
                                 "\x11\x11",
                                 16)),
        "more pieces");
    row("JPEG 2000, many layers",
        emptyJpeg2000(5000, 5000, 5000, 3,
                      QByteArray("\xFF\x52\x00\x0E\x01\x00\xFF\xFF\x00\x01\x04\x04\x00\x01"
                                 "\x77\x77",
                                 16)),
        "more pieces");
    for (const bool outside : {false, true}) {
        row(outside ? "JPEG 2000, palette outside" : "JPEG 2000, palette",
            paletteJpeg2000(3000, 255, outside), "no photograph");
        row(outside ? "JPEG 2000, small palette outside" : "JPEG 2000, small palette",
            paletteJpeg2000(3000, 3, outside), "");
    }
    QByteArray png = encoded(photo(8, 8), "png");
    // libpng passes over a text before the header; its first bytes here say 8 x 1 pixels.
    QByteArray grey = numbers({8, 60000}) + QByteArray("\x08\0\0\0\0", 5);
    row("PNG, a text before the header",
        png.left(8) + pngChunk("tEXt", QByteArray("\0\0\0\x08\0\0\0\x01hello", 13)) +
            pngChunk("IHDR", grey) +
            pngChunk("IDAT", qCompress(QByteArray(9 * 60000, '\0'), 9).mid(4)) +
            pngChunk("IEND", {}),
        "");
    QByteArray hugePng = png;
    hugePng.replace(16, 8, numbers({60000, 60000}));
    row("PNG", hugePng, "too large");
    // 700 MB of text in 700 KB
    const QByteArray spaces = qCompress(QByteArray(700 * 1024 * 1024, ' '), 9).mid(4);
    row("PNG, inflating text",
        png.left(33) + pngChunk("zTXt", QByteArray("Comment\0\0", 9) + spaces) +
            pngChunk("iCCP", QByteArray("sRGB\0\0", 6) + spaces) + png.mid(33),
        "");
    QByteArray jpeg = encoded(photo(16, 16), "jpg");
    const qsizetype frame = jpeg.indexOf("\xFF\xC0");
    for (const int at : {5, 7})
        jpeg.replace(frame + at, 2, QByteArray("\xFF\xDC", 2));
    row("JPEG", jpeg, "too large");
    QByteArray scans = progressive(photo(16, 16));
    const qsizetype first = scans.indexOf("\xFF\xC2");
    for (const int at : {5, 7})
        scans.replace(first + at, 2, QByteArray("\x27\x10", 2)); // 10000 x 10000
    row("progressive JPEG", scans, "");
    // A first scan of one component only: libjpeg makes room for the coefficients of all three.
    QByteArray parts = encoded(photo(16, 16), "jpg");
    const qsizetype sequential = parts.indexOf("\xFF\xC0");
    for (const int at : {5, 7})
        parts.replace(sequential + at, 2, QByteArray("\x27\x10", 2));
    for (const int at : {11, 14, 17}) // no component is halved
        parts[sequential + at] = '\x11';
    const qsizetype start = parts.indexOf("\xFF\xDA");
    parts = parts.left(start) + QByteArray("\xFF\xDA\x00\x08\x01\x01\x00\x00\x3F\x00", 10) +
            parts.mid(start + 14);
    row("JPEG, scans apart", parts, "");
    QByteArray webp = QByteArray("RIFF\x16\0\0\0WEBPVP8X\x0A\0\0\0\0\0\0\0", 24) +
                      QByteArray("\xFF\xFF\xFF\xFF\xFF\xFF", 6);
    row("WebP", webp, "");
    QByteArray bmp = encoded(photo(8, 8), "bmp");
    for (const int at : {18, 22})
        bmp.replace(at, 4, QByteArray("\x60\xEA\0\0", 4));
    row("BMP", bmp, "too large");
    QByteArray rle = bmp; // compressed: no size of the file contradicts it
    rle[28] = 8;
    rle[30] = 1;
    row("BMP, run lengths", rle, "too large");
    QByteArray tiff = testing::tiff(photo(8, 8));
    for (const char tag : {'\x00', '\x01'}) {
        const qsizetype entry = tiff.indexOf(QByteArray(1, tag) + '\x01');
        QVERIFY(entry > 0);
        tiff[entry + 2] = 4; // LONG
        tiff.replace(entry + 8, 4, QByteArray("\x60\xEA\0\0", 4));
    }
    row("TIFF", tiff, "too large");
    // SizeHeader (ISO/IEC 18181-1, D.2), least significant bit first: not small, 30 bits of height,
    // as wide as high; then ImageMetadata and its transform by default.
    quint64 size = 0b110;
    size |= quint64(60000 - 1) << 3 | quint64(1) << 33 | quint64(0b11) << 36;
    QByteArray jxl("\xFF\x0A", 2);
    for (int i = 0; i < 8; ++i)
        jxl += char(size >> (8 * i));
    row("JPEG XL", jxl, "too large");
    row("JPEG XL, a frame larger than the picture", testing::jxlFrame({64, 64}, {11000, 11000}),
        "too large");
    row("JPEG XL, four hidden frames", testing::jxlWithHiddenFrames({64, 64}, {10000, 9900}, 4),
        "too large");
    row("JPEG XL, a hidden frame", testing::jxlWithHiddenFrames({64, 64}, {60000, 60000}, 1),
        "too large");
    row("JPEG XL, hidden frames without end",
        testing::jxlWithHiddenFrames({64, 64}, {2304, 2304}, 100), "too many layers");
    for (const bool avif : {false, true}) {
        QByteArray heif = testing::heif(photo(64, 64), avif);
        const qsizetype box = heif.indexOf("ispe");
        heif.replace(box + 8, 8, numbers({60000, 60000}));
        row(avif ? "AVIF" : "HEIC", heif, "");
    }
    // What is put together is as large as the payload says, whatever `ispe` says of it.
    for (const char *type : {"grid", "iovl"}) {
        row(qPrintable(QString("HEIC, %1").arg(type)), composedHeif(type, {64, 64}, {20000, 20000}),
            "too large");
        row(qPrintable(QString("HEIC, wide %1").arg(type)),
            composedHeif(type, {20000, 64}, {19000, 19000}), "too large");
    }
}

void TestDecoding::bombs()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, what);
    const QString path = m_dir.filePath("bomb.jpg");
    writeFile(path, bytes);
    const Outcome outcome = inOtherProcess(path);
    QVERIFY2(outcome.said.contains(what) && outcome.said != "the process ended",
             qPrintable(outcome.said));
    QVERIFY2(outcome.peakKilobytes > 1000 && outcome.peakKilobytes < 900 * 1024,
             qPrintable(QString::number(outcome.peakKilobytes)));
    QCOMPARE(outcome.onStandardError, QByteArray());
}

void TestDecoding::notPictures_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("what");
    QTest::newRow("GIF") << QByteArray("GIF89a\x10\0\x10\0\0\0\0;", 14) << "GIF animation";
    QTest::newRow("film") << QByteArray("\0\0\0\x18"
                                        "ftypmp42\0\0\0\0mp42isom",
                                        24)
                          << "film";
    QTest::newRow("PNM") << QByteArray("P6\n60000 60000\n255\n") << "not an image";
    QTest::newRow("OpenEXR") << QByteArray("\x76\x2F\x31\x01\x02\0\0\0", 8) + QByteArray(400, '\1')
                             << "not an image";
    QTest::newRow("Radiance") << QByteArray("#?RADIANCE\n\n-Y 60000 +X 60000\n") << "not an image";
    QTest::newRow("Sun raster") << QByteArray("\x59\xA6\x6A\x95", 4) + QByteArray(400, '\x7F')
                                << "not an image";
    QTest::newRow("PAM") << QByteArray("P7\nWIDTH 60000\nHEIGHT 60000\nDEPTH 3\nMAXVAL "
                                       "255\nTUPLTYPE RGB\nENDHDR\n")
                         << "not an image";
    QTest::newRow("SVG") << QByteArray("<svg width='60000' height='60000'/>") << "not an image";
}

void TestDecoding::notPictures()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QString, what);
    const QString path = m_dir.filePath("not.jpg");
    writeFile(path, bytes);
    const Outcome outcome = inOtherProcess(path);
    QVERIFY2(outcome.said.contains(what), qPrintable(outcome.said));
    QCOMPARE(outcome.onStandardError, QByteArray());
}

/** A grid that says what it is still comes out right. */
void TestDecoding::composedPictures()
{
    for (const char *type : {"grid", "iovl"}) {
        const QString path = m_dir.filePath(QString::fromLatin1(type) + ".heic");
        writeFile(path, composedHeif(type, {64, 64}, {64, 64}));
        const auto loaded = loadImage(path);
        QVERIFY2(loaded, loaded ? "" : qPrintable(loaded.error().sentence()));
        const double difference = meanDifference(*loaded, photo(64, 64));
        QVERIFY2(difference <= 6, qPrintable(QString::number(difference)));
    }
}

/** What is coded inside decides what a decoder allocates. */
void TestDecoding::codedSizes()
{
    for (const bool avif : {false, true}) {
        const QByteArray bytes = testing::heif(photo(96, 64), avif);
        const QSize coded = heifSizes(bytes).coded;
        // HEVC codes whole blocks.
        QVERIFY(coded.width() >= 96 && coded.width() <= 128);
        QVERIFY(coded.height() >= 64 && coded.height() <= 128);
        QVERIFY(heifSizes(bytes).composed.isEmpty());
    }
    QVERIFY(heifSizes("nothing of the kind").coded.isEmpty());
    const HeifSizes grid = heifSizes(composedHeif("grid", {64, 64}, {300, 200}));
    QCOMPARE(grid.composed, QSize(300, 200));
    QCOMPARE(grid.coded, QSize(64, 64));
    QVERIFY(!grid.overlapping);
    // A name in the middle of other bytes is no box.
    const QByteArray bytes = testing::heif(photo(64, 64), false);
    const qsizetype at = bytes.indexOf("hvcC");
    QVERIFY(heifSizes(QByteArray(bytes).insert(at - 4, numbers({0x200}) + "free")).coded.isEmpty());
}

/** Thousands of places may all be the same one: it would be read thousands of times. */
void TestDecoding::overlappingExtents()
{
    QByteArray heif = testing::heif(photo(64, 64), false);
    const qsizetype meta = heif.indexOf("meta") - 4;
    QByteArray places = QByteArray("\1\0\0\0\x44\0\x01\x90", 8);
    for (int item = 0; item < 400; ++item) {
        places += QByteArray("\x10", 1) + char(item / 2) + QByteArray("\0\0\0\0\0\x1E", 6);
        for (int i = 0; i < 30; ++i)
            places += numbers({0, 1 << 20});
    }
    const QByteArray locations = box("iloc", places);
    const quint32 length = qFromBigEndian<quint32>(heif.constData() + meta);
    heif.insert(meta + length, locations);
    heif.replace(meta, 4, numbers({quint32(length + locations.size())}));
    heif += QByteArray(4 << 20, '\0');
    QElapsedTimer timer;
    timer.start();
    QVERIFY(heifSizes(heif).overlapping);
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    QVERIFY2(inspectImage(heif).problem.contains("overlap"),
             qPrintable(inspectImage(heif).problem));
}

/** As the content is, whatever the name; the name counts where there is no content. */
void TestDecoding::mediaTypes()
{
    const QImage image = photo(32, 24);
    const auto typeOf = [this](const QByteArray &bytes) {
        const QString path = m_dir.filePath("any.jpg");
        writeFile(path, bytes);
        return mediaTypeOf(path);
    };
    QCOMPARE(typeOf(encoded(image, "jpg")), "image/jpeg");
    QCOMPARE(typeOf(testing::webp(image, false)), "image/webp");
    QCOMPARE(typeOf(testing::heif(image, false)), "image/heic");
    QCOMPARE(typeOf(testing::heif(image, true)), "image/avif");
    QCOMPARE(typeOf(testing::jpeg2000(image)), "image/jp2");
    QCOMPARE(typeOf(emptyJpeg2000(8, 8, 8, 1)), "image/j2c");
    QCOMPARE(typeOf("no picture"), "image/jpeg");
    for (const auto &[name, type] :
         {std::pair("a.JFIF", "image/jpeg"), std::pair("a.mpo", "image/jpeg"),
          std::pair("a.hif", "image/heif"), std::pair("a.j2k", "image/j2c"),
          std::pair("a.avif", "image/avif"), std::pair("a.what", "image/jpeg")})
        QCOMPARE(mediaTypeOf(m_dir.filePath(name)), type);
}

/** libtiff holds a strip of each plane at once. */
void TestDecoding::planesAreCounted()
{
    const qint64 pixels = 160 * 120;
    QCOMPARE(inspectImage(testing::tiff(photo(160, 120), 1, 1, true)).cost,
             7 * pixels + (1 + 3) * pixels);
    QCOMPARE(inspectImage(testing::tiff(photo(160, 120))).cost, 7 * pixels + 2 * 3 * 160 * 8);
}

void TestDecoding::largePicturesTakeTurns()
{
    const QString path = m_dir.filePath("large.png");
    QImage image(9000, 9000, QImage::Format_Grayscale8);
    image.fill(100);
    writeFile(path, encoded(image, "png", 100));
    const Outcome outcome = inOtherProcess(path);
    QCOMPARE(outcome.said, "decoded");
    QVERIFY2(outcome.peakKilobytes < 900 * 1024,
             qPrintable(QString::number(outcome.peakKilobytes)));
}

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    if (arguments.value(1) == "--decode")
        return decodeAndReport(arguments.value(2));
    TestDecoding test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_decoding.moc"
