#include "core/frames/imagebytes.h"

#include <QBuffer>
#include <QFile>
#include <QImageReader>
#include <QtEndian>

#include <exiv2/exiv2.hpp>

#include <cstring>
#include <mutex>
#include <optional>

namespace birblens {

namespace {

bool isStartOfFrame(uchar marker)
{
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

ImageBytes inspectJpeg(const QByteArray &bytes)
{
    ImageBytes facts;
    facts.jpeg = true;
    facts.truncated = true;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    const qsizetype size = bytes.size();
    qsizetype at = 2; // after the start marker
    bool scan = false;
    while (at + 1 < size) {
        if (scan) {
            // Entropy-coded data: every 0xFF that is no marker is followed by 0.
            const void *next = std::memchr(data + at, 0xFF, static_cast<size_t>(size - at - 1));
            if (next == nullptr)
                return facts;
            at = static_cast<const uchar *>(next) - data;
        } else if (data[at] != 0xFF) {
            ++at; // stray bytes between segments: decoders skip them as well
            continue;
        }
        const uchar marker = data[at + 1];
        if (marker == 0xD9) {
            facts.truncated = false;
            return facts;
        }
        if (marker == 0xFF) { // fill byte
            ++at;
            continue;
        }
        if (marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7)) {
            at += 2;
            continue;
        }
        if (at + 3 >= size)
            return facts;
        const qsizetype length = qFromBigEndian<quint16>(data + at + 2);
        if (length < 2) { // nonsense: let the decoder judge, from here on as if entropy-coded
            at += 2;
            continue;
        }
        if (isStartOfFrame(marker) && at + 8 < size)
            facts.size = QSize(qFromBigEndian<quint16>(data + at + 7),
                               qFromBigEndian<quint16>(data + at + 5));
        scan = marker == 0xDA || scan;
        at += 2 + length;
    }
    return facts;
}

ImageBytes inspectPng(const QByteArray &bytes)
{
    ImageBytes facts;
    facts.truncated = true;
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    const qsizetype size = bytes.size();
    qsizetype at = 8;
    while (at + 12 <= size) {
        const qsizetype length = qFromBigEndian<quint32>(data + at);
        if (at == 8 && length == 13 && at + 16 <= size)
            facts.size = QSize(static_cast<int>(qFromBigEndian<quint32>(data + at + 8)),
                               static_cast<int>(qFromBigEndian<quint32>(data + at + 12)));
        if (std::memcmp(data + at + 4, "IEND", 4) == 0) {
            facts.truncated = false;
            return facts;
        }
        at += 12 + length;
    }
    return facts;
}

/** "2021:02:08 10:56:58" as Qt::UTC: never through local time, which has gaps. */
QDateTime exifDateTime(const std::string &text)
{
    const QString exif = QString::fromLatin1(text.c_str());
    const QDate date = QDate::fromString(exif.left(10), QStringLiteral("yyyy:MM:dd"));
    const QTime time = QTime::fromString(exif.mid(11, 8), QStringLiteral("HH:mm:ss"));
    return date.isValid() && time.isValid() ? QDateTime(date, time, Qt::UTC) : QDateTime();
}

/** "+01:00" in seconds east of UTC. */
std::optional<int> exifOffset(const std::string &text)
{
    const QString offset = QString::fromLatin1(text.c_str()).trimmed();
    const QTime time = QTime::fromString(offset.mid(1), QStringLiteral("HH:mm"));
    if (!time.isValid() || (offset[0] != QLatin1Char('+') && offset[0] != QLatin1Char('-')))
        return std::nullopt;
    const int seconds = QTime(0, 0).secsTo(time);
    return offset[0] == QLatin1Char('-') ? -seconds : seconds;
}

std::string exifText(const Exiv2::ExifData &data, const char *key)
{
    const auto found = data.findKey(Exiv2::ExifKey(key));
    return found == data.end() ? std::string() : found->toString();
}

} // namespace

ImageBytes inspectImage(const QByteArray &bytes)
{
    if (bytes.startsWith("\xFF\xD8"))
        return inspectJpeg(bytes);
    if (bytes.startsWith("\x89PNG\r\n\x1A\n"))
        return inspectPng(bytes);
    ImageBytes facts;
    QBuffer buffer;
    buffer.setData(bytes);
    QImageReader reader(&buffer);
    facts.size = reader.size();
    return facts;
}

ExifTime readExifTime(const QString &path)
{
    static std::once_flag once;
    std::call_once(once, [] {
        Exiv2::XmpParser::initialize(); // its lazy start is not thread-safe
        Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
    });

    ExifTime time;
    try {
        const auto image = Exiv2::ImageFactory::open(QFile::encodeName(path).toStdString());
        image->readMetadata();
        const Exiv2::ExifData &data = image->exifData();
        QDateTime taken = exifDateTime(exifText(data, "Exif.Photo.DateTimeOriginal"));
        if (!taken.isValid())
            taken = exifDateTime(exifText(data, "Exif.Photo.DateTimeDigitized"));
        if (!taken.isValid())
            taken = exifDateTime(exifText(data, "Exif.Image.DateTime"));
        if (!taken.isValid())
            return time;
        time.captureTime = taken;
        // OffsetTimeOriginal: exiv2 0.27 has no name for it in every build
        if (const auto offset = exifOffset(exifText(data, "Exif.Photo.0x9011")))
            time.utc = taken.addSecs(-*offset);
    } catch (const Exiv2::AnyError &) {
        // No metadata: the caller falls back to the file's time.
    } catch (const std::exception &) {
    }
    return time;
}

} // namespace birblens
