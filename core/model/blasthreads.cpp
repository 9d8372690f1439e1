// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/blasthreads.h"

#include <torch/script.h>

#include <dlfcn.h>

namespace birblens {

namespace {

/** Up to 16 MB of weights: one thread has read them in a few milliseconds. */
constexpr int64_t fewWeights = 4'000'000;

int64_t linearWeights(const torch::jit::Module &module)
{
    int64_t count = 0;
    for (const at::Tensor &parameter : module.parameters()) {
        if (parameter.dim() == 2) // a convolution's have four
            count += parameter.numel();
    }
    return count;
}

} // namespace

void chooseBlasThreads(const torch::jit::Module &module)
{
    // libtorch does not say which BLAS it found.
    const auto kind = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_parallel"));
    const auto threads =
        reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    const auto setThreads =
        reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    constexpr int ownThreads = 1; // built with OpenMP it shares libtorch's
    if (!kind || !threads || !setThreads || kind() != ownThreads)
        return;
    static const int asStarted = threads(); // what the person may have set
    setThreads(linearWeights(module) > fewWeights ? asStarted : 1);
}

} // namespace birblens
