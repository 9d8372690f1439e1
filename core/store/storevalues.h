// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/store/truelabel.h"

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>
#include <QStringList>
#include <QVariant>

#include <optional>

namespace birblens {

// How values are written in birblens.db and in the camera's database.

QString toJson(const QStringList &names);
QStringList fromJson(const QString &text);

/** 0 unreviewed, 1 unsure, 2 labelled. */
int kindNumber(const TrueLabel &label);
TrueLabel labelFrom(int kind, const QString &json);

/** Nothing is NULL. */
QVariant nullableText(const std::optional<QString> &text);
std::optional<QString> optionalText(const QVariant &value);
/** A QString that is null would be stored as NULL. */
QString notNull(const QString &text);

/** By which name is kept what belongs to a picture that another one has replaced. */
QString keptAside(const QString &key, const QString &fingerprint);
bool isKeptAside(const QString &key);

/** Little-endian float32. */
QByteArray logitsToBlob(const QList<float> &logits);
QList<float> logitsFromBlob(const QByteArray &blob);

/** ISO 8601 with milliseconds; now, when not set. */
QString utcText(const QDateTime &when);

} // namespace birblens
