// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/packedconvolution.h"

#include "core/model/onednnversion.h"

#include <string_view>
#include <unordered_map>

namespace birblens {

namespace {

using dnnl::memory;

dnnl::engine &engine()
{
    static dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

/** A value of one image in memory. */
memory::desc imageDesc(const std::vector<int64_t> &sizes, bool blocked)
{
    const auto tag = !blocked               ? memory::format_tag::nchw
                     : channelBlock() == 16 ? memory::format_tag::nChw16c
                                            : memory::format_tag::nChw8c;
    return {{1, sizes[0], sizes[1], sizes[2]}, memory::data_type::f32, tag};
}

memory::dims weightDims(const at::Tensor &weight, int64_t groups)
{
    memory::dims dims = weight.sizes().vec();
    if (groups > 1) {
        dims[0] /= groups;
        dims.insert(dims.begin(), groups);
    }
    return dims;
}

/** oneDNN counts the zeros between taps, torch the distance. */
memory::dims gaps(const std::vector<int64_t> &dilation)
{
    return {dilation[0] - 1, dilation[1] - 1};
}

/** What has to be added at the far side so that the sizes come out; oneDNN wants it told. */
memory::dims farPadding(const ConvolutionSpec &spec, const std::vector<int64_t> &input,
                        const std::vector<int64_t> &output)
{
    memory::dims far(2);
    for (size_t i = 0; i < 2; ++i) {
        const int64_t reach =
            spec.dilation[i] * (spec.weight.size(static_cast<int64_t>(i) + 2) - 1) + 1;
        far[i] = (output[i + 1] - 1) * spec.stride[i] + reach - input[i + 1] - spec.padding[i];
    }
    return far;
}

bool isSlow(const char *implementation)
{
    return std::string_view(implementation).find("ref") != std::string_view::npos;
}

} // namespace

int64_t channelBlock()
{
    static const int64_t block =
        dnnl::get_effective_cpu_isa() >= dnnl::cpu_isa::avx512_core ? 16 : 8;
    return block;
}

/** A compiled convolution of one image with its weights. */
struct PackedConvolution::Primitive
{
    dnnl::primitive primitive;
    memory::desc from;
    memory::desc to;
    memory weights;
    memory bias; ///< empty in the backward pass
    int fromArgument = DNNL_ARG_SRC;
    int toArgument = DNNL_ARG_DST;
    std::vector<int64_t> resultSizes; ///< of one image, as the tensor is shaped

    void setWeights(const at::Tensor &dense, const memory::dims &dims, const memory::desc &wanted)
    {
        const auto tag = dims.size() == 5 ? memory::format_tag::goihw : memory::format_tag::oihw;
        memory plain({dims, memory::data_type::f32, tag}, engine(), dense.data_ptr<float>());
        weights = memory(wanted, engine());
        dnnl::stream stream(engine());
        dnnl::reorder(plain, weights).execute(stream, plain, weights);
        stream.wait();
    }
};

namespace {

/** Sizes of the tensor that holds a value of one image. */
std::vector<int64_t> tensorSizes(const std::vector<int64_t> &sizes, bool blocked)
{
    if (!blocked)
        return sizes;
    return {sizes[0] / channelBlock(), sizes[1], sizes[2], channelBlock()};
}

/** Winograd's algorithm where oneDNN has it for this machine and shape, else the direct one. */
dnnl::convolution_forward::primitive_desc
forwardDesc(const memory::desc &from, const memory::desc &weights, const memory::desc &bias,
            const memory::desc &to, const KernelSteps &steps)
{
    for (const auto algorithm :
         {dnnl::algorithm::convolution_winograd, dnnl::algorithm::convolution_direct}) {
        try {
            return convolutionForward(engine(), dnnl::prop_kind::forward_inference, algorithm, from,
                                      weights, bias, to, steps);
        } catch (const dnnl::error &error) {
            if (algorithm == dnnl::algorithm::convolution_direct ||
                error.status != dnnl_unimplemented)
                throw;
        }
    }
    return {};
}

} // namespace

bool PackedConvolution::pack()
{
    m_blockedInput = m_inputSizes[0] % channelBlock() == 0;
    m_blockedOutput = m_outputSizes[0] % channelBlock() == 0;

    try {
        auto primitive = std::make_unique<Primitive>();
        const memory::dims dims = weightDims(m_spec.weight, m_spec.groups);
        primitive->from = imageDesc(m_inputSizes, m_blockedInput);
        primitive->to = imageDesc(m_outputSizes, m_blockedOutput);
        const memory::desc bias({m_spec.weight.size(0)}, memory::data_type::f32,
                                memory::format_tag::a);
        const auto desc =
            forwardDesc(primitive->from, {dims, memory::data_type::f32, memory::format_tag::any},
                        bias, primitive->to,
                        {m_spec.stride, gaps(m_spec.dilation), m_spec.padding,
                         farPadding(m_spec, m_inputSizes, m_outputSizes)});
        if (isSlow(desc.impl_info_str()))
            return false;
        primitive->primitive = dnnl::convolution_forward(desc);
        primitive->setWeights(foldedWeight(), dims, desc.weights_desc());
        primitive->bias = memory(bias, engine(), m_bias.data_ptr<float>());
        primitive->resultSizes = tensorSizes(m_outputSizes, m_blockedOutput);
        m_forward = std::move(primitive);
    } catch (const dnnl::error &) {
        return false;
    }
    return true;
}

PackedConvolution::PackedConvolution() = default;
PackedConvolution::~PackedConvolution() = default;

at::Tensor PackedConvolution::execute(const Primitive &primitive, const at::Tensor &x) const
{
    const at::Tensor from = x.contiguous();
    std::vector<int64_t> sizes = primitive.resultSizes;
    sizes.insert(sizes.begin(), from.size(0));
    at::Tensor to = at::empty(sizes, from.options());
    dnnl::stream stream(engine());
    // One image at a time: oneDNN lays out weights for each batch size anew.
    for (int64_t i = 0; i < from.size(0); ++i) {
        std::unordered_map<int, memory> arguments{
            {primitive.fromArgument, memory(primitive.from, engine(), from[i].data_ptr<float>())},
            {DNNL_ARG_WEIGHTS, primitive.weights},
            {primitive.toArgument, memory(primitive.to, engine(), to[i].data_ptr<float>())}};
        if (primitive.bias)
            arguments.emplace(DNNL_ARG_BIAS, primitive.bias);
        primitive.primitive.execute(stream, arguments);
    }
    stream.wait();
    return to;
}

void PackedConvolution::packBackward()
{
    auto primitive = std::make_unique<Primitive>();
    const at::Tensor weight = foldedWeight();
    const at::Tensor &w = m_spec.weight;
    primitive->from = imageDesc(m_outputSizes, m_blockedOutput);
    primitive->to = imageDesc(m_inputSizes, m_blockedInput);
    primitive->resultSizes = tensorSizes(m_inputSizes, m_blockedInput);
    const memory::dims far = farPadding(m_spec, m_inputSizes, m_outputSizes);
    memory::dims padding(2);
    memory::dims farTurned(2);
    for (size_t i = 0; i < 2; ++i) {
        const int64_t reach = m_spec.dilation[i] * (w.size(static_cast<int64_t>(i) + 2) - 1);
        padding[i] = reach - m_spec.padding[i];
        farTurned[i] = reach - far[i];
    }
    const bool turnable = m_spec.stride == std::vector<int64_t>{1, 1} && padding[0] >= 0 &&
                          padding[1] >= 0 && farTurned[0] >= 0 && farTurned[1] >= 0;
    if (turnable) {
        const int64_t outputs = w.size(0) / m_spec.groups;
        const at::Tensor turned =
            weight.view({m_spec.groups, outputs, w.size(1), w.size(2), w.size(3)})
                .transpose(1, 2)
                .reshape({m_spec.groups * w.size(1), outputs, w.size(2), w.size(3)})
                .flip({2, 3})
                .contiguous();
        const memory::dims dims = weightDims(turned, m_spec.groups);
        const auto desc =
            forwardDesc(primitive->from, {dims, memory::data_type::f32, memory::format_tag::any},
                        memory::desc(), primitive->to,
                        {m_spec.stride, gaps(m_spec.dilation), padding, farTurned});
        primitive->primitive = dnnl::convolution_forward(desc);
        primitive->setWeights(turned, dims, desc.weights_desc());
        m_backward = std::move(primitive);
        return;
    }
    const memory::dims dims = weightDims(w, m_spec.groups);
    const memory::desc any(dims, memory::data_type::f32, memory::format_tag::any);
    const KernelSteps steps{m_spec.stride, gaps(m_spec.dilation), m_spec.padding, far};
    const auto direct = dnnl::algorithm::convolution_direct;
    const auto hint =
        convolutionForward(engine(), dnnl::prop_kind::forward_training, direct, primitive->to, any,
                           memory::desc(), primitive->from, steps);
    const auto desc =
        convolutionBackward(engine(), direct, primitive->to, any, primitive->from, steps, hint);
    primitive->primitive = dnnl::convolution_backward_data(desc);
    primitive->setWeights(weight, dims, desc.weights_desc());
    primitive->fromArgument = DNNL_ARG_DIFF_DST;
    primitive->toArgument = DNNL_ARG_DIFF_SRC;
    m_backward = std::move(primitive);
}

} // namespace birblens
