// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"

#include <QList>

namespace birblens {

/**
 * Marks the ends of the network's building blocks: the outermost composite modules below its
 * Sequential containers (BasicBlock, InvertedResidual, Fire, ...). A network built of single layers
 * only (VGG, frozen) gets a mark at the last layer of each grid size.
 */
void markBlocks(QList<LayerInfo> &layers);

/** Index of the last layer whose grid is larger than 1x1; the last layer when there is none. */
int lastGridLayer(const QList<LayerInfo> &layers);

} // namespace birblens
