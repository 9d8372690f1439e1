// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

namespace torch::jit {
struct Module;
}

namespace birblens {

/**
 * Keeps the BLAS library to one thread, in all of the process, unless @p module's linear layers are
 * large. A second thread of OpenBLAS spins for some 30 ms after each product, waiting for another
 * one: where convolutions do the work (oneDNN's, not BLAS's) that takes a core from them and from
 * the window. Nothing happens with another BLAS, or an OpenBLAS that shares libtorch's threads.
 */
void chooseBlasThreads(const torch::jit::Module &module);

} // namespace birblens
