// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/utcoffset.h"

#include <algorithm>
#include <limits>

namespace birblens {

namespace {

constexpr qint64 daySeconds = 86400;

int localOffset(qint64 utc)
{
    return QDateTime::fromSecsSinceEpoch(utc).offsetFromUtc();
}

qint64 wallSeconds(const Frame &frame)
{
    return frame.captureTime.toSecsSinceEpoch();
}

/** To whole minutes: a camera's two clocks may be read a second apart. */
int knownOffset(const Frame &frame)
{
    const qint64 offset = frame.captureTime.toSecsSinceEpoch() - frame.utc.toSecsSinceEpoch();
    return static_cast<int>((offset + (offset < 0 ? -30 : 30)) / 60 * 60);
}

/** Whether the offset was recorded by the camera, and not worked out from this computer's zone. */
bool isRecorded(const Frame &frame)
{
    return frame.utc.isValid() && frame.captureTime.isValid() &&
           (frame.timeSource == TimeSource::CameraDatabase || frame.timeSource == TimeSource::Exif);
}

} // namespace

LocalZone::LocalZone(qint64 from, qint64 to)
{
    // Zones lie within a day of UTC; no zone changes twice within two days.
    constexpr qint64 step = 2 * daySeconds;
    qint64 last = from - 2 * daySeconds;
    m_first = localOffset(last);
    int offset = m_first;
    while (last < to + 2 * daySeconds) {
        const qint64 next = last + step;
        const int changed = localOffset(next);
        if (changed != offset) {
            qint64 before = last;
            qint64 after = next;
            while (after - before > 1) {
                const qint64 middle = before + (after - before) / 2;
                (localOffset(middle) == offset ? before : after) = middle;
            }
            m_changes.push_back({after, offset, changed});
            offset = changed;
        }
        last = next;
    }
    m_ignored.resize(m_changes.size(), false);
}

int LocalZone::offsetAtUtc(qint64 utc) const
{
    int offset = m_first;
    for (const Change &change : m_changes) {
        if (change.at > utc)
            break;
        offset = change.after;
    }
    return offset;
}

int LocalZone::offsetAtWall(qint64 wall) const
{
    int offset = m_first;
    for (size_t i = 0; i < m_changes.size(); ++i) {
        if (m_changes[i].wallEnd() > wall)
            break;
        if (!m_ignored[i])
            offset = m_changes[i].after;
    }
    return offset;
}

const LocalZone::Change *LocalZone::oddAt(qint64 wall) const
{
    for (size_t i = 0; i < m_changes.size(); ++i) {
        const Change &change = m_changes[i];
        if (wall >= change.wallBegin() && wall < change.wallEnd())
            return m_ignored[i] && !change.skips() ? nullptr : &change;
    }
    return nullptr;
}

void LocalZone::keepWinterTime(qint64 skippedWall)
{
    for (size_t i = 0; i < m_changes.size(); ++i) {
        const Change &change = m_changes[i];
        if (!change.skips() || skippedWall < change.wallBegin() || skippedWall >= change.wallEnd())
            continue;
        m_ignored[i] = true;
        if (i + 1 < m_changes.size() && m_changes[i + 1].after == change.before)
            m_ignored[i + 1] = true; // it never left winter time
    }
}

void assumeOffsets(const std::vector<Frame *> &frames)
{
    std::vector<std::pair<qint64, int>> recorded; // wall clock, offset
    qint64 from = std::numeric_limits<qint64>::max();
    qint64 to = std::numeric_limits<qint64>::min();
    bool open = false;
    for (Frame *frame : frames) {
        if (frame->utc.isValid()) {
            frame->assumedOffset = frame->captureTime.isValid() ? knownOffset(*frame) : 0;
            frame->offsetBasis = OffsetBasis::Known;
        } else if (frame->captureTime.isValid()) {
            open = true;
            from = std::min(from, wallSeconds(*frame));
            to = std::max(to, wallSeconds(*frame));
        }
    }
    if (!open)
        return;
    // A time of the year 1 or 9999 must not make the list of changes endless.
    constexpr qint64 earliest = 0;
    constexpr qint64 latest = 4102444800; // 2100
    from = std::clamp(from, earliest, latest);
    to = std::clamp(to, earliest, latest);
    for (const Frame *frame : frames) {
        if (isRecorded(*frame))
            recorded.emplace_back(wallSeconds(*frame), frame->assumedOffset);
    }
    std::sort(recorded.begin(), recorded.end());
    if (!recorded.empty()) {
        from = std::min(from, std::clamp(recorded.front().first, earliest, latest));
        to = std::max(to, std::clamp(recorded.back().first, earliest, latest));
    }

    LocalZone zone(from, to);
    if (recorded.empty()) {
        for (const Frame *frame : frames) {
            // A time that a person corrected is none that the camera showed.
            if (!frame->utc.isValid() && frame->captureTime.isValid() && frame->clockShift == 0)
                zone.keepWinterTime(wallSeconds(*frame));
        }
    }
    for (Frame *frame : frames) {
        if (frame->utc.isValid() || !frame->captureTime.isValid())
            continue;
        const qint64 wall = wallSeconds(*frame);
        const LocalZone::Change *odd = zone.oddAt(wall);
        frame->assumedOffset = zone.offsetAtWall(wall);
        frame->offsetBasis = odd == nullptr ? OffsetBasis::Zone
                             : odd->skips() ? OffsetBasis::Skipped
                                            : OffsetBasis::Repeated;
        if (recorded.empty())
            continue;
        auto near =
            std::lower_bound(recorded.cbegin(), recorded.cend(), std::pair(wall, 0),
                             [](const auto &a, const auto &b) { return a.first < b.first; });
        if (near == recorded.cend() ||
            (near != recorded.cbegin() && wall - std::prev(near)->first <= near->first - wall))
            --near;
        const bool zoneAgrees = zone.offsetAtUtc(near->first - near->second) == near->second;
        if (!zoneAgrees || odd != nullptr) {
            const bool possible =
                odd == nullptr || near->second == odd->before || near->second == odd->after;
            if (!zoneAgrees || (possible && !odd->skips()))
                frame->assumedOffset = near->second;
        }
        frame->offsetBasis = OffsetBasis::Neighbour;
    }
}

void assumeOffsets(QList<Frame> &frames)
{
    std::vector<Frame *> pointers;
    pointers.reserve(static_cast<size_t>(frames.size()));
    for (Frame &frame : frames)
        pointers.push_back(&frame);
    assumeOffsets(pointers);
}

} // namespace birblens
