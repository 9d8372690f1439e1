// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"

#include <QList>

#include <utility>
#include <vector>

namespace birblens {

/**
 * The time zone of this computer as a list of its changes. Asked through the C library, so that
 * every spelling of TZ counts.
 */
class LocalZone
{
public:
    struct Change
    {
        qint64 at;  ///< seconds since 1970, UTC
        int before; ///< seconds east of UTC
        int after;
        qint64 wallBegin() const { return at + std::min(before, after); } ///< first odd wall second
        qint64 wallEnd() const { return at + std::max(before, after); }   ///< behind the last one
        bool skips() const { return after > before; } ///< spring: hours that no clock shows
    };

    /** Knows the changes between two wall clock times, seconds since 1970 as if UTC. */
    LocalZone(qint64 from, qint64 to);

    int offsetAtUtc(qint64 utc) const;
    /**
     * Offset at a wall clock time. In the hour that autumn repeats and in the one that spring skips
     * it is the one before the change, as java.time, PEP 495 and ECMAScript's Temporal have it:
     * a clock that shows a skipped hour was not put forward.
     */
    int offsetAtWall(qint64 wall) const;
    /** The change in whose repeated or skipped hour the wall clock lies; null: none. */
    const Change *oddAt(qint64 wall) const;
    /** The camera showed that hour, so that its clock stays on winter time until autumn. */
    void keepWinterTime(qint64 skippedWall);

private:
    std::vector<Change> m_changes;
    std::vector<bool> m_ignored; ///< as many: the camera's clock takes no part in the change
    int m_first = 0;             ///< offset before all of them
};

/**
 * Fills in Frame::assumedOffset and Frame::offsetBasis of all @p frames: the one place that decides
 * which offset a frame has. UTC known: their difference. Else that of the frame nearest by wall
 * clock whose offset its camera recorded; where that agrees with this computer's time zone, the
 * zone's rule, so that a change in between counts. Else the zone's rule. Cheap where everything is
 * known.
 */
void assumeOffsets(const std::vector<Frame *> &frames);
void assumeOffsets(QList<Frame> &frames);

} // namespace birblens
