// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QHash>
#include <QString>

namespace birblens {

struct Species
{
    QString name;  ///< scientific
    int taxon = 0; ///< iNaturalist's number; 0 when unknown
};

/**
 * `species_map.json`: label -> {species, taxa_id}. @return species by label; empty when the file is
 * missing or not like that, without the entries that have no scientific name.
 */
QHash<QString, Species> readSpeciesMap(const QString &path);

} // namespace birblens
