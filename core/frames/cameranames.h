// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QSet>
#include <QString>

namespace birblens {

/**
 * Classes of Birb Cam's own network, and `none`: the words that its camera process writes behind
 * the time in a file's name. Source: the label list of Birb Cam's training notebook and its
 * species_map.json.
 */
const QSet<QString> &birbCamNames();

} // namespace birblens
