// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QtGlobal>

namespace birblens {

/**
 * Networks get no more memory than this many bytes: three quarters of what the machine had free
 * when limitMemory() was called last; without a call, of what it has free now.
 */
qint64 memoryForNetworks();

/**
 * From now on tensors on the CPU take at most memoryForNetworks(), beyond what is in use now; more
 * is a c10::Error that says so. What grows outside tensors (lists, text) ends as std::bad_alloc
 * before the machine has no memory left. Called before each network is read; on any thread.
 */
void limitMemory();

} // namespace birblens
