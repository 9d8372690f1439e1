// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/timetext.h"

#include "core/store/clockshifts.h"

#include <QCoreApplication>
#include <QLocale>

namespace birblens {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("TimeText", text);
}

const auto timeFormat = QStringLiteral("d MMM yyyy HH:mm:ss");

} // namespace

QString timeInWords(const Frame &frame)
{
    QString text = QLocale().toString(frame.captureTime, timeFormat);
    if (frame.timeUncertain())
        text += tr(" (file date)");
    if (frame.clockShift != 0)
        text += tr(" (corrected)");
    return text;
}

QString timeOriginInWords(const Frame &frame)
{
    QString text;
    switch (frame.timeSource) {
    case TimeSource::CameraDatabase:
        text = tr("Capture time from Birb Cam's database.");
        break;
    case TimeSource::Name:
        text = tr("Capture time from the file's name.");
        break;
    case TimeSource::Exif:
        text = tr("Capture time from the file's EXIF data.");
        break;
    case TimeSource::MakerNote:
        text = tr("Capture time from the camera's maker note.");
        break;
    case TimeSource::FileDate:
        text = tr("The capture time is uncertain: this is the date of the file.");
        break;
    }
    if (frame.clockShift != 0)
        text += tr("\nThe clock was corrected by %1; it said %2.")
                    .arg(shiftInWords(frame.clockShift),
                         QLocale().toString(originalTime(frame), timeFormat));
    return text;
}

QString shiftInWords(qint64 milliseconds)
{
    const QChar sign = milliseconds < 0 ? QChar(0x2212) : QLatin1Char('+');
    const qint64 seconds = (qAbs(milliseconds) + 500) / 1000;
    const QString clock = QStringLiteral("%1:%2:%3")
                              .arg(seconds % 86400 / 3600)
                              .arg(seconds % 3600 / 60, 2, 10, QLatin1Char('0'))
                              .arg(seconds % 60, 2, 10, QLatin1Char('0'));
    return seconds < 86400 ? sign + clock
                           : tr("%1%2 d %3").arg(sign).arg(seconds / 86400).arg(clock);
}

} // namespace birblens
