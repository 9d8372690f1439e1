// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/jobs/modelloader.h"

#include "core/explain/explainer.h"
#include "core/model/network.h"

namespace birblens {

Loaded loadModel(std::unique_ptr<Explainer> &explainer, const QString &path,
                 const std::optional<ModelInfo> &answer)
{
    if (!answer) {
        const Result<std::optional<BareModel>> bare = Network::inspect(path);
        if (!bare)
            return {{}, {}, bare.error()};
        if (*bare)
            return {{}, MetadataQuestion{path, (*bare)->suggestion, (*bare)->outputs}, {}};
    }
    Result<std::shared_ptr<Network>> network = Network::load(path, answer);
    if (!network)
        return {{}, {}, network.error()};
    explainer = std::make_unique<Explainer>(*network);
    const Network &opened = **network;
    OpenModel model{opened.info(), opened.layers(), opened.warnings()};
    if (answer) {
        // An answer that cannot be stored must be given again next time; the model works all the
        // same.
        if (const Result<QString> stored = writeSideCar(opened.info()); !stored)
            model.warnings.append(stored.error().sentence());
    }
    return {model, {}, {}};
}

} // namespace birblens
