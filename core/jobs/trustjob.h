// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/explain/trust.h"
#include "core/explain/trustcheck.h"
#include "core/jobs/inferencethread.h"
#include "core/result.h"

#include <QString>

#include <memory>
#include <optional>

namespace birblens {

/** One check on its way. Touched by one task at a time, on the inference thread. */
struct TrustJob
{
    QString path;
    ClassMap map;
    QString modelId;
    std::unique_ptr<TrustCheck> check; ///< made by the first piece
};

/** What a piece of it brings back. */
struct TrustPiece
{
    double share = 0.0;
    std::optional<Result<TrustReport>> end; ///< nothing: there is more
};

/** The next piece of the check; gives way, with its share so far, when @p cancel is set. */
TrustPiece advanceTrust(std::unique_ptr<Explainer> &explainer, TrustJob &job,
                        const CancelFlag &cancel);

} // namespace birblens
