// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/rawmap.h"
#include "core/model/network.h"

#include <QHash>
#include <QList>
#include <QString>

#include <memory>
#include <vector>

namespace at {
class Tensor;
}

namespace birblens {

/** A tensor as plain numbers, row-major. */
struct TestTensor
{
    QList<int> shape;
    std::vector<float> values;
    bool isEmpty() const { return values.empty(); }
};

/** "resnet18" of "resnet18_traced": the same reference numbers for every way to save a network. */
QString referenceName(const QString &network);

/** The named buffers of a TorchScript module: how reference numbers travel. Empty when unreadable.
 */
QHash<QString, TestTensor> readTensors(const QString &path);

/** One raw map of one layer. */
struct LayerMap
{
    QString layer;
    RawMap map;
};

enum class Precision { Double, SinglePacked };

class TappedNetwork;
struct Recording;

/**
 * The network's inside for tests: tensors in, numbers out. As the program does, it keeps the
 * recorded forward of the last input.
 */
class TorchProbe
{
public:
    explicit TorchProbe(Network &network);
    /**
     * The file in double precision without packed convolutions: differences that remain are
     * mistakes, not rounding. Or in single precision with them, as the program runs it. What a
     * frozen network holds as constants follows.
     */
    TorchProbe(const QString &path, const InputSpec &input,
               Precision precision = Precision::Double);
    /**
     * The file's layout with averaging weights: every kernel and every class sums what it sees with
     * equal weights, batch normalisation does nothing. A bright dot then stays where it is.
     */
    static std::unique_ptr<TorchProbe> averaging(const QString &path, const InputSpec &input);
    ~TorchProbe();

    const QList<LayerInfo> &layers() const;
    int foldedNorms() const;

    TestTensor logits(const TestTensor &input);
    /** Logits by the part of the network behind a layer, from that layer's own activation. */
    TestTensor logitsFrom(const TestTensor &input, int layer);
    /** Raw map of one layer by itself. */
    RawMap one(const TestTensor &input, int classIndex, const QString &method, int layer);
    /** Raw maps of every layer by one backward. */
    QList<LayerMap> byOneBackward(const TestTensor &input, int classIndex, const QString &method);
    /**
     * How much larger the terms of a layer's gradcam-signed map are than the map: peak of
     * sum_k |mean(g_k) A_k| over peak of |sum_k mean(g_k) A_k|. Rounding grows alike.
     */
    double cancellation(const TestTensor &input, int classIndex, int layer);
    /** See TappedNetwork::features(): n numbers. */
    TestTensor features(const TestTensor &input);
    /** A layer's activation, channels first: C x h x w. */
    TestTensor activation(const TestTensor &input, int layer);

    /**
     * Outputs of a ReLU (or a hard swish or sigmoid) behind @p layer that are zero here and not
     * there, or the other way round: there the map has a kink, and both sides of it are right. @p
     * largest: the largest of these outputs as a share of its layer's peak.
     */
    int kinks(TorchProbe &other, const TestTensor &input, int layer, double *largest);

private:
    explicit TorchProbe(std::unique_ptr<TappedNetwork> network);
    at::Tensor direction(const Recording &recording, int classIndex) const;
    const Recording &recordingOf(const TestTensor &input);
    const std::vector<at::Tensor> &gradientsOf(const TestTensor &input, int classIndex);

    std::unique_ptr<TappedNetwork> m_own;
    TappedNetwork &m_network;
    bool m_double = false;
    struct Memory;
    std::unique_ptr<Memory> m_memory;
};

/** @p frame cut and resized to the input's size, before normalisation. */
QImage resizedFrame(const QImage &frame, const InputSpec &input);
/** The network's input for @p frame: 1 x 3 x height x width. */
TestTensor inputOf(const QImage &frame, const InputSpec &input);

/** A method's map of given numbers; both tensors C x h x w. */
RawMap mapOf(const QString &method, const TestTensor &activation, const TestTensor &gradient);

} // namespace birblens
