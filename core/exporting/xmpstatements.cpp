// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/xmpstatements.h"

#include <QXmlStreamReader>

#include <algorithm>

namespace birblens {

namespace {

const QString rdf = QStringLiteral("http://www.w3.org/1999/02/22-rdf-syntax-ns#");
const QString xmlSpace = QStringLiteral("http://www.w3.org/XML/1998/namespace");
const QString documentId = QStringLiteral("{http://ns.adobe.com/xap/1.0/mm/}InstanceID");

constexpr int deepest = 100; ///< levels of structures inside structures

QString pathOf(const QString &space, const QString &name)
{
    return QStringLiteral("{%1}%2").arg(space, name);
}

template <class Node>
QString pathOf(const Node &node)
{
    return pathOf(node.namespaceUri().toString(), node.name().toString());
}

class PacketReader
{
public:
    explicit PacketReader(const QByteArray &packet)
        : m_xml(packet)
    {
    }

    std::optional<QList<XmpStatement>> read()
    {
        bool found = false;
        while (!m_xml.atEnd()) { // whatever is wrapped around it
            if (m_xml.readNext() != QXmlStreamReader::StartElement || !is(QLatin1String("RDF")))
                continue;
            found = true;
            readRdf();
        }
        if (!found || m_xml.hasError())
            return std::nullopt;
        return m_statements;
    }

private:
    bool is(QLatin1String name) const
    {
        return m_xml.namespaceUri() == rdf && m_xml.name() == name;
    }

    void state(const QString &path, const QString &value) { m_statements.append({path, value}); }

    void readRdf()
    {
        while (m_xml.readNextStartElement()) {
            if (is(QLatin1String("Description")))
                readNode({}, 0);
            else
                m_xml.raiseError(QStringLiteral("not a description"));
        }
    }

    /** At an rdf:Description: the fields of the packet, or of the structure at @p path. */
    void readNode(const QString &path, int depth)
    {
        const qsizetype first = m_statements.size();
        const QString about = m_xml.attributes().value(rdf, QStringLiteral("about")).toString();
        // XMP's own library keeps the old way to name a document as a property.
        if (path.isEmpty() && about.startsWith(QLatin1String("uuid:")))
            state(documentId, about);
        readFieldAttributes(path);
        readFields(path, depth);
        tellQualifiers(path, first);
    }

    void readFieldAttributes(const QString &path)
    {
        const QXmlStreamAttributes attributes = m_xml.attributes();
        for (const QXmlStreamAttribute &attribute : attributes) {
            const bool isValue =
                attribute.namespaceUri() == rdf && attribute.name() == QLatin1String("value");
            if (isValue ||
                (attribute.namespaceUri() != rdf && attribute.namespaceUri() != xmlSpace))
                state(inside(path, pathOf(attribute)), attribute.value().toString());
        }
    }

    void readFields(const QString &path, int depth)
    {
        while (m_xml.readNextStartElement())
            readProperty(inside(path, pathOf(m_xml)), depth + 1);
    }

    /** At an element that holds the value of @p path. */
    void readProperty(const QString &path, int depth)
    {
        if (depth > deepest) {
            m_xml.raiseError(QStringLiteral("too deep"));
            return;
        }
        const qsizetype first = m_statements.size();
        const QXmlStreamAttributes attributes = m_xml.attributes();
        if (attributes.hasAttribute(xmlSpace, QStringLiteral("lang")))
            state(path + QStringLiteral("/?xml:lang"),
                  attributes.value(xmlSpace, QStringLiteral("lang")).toString());
        if (attributes.value(rdf, QStringLiteral("parseType")) == QLatin1String("Resource")) {
            readFields(path, depth);
            tellQualifiers(path, first);
            return;
        }
        const bool isReference = attributes.hasAttribute(rdf, QStringLiteral("resource"));
        if (isReference)
            state(path, attributes.value(rdf, QStringLiteral("resource")).toString());
        const qsizetype before = m_statements.size();
        readFieldAttributes(path);
        const bool said = isReference || m_statements.size() > before;
        readContent(path, said, depth);
        tellQualifiers(path, first);
    }

    /** @param said whether attributes have given the value already, so that no text is one. */
    void readContent(const QString &path, bool said, int depth)
    {
        QString text;
        bool nested = false;
        while (!m_xml.atEnd()) {
            const auto token = m_xml.readNext();
            if (token == QXmlStreamReader::EndElement)
                break;
            if (token == QXmlStreamReader::Characters || token == QXmlStreamReader::EntityReference)
                text += m_xml.text();
            if (token != QXmlStreamReader::StartElement)
                continue;
            nested = true;
            if (is(QLatin1String("Bag")) || is(QLatin1String("Seq")) || is(QLatin1String("Alt")))
                readItems(inside(path, m_xml.name().toString()), depth);
            else if (is(QLatin1String("Description")))
                readNode(path, depth);
            else
                m_xml.raiseError(QStringLiteral("a value that XMP does not know"));
        }
        if (!nested && !said)
            state(path, text);
    }

    void readItems(const QString &path, int depth)
    {
        int number = 0;
        while (m_xml.readNextStartElement())
            readProperty(QStringLiteral("%1[%2]").arg(path).arg(++number), depth + 1);
    }

    /** A structure with an rdf:value is a value, and what else it holds are its qualifiers. */
    void tellQualifiers(const QString &path, qsizetype first)
    {
        const QString value = inside(path, pathOf(rdf, QStringLiteral("value")));
        const auto isValue = [&value](const QString &one) {
            return one == value || one.startsWith(value + QLatin1Char('/'));
        };
        if (!std::any_of(m_statements.cbegin() + first, m_statements.cend(),
                         [&](const XmpStatement &one) { return isValue(one.path); }))
            return;
        for (qsizetype i = first; i < m_statements.size(); ++i) {
            QString &one = m_statements[i].path;
            if (isValue(one))
                one = path + one.mid(value.size());
            else if (one.mid(path.size()).startsWith(QLatin1String("/{")))
                one.insert(path.size() + 1, QLatin1Char('?'));
        }
    }

    static QString inside(const QString &path, const QString &name)
    {
        return path.isEmpty() ? name : path + QLatin1Char('/') + name;
    }

    QXmlStreamReader m_xml;
    QList<XmpStatement> m_statements;
};

} // namespace

std::optional<QList<XmpStatement>> xmpStatements(const QByteArray &packet)
{
    return PacketReader(packet).read();
}

} // namespace birblens
