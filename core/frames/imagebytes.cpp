#include "core/frames/imagebytes.h"

#include "core/frames/filepath.h"
#include "core/frames/imageloader.h"

#include <exiv2/exiv2.hpp>

#include <mutex>
#include <optional>

namespace birblens {

namespace {

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

ExifTime readExifTime(const QString &path)
{
    static std::once_flag once;
    std::call_once(once, [] {
        Exiv2::XmpParser::initialize(); // its lazy start is not thread-safe
        Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
    });

    ExifTime time;
    if (!mayReadMetadata(path))
        return time;
    try {
        const auto image = Exiv2::ImageFactory::open(nativePath(path).toStdString());
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
