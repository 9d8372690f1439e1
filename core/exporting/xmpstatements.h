// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>

namespace birblens {

/** One value in an XMP packet. */
struct XmpStatement
{
    QString
        path; ///< `{namespace}name`, then `/{namespace}field`, `/?{namespace}qualifier`, `/Bag[1]`
    QString value;
};

/**
 * Every value that an XMP packet states, in the packet's order. The same value has the same path
 * however RDF/XML spells it (ISO 16684-1, annex C: attribute or element, parseType="Resource" or
 * rdf:Description). This is a reader apart from Exiv2's, to compare what Exiv2 wrote.
 * @return nothing when @p packet is no well-formed XML or no XMP.
 */
std::optional<QList<XmpStatement>> xmpStatements(const QByteArray &packet);

} // namespace birblens
