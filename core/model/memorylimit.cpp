// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/memorylimit.h"

#include "core/model/torchversion.h"

#include <QFile>

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/util/Exception.h>

#ifdef Q_OS_LINUX
#include <malloc.h>
#include <sys/resource.h>
#endif

#include <atomic>
#include <limits>

namespace birblens {

namespace {

std::atomic<qint64> inUse = 0;
std::atomic<qint64> limit = std::numeric_limits<qint64>::max();
std::atomic<qint64> granted = 0; ///< 0: limitMemory() was not called

/** The bytes behind @p key in a file of /proc that counts in kB; -1 when it does not say. */
qint64 kilobytesIn(const QString &path, const QByteArray &key)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return -1;
    for (QByteArray line = file.readLine(); !line.isEmpty(); line = file.readLine()) {
        if (line.startsWith(key))
            return line.mid(key.size()).simplified().split(' ').value(0).toLongLong() * 1024;
    }
    return -1;
}

qint64 freeMemory()
{
    return kilobytesIn(QStringLiteral("/proc/meminfo"), "MemAvailable:");
}

#ifdef Q_OS_LINUX
/** libtorch's own allocator, counted. */
class CountingAllocator final : public AllocatorOfAnyVersion
{
public:
    c10::DeleterFnPtr raw_deleter() const override { return &CountingAllocator::release; }

private:
    c10::DataPtr memory(size_t bytes) const override
    {
        const auto wanted = static_cast<qint64>(bytes);
        TORCH_CHECK(bytes <= static_cast<size_t>(std::numeric_limits<qint64>::max()) &&
                        wanted <= limit - inUse,
                    "the network asks for ", bytes / 1000000,
                    " megabytes at once, more than the memory that it may use");
        void *data = c10::alloc_cpu(bytes);
        inUse += static_cast<qint64>(malloc_usable_size(data));
        return {data, data, &CountingAllocator::release, c10::Device(c10::DeviceType::CPU)};
    }

    static void release(void *data)
    {
        inUse -= static_cast<qint64>(malloc_usable_size(data));
        c10::free_cpu(data);
    }
};

/** A backstop for the whole process: without it the kernel would end some process of its choice. */
void limitProcess(qint64 free)
{
    const qint64 used = kilobytesIn(QStringLiteral("/proc/self/status"), "VmData:");
    rlimit now{};
    if (used < 0 || getrlimit(RLIMIT_DATA, &now) != 0)
        return;
    now.rlim_cur = std::min(now.rlim_max, static_cast<rlim_t>(used + free));
    setrlimit(RLIMIT_DATA, &now);
}
#endif

} // namespace

qint64 memoryForNetworks()
{
    if (granted > 0)
        return granted;
    const qint64 free = freeMemory();
    return free < 0 ? std::numeric_limits<qint64>::max() : free / 4 * 3;
}

void limitMemory()
{
#ifdef Q_OS_LINUX
    static CountingAllocator allocator;
    // Above libtorch's own, whose priority is 0; before the first network, so nothing is uncounted.
    static const bool set = (c10::SetCPUAllocator(&allocator, 1), true);
    Q_UNUSED(set);
    const qint64 free = freeMemory();
    if (free < 0)
        return;
    granted = free / 4 * 3;
    limit = inUse + granted;
    limitProcess(free);
#endif
}

} // namespace birblens
