// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QString>

class QCustomPlot;

namespace birblens {

/**
 * Writes the plot as it is shown to a file whose ending says the format: .png (twice the
 * resolution), .svg or .pdf (both with lines and text, not pixels). @p title stands above it. The
 * file appears at once or not at all.
 */
Result<QString> exportPlot(QCustomPlot &plot, const QString &title, const QString &path);

} // namespace birblens
