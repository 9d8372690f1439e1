// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/sidecar.h"

#include "core/exporting/xmpstatements.h"
#include "core/frames/exiv2library.h"

#include <QStringConverter>

#include <exiv2/exiv2.hpp>

#include <algorithm>
#include <exception>

namespace birblens {

namespace {

constexpr auto subjectKey = "Xmp.dc.subject";
constexpr auto hierarchyKey = "Xmp.lr.hierarchicalSubject";
constexpr auto ratingKey = "Xmp.xmp.Rating";
constexpr auto descriptionKey = "Xmp.dc.description";
constexpr auto ourSubjectKey = "Xmp.birblens.subject";
constexpr auto ourRatingKey = "Xmp.birblens.rating";
constexpr auto ourDescriptionKey = "Xmp.birblens.description";

const QString ourBranch = QStringLiteral("Birblens|");
const QString flaggedRating = QStringLiteral("5"); ///< of five stars

/** Side-cars of releases before this namespace, which nobody has changed since: all of it is ours.
 */
bool isAllOurs(const QByteArray &packet)
{
    return packet.contains("x:xmptk=\"Birblens\"") ||
           (packet.contains("Birblens|") && !packet.contains(":xmptk="));
}

QString textOf(const Exiv2::XmpData &data, const char *key)
{
    const auto found = data.findKey(Exiv2::XmpKey(key));
    return found == data.end() ? QString() : QString::fromStdString(found->toString());
}

void erase(Exiv2::XmpData &data, const char *key)
{
    if (const auto found = data.findKey(Exiv2::XmpKey(key)); found != data.end())
        data.erase(found);
}

/** A list of plain texts; not one whose items have parts of their own. */
std::optional<QStringList> listOf(const Exiv2::XmpData &data, const char *key)
{
    const auto found = data.findKey(Exiv2::XmpKey(key));
    if (found == data.end())
        return QStringList();
    const auto *list = dynamic_cast<const Exiv2::XmpArrayValue *>(&found->value());
    if (!list)
        return std::nullopt;
    QStringList items;
    for (long i = 0; i < static_cast<long>(list->count()); ++i)
        items.append(QString::fromStdString(list->toString(i)));
    return items;
}

/** Keeps the kind of a list that is there: bag, sequence or alternatives. */
void setList(Exiv2::XmpData &data, const char *key, const QStringList &items)
{
    const auto found = data.findKey(Exiv2::XmpKey(key));
    Exiv2::XmpArrayValue list(found == data.end() ? Exiv2::xmpBag : found->typeId());
    for (const QString &item : items)
        list.read(item.toStdString());
    if (items.isEmpty())
        erase(data, key);
    else
        data[key].setValue(&list);
}

void setText(Exiv2::XmpData &data, const char *key, const QString &text)
{
    Exiv2::XmpTextValue value;
    value.value_ = text.toStdString(); // read() would take `type="Bag"` for a list
    data[key].setValue(&value);
}

/** The text of a description in one language, x-default. */
std::optional<QString> descriptionOf(const Exiv2::XmpData &data)
{
    const auto found = data.findKey(Exiv2::XmpKey(descriptionKey));
    if (found == data.end())
        return std::nullopt;
    const auto *texts = dynamic_cast<const Exiv2::LangAltValue *>(&found->value());
    if (!texts || texts->value_.size() != 1 || texts->value_.begin()->first != "x-default")
        return std::nullopt;
    return QString::fromStdString(texts->value_.begin()->second);
}

/** Takes out what we said. @return false where the keywords are no list of plain texts. */
bool takeOut(Exiv2::XmpData &data)
{
    std::optional<QStringList> subject = listOf(data, subjectKey);
    std::optional<QStringList> hierarchy = listOf(data, hierarchyKey);
    const std::optional<QStringList> ours = listOf(data, ourSubjectKey);
    if (!subject || !hierarchy || !ours)
        return false;
    for (const QString &word : *ours)
        subject->removeOne(word);
    hierarchy->removeIf([](const QString &word) { return word.startsWith(ourBranch); });
    setList(data, subjectKey, *subject);
    setList(data, hierarchyKey, *hierarchy);
    if (const QString rating = textOf(data, ourRatingKey);
        !rating.isEmpty() && rating == textOf(data, ratingKey))
        erase(data, ratingKey);
    if (const auto description = descriptionOf(data);
        description && *description == textOf(data, ourDescriptionKey))
        erase(data, descriptionKey);
    for (const char *key : {ourSubjectKey, ourRatingKey, ourDescriptionKey})
        erase(data, key);
    return true;
}

void putIn(Exiv2::XmpData &data, const SideCarWords &words, SideCar &result)
{
    QStringList subject = listOf(data, subjectKey).value_or(QStringList());
    QStringList added;
    for (const QString &word : words.keywords) {
        if (!subject.contains(word))
            added.append(word);
    }
    setList(data, subjectKey, subject + added);
    setList(data, ourSubjectKey, added);
    setList(data, hierarchyKey,
            listOf(data, hierarchyKey).value_or(QStringList()) + words.hierarchy);
    const bool rated = data.findKey(Exiv2::XmpKey(ratingKey)) != data.end();
    result.othersRated = words.flagged && rated && textOf(data, ratingKey) != flaggedRating;
    if (words.flagged && !rated) {
        setText(data, ratingKey, flaggedRating);
        setText(data, ourRatingKey, flaggedRating);
    }
    const bool described = data.findKey(Exiv2::XmpKey(descriptionKey)) != data.end();
    result.othersDescribed = !words.comment.isEmpty() && described;
    if (!words.comment.isEmpty() && !described) {
        Exiv2::LangAltValue texts;
        texts.value_["x-default"] = words.comment.toStdString();
        data[descriptionKey].setValue(&texts);
        setText(data, ourDescriptionKey, words.comment);
    }
}

/** What other programs state in a packet, in an order that does not depend on the writer's. */
QStringList statementsOfOthers(const QList<XmpStatement> &statements)
{
    const QString subject = QStringLiteral("{http://purl.org/dc/elements/1.1/}subject");
    const QString description = QStringLiteral("{http://purl.org/dc/elements/1.1/}description/");
    const QString hierarchy =
        QStringLiteral("{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject");
    const QString rating = QStringLiteral("{http://ns.adobe.com/xap/1.0/}Rating");
    const QString ours = QStringLiteral("{http://birblens.org/xmp/1.0/}");

    QStringList ourSubject;
    QString ourRating;
    QString ourDescription;
    for (const auto &[path, value] : statements) {
        if (path.startsWith(ours + QStringLiteral("subject/")))
            ourSubject.append(value);
        else if (path == ours + QStringLiteral("rating"))
            ourRating = value;
        else if (path == ours + QStringLiteral("description"))
            ourDescription = value;
    }
    const qsizetype descriptions =
        std::count_if(statements.cbegin(), statements.cend(), [&](const XmpStatement &one) {
            return one.path.startsWith(description) && one.path.endsWith(QLatin1Char(']'));
        });
    const bool describedByUs =
        descriptions == 1 &&
        std::any_of(statements.cbegin(), statements.cend(), [&](const XmpStatement &one) {
            return one.path.startsWith(description) && one.value == ourDescription;
        });

    QStringList others;
    for (const auto &[path, value] : statements) {
        const QString list = path.startsWith(subject)     ? subject
                             : path.startsWith(hierarchy) ? hierarchy
                                                          : QString();
        const bool isOurs = path.startsWith(ours) ||
                            (list == subject && ourSubject.removeOne(value)) ||
                            (list == hierarchy && value.startsWith(ourBranch)) ||
                            (path == rating && value == ourRating) ||
                            (path.startsWith(description) && describedByUs);
        if (isOurs)
            continue;
        // Exiv2 makes a bag of whatever keywords were in, and ours may stand between those of
        // others: only what a keyword is called and what belongs to it is compared.
        const QString place = list.isEmpty() ? path : list + path.section(QLatin1Char(']'), 1);
        others.append(place + QChar(QChar::Null) + value);
    }
    std::sort(others.begin(), others.end());
    return others;
}

QStringList sorted(const QList<XmpStatement> &statements)
{
    QStringList all;
    for (const auto &[path, value] : statements)
        all.append(path + QChar(QChar::Null) + value);
    std::sort(all.begin(), all.end());
    return all;
}

Error unreadable()
{
    return {QStringLiteral("The side-car file that is there is no XMP that can be read"),
            {},
            QStringLiteral("Move it away")};
}

Result<SideCar> replaced(const QByteArray &old, const SideCarWords &words)
{
    Exiv2::XmpData data;
    const bool takesOver = !old.isEmpty() && !isAllOurs(old);
    const auto before = xmpStatements(old);
    if (takesOver &&
        (!before || Exiv2::XmpParser::decode(data, old.toStdString()) != 0 || !takeOut(data)))
        return unreadable();
    SideCar result;
    putIn(data, words, result);
    if (data.empty()) {
        result.isChanged = !old.isEmpty();
        return result;
    }
    std::string packet;
    const auto flags = static_cast<uint16_t>(Exiv2::XmpParser::omitPacketWrapper |
                                             Exiv2::XmpParser::useCompactFormat);
    const bool encoded = Exiv2::XmpParser::encode(packet, data, flags) == 0;
    const auto after = encoded ? xmpStatements(QByteArray::fromStdString(packet)) : std::nullopt;
    if (!after || (takesOver && statementsOfOthers(*before) != statementsOfOthers(*after)))
        return Error{QStringLiteral("Another program's side-car file is there, and something in it "
                                    "would be lost"),
                     {},
                     QStringLiteral("It was left as it is; give the picture its keywords there")};
    result.packet =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + QByteArray::fromStdString(packet);
    result.isChanged = !takesOver || sorted(*before) != sorted(*after);
    return result;
}

} // namespace

Result<SideCar> replaceInSideCar(const QByteArray &old, const SideCarWords &words)
{
    prepareExiv2();
    const auto encoding = QStringConverter::encodingForData(old, u'<');
    const QString text = QStringDecoder(encoding.value_or(QStringConverter::Utf8))(old);
    try {
        return replaced(text.toUtf8(), words); // Exiv2 reads no UTF-16
    } catch (const std::exception &) {
        return unreadable();
    }
}

} // namespace birblens
