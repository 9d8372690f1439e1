// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

// What has to be written differently for oneDNN 2 (Debian 12) and oneDNN 3 (Debian 13) stands here
// and nowhere else.

#include <oneapi/dnnl/dnnl.hpp>

namespace birblens {

/** How a kernel moves over an image; oneDNN's words and counts: no dilation is 0. */
struct KernelSteps
{
    dnnl::memory::dims strides;
    dnnl::memory::dims dilates;
    dnnl::memory::dims near; ///< padding above and on the left
    dnnl::memory::dims far;  ///< below and on the right
};

/** @param bias a zero descriptor: none. @throws dnnl::error */
inline dnnl::convolution_forward::primitive_desc
convolutionForward(const dnnl::engine &engine, dnnl::prop_kind kind, dnnl::algorithm algorithm,
                   const dnnl::memory::desc &from, const dnnl::memory::desc &weights,
                   const dnnl::memory::desc &bias, const dnnl::memory::desc &to,
                   const KernelSteps &steps)
{
#if DNNL_VERSION_MAJOR >= 3
    return {engine, kind,          algorithm,     from,       weights,  bias,
            to,     steps.strides, steps.dilates, steps.near, steps.far};
#else
    return {{kind, algorithm, from, weights, bias, to, steps.strides, steps.dilates, steps.near,
             steps.far},
            engine};
#endif
}

/** The gradient at the input. @param forward of the same convolution. @throws dnnl::error */
inline dnnl::convolution_backward_data::primitive_desc
convolutionBackward(const dnnl::engine &engine, dnnl::algorithm algorithm,
                    const dnnl::memory::desc &input, const dnnl::memory::desc &weights,
                    const dnnl::memory::desc &output, const KernelSteps &steps,
                    const dnnl::convolution_forward::primitive_desc &forward)
{
#if DNNL_VERSION_MAJOR >= 3
    return {engine,        algorithm,     input,      weights,   output,
            steps.strides, steps.dilates, steps.near, steps.far, forward};
#else
    return {
        {algorithm, input, weights, output, steps.strides, steps.dilates, steps.near, steps.far},
        engine,
        forward};
#endif
}

} // namespace birblens
