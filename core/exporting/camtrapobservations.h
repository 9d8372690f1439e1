// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/exportframes.h"
#include "core/exporting/speciesmap.h"

#include <QByteArray>

namespace birblens {

/**
 * Camtrap DP's `observations.csv`: for each frame one observation per animal, or one that it is
 * blank, unknown (a person was unsure) or unclassified (nobody has looked); then the same for each
 * event, where an animal counts once and a person's word before a network's. The label itself is a
 * tag, `label:chickadee`.
 */
QByteArray observationsCsv(const ExportJob &job, const QList<ExportFrame> &frames,
                           const QHash<QString, Species> &species);

} // namespace birblens
