#pragma once

#include <QString>
#include <QStringList>
#include <QStringView>

namespace birblens {

/** One line of RFC 4180 text, without the line end. */
QString csvLine(const QStringList &fields);

/**
 * Takes one record of RFC 4180 text off @p text, with any line end. @p text must not be empty.
 * @param raw becomes the record as it was written. @return its fields, unquoted.
 */
QStringList takeCsvRecord(QStringView &text, QString &raw);

} // namespace birblens
