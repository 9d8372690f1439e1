// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/trustjob.h"

#include "core/explain/explainer.h"
#include "core/frames/imageloader.h"

namespace birblens {

TrustPiece advanceTrust(std::unique_ptr<Explainer> &explainer, TrustJob &job,
                        const CancelFlag &cancel)
{
    if (!explainer || explainer->network().info().id != job.modelId)
        return {0.0,
                Error{QStringLiteral("The model of this map is not open any more"), job.path, {}}};
    if (!job.check) {
        const Result<QImage> frame = loadImage(job.path);
        if (!frame)
            return {0.0, frame.error()};
        job.check = std::make_unique<TrustCheck>(*frame, job.map);
    }
    Report report;
    report.cancelled = [&cancel] { return cancel.isCancelled(); };
    const Result<bool> more = job.check->advance(explainer->network(), report);
    if (!more && cancel.isCancelled())
        return {job.check->share(), {}}; // what was wanted comes first
    if (!more)
        return {0.0, more.error()};
    if (*more)
        return {job.check->share(), {}};
    return {1.0, job.check->report()};
}

} // namespace birblens
