// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <functional>

namespace birblens {

/** How long work asks whether it is still wanted and says how far it is. Both may be empty. */
struct Report
{
    std::function<bool()> cancelled;
    std::function<void(double share)> progress; ///< 0..1

    bool isCancelled() const { return cancelled && cancelled(); }
    void tell(double share) const
    {
        if (progress)
            progress(share);
    }
};

} // namespace birblens
