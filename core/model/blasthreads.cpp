#include "core/model/blasthreads.h"

#include <torch/script.h>

#include <dlfcn.h>

#include <algorithm>
#include <thread>

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
    const auto setThreads =
        reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (!setThreads)
        return;
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    setThreads(linearWeights(module) > fewWeights ? static_cast<int>(cores) : 1);
}

} // namespace birblens
