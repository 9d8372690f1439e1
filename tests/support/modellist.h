// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QString>

namespace testing {

/** A folder of fixtures whose list.json says of each model what is to come of it. */
struct ModelFolder
{
    QString name;

    QString path(const QString &file) const
    {
        return QStringLiteral(BIRBLENS_FIXTURES "/%1/%2").arg(name, file);
    }
    QJsonObject list() const
    {
        QFile file(path(QStringLiteral("list.json")));
        return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object()
                                              : QJsonObject();
    }
};

} // namespace testing
