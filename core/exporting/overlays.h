// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/figure.h"
#include "core/exporting/exporter.h"

namespace birblens {

/** What to ask the job's explain() for a frame: the job's classes, layer, method and target. */
ExplainRequest explainRequest(const ExportJob &job, const FrameEntry &entry);

/**
 * A map of @p explanation over @p photo, which may be a smaller picture of the frame. The range is
 * the job's, else the map's own. The job has a model.
 */
FigureInput overlayInput(const ExportJob &job, const QImage &photo, const Explanation &explanation,
                         const ClassMap &map);

} // namespace birblens
