// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/labelscsv.h"

#include "core/exporting/csvtext.h"
#include "core/store/truelabel.h"

#include <QFile>

namespace birblens {

Result<LabelsCsv> LabelsCsv::read(const QString &path)
{
    LabelsCsv table;
    QFile file(path);
    if (!file.exists())
        return table;
    if (!file.open(QIODevice::ReadOnly))
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path, {}};
    QByteArray bytes = file.readAll();
    if (file.error() != QFileDevice::NoError) // half of it must not take the place of all of it
        return Error{QStringLiteral("Cannot be read: %1").arg(file.errorString()), path, {}};
    if (bytes.startsWith("\xEF\xBB\xBF")) {
        table.m_mark = true;
        bytes.remove(0, 3);
    }
    QStringList notes;
    const auto decoded = tableText(bytes, path, notes);
    if (!decoded)
        return decoded.error();
    if (!notes.isEmpty()) // it would be written as UTF-8, with names that are no file's any more
        return Error{
            QStringLiteral("It is not UTF-8"), path,
            QStringLiteral("Save it as UTF-8, move it away, or export into another folder")};
    const QString text = *decoded;
    if (text.trimmed().isEmpty())
        return table;
    if (text.contains(QLatin1String("\r\n")))
        table.m_lineEnd = QStringLiteral("\r\n");

    QStringView rest(text);
    table.m_header = takeCsvRecord(rest).fields;
    if (table.m_header.size() < 2 || table.m_header.at(0).trimmed() != QLatin1String("fname") ||
        table.m_header.at(1).trimmed() != QLatin1String("labels"))
        return Error{QStringLiteral("Its columns are not fname,labels"), path,
                     QStringLiteral("Move it away or export into another folder")};
    table.m_validColumn = table.m_header.indexOf(QStringLiteral("is_valid"));
    if (table.m_validColumn < 0) {
        table.m_validColumn = table.m_header.size();
        table.m_header.append(QStringLiteral("is_valid"));
    }
    while (!rest.isEmpty()) {
        const CsvRecord record = takeCsvRecord(rest);
        if (record.openQuote >= 0) // the rest of the table would become one field
            return Error{QStringLiteral("A quote in it is never closed: %1")
                             .arg(record.raw.section(QLatin1Char('\n'), 0, 0).left(60)),
                         path,
                         QStringLiteral("Close it, move the table away, or export into "
                                        "another folder")};
        if (record.raw.trimmed().isEmpty())
            continue;
        const Line line{record.raw, record.fields, false};
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
    const QString text = labels.isEmpty() ? QString() : labelsToText(labels);
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

QStringList LabelsCsv::fileNames() const
{
    QStringList names;
    for (const Line &line : m_lines) {
        if (!line.removed)
            names.append(line.fields.value(0));
    }
    return names;
}

std::optional<bool> LabelsCsv::isValid(const QString &fileName) const
{
    const auto row = m_rows.constFind(fileName);
    const QString text = row == m_rows.cend()
                             ? QString()
                             : m_lines.at(*row).fields.value(m_validColumn).trimmed().toLower();
    if (text.isEmpty())
        return std::nullopt;
    return text == QLatin1String("true") || text == QLatin1String("1");
}

QSet<QString> LabelsCsv::labels(const QString &fileName) const
{
    const auto row = m_rows.constFind(fileName);
    const QStringList names =
        row == m_rows.cend() ? QStringList() : labelsFromText(m_lines.at(*row).fields.value(1));
    return QSet<QString>(names.cbegin(), names.cend());
}

void LabelsCsv::setValid(const QString &fileName, bool valid)
{
    const auto row = m_rows.constFind(fileName);
    if (row == m_rows.cend())
        return;
    Line &line = m_lines[*row];
    const QString text = valid ? QStringLiteral("True") : QStringLiteral("False");
    if (!line.raw.isEmpty() && line.fields.size() <= m_validColumn)
        line.raw += QString(m_validColumn - line.fields.size() + 1, QLatin1Char(',')) + text;
    else
        line.raw.clear();
    while (line.fields.size() <= m_validColumn)
        line.fields.append(QString());
    line.fields[m_validColumn] = text;
    m_changed = true;
}

QByteArray LabelsCsv::text() const
{
    QString text = csvLine(m_header) + m_lineEnd;
    for (const Line &line : m_lines) {
        if (line.removed)
            continue;
        text += (line.raw.isEmpty() ? csvLine(line.fields) : line.raw) + m_lineEnd;
    }
    return (m_mark ? QByteArray("\xEF\xBB\xBF") : QByteArray()) + text.toUtf8();
}

} // namespace birblens
