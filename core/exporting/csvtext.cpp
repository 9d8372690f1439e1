#include "core/exporting/csvtext.h"

#include <algorithm>

namespace birblens {

QString csvLine(const QStringList &fields)
{
    QStringList quoted;
    for (const QString &field : fields) {
        QString text = field;
        const bool plain = !text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) &&
                           !text.contains(QLatin1Char('\n')) && !text.contains(QLatin1Char('\r'));
        if (!plain)
            text = QLatin1Char('"') + text.replace(QLatin1Char('"'), QLatin1String("\"\"")) +
                   QLatin1Char('"');
        quoted.append(text);
    }
    return quoted.join(QLatin1Char(','));
}

QStringList takeCsvRecord(QStringView &text, QString &raw)
{
    QStringList fields{QString()};
    bool quoted = false;
    qsizetype at = 0;
    qsizetype end = text.size();
    for (; at < text.size(); ++at) {
        const QChar c = text.at(at);
        if (quoted) {
            if (c != QLatin1Char('"')) {
                fields.last() += c;
            } else if (at + 1 < text.size() && text.at(at + 1) == QLatin1Char('"')) {
                fields.last() += c;
                ++at;
            } else {
                quoted = false;
            }
        } else if (c == QLatin1Char('"')) {
            quoted = true;
        } else if (c == QLatin1Char(',')) {
            fields.append(QString());
        } else if (c == QLatin1Char('\n') || c == QLatin1Char('\r')) {
            end = at;
            at += c == QLatin1Char('\r') && at + 1 < text.size() &&
                          text.at(at + 1) == QLatin1Char('\n')
                      ? 2
                      : 1;
            break;
        } else {
            fields.last() += c;
        }
    }
    raw = text.first(std::min(end, text.size())).toString();
    text = text.sliced(std::min(at, text.size()));
    return fields;
}

} // namespace birblens
