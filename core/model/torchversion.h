// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

// What has to be written differently for libtorch 1.13 (Debian 12) and libtorch 2 stands here and
// nowhere else. docs/LIBTORCH.md says which versions were built and tested.

#include <c10/core/Allocator.h>
#include <torch/version.h>

#if TORCH_VERSION_MAJOR < 1 || (TORCH_VERSION_MAJOR == 1 && TORCH_VERSION_MINOR < 13)
#error "libtorch 1.13 or newer is needed"
#endif

namespace birblens {

/** libtorch 2 may change an allocator that it asks for memory, and leaves copying to it. */
class AllocatorOfAnyVersion : public c10::Allocator
{
public:
#if TORCH_VERSION_MAJOR >= 2
    c10::DataPtr allocate(size_t bytes) final
    {
        return memory(bytes);
    }
    void copy_data(void *to, const void *from, size_t bytes) const final
    {
        default_copy_data(to, from, bytes);
    }
#else
    c10::DataPtr allocate(size_t bytes) const final
    {
        return memory(bytes);
    }
#endif

private:
    virtual c10::DataPtr memory(size_t bytes) const = 0;
};

} // namespace birblens
