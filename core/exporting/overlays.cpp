// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/overlays.h"

namespace birblens {

ExplainRequest explainRequest(const ExportJob &job, const FrameEntry &entry)
{
    ExplainRequest request;
    request.key = entry.frame.key;
    request.path = entry.frame.path();
    request.classes = job.classes;
    request.layer = job.layer;
    if (!job.method.isEmpty())
        request.method = job.method;
    request.target = job.target;
    request.other = job.contrast;
    return request;
}

FigureInput overlayInput(const ExportJob &job, const QImage &photo, const Explanation &explanation,
                         const ClassMap &map)
{
    const double across = double(photo.width()) / explanation.frameSize.width();
    const double down = double(photo.height()) / explanation.frameSize.height();
    const QRect &seen = explanation.inputRect;
    FigureInput input;
    input.photo = photo;
    input.model = *job.model;
    input.prediction = explanation.prediction;
    input.frameSize = photo.size();
    input.inputRect =
        QRectF(seen.x() * across, seen.y() * down, seen.width() * across, seen.height() * down)
            .toRect();
    input.map = map;
    input.style = job.style;
    input.range = job.range ? job.range(map) : rangeFor(ownRange(map.map), job.style.colorMap);
    return input;
}

} // namespace birblens
