// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <functional>
#include <type_traits>
#include <utility>

namespace birblens {

/**
 * What the exception that is being handled means for a person: call it in a `catch` block.
 * @param place what was being done, for whoever reads a report: "thumbnail".
 */
Error caughtError(const char *place);

/**
 * For tests: called with the place before each guarded task, on its thread. What it throws is
 * handled like what the task throws. Null: nothing; when it returns, no task calls the one before.
 */
void setFaults(std::function<void(const char *place)> faults);
void throwFaults(const char *place); ///< calls it

namespace detail {

template <class T>
struct Plain
{
    using Type = T;
};
template <class T>
struct Plain<Result<T>>
{
    using Type = T;
};

} // namespace detail

/** What guarded() gives for such a task: its answer, a Result not wrapped twice. */
template <class Task>
using Guarded = Result<typename detail::Plain<std::invoke_result_t<Task>>::Type>;

/** Runs @p task. No exception leaves it: what it throws becomes an Error. */
template <class Task>
Guarded<Task> guarded(const char *place, Task &&task)
{
    try {
        throwFaults(place);
        if constexpr (std::is_void_v<std::invoke_result_t<Task>>) {
            task();
            return {};
        } else {
            return task();
        }
    } catch (...) {
        return caughtError(place);
    }
}

} // namespace birblens
