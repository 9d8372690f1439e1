// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/explain/report.h"
#include "core/model/network.h"
#include "core/result.h"

#include <QImage>

#include <memory>

namespace birblens {

/**
 * Explains frames with one network and remembers what can be reused: one forward of the last frame,
 * the gradients at all layers once a second layer of it is asked for, and the maps of the last
 * frames. Not thread-safe; lives on the inference thread.
 */
class Explainer
{
public:
    explicit Explainer(std::shared_ptr<Network> network);
    ~Explainer();

    Network &network() { return *m_network; }

    /** Decodes request.path when the frame is not remembered. */
    Result<Explanation> explain(const ExplainRequest &request, const Report &report = {});
    /** The same for pixels that are already decoded. */
    Result<Explanation> explain(const ExplainRequest &request, const QImage &frame,
                                const Report &report = {});
    /**
     * The maps of several layers at once, in their order: by one backward for each target where the
     * method has gradients. request.layer is not looked at. -1 stands for the input itself, in
     * networks without layers, for methods that need none.
     */
    Result<Explanation> explainLayers(const ExplainRequest &request, const QImage &frame,
                                      const QList<int> &layers, const Report &report = {});
    /** Forgets every remembered frame. */
    void forget();

private:
    struct Memory;
    struct FrameMemory;
    Result<FrameMemory *> remember(const ExplainRequest &request, const QImage &frame);
    Result<void> record(FrameMemory &frame, const ExplainRequest &request, const QImage &image);
    struct MapWish;
    Result<ClassMap> map(FrameMemory &frame, const MapWish &wish);

    std::shared_ptr<Network> m_network;
    std::unique_ptr<Memory> m_memory;
};

} // namespace birblens
