// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include <ATen/ATen.h>

#include <memory>
#include <vector>

namespace birblens {

/** A 2-D convolution with constant weights, as its operator's arguments say. */
struct ConvolutionSpec
{
    at::Tensor weight; ///< out x in / groups x kh x kw
    at::Tensor bias;   ///< may be undefined
    std::vector<int64_t> stride;
    std::vector<int64_t> padding;
    std::vector<int64_t> dilation;
    int64_t groups = 1;
};

/** The constants of a batch normalisation in evaluation mode. */
struct BatchNormSpec
{
    at::Tensor weight; ///< may be undefined
    at::Tensor bias;   ///< may be undefined
    at::Tensor mean;
    at::Tensor variance;
    double epsilon = 1e-5;
};

/**
 * How many channels oneDNN keeps beside each other on this machine. A blocked value is an ordinary
 * tensor N x C / block x h x w x block; values whose channels are no multiple of it stay dense.
 */
int64_t channelBlock();
at::Tensor toBlocked(const at::Tensor &dense);
at::Tensor fromBlocked(const at::Tensor &blocked);

/**
 * A convolution, with the batch normalisation behind it folded in (y = scale * conv(x) + shift, per
 * channel), as a primitive of oneDNN with its weights laid out once and for all; by Winograd's
 * algorithm where oneDNN has it, which needs half the work and is within 1e-5 of the direct sum.
 * With a libtorch that has a oneDNN of its own inside it is libtorch's convolution, nothing
 * blocked. Single precision, CPU. Differentiable with respect to its input: the backward pass of a
 * convolution with stride one is the convolution with the turned kernel, made when first needed.
 */
class PackedConvolution
{
public:
    /** @param norm null: no folding. @return null where oneDNN has nothing fast for it. */
    static std::unique_ptr<PackedConvolution>
    make(const ConvolutionSpec &spec, const BatchNormSpec *norm, at::IntArrayRef inputSizes);
    ~PackedConvolution();

    bool takesBlocked() const { return m_blockedInput; }
    bool givesBlocked() const { return m_blockedOutput; }
    /** @param x N x ... of the size it was made for, blocked if takesBlocked(). */
    at::Tensor run(const at::Tensor &x);
    /** d/dx of sum(gradient * run(x)), laid out like x. */
    at::Tensor backward(const at::Tensor &gradient);

    // The two halves apart, for a network that is looked at between them. All dense.
    at::Tensor convolved(const at::Tensor &x) const;
    at::Tensor normalised(const at::Tensor &convolved) const;
    /** d/d convolved of sum(gradient * normalised(convolved)) */
    at::Tensor beforeNorm(const at::Tensor &gradient) const;

private:
    struct Primitive;
    PackedConvolution();
    at::Tensor foldedWeight() const;
    /** Makes m_forward. @return false where oneDNN has nothing fast for it. */
    bool pack();
    at::Tensor execute(const Primitive &primitive, const at::Tensor &x) const;
    /** Makes m_backward. */
    void packBackward();

    ConvolutionSpec m_spec;
    std::vector<int64_t> m_inputSizes;  ///< C, h, w
    std::vector<int64_t> m_outputSizes; ///< C, h, w
    bool m_blockedInput = false;
    bool m_blockedOutput = false;
    at::Tensor m_scale; ///< per output channel, 1 x C x 1 x 1; undefined without folding
    at::Tensor m_shift; ///< likewise
    at::Tensor m_bias;  ///< of the folded convolution; defined
    std::unique_ptr<Primitive> m_forward;
    std::unique_ptr<Primitive> m_backward;
};

} // namespace birblens
