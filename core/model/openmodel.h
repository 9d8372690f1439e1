// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"

#include <QList>
#include <QStringList>

namespace birblens {

/** The model as the window knows it: metadata and layers, no tensors. */
struct OpenModel
{
    ModelInfo info;
    QList<LayerInfo> layers; ///< in execution order
    QStringList warnings;    ///< sentences for the message line
};

} // namespace birblens
