// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/packedconvolution.h"

// The half that does not depend on who computes: onednnconvolution.cpp or plainconvolution.cpp.

#include <torch/csrc/autograd/custom_function.h>

namespace birblens {

namespace {

/** Lets autograd call PackedConvolution::backward; the convolution outlives the recording. */
struct Differentiable : torch::autograd::Function<Differentiable>
{
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x,
                              PackedConvolution *convolution)
    {
        context->saved_data["convolution"] = reinterpret_cast<int64_t>(convolution);
        return convolution->run(x);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::tensor_list gradients)
    {
        auto *convolution =
            reinterpret_cast<PackedConvolution *>(context->saved_data["convolution"].toInt());
        return {convolution->backward(gradients[0]), at::Tensor()};
    }
};

} // namespace

at::Tensor toBlocked(const at::Tensor &dense)
{
    const int64_t block = channelBlock();
    return dense
        .reshape({dense.size(0), dense.size(1) / block, block, dense.size(2), dense.size(3)})
        .permute({0, 1, 3, 4, 2})
        .contiguous();
}

at::Tensor fromBlocked(const at::Tensor &blocked)
{
    return blocked.permute({0, 1, 4, 2, 3})
        .reshape(
            {blocked.size(0), blocked.size(1) * blocked.size(4), blocked.size(2), blocked.size(3)})
        .contiguous(); // of one block it is a view still, which the author's own views may not fit
}

std::unique_ptr<PackedConvolution> PackedConvolution::make(const ConvolutionSpec &spec,
                                                           const BatchNormSpec *norm,
                                                           at::IntArrayRef inputSizes)
{
    const at::Tensor &w = spec.weight;
    if (!w.defined() || w.dim() != 4 || w.scalar_type() != at::kFloat || !w.is_cpu() ||
        inputSizes.size() != 4 || spec.stride.size() != 2 || spec.padding.size() != 2 ||
        spec.dilation.size() != 2)
        return nullptr;
    at::NoGradGuard noGrad;
    std::unique_ptr<PackedConvolution> made(new PackedConvolution);
    made->m_spec = spec;
    made->m_bias = spec.bias.defined() ? spec.bias : at::zeros({w.size(0)});
    if (norm) {
        at::Tensor scale = at::rsqrt(norm->variance + norm->epsilon);
        if (norm->weight.defined())
            scale = scale * norm->weight;
        at::Tensor shift = at::neg(norm->mean * scale);
        if (norm->bias.defined())
            shift = shift + norm->bias;
        made->m_bias = made->m_bias * scale + shift;
        made->m_scale = scale.view({1, -1, 1, 1});
        made->m_shift = shift.view({1, -1, 1, 1});
    }
    made->m_bias = made->m_bias.contiguous();

    made->m_inputSizes = {inputSizes[1], inputSizes[2], inputSizes[3]};
    made->m_outputSizes = {w.size(0), 0, 0};
    for (size_t i = 0; i < 2; ++i) {
        const int64_t reach = spec.dilation[i] * (w.size(static_cast<int64_t>(i) + 2) - 1) + 1;
        made->m_outputSizes[i + 1] =
            (made->m_inputSizes[i + 1] + 2 * spec.padding[i] - reach) / spec.stride[i] + 1;
    }
    return made->pack() ? std::move(made) : nullptr;
}

at::Tensor PackedConvolution::foldedWeight() const
{
    const at::Tensor weight =
        m_scale.defined() ? m_spec.weight * m_scale.transpose(0, 1) : m_spec.weight;
    return weight.contiguous();
}

at::Tensor PackedConvolution::run(const at::Tensor &x)
{
    if (at::GradMode::is_enabled() && x.requires_grad())
        return Differentiable::apply(x, this);
    return execute(*m_forward, x);
}

at::Tensor PackedConvolution::backward(const at::Tensor &gradient)
{
    at::NoGradGuard noGrad;
    if (!m_backward)
        packBackward();
    return execute(*m_backward, gradient);
}

at::Tensor PackedConvolution::convolved(const at::Tensor &x) const
{
    return at::conv2d(x, m_spec.weight, m_spec.bias, m_spec.stride, m_spec.padding, m_spec.dilation,
                      m_spec.groups);
}

at::Tensor PackedConvolution::normalised(const at::Tensor &convolved) const
{
    return convolved * m_scale + m_shift;
}

at::Tensor PackedConvolution::beforeNorm(const at::Tensor &gradient) const
{
    return gradient * m_scale;
}

} // namespace birblens
