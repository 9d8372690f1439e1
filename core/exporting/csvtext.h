// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>
#include <QStringView>

namespace birblens {

/** One line of RFC 4180 text, without the line end. */
QString csvLine(const QStringList &fields);

/** One record of a table. */
struct CsvRecord
{
    QStringList fields; ///< unquoted
    QString raw;        ///< as it was written, without its line end
    /** Where in raw a quote begins that is never closed, or only by one that opens a later field.
     */
    qsizetype openQuote = -1;
};

/**
 * Takes one record off @p text, which must not be empty: RFC 4180 with any line end. A quote counts
 * as one only where a field begins, blanks before it apart.
 */
CsvRecord takeCsvRecord(QStringView &text, QChar separator = QLatin1Char(','));

/** A table that a spreadsheet, another program or a person wrote. */
struct TableText
{
    struct Row
    {
        int line = 0; ///< in the file, from 1
        QStringList fields;
    };

    QStringList header;   ///< without blanks around the names
    QList<Row> rows;      ///< without empty lines
    QStringList notes;    ///< sentences about how it was read
    QStringList problems; ///< lines that are left out, and why

    qsizetype column(QLatin1String name) const; ///< in any case; -1 when it is not there
    QString cell(const Row &row, QLatin1String name) const; ///< trimmed; empty without that column
};

/**
 * The text of a table: UTF-8, UTF-16 with or without a byte order mark, else Windows-1252, or Mac
 * Roman where lines end as they did on old Macs. @return an Error where the bytes are no text, or
 * are UTF-8 in part only. @param notes get a sentence where it is not UTF-8.
 */
Result<QString> tableText(const QByteArray &bytes, const QString &path, QStringList &notes);

/**
 * Reads a table: separated by commas, semicolons, tabs or `|`, or by what a first line `sep=` says.
 * Titles above the header are skipped; cells that are missing at the end of a row are empty.
 * @param path names the file in an error. @return an Error where a quote is never closed, with its
 * line, and where the bytes are no text.
 */
Result<TableText> readTable(const QByteArray &bytes, const QString &path);

} // namespace birblens
