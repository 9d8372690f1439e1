// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/day.h"

#include <QList>
#include <QStringList>

namespace birblens {

/** What must be said about the times of frames that go to a program which needs real ones. */
struct TimeNotes
{
    int uncertain = 0; ///< only the file's date is known
    int neighbour = 0; ///< offset of the nearest frame whose own is known
    int zone = 0;      ///< offset of this computer's time zone
    int skipped = 0;   ///< in the hour that spring skips
    int repeated = 0;  ///< in the hour that autumn repeats

    void count(const Frame &frame);
    /** A sentence for each; @p offsets: also for those about offsets from UTC. */
    QStringList sentences(bool offsets) const;
};

} // namespace birblens
