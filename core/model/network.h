// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"
#include "core/model/prediction.h"
#include "core/result.h"

#include <QImage>
#include <QList>

#include <memory>
#include <optional>

namespace birblens {

class TappedNetwork;

/** Where a network runs. */
enum class Device {
    Auto, ///< CUDA where libtorch has it and a card is there that can run the network, else the CPU
    Cpu,
    Cuda
};

/** A bare TorchScript file: it runs, but nobody said what its logits mean. */
struct BareModel
{
    ModelInfo suggestion; ///< path, name; 224 x 224, ImageNet statistics; no vocabulary
    int outputs = 0; ///< number of logits; 0 when the network does not run at the suggested size
};

/**
 * A classifier: metadata, layers, predictions. Owns the tensors. Not thread-safe; lives on the
 * inference thread. Every libtorch exception ends here or in Explainer, as an Error.
 */
class Network
{
public:
    /** @param answer metadata for a file that has none; what the file itself says wins. */
    static Result<std::shared_ptr<Network>> load(const QString &path,
                                                 const std::optional<ModelInfo> &answer = {},
                                                 Device device = Device::Auto);
    /** Whether @p path loads but has no metadata: then what to ask. */
    static Result<std::optional<BareModel>> inspect(const QString &path);
    ~Network();

    const ModelInfo &info() const { return m_info; }
    const QList<LayerInfo> &layers() const;
    QStringList warnings() const { return m_warnings; }
    /** Index of a layer by name or decimal index; `last` and empty: the default layer. -1 if
     * unknown. */
    int findLayer(const QString &name) const;
    /** In place of one that there is not, as in a network without layers: the input itself. */
    LayerInfo layerOrInput(int index) const;

    /** One answer per frame, in order; the frames go through the network as one batch. */
    Result<QList<Classified>> classify(const QList<QImage> &frames);

    TappedNetwork &tapped() { return *m_tapped; }

private:
    Network() = default;
    static Result<std::shared_ptr<Network>> loadOn(Device device, const QString &path,
                                                   const std::optional<ModelInfo> &answer);

    ModelInfo m_info;
    QList<LayerInfo> m_layers;
    int m_defaultLayer = -1; ///< -1 where there is no layer
    QStringList m_warnings;
    std::unique_ptr<TappedNetwork> m_tapped;
};

/** Uses @p count cores for the network on the calling thread; 0: all. Returns what is in force. */
int setInferenceThreads(int count);
/** Whether Device::Cuda can be had. */
bool hasCuda();
/** "1.13.1" */
QString torchVersion();

} // namespace birblens
