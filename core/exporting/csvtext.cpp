#include "core/exporting/csvtext.h"

#include "core/counted.h"

#include <QStringDecoder>

#include <algorithm>

namespace birblens {

namespace {

struct Decoded
{
    QString text;
    QString encoding; ///< for a person; empty for UTF-8
};

/** Every second byte is zero in UTF-16 of nearly all tables: their separators and digits are ASCII. */
bool looksLikeUtf16(const QByteArray &bytes, int zeroAt)
{
    const qsizetype some = std::min<qsizetype>(bytes.size(), 4096) & ~qsizetype(1);
    qsizetype zeros = 0;
    for (qsizetype i = zeroAt; i < some; i += 2)
        zeros += int(bytes.at(i) == '\0');
    return some >= 4 && zeros * 4 > some; // more than half of the pairs
}

/** Bytes 0x80 to 0x9F of Windows-1252 (Unicode's CP1252.TXT); 0: no character. */
constexpr char16_t windowsCharacters[32]{
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

Result<Decoded> fromWindows1252(const QByteArray &bytes, const QString &path)
{
    QString text = QString::fromLatin1(bytes);
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char16_t c = text.at(i).unicode();
        if (c < 0x80 || c > 0x9F)
            continue;
        const char16_t known = windowsCharacters[c - 0x80];
        if (known == 0)
            return Error{QStringLiteral("Line %1 has a byte (0x%2) that is neither UTF-8 nor "
                                        "Windows-1252")
                             .arg(text.first(i).count(QLatin1Char('\n')) + 1)
                             .arg(int(c), 2, 16),
                         path, QStringLiteral("Save the table as UTF-8")};
        text[i] = QChar(known);
    }
    return Decoded{text, QStringLiteral("Windows-1252")};
}

Result<Decoded> decoded(const QByteArray &bytes, const QString &path)
{
    const auto by = [&bytes](QStringDecoder::Encoding encoding, const char *name) {
        QStringDecoder decode(encoding); // takes a byte order mark off
        return Decoded{decode(bytes), QString::fromLatin1(name)};
    };
    if (const auto marked = QStringConverter::encodingForData(bytes);
        marked && *marked != QStringConverter::Utf8) {
        QStringDecoder decode(*marked);
        return Decoded{decode(bytes), QString::fromLatin1(QStringConverter::nameForEncoding(*marked))};
    }
    if (looksLikeUtf16(bytes, 1))
        return by(QStringDecoder::Utf16LE, "UTF-16");
    if (looksLikeUtf16(bytes, 0))
        return by(QStringDecoder::Utf16BE, "UTF-16");
    QStringDecoder utf8(QStringDecoder::Utf8);
    const QString text = utf8(bytes);
    if (!utf8.hasError())
        return Decoded{text, {}};
    if (bytes.contains('\0'))
        return Error{QStringLiteral("This is not a table of text"), path,
                     QStringLiteral("Save it as CSV, in UTF-8")};
    return fromWindows1252(bytes, path);
}

/** `sep=;` in the first line, as Excel writes and reads it; the line is taken off. */
std::optional<QChar> saidSeparator(QStringView &text)
{
    QStringView rest = text;
    const QString line = takeCsvRecord(rest, QChar::Null).raw.trimmed().remove(QLatin1Char('"'));
    if (!line.startsWith(QLatin1String("sep="), Qt::CaseInsensitive) || line.size() > 5)
        return std::nullopt;
    text = rest;
    // A tab is trimmed off.
    return line.size() == 5 ? line.back() : QLatin1Char('\t');
}

/** The one that gives the header the most columns. */
QChar separatorOf(QStringView text)
{
    QChar best = QLatin1Char(',');
    qsizetype most = 0;
    for (const QChar candidate : {QLatin1Char(','), QLatin1Char(';'), QLatin1Char('\t')}) {
        QStringView rest = text;
        const qsizetype columns = takeCsvRecord(rest, candidate).fields.size();
        if (columns > most) {
            most = columns;
            best = candidate;
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
            }
        } else if (c == QLatin1Char('"') && begins) {
            quoted = true;
            quoteAt = at;
            begins = false;
        } else if (c == separator) {
            record.fields.append(QString());
            begins = true;
        } else if (c == QLatin1Char('\n') || c == QLatin1Char('\r')) {
            end = at;
            at += c == QLatin1Char('\r') && at + 1 < text.size() &&
                          text.at(at + 1) == QLatin1Char('\n')
                      ? 2
                      : 1;
            break;
        } else {
            record.fields.last() += c;
            begins = false;
        }
    }
    record.openQuote = quoted ? quoteAt : -1;
    record.raw = text.first(std::min(end, text.size())).toString();
    text = text.sliced(std::min(at, text.size()));
    return record;
}

Result<TableText> readTable(const QByteArray &bytes, const QString &path)
{
    const Result<Decoded> read = decoded(bytes, path);
    if (!read)
        return read.error();
    TableText table;
    if (!read->encoding.isEmpty())
        table.notes.append(
            QStringLiteral("The table is not UTF-8; it was read as %1.").arg(read->encoding));
    QStringView rest(read->text);
    int line = 1;
    std::optional<QChar> said;
    if (!rest.isEmpty()) {
        said = saidSeparator(rest);
        line += said ? 1 : 0;
    }
    const QChar separator = said.value_or(separatorOf(rest));
    for (bool first = true; !rest.isEmpty();) {
        const qsizetype before = rest.size();
        const QStringView all = rest;
        const CsvRecord record = takeCsvRecord(rest, separator);
        if (record.openQuote >= 0)
            return Error{QStringLiteral("The quote that opens in line %1 is never closed")
                             .arg(line + linesIn(all.first(record.openQuote))),
                         path, QStringLiteral("Close it, or save the table again")};
        const int here = line;
        line += linesIn(all.first(before - rest.size()));
        if (record.raw.trimmed().isEmpty())
            continue;
        if (std::exchange(first, false)) {
            for (const QString &name : record.fields)
                table.header.append(name.trimmed());
        } else if (record.fields.size() != table.header.size()) {
            table.problems.append(QStringLiteral("line %1: %2 where the header has %3")
                                      .arg(here)
                                      .arg(counted(record.fields.size(), QStringLiteral("%1 field"),
                                                   QStringLiteral("%1 fields")))
                                      .arg(table.header.size()));
        } else {
            table.rows.append({here, record.fields});
        }
    }
    return table;
}

} // namespace birblens
