// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/capturename.h"

#include "core/filepath.h"
#include "core/frames/cameranames.h"
#include "core/frames/capturetime.h"

#include <algorithm>

namespace birblens {

namespace {

QStringList labelList(const QString &text)
{
    QStringList labels;
    for (const QString &part : text.split(QLatin1Char('_'), Qt::SkipEmptyParts)) {
        const QString label = part.trimmed();
        if (!label.isEmpty() && label != QLatin1String("none") && !labels.contains(label))
            labels.append(label);
    }
    return labels;
}

QString fileNameLabel(const QString &label)
{
    QString text = label.trimmed();
    for (QChar &c : text) {
        if (c == QLatin1Char('_') || c == QLatin1Char('/') || c == QLatin1Char('\\') ||
            c.unicode() < 0x20)
            c = QLatin1Char('-');
    }
    if (text.startsWith(QLatin1Char('.')))
        text[0] = QLatin1Char('-');
    return text;
}

} // namespace

std::optional<CaptureName> parseCaptureName(const QString &fileName)
{
    const qsizetype slash = fileName.lastIndexOf(QLatin1Char('/'));
    const QString stem = stemOf(QStringView(fileName).mid(slash + 1)).toString();

    const auto time = timeInStem(stem);
    if (!time)
        return std::nullopt;
    const QString before = stem.left(time->begin);
    const QString after = stem.mid(time->end);
    CaptureName result;
    result.captureTime = time->captureTime;
    result.utc = time->utc;
    if (before.isEmpty() && after.isEmpty())
        return result;
    if (before.isEmpty() && after.startsWith(QLatin1Char('_'))) {
        result.order = CaptureName::Order::TimeFirst;
        result.labels = labelList(after);
        result.labelsAt = time->end + 1;
        return result;
    }
    const bool onlyDigits =
        std::all_of(after.begin(), after.end(), [](QChar c) { return c.isDigit(); });
    if (before.endsWith(QLatin1Char('_')) && onlyDigits) {
        result.order = CaptureName::Order::LabelsFirst;
        result.labels = labelList(before);
        const QStringView written = QStringView(stem).mid(time->begin, time->end - time->begin);
        if (!written.contains(QLatin1Char('.')))
            result.captureTime = result.captureTime.addMSecs(-result.captureTime.time().msec());
        return result;
    }
    result.order = CaptureName::Order::Between;
    return result;
}

std::optional<CameraPrediction> predictionInName(const QString &suffix, const QSet<QString> &known)
{
    bool words = false;
    for (const QString &part : suffix.split(QLatin1Char('_'), Qt::SkipEmptyParts)) {
        const QString word = part.trimmed();
        if (!known.contains(word) && !birbCamNames().contains(word))
            return std::nullopt;
        words = true;
    }
    return words ? std::optional(CameraPrediction{labelList(suffix), 0.0}) : std::nullopt;
}

std::optional<CameraPrediction> predictionInName(const Frame &frame, const QSet<QString> &known)
{
    const qsizetype end = frame.key.lastIndexOf(QLatin1Char('.'));
    const qsizetype at = frame.suffixAt;
    return predictionInName(frame.key.mid(at, end > at ? end - at : -1), known);
}

QString trainingName(const QStringList &labels, const QDateTime &captureTime, bool colonFree,
                     int collision)
{
    QStringList parts;
    for (const QString &label : labels)
        parts.append(fileNameLabel(label));
    parts.removeAll(QString());
    if (parts.isEmpty())
        parts.append(QStringLiteral("none"));
    QString time = captureTime.toString(colonFree ? QStringLiteral("yyyyMMddHHmmss")
                                                  : QStringLiteral("yyyy-MM-ddTHH:mm:ss"));
    if (collision > 0)
        time += QString::number(collision);
    return parts.join(QLatin1Char('_')) + QLatin1Char('_') + time + QStringLiteral(".jpg");
}

} // namespace birblens
