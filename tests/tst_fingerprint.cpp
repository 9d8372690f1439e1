// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/fingerprint.h"
#include "core/frames/imageloader.h"

#include "support/birbcamfolder.h"

#include <QtEndian>

#include <chrono>
#include <future>

using namespace birblens;
using testing::encoded;
using testing::picture;

namespace {

QByteArray big16(int value)
{
    QByteArray bytes(2, '\0');
    qToBigEndian<quint16>(static_cast<quint16>(value), bytes.data());
    return bytes;
}

QByteArray big32(quint32 value)
{
    QByteArray bytes(4, '\0');
    qToBigEndian<quint32>(value, bytes.data());
    return bytes;
}

QByteArray little32(quint32 value)
{
    QByteArray bytes(4, '\0');
    qToLittleEndian<quint32>(value, bytes.data());
    return bytes;
}

/** A segment of a JPEG. */
QByteArray segment(uchar marker, const QByteArray &data)
{
    return QByteArray("\xff", 1) + char(marker) + big16(int(data.size()) + 2) + data;
}

/** EXIF with one entry: orientation. */
QByteArray exif(int orientation)
{
    return segment(0xE1, QByteArray("Exif\0\0MM\0\x2a\0\0\0\x08\0\x01", 16) +
                             QByteArray("\x01\x12\0\x03\0\0\0\x01", 8) + big16(orientation) +
                             QByteArray(6, '\0'));
}

QByteArray withSegments(const QByteArray &jpeg, const QByteArray &segments)
{
    return jpeg.left(2) + segments + jpeg.mid(2);
}

/** A chunk of a PNG; nobody here looks at its checksum. */
QByteArray chunk(const char *type, const QByteArray &data)
{
    return big32(quint32(data.size())) + type + data + big32(0);
}

/** A chunk of a WebP, with the byte that makes its length even. */
QByteArray riff(const char *type, const QByteArray &data)
{
    return type + little32(quint32(data.size())) + data + QByteArray(data.size() % 2, '\0');
}

QByteArray webp(const QByteArrayList &chunks)
{
    const QByteArray all = "WEBP" + chunks.join();
    return "RIFF" + little32(quint32(all.size())) + all;
}

} // namespace

class TestFingerprint : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void metadataIsNoChange_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const QByteArray jpeg = encoded(picture(), "JPG");
        const auto row = [](const char *name, const QByteArray &before, const QByteArray &after) {
            QTest::newRow(name) << before << after;
        };
        row("exif", jpeg, withSegments(jpeg, exif(1)));
        row("turned", withSegments(jpeg, exif(1)), withSegments(jpeg, exif(6)));
        row("comment", jpeg, withSegments(jpeg, segment(0xFE, "a hawk!")));
        row("exif with a picture inside", jpeg, withSegments(jpeg, segment(0xE1, "Exif" + jpeg)));
        row("fill bytes", jpeg, jpeg.left(2) + "\xff\xff" + jpeg.mid(2));
        row("padding", jpeg, jpeg + QByteArray(512, '\0'));
        const QByteArray png = encoded(picture(), "PNG");
        row("png text", png, png.left(33) + chunk("tEXt", "Comment") + png.mid(33));
        row("png padding", png, png + QByteArray(100, '\0'));
        row("webp exif", webp({riff("VP8 ", "coded")}),
            webp({riff("VP8X", QByteArray(10, 1)), riff("VP8 ", "coded"), riff("EXIF", "abc")}));
    }

    void metadataIsNoChange()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        QVERIFY(before != after);
        QCOMPARE(of(before), of(after));
    }

    void otherPictures_data()
    {
        QTest::addColumn<QByteArray>("format");
        for (const char *format : {"JPG", "PNG", "BMP"})
            QTest::newRow(format) << QByteArray(format);
    }

    void otherPictures()
    {
        QFETCH(QByteArray, format);
        const QString first = of(encoded(picture(), format));
        QCOMPARE(first.size(), 32);
        QCOMPARE(of(encoded(picture(), format)), first);
        QVERIFY(of(encoded(picture(48, 64, 1), format)) != first);
        QVERIFY(of(encoded(picture(49, 64), format)) != first);
        QImage dot = picture();
        dot.setPixel(20, 30, qRgb(255, 0, 255));
        QVERIFY(of(encoded(dot, format)) != first);
    }

    void sameTablesOtherScan()
    {
        // One byte of the coded picture, behind every table.
        QByteArray jpeg = encoded(picture(), "JPG");
        const QString before = of(jpeg);
        jpeg[jpeg.size() - 10] = char(jpeg.at(jpeg.size() - 10) ^ 0x01);
        QVERIFY(of(jpeg) != before);
    }

    void chunksOfWebP()
    {
        const QString plain = of(webp({riff("VP8 ", "coded")}));
        QCOMPARE(plain.size(), 32);
        QVERIFY(of(webp({riff("VP8 ", "codes")})) != plain);
        QVERIFY(of(webp({riff("VP8L", "coded")})) != plain);
        QVERIFY(of(webp({riff("ALPH", "half"), riff("VP8 ", "coded")})) != plain);
        QVERIFY(of(webp({riff("ANMF", "one")})) != of(webp({riff("ANMF", "two")})));
    }

    /** However the compressed stream is cut. */
    void chunksOfPng()
    {
        const QByteArray data("0123456789");
        const QByteArray head =
            QByteArray("\x89PNG\r\n\x1a\n", 8) + chunk("IHDR", QByteArray(13, 1));
        QCOMPARE(of(head + chunk("IDAT", data) + chunk("IEND", {})),
                 of(head + chunk("IDAT", data.left(4)) + chunk("IDAT", data.mid(4)) +
                    chunk("IEND", {})));
    }

    void cutOff()
    {
        for (const char *format : {"JPG", "PNG"}) {
            const QByteArray bytes = encoded(picture(), format);
            QVERIFY(!pictureFingerprint("x", bytes.left(bytes.size() * 2 / 3)));
        }
        QVERIFY(!pictureFingerprint("/nowhere/x.jpg"));
        QVERIFY(!pictureFingerprint("/nowhere/x.txt", "no picture"));
    }

    /** The bytes that were read are the ones that count: the file is not read again. */
    void ofGivenBytes()
    {
        const QByteArray bytes = encoded(picture(), "BMP");
        const auto fingerprint = pictureFingerprint("/nowhere/x.bmp", bytes);
        QVERIFY(fingerprint);
        QCOMPARE(*fingerprint, of(bytes));
    }

    /** Two files of hundreds of megabytes are not in memory at once. */
    void largeFilesTakeTurns()
    {
        const QString path = m_folder.filePath("large.jpg");
        const QByteArray jpeg = encoded(picture(), "JPG");
        testing::writeFile(path, jpeg + QByteArray(33 << 20, '\0'));
        std::future<Result<QString>> fingerprint;
        {
            const LargeFileTurn turn(path);
            fingerprint = std::async(std::launch::async, [&] { return pictureFingerprint(path); });
            QCOMPARE(fingerprint.wait_for(std::chrono::milliseconds(200)),
                     std::future_status::timeout);
            QCOMPARE(of(jpeg).size(), 32); // an ordinary file does not wait
        }
        const auto done = fingerprint.get();
        QVERIFY(done);
        QCOMPARE(*done, of(jpeg));
    }

private:
    QString of(const QByteArray &bytes) const
    {
        const QString path = m_folder.filePath("frame");
        testing::writeFile(path, bytes);
        const auto fingerprint = pictureFingerprint(path);
        return fingerprint ? *fingerprint : fingerprint.error().sentence();
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestFingerprint)
#include "tst_fingerprint.moc"
