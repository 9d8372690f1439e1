// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/timeline.h"

#include <QString>
#include <QStringList>

namespace birblens {

/**
 * Plots of a report as HTML with SVG inside, as the window shows them: @p set is
 * samplesOf(@p frames, @p vocabulary). A sentence where there is nothing to draw.
 */
QString timelineHtml(const SampleSet &set, const QStringList &vocabulary);
QString hoursHtml(const SampleSet &set, const QStringList &vocabulary);

/** A square of the class's colour; the name stands beside it. */
QString swatchHtml(const QStringList &vocabulary, const QString &name);

} // namespace birblens
