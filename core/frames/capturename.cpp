#include "core/frames/capturename.h"

#include <QRegularExpression>

namespace birblens {

namespace {

// Date and time, the separators between them free: 2021-02-08T10:56:58, 2021-02-08_10-56-58,
// 2021-02-08T105658, 20210208T105658, 20210208105658.
const QRegularExpression &timePattern()
{
    static const QRegularExpression pattern(QStringLiteral(
        R"((?<!\d)(\d{4})(-?)(\d{2})\2(\d{2})[T _-]?(\d{2})([:_-]?)(\d{2})\6(\d{2})(?:\.(\d{1,3})(?!\d))?)"));
    return pattern;
}

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

QDateTime timeOf(const QRegularExpressionMatch &match)
{
    const QDate date(match.capturedView(1).toInt(), match.capturedView(3).toInt(),
                     match.capturedView(4).toInt());
    // A fraction has one to three digits: .5 is 500 ms.
    const int ms = match.captured(9).leftJustified(3, QLatin1Char('0')).toInt();
    const QTime time(match.capturedView(5).toInt(), match.capturedView(7).toInt(),
                     match.capturedView(8).toInt(), ms);
    return date.isValid() && time.isValid() ? QDateTime(date, time, Qt::UTC) : QDateTime();
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
    const QString name = fileName.section(QLatin1Char('/'), -1);
    const qsizetype dot = name.lastIndexOf(QLatin1Char('.'));
    const QString stem = dot > 0 ? name.left(dot) : name;

    auto matches = timePattern().globalMatch(stem);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        const QDateTime time = timeOf(match);
        if (!time.isValid())
            continue;
        const QString before = stem.left(match.capturedStart());
        QString after = stem.mid(match.capturedEnd());
        CaptureName result;
        result.captureTime = time;
        if (before.isEmpty() && after.isEmpty())
            return result;
        if (before.isEmpty() && after.startsWith(QLatin1Char('_'))) {
            result.order = CaptureName::Order::TimeFirst;
            result.labels = labelList(after);
            return result;
        }
        // A training file's time may carry digits that tell colliding names apart.
        static const QRegularExpression digits(QStringLiteral(R"(^\d*$)"));
        const bool onlyDigits = digits.match(after).hasMatch();
        if (before.endsWith(QLatin1Char('_')) && onlyDigits) {
            result.order = CaptureName::Order::LabelsFirst;
            result.labels = labelList(before);
            return result;
        }
        // Longer runs of digits are something else: a serial number, a hash.
        if (!after.isEmpty() && after.at(0).isDigit())
            continue;
        result.order = CaptureName::Order::Between;
        return result;
    }
    return std::nullopt;
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
