// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/exiftime.h"

#include "core/filepath.h"
#include "core/frames/capturetime.h"
#include "core/frames/exiv2library.h"
#include "core/frames/imageloader.h"
#include "core/frames/makernotetime.h"
#include "core/utctime.h"

#include <QRegularExpression>

#include <exiv2/exiv2.hpp>

#include <array>
#include <cmath>

namespace birblens {

namespace {

// Tags of https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf. By number: Exiv2 0.27
// has no names for the offsets in every build.
struct DateTag
{
    const char *time;
    const char *fraction;
    const char *offset;
};
constexpr DateTag original{"Exif.Photo.0x9003", "Exif.Photo.0x9291", "Exif.Photo.0x9011"};
constexpr DateTag digitized{"Exif.Photo.0x9004", "Exif.Photo.0x9292", "Exif.Photo.0x9012"};
constexpr DateTag changed{"Exif.Image.0x0132", "Exif.Photo.0x9290", "Exif.Photo.0x9010"};

const Exiv2::Exifdatum *findTag(const Exiv2::ExifData &data, const char *key)
{
    const auto found = data.findKey(Exiv2::ExifKey(key));
    return found == data.end() ? nullptr : &*found;
}

QString textOf(const Exiv2::ExifData &data, const char *key)
{
    const Exiv2::Exifdatum *tag = findTag(data, key);
    if (tag == nullptr)
        return {};
    QString text = QString::fromLatin1(tag->toString().c_str());
    return text.trimmed();
}

bool plausible(const QDateTime &time)
{
    return time.isValid() && time.date().year() >= firstPlausibleYear &&
           time.date().year() <= lastPlausibleYear;
}

/** What the GPS receiver says: UTC of its last fix. */
QDateTime gpsTime(const Exiv2::ExifData &data)
{
    const ExifText date =
        parseExifText(textOf(data, "Exif.GPSInfo.0x001d") + QStringLiteral(" 00:00:00"));
    const Exiv2::Exifdatum *clock = findTag(data, "Exif.GPSInfo.0x0007");
    if (!plausible(date.captureTime) || clock == nullptr || clock->count() < 3)
        return {};
    const double seconds = 3600.0 * static_cast<double>(clock->toFloat(0)) +
                           60.0 * static_cast<double>(clock->toFloat(1)) +
                           static_cast<double>(clock->toFloat(2));
    if (!(seconds >= 0.0 && seconds < 86400.0))
        return {};
    return date.captureTime.addMSecs(static_cast<qint64>(std::llround(seconds * 1000.0)));
}

/** The offset of the wall clock, when the GPS clock tells it. A fix may be a while old: then the
 * two are no whole quarters of an hour apart, and nothing is known. */
std::optional<int> gpsOffset(const QDateTime &wall, const QDateTime &gps)
{
    if (!gps.isValid())
        return std::nullopt;
    constexpr double quarter = 900.0;
    const double apart = static_cast<double>(gps.msecsTo(wall)) / 1000.0;
    const double offset = quarter * std::round(apart / quarter);
    if (std::fabs(apart - offset) > 60.0 || offset < -12 * 3600.0 || offset > 14 * 3600.0)
        return std::nullopt;
    return static_cast<int>(offset);
}

std::optional<int> recordedOffset(const Exiv2::ExifData &data, const char *preferred)
{
    for (const char *key : {preferred, original.offset, digitized.offset, changed.offset}) {
        if (const auto offset = offsetFromText(textOf(data, key)))
            return offset;
    }
    // TIFF/EP's TimeZoneOffset: whole hours, a number.
    const Exiv2::Exifdatum *hours = findTag(data, "Exif.Image.0x882a");
    if (hours == nullptr)
        hours = findTag(data, "Exif.Photo.0x882a");
    if (hours != nullptr && hours->count() > 0) {
        const long value = static_cast<long>(hours->toFloat(0));
        if (value >= -12 && value <= 14)
            return static_cast<int>(value * 3600);
    }
    return std::nullopt;
}

/** Whether the tag says a time; then @p time is filled in. */
bool take(const Exiv2::ExifData &data, const DateTag &tag, ExifTime &time)
{
    const ExifText said = parseExifText(textOf(data, tag.time));
    if (!plausible(said.captureTime))
        return false;
    time.captureTime = said.captureTime;
    if (time.captureTime.time().msec() == 0) {
        static const QRegularExpression digits(QStringLiteral("^[0-9]+"));
        const QString fraction = digits.match(textOf(data, tag.fraction)).captured();
        time.captureTime = time.captureTime.addMSecs(millisecondsOf(fraction));
    }
    std::optional<int> offset = said.offset;
    if (!offset)
        offset = recordedOffset(data, tag.offset);
    if (!offset)
        offset = gpsOffset(said.captureTime, gpsTime(data));
    if (offset)
        time.utc = time.captureTime.addSecs(-*offset);
    return true;
}

bool takeMakerNote(const Exiv2::ExifData &data, ExifTime &time)
{
    const Exiv2::Exifdatum *note = findTag(data, "Exif.Photo.MakerNote");
    if (note == nullptr || note->size() <= 0 || note->size() > 65536)
        return false;
    QByteArray bytes(static_cast<qsizetype>(note->size()), '\0');
    note->copy(reinterpret_cast<Exiv2::byte *>(bytes.data()), Exiv2::littleEndian);
    const QDateTime taken = makerNoteTime(bytes);
    if (!taken.isValid())
        return false;
    time.captureTime = taken;
    time.source = TimeSource::MakerNote;
    return true;
}

void takeXmp(const Exiv2::XmpData &data, ExifTime &time)
{
    for (const char *key :
         {"Xmp.exif.DateTimeOriginal", "Xmp.photoshop.DateCreated", "Xmp.xmp.CreateDate"}) {
        const auto found = data.findKey(Exiv2::XmpKey(key));
        if (found == data.end())
            continue;
        const ExifText said = parseExifText(QString::fromStdString(found->toString()));
        if (!plausible(said.captureTime))
            continue;
        time.captureTime = said.captureTime;
        if (said.offset)
            time.utc = said.captureTime.addSecs(-*said.offset);
        return;
    }
}

} // namespace

ExifText parseExifText(const QString &text)
{
    static const QRegularExpression separated(QStringLiteral(
        "^\\s*([0-9]{4})[:/.-]([0-9]{1,2})[:/.-]([0-9]{1,2})[T\\s_]+"
        "([0-9]{1,2})[:.-]([0-9]{1,2})(?:[:.-]([0-9]{1,2})(?:[.,]([0-9]+))?)?"
        "\\s*(?:([AaPp])\\.?[Mm]\\.?)?\\s*([Zz]|(?:UTC|GMT)?[+-][0-9:]{1,8})?\\s*$"));
    static const QRegularExpression glued(QStringLiteral(
        "^\\s*([0-9]{4})([0-9]{2})([0-9]{2})T?\\s*([0-9]{2}):?([0-9]{2}):?([0-9]{2})"
        "(?:[.,]([0-9]+))?\\s*(?:([AaPp])\\.?[Mm]\\.?)?\\s*([Zz]|[+-][0-9:]{1,8})?\\s*$"));
    auto match = separated.match(text);
    if (!match.hasMatch())
        match = glued.match(text);
    if (!match.hasMatch())
        return {};
    const auto number = [&match](int group) {
        const QStringView digits = match.capturedView(group);
        return digits.isEmpty() ? 0 : digits.toInt();
    };
    const QStringView half = match.capturedView(8);
    const QDate date(number(1), number(2), number(3));
    const QTime time(hourOf(number(4), half.isEmpty() ? QChar() : half.front()), number(5),
                     number(6), millisecondsOf(match.capturedView(7)));
    if (!date.isValid() || !time.isValid())
        return {};
    ExifText said;
    said.captureTime = QDateTime(date, time, asUtc); // never through local time: it has gaps
    if (!match.capturedView(9).isEmpty())
        said.offset = offsetFromText(match.capturedView(9));
    return said;
}

ExifTime readExifTime(const QString &path)
{
    prepareExiv2();
    ExifTime time;
    if (!mayReadMetadata(path))
        return time;
    try {
        const auto image = Exiv2::ImageFactory::open(nativePath(path).toStdString());
        image->readMetadata();
        const Exiv2::ExifData &data = image->exifData();
        if (!take(data, original, time) && !take(data, digitized, time) &&
            !takeMakerNote(data, time) && !take(data, changed, time))
            takeXmp(image->xmpData(), time);
    } catch (const Exiv2::Error &) {
        // No metadata: the caller falls back to the file's time.
    } catch (const std::exception &) {
    }
    return time;
}

} // namespace birblens
