#include "core/exporting/labelscsv.h"

#include "core/exporting/formats.h"

#include <QFile>

namespace birblens {

namespace {

/** Takes one record off the text: fields unquoted, and the record as it was written. */
QStringList takeRecord(QStringView &text, QString &raw)
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

} // namespace

Result<LabelsCsv> LabelsCsv::read(const QString &path)
{
    LabelsCsv table;
    QFile file(path);
    if (!file.exists())
        return table;
    if (!file.open(QIODevice::ReadOnly))
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path, {}};
    QByteArray bytes = file.readAll();
    if (bytes.startsWith("\xEF\xBB\xBF")) {
        table.m_mark = true;
        bytes.remove(0, 3);
    }
    const QString text = QString::fromUtf8(bytes);
    if (text.trimmed().isEmpty())
        return table;
    if (text.contains(QLatin1String("\r\n")))
        table.m_lineEnd = QStringLiteral("\r\n");

    QStringView rest(text);
    QString raw;
    table.m_header = takeRecord(rest, raw);
    if (table.m_header.size() < 2 || table.m_header.at(0).trimmed() != QLatin1String("fname") ||
        table.m_header.at(1).trimmed() != QLatin1String("labels"))
        return Error{QStringLiteral("Its columns are not fname,labels"), path,
                     QStringLiteral("Move it away or export into another folder")};
    while (!rest.isEmpty()) {
        Line line;
        line.fields = takeRecord(rest, line.raw);
        if (line.raw.trimmed().isEmpty())
            continue;
        table.m_rows.insert(line.fields.first(), static_cast<int>(table.m_lines.size()));
        table.m_lines.append(line);
    }
    return table;
}

void LabelsCsv::set(const QString &fileName, const QStringList &labels)
{
    rename(fileName, fileName, labels);
}

void LabelsCsv::remove(const QString &fileName)
{
    const auto known = m_rows.constFind(fileName);
    if (known == m_rows.cend())
        return;
    m_lines[*known].removed = true;
    m_rows.erase(known);
    m_changed = true;
}

void LabelsCsv::rename(const QString &from, const QString &to, const QStringList &labels)
{
    QString text;
    for (const QString &label : labels) {
        if (!text.isEmpty())
            text += QLatin1Char(',');
        text += QString(label).replace(QLatin1Char(','), QLatin1Char(';'));
    }
    const auto known = m_rows.constFind(from);
    if (known == m_rows.cend()) {
        Line line;
        line.fields = {to, text};
        while (line.fields.size() < m_header.size())
            line.fields.append(QString());
        m_rows.insert(to, static_cast<int>(m_lines.size()));
        m_lines.append(line);
        m_changed = true;
        return;
    }
    const int row = *known;
    Line &line = m_lines[row];
    if (line.fields.value(0) == to && line.fields.value(1) == text)
        return;
    while (line.fields.size() < 2)
        line.fields.append(QString());
    line.fields[0] = to;
    line.fields[1] = text;
    line.raw.clear();
    m_rows.remove(from);
    m_rows.insert(to, row);
    m_changed = true;
}

Result<void> LabelsCsv::write(const QString &path) const
{
    QString text = csvLine(m_header) + m_lineEnd;
    for (const Line &line : m_lines) {
        if (line.removed)
            continue;
        text += (line.raw.isEmpty() ? csvLine(line.fields) : line.raw) + m_lineEnd;
    }
    return writeExportFile(path,
                           (m_mark ? QByteArray("\xEF\xBB\xBF") : QByteArray()) + text.toUtf8());
}

} // namespace birblens
