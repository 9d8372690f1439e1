// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <functional>

namespace birblens {

class InferenceThread;

/**
 * One kind of work for the inference thread. The service runs one task at a time, of the most
 * urgent kind that has one. GUI thread.
 */
class InferenceWork
{
public:
    virtual ~InferenceWork() = default;

    virtual bool isWaiting() const = 0; ///< there is a task to run
    /**
     * Begins a task, of no more than some hundred milliseconds unless it gives way.
     * @param done is called when what it brought has been taken in.
     */
    virtual void run(InferenceThread &thread, const std::function<void()> &done) = 0;
    /** For good: what runs ends soon, so that the thread can be waited for. */
    virtual void stop() = 0;
};

} // namespace birblens
