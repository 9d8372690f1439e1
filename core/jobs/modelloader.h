// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"
#include "core/result.h"
#include "core/review/reviewsession.h"

#include <memory>
#include <optional>

namespace birblens {

class Explainer;

/** What the person must supply for a TorchScript file without metadata. */
struct MetadataQuestion
{
    QString path;
    ModelInfo suggestion; ///< name from the file; input 224x224 ImageNet statistics; no vocabulary
    int outputs = 0;      ///< number of logits, 0 when it could not be found out
};

/** What loading a model brings back: one of the three. */
struct Loaded
{
    std::optional<OpenModel> model;
    std::optional<MetadataQuestion> question;
    std::optional<Error> error;
};

/** @p explainer becomes the one of @p path. For the inference thread. */
Loaded loadModel(std::unique_ptr<Explainer> &explainer, const QString &path,
                 const std::optional<ModelInfo> &answer);

} // namespace birblens

Q_DECLARE_METATYPE(birblens::MetadataQuestion)
