// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/csvtext.h"

#include "core/counted.h"

#include <QStringDecoder>

#include <algorithm>
#include <optional>
#include <utility>

#include <iconv.h>

namespace birblens {

namespace {

struct Decoded
{
    QString text;
    QString encoding; ///< for a person; empty for UTF-8
};

/** Every second byte is zero in UTF-16 of nearly all tables: their separators and digits are ASCII.
 */
bool looksLikeUtf16(const QByteArray &bytes, int zeroAt)
{
    const qsizetype some = std::min<qsizetype>(bytes.size(), 4096) & ~qsizetype(1);
    qsizetype zeros = 0;
    for (qsizetype i = zeroAt; i < some; i += 2)
        zeros += int(bytes.at(i) == '\0');
    return some >= 4 && zeros * 4 > some; // more than half of the pairs
}

int lineOf(const QByteArray &bytes, qsizetype at)
{
    const QByteArray before = bytes.first(at);
    const qsizetype returns = before.count('\r');
    return static_cast<int>(std::max(before.count('\n'), returns)) + 1;
}

/** By the C library's converter; nothing where a byte is no character of @p encoding. */
std::optional<QString> converted(const QByteArray &bytes, const char *encoding)
{
    const iconv_t converter = ::iconv_open("UTF-8", encoding);
    if (converter == iconv_t(-1)) // NOLINT: what POSIX says
        return std::nullopt;
    QByteArray text(bytes.size() * 4, Qt::Uninitialized); // no character takes more in UTF-8
    QByteArray input = bytes;
    char *in = input.data();
    char *out = text.data();
    auto left = static_cast<size_t>(input.size());
    auto room = static_cast<size_t>(text.size());
    const bool whole = ::iconv(converter, &in, &left, &out, &room) != size_t(-1);
    ::iconv_close(converter);
    if (!whole)
        return std::nullopt;
    return QString::fromUtf8(text.first(text.size() - static_cast<qsizetype>(room)));
}

/** Where the bytes stop being UTF-8, and whether there are letters of several bytes before that. */
struct Utf8Check
{
    qsizetype wrongAt = -1;
    bool multibyte = false;
};

Utf8Check checkUtf8(const QByteArray &bytes)
{
    Utf8Check check;
    for (qsizetype i = 0; i < bytes.size();) {
        const auto c = static_cast<unsigned char>(bytes.at(i));
        const int length = c < 0x80                ? 1
                           : c >= 0xC2 && c < 0xE0 ? 2
                           : c >= 0xE0 && c < 0xF0 ? 3
                           : c >= 0xF0 && c < 0xF5 ? 4
                                                   : 0;
        bool valid = length > 0 && i + length <= bytes.size();
        for (int k = 1; valid && k < length; ++k)
            valid = (static_cast<unsigned char>(bytes.at(i + k)) & 0xC0) == 0x80;
        if (!valid && check.wrongAt < 0)
            check.wrongAt = i;
        check.multibyte = check.multibyte || (valid && length > 1);
        i += valid ? length : 1;
    }
    return check;
}

/** One byte a letter. Old programs for the Mac end lines by a carriage return alone. */
Result<Decoded> fromBytes(const QByteArray &bytes, const QString &path)
{
    const bool mac = bytes.contains('\r') && !bytes.contains('\n');
    const char *name = mac ? "MACINTOSH" : "WINDOWS-1252";
    if (const auto text = converted(bytes, name))
        return Decoded{*text, mac ? QStringLiteral("Mac Roman") : QStringLiteral("Windows-1252")};
    const auto wrong = std::find_if(bytes.cbegin(), bytes.cend(),
                                    [name](char c) { return !converted(QByteArray(1, c), name); });
    return Error{
        QStringLiteral("Line %1 has a byte (0x%2) that is neither UTF-8 nor Windows-1252")
            .arg(lineOf(bytes, wrong - bytes.cbegin()))
            .arg(wrong == bytes.cend() ? 0 : int(static_cast<unsigned char>(*wrong)), 2, 16),
        path, QStringLiteral("Save the table as UTF-8")};
}

Result<Decoded> decoded(const QByteArray &bytes, const QString &path)
{
    std::optional<QStringConverter::Encoding> wide;
    if (const auto marked = QStringConverter::encodingForData(bytes);
        marked && *marked != QStringConverter::Utf8)
        wide = marked;
    else if (looksLikeUtf16(bytes, 1))
        wide = QStringConverter::Utf16LE;
    else if (looksLikeUtf16(bytes, 0))
        wide = QStringConverter::Utf16BE;
    if (wide) {
        QStringDecoder decode(*wide, QStringDecoder::Flag::Stateless); // takes the mark off
        const QString text = decode(bytes);
        if (decode.hasError() || text.contains(QChar::ReplacementCharacter))
            return Error{
                QStringLiteral("The table is UTF-16, but not to its end, or not all of it"), path,
                QStringLiteral("Save it again, as UTF-8")};
        return Decoded{text, QStringLiteral("UTF-16")};
    }
    const Utf8Check check = checkUtf8(bytes);
    QStringDecoder utf8(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = utf8(bytes);
    if (!utf8.hasError() && check.wrongAt < 0)
        return Decoded{text, {}};
    if (bytes.contains('\0'))
        return Error{QStringLiteral("This is not a table of text"), path,
                     QStringLiteral("Save it as CSV, in UTF-8")};
    if (check.multibyte || check.wrongAt < 0 || bytes.startsWith("\xEF\xBB\xBF"))
        return Error{QStringLiteral("Line %1 is not UTF-8, as other lines are")
                         .arg(lineOf(bytes, std::max<qsizetype>(check.wrongAt, 0))),
                     path, QStringLiteral("Save the table again, all of it as UTF-8")};
    return fromBytes(bytes, path);
}

/** `sep=;` in the first line, as Excel writes and reads it; the line is taken off. */
std::optional<QChar> saidSeparator(QStringView &text)
{
    QStringView rest = text;
    const QString line = takeCsvRecord(rest, QChar::Null).raw.trimmed().remove(QLatin1Char('"'));
    if (!line.startsWith(QLatin1String("sep="), Qt::CaseInsensitive))
        return std::nullopt;
    const QChar separator =
        line.size() > 4 ? line.at(4) : QLatin1Char('\t'); // a tab is trimmed off
    // A program that did not know the line has put separators behind it.
    const QStringView behind = QStringView(line).mid(5);
    if (std::any_of(behind.begin(), behind.end(), [](QChar c) { return c.isLetterOrNumber(); }))
        return std::nullopt;
    text = rest;
    return separator;
}

/** The one that splits a line near the beginning, and the next one alike, into the most columns. */
QChar separatorOf(QStringView text)
{
    constexpr int looked = 6; // lines: titles may stand above the header
    QChar best = QLatin1Char(',');
    std::pair<bool, qsizetype> most;
    for (const QChar candidate :
         {QLatin1Char(','), QLatin1Char(';'), QLatin1Char('\t'), QLatin1Char('|')}) {
        QStringView rest = text;
        qsizetype before = 0;
        for (int line = 0; line < looked && !rest.isEmpty(); ++line) {
            const qsizetype columns = takeCsvRecord(rest, candidate).fields.size();
            const std::pair found(columns > 1 && columns == before, columns);
            if (found > most) {
                most = found;
                best = candidate;
            }
            before = columns;
        }
    }
    return best;
}

/** Line ends of all three kinds. */
int linesIn(QStringView text)
{
    qsizetype lines = text.count(QLatin1Char('\n'));
    for (qsizetype i = 0; i < text.size(); ++i)
        lines += int(text.at(i) == QLatin1Char('\r') &&
                     (i + 1 == text.size() || text.at(i + 1) != QLatin1Char('\n')));
    return static_cast<int>(lines);
}

} // namespace

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

CsvRecord takeCsvRecord(QStringView &text, QChar separator)
{
    CsvRecord record;
    record.fields.append(QString());
    bool quoted = false;
    bool begins = true; // of a field
    bool ended = false; // a quoted field; only blanks may follow
    bool stray = false;
    qsizetype quoteAt = -1;
    qsizetype at = 0;
    qsizetype end = text.size();
    for (; at < text.size(); ++at) {
        const QChar c = text.at(at);
        if (quoted) {
            if (c != QLatin1Char('"')) {
                record.fields.last() += c;
            } else if (at + 1 < text.size() && text.at(at + 1) == QLatin1Char('"')) {
                record.fields.last() += c;
                ++at;
            } else {
                quoted = false;
                ended = true;
            }
        } else if (c == QLatin1Char('"') && begins) {
            record.fields.last().clear(); // blanks before the quote
            quoted = true;
            quoteAt = at;
            begins = false;
        } else if (c == separator) {
            record.fields.append(QString());
            begins = true;
            ended = false;
        } else if (c == QLatin1Char('\n') || c == QLatin1Char('\r')) {
            end = at;
            at += c == QLatin1Char('\r') && at + 1 < text.size() &&
                          text.at(at + 1) == QLatin1Char('\n')
                      ? 2
                      : 1;
            break;
        } else if (ended) {
            stray = stray || c != QLatin1Char(' ');
            if (stray)
                break;
        } else {
            record.fields.last() += c;
            begins = begins && c == QLatin1Char(' ');
        }
    }
    // Text behind a closing quote: that quote opens the next field, and an earlier one is missing.
    record.openQuote = quoted || stray ? quoteAt : -1;
    record.raw = text.first(std::min(end, text.size())).toString();
    text = text.sliced(std::min(at, text.size()));
    return record;
}

Result<QString> tableText(const QByteArray &bytes, const QString &path, QStringList &notes)
{
    const Result<Decoded> read = decoded(bytes, path);
    if (!read)
        return read.error();
    if (!read->encoding.isEmpty())
        notes.append(
            QStringLiteral("The table is not UTF-8; it was read as %1.").arg(read->encoding));
    QString text = read->text;
    while (text.startsWith(QChar::ByteOrderMark)) // a program has put one before another one's
        text.remove(0, 1);
    return text;
}

namespace {

struct Records
{
    QList<TableText::Row> rows;
    int openQuote = 0; ///< line of a quote that is never closed; 0: none
};

Records recordsOf(QStringView rest, QChar separator, int line)
{
    Records records;
    while (!rest.isEmpty()) {
        const QStringView all = rest;
        const CsvRecord record = takeCsvRecord(rest, separator);
        if (record.openQuote >= 0) {
            records.openQuote = line + linesIn(all.first(record.openQuote));
            return records;
        }
        if (!record.raw.trimmed().isEmpty())
            records.rows.append({line, record.fields});
        line += linesIn(all.first(all.size() - rest.size()));
    }
    return records;
}

/** A program that took the whole line for one field has quoted it. */
void splitQuotedLines(QList<TableText::Row> &rows)
{
    const bool single = std::all_of(rows.cbegin(), rows.cend(), [](const TableText::Row &row) {
        return row.fields.size() == 1;
    });
    if (!single || rows.isEmpty())
        return;
    const QString header = rows.constFirst().fields.constFirst();
    const QChar separator = separatorOf(header);
    if (!header.contains(separator))
        return;
    for (TableText::Row &row : rows) {
        const QString text = row.fields.constFirst();
        QStringView rest(text);
        row.fields = rest.isEmpty() ? QStringList{text} : takeCsvRecord(rest, separator).fields;
    }
}

/** The first row with two names or more: titles and remarks may stand above. */
qsizetype headerOf(const QList<TableText::Row> &rows)
{
    const auto names = [](const TableText::Row &row) {
        return std::count_if(row.fields.cbegin(), row.fields.cend(),
                             [](const QString &field) { return !field.trimmed().isEmpty(); });
    };
    const auto found =
        std::find_if(rows.cbegin(), rows.cend(), [&names](const TableText::Row &row) {
            return names(row) > 1 && !row.fields.constFirst().startsWith(QLatin1Char('#'));
        });
    return found == rows.cend() ? 0 : found - rows.cbegin();
}

} // namespace

qsizetype TableText::column(QLatin1String name) const
{
    for (qsizetype i = 0; i < header.size(); ++i) {
        if (header.at(i).compare(name, Qt::CaseInsensitive) == 0)
            return i;
    }
    return -1;
}

QString TableText::cell(const Row &row, QLatin1String name) const
{
    return row.fields.value(column(name)).trimmed();
}

Result<TableText> readTable(const QByteArray &bytes, const QString &path)
{
    TableText table;
    const auto text = tableText(bytes, path, table.notes);
    if (!text)
        return text.error();
    QStringView rest(*text);
    const auto said = rest.isEmpty() ? std::nullopt : saidSeparator(rest);
    Records records = recordsOf(rest, said.value_or(separatorOf(rest)), said ? 2 : 1);
    if (records.openQuote > 0)
        return Error{QStringLiteral("The quote that opens in line %1 is never closed")
                         .arg(records.openQuote),
                     path, QStringLiteral("Close it, or save the table again")};
    splitQuotedLines(records.rows);
    if (records.rows.isEmpty())
        return table;
    records.rows.remove(0, headerOf(records.rows));
    for (const QString &name : records.rows.takeFirst().fields)
        table.header.append(name.trimmed());
    while (!table.header.isEmpty() && table.header.constLast().isEmpty())
        table.header.removeLast();
    // R writes the names of rows, and no header above them.
    const qsizetype columns = table.header.size();
    if (!records.rows.isEmpty() &&
        std::all_of(records.rows.cbegin(), records.rows.cend(),
                    [columns](const TableText::Row &row) {
                        return row.fields.size() == columns + 1 &&
                               !row.fields.constLast().trimmed().isEmpty();
                    }))
        table.header.prepend(QString());
    for (TableText::Row &row : records.rows) {
        while (row.fields.size() > table.header.size() &&
               row.fields.constLast().trimmed().isEmpty())
            row.fields.removeLast();
        if (row.fields.size() > table.header.size()) {
            table.problems.append(QStringLiteral("line %1: %2 where the header has %3")
                                      .arg(row.line)
                                      .arg(counted(row.fields.size(), QStringLiteral("%1 field"),
                                                   QStringLiteral("%1 fields")))
                                      .arg(table.header.size()));
            continue;
        }
        while (row.fields.size() < table.header.size())
            row.fields.append(QString());
        table.rows.append(row);
    }
    return table;
}

} // namespace birblens
