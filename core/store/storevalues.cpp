// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/storevalues.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtEndian>

namespace birblens {

QString toJson(const QStringList &names)
{
    return QString::fromUtf8(
        QJsonDocument(QJsonArray::fromStringList(names)).toJson(QJsonDocument::Compact));
}

QStringList fromJson(const QString &text)
{
    if (text == QLatin1String("[]"))
        return {};
    QStringList names;
    const QJsonArray array = QJsonDocument::fromJson(text.toUtf8()).array();
    for (const auto &name : array)
        names.append(name.toString());
    return names;
}

TrueLabel labelFrom(int kind, const QString &json)
{
    switch (kind) {
    case 1:
        return TrueLabel::unsure();
    case 2:
        return TrueLabel::of(fromJson(json));
    default:
        return TrueLabel::unreviewed();
    }
}

int kindNumber(const TrueLabel &label)
{
    switch (label.kind) {
    case TrueLabel::Kind::Unsure:
        return 1;
    case TrueLabel::Kind::Labelled:
        return 2;
    case TrueLabel::Kind::Unreviewed:
        break;
    }
    return 0;
}

QVariant nullableText(const std::optional<QString> &text)
{
    return text ? QVariant(*text) : QVariant(QMetaType::fromType<QString>());
}

std::optional<QString> optionalText(const QVariant &value)
{
    return value.isNull() ? std::nullopt : std::optional(value.toString());
}

QString notNull(const QString &text)
{
    return text.isNull() ? QStringLiteral("") : text;
}

namespace {
const QString asideMark = QStringLiteral("?picture=");
} // namespace

QString keptAside(const QString &key, const QString &fingerprint)
{
    return key + asideMark + fingerprint;
}

bool isKeptAside(const QString &key)
{
    // A file may be called so, but the name of a frame ends with its suffix.
    const qsizetype at = key.lastIndexOf(asideMark);
    return at >= 0 && key.indexOf(QLatin1Char('.'), at) < 0;
}

QByteArray logitsToBlob(const QList<float> &logits)
{
    QByteArray blob(logits.size() * qsizetype(sizeof(float)), Qt::Uninitialized);
    qToLittleEndian<float>(logits.constData(), logits.size(), blob.data());
    return blob;
}

QList<float> logitsFromBlob(const QByteArray &blob)
{
    QList<float> logits(blob.size() / qsizetype(sizeof(float)));
    qFromLittleEndian<float>(blob.constData(), logits.size(), logits.data());
    return logits;
}

QString utcText(const QDateTime &when)
{
    const QDateTime time = when.isValid() ? when : QDateTime::currentDateTimeUtc();
    return time.toUTC().toString(Qt::ISODateWithMs);
}

} // namespace birblens
