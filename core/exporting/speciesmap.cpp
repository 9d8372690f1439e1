// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/speciesmap.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

namespace birblens {

QHash<QString, Species> readSpeciesMap(const QString &path)
{
    QHash<QString, Species> map;
    QFile file(path);
    if (path.isEmpty() || !file.open(QIODevice::ReadOnly))
        return map;
    const QJsonObject all = QJsonDocument::fromJson(file.readAll()).object();
    for (auto it = all.begin(); it != all.end(); ++it) {
        const QJsonObject entry = it->toObject();
        const QString name = entry.value(QLatin1String("species")).toString().trimmed();
        if (!name.isEmpty() && it.key() != QLatin1String("none"))
            map.insert(it.key(), {name, entry.value(QLatin1String("taxa_id")).toInt()});
    }
    return map;
}

} // namespace birblens
