// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/decodebudget.h"

#include "core/frames/decode/imageheader.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace birblens {

namespace {

struct Room
{
    std::mutex mutex;
    std::condition_variable freed;
    qint64 left = maxDecodeBytes;
};

Room &room()
{
    static Room shared;
    return shared;
}

} // namespace

DecodeBudget::DecodeBudget(qint64 bytes)
    : m_bytes(std::clamp<qint64>(bytes, 0, maxDecodeBytes))
{
    std::unique_lock<std::mutex> lock(room().mutex);
    room().freed.wait(lock, [this] { return room().left >= m_bytes; });
    room().left -= m_bytes;
}

DecodeBudget::~DecodeBudget()
{
    {
        const std::lock_guard<std::mutex> lock(room().mutex);
        room().left += m_bytes;
    }
    room().freed.notify_all();
}

} // namespace birblens
