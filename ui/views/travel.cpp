// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/travel.h"

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr double kIdleMs = 1000.0; ///< a longer pause is no speed
constexpr double kAheadMs = 500.0; ///< what comes within this is decoded
constexpr int kLeast = 3;
constexpr int kMost = 16;
constexpr qsizetype kLongest = 200; ///< a longer way is a jump, not a step

} // namespace

void Travel::moved(qsizetype place)
{
    const qint64 since = m_last.isValid() ? m_last.elapsed() : -1;
    if (place != m_at)
        m_last.start();
    moved(place, since);
}

void Travel::moved(qsizetype place, qint64 sinceLast)
{
    const qsizetype way = place - m_at;
    const bool known = place >= 0 && m_at >= 0;
    m_at = place;
    if (way == 0)
        return; // the same frame, read again
    if (!known || std::abs(way) > kLongest) {
        m_step = 1;
        m_interval = kIdleMs;
        return;
    }
    const bool goesOn = way == m_step;
    m_step = way;
    const double interval =
        sinceLast < 0 ? kIdleMs : std::min(kIdleMs, static_cast<double>(sinceLast));
    m_interval = goesOn ? (m_interval + interval) / 2.0 : kIdleMs;
}

int Travel::depth() const
{
    return std::clamp(static_cast<int>(std::ceil(kAheadMs / std::max(1.0, m_interval))), kLeast,
                      kMost);
}

QList<qsizetype> Travel::ahead(qsizetype count, int room, double latencyMs) const
{
    QList<qsizetype> places;
    if (m_at < 0 || room <= 0)
        return places;
    const auto add = [&](qsizetype place) {
        if (place >= 0 && place < count && !places.contains(place))
            places.append(place);
    };
    const int lead =
        std::clamp(static_cast<int>(std::ceil(latencyMs / std::max(1.0, m_interval))), 1, kMost);
    for (int i = lead; i < lead + depth(); ++i)
        add(m_at + i * m_step);
    for (int i = 1; i < lead; ++i)
        add(m_at + i * m_step);
    // After a line or a page the next one may be the neighbour as well.
    add(m_at + 1);
    add(m_at - 1);
    return places.mid(0, room);
}

} // namespace birblens
