#pragma once

#include "core/explain/explanation.h"
#include "core/model/network.h"
#include "core/result.h"

#include <QImage>

#include <functional>
#include <memory>

namespace birblens {

/**
 * Explains frames with one network and remembers what can be reused: the last frames' input and the
 * prefix at the cuts in use, and every layer's map once a second layer of a frame is asked for.
 * Not thread-safe; lives on the inference thread.
 */
class Explainer
{
public:
    explicit Explainer(std::shared_ptr<Network> network);
    ~Explainer();

    Network &network() { return *m_network; }

    /** Decodes request.path when the frame is not remembered. @p cancelled is asked between stages.
     */
    Result<Explanation> explain(const ExplainRequest &request,
                                const std::function<bool()> &cancelled = {});
    /** The same for pixels that are already decoded. */
    Result<Explanation> explain(const ExplainRequest &request, const QImage &frame,
                                const std::function<bool()> &cancelled = {});
    /** Every layer's map of one class, by one forward and one backward where the method has
     * gradients. */
    Result<QList<ClassMap>> explainAllLayers(const QImage &frame, int classIndex,
                                             const QString &method);
    /** Forgets every remembered frame. */
    void forget();

private:
    struct Memory;
    struct FrameMemory;
    Result<FrameMemory *> remember(const QString &key, const std::function<Result<QImage>()> &load);
    Result<Explanation> explainRemembered(const ExplainRequest &request, FrameMemory &frame,
                                          const std::function<bool()> &cancelled);

    std::shared_ptr<Network> m_network;
    std::unique_ptr<Memory> m_memory;
};

} // namespace birblens
