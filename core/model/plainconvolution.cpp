// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/packedconvolution.h"

// For a libtorch that has a oneDNN of its own inside, which no program can call (docs/LIBTORCH.md):
// convolutions are libtorch's, with the normalisation folded in, and every value stays dense.

namespace birblens {

struct PackedConvolution::Primitive
{
    at::Tensor weight;
    at::Tensor bias; ///< undefined in the backward pass
    bool turned = false;
    std::vector<int64_t> missing; ///< of the backward pass: rows and columns that no kernel reached
};

int64_t channelBlock()
{
    return 1;
}

bool PackedConvolution::pack()
{
    m_forward = std::make_unique<Primitive>();
    m_forward->weight = foldedWeight();
    m_forward->bias = m_bias;
    return true;
}

PackedConvolution::PackedConvolution() = default;
PackedConvolution::~PackedConvolution() = default;

at::Tensor PackedConvolution::execute(const Primitive &primitive, const at::Tensor &x) const
{
    if (primitive.turned)
        return at::conv_transpose2d(x, primitive.weight, {}, m_spec.stride, m_spec.padding,
                                    primitive.missing, m_spec.groups, m_spec.dilation);
    return at::conv2d(x, primitive.weight, primitive.bias, m_spec.stride, m_spec.padding,
                      m_spec.dilation, m_spec.groups);
}

void PackedConvolution::packBackward()
{
    m_backward = std::make_unique<Primitive>();
    m_backward->weight = foldedWeight();
    m_backward->turned = true;
    m_backward->missing.resize(2);
    for (size_t i = 0; i < 2; ++i) {
        const int64_t reach =
            m_spec.dilation[i] * (m_spec.weight.size(static_cast<int64_t>(i) + 2) - 1) + 1;
        m_backward->missing[i] =
            (m_inputSizes[i + 1] + 2 * m_spec.padding[i] - reach) % m_spec.stride[i];
    }
}

} // namespace birblens
