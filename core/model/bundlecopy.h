// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"
#include "core/result.h"

namespace birblens {

/**
 * Writes a copy of the model at info.path to @p target with other metadata inside: the thresholds
 * of
 * @p info, and whatever else of the metadata is not there yet. The network's own records are copied
 * byte for byte. The copy appears at once or not at all; @p target must not be the model itself.
 * The copy has an id of its own, so predictions are kept apart.
 *
 * Reads the whole file: not for the thread of the window.
 */
Result<QString> copyBundle(const ModelInfo &info, const QString &target);

} // namespace birblens
