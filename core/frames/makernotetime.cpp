// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/makernotetime.h"

#include "core/frames/capturetime.h"
#include "core/utctime.h"

#include <QtEndian>

#include <array>
#include <utility>

namespace birblens {

namespace {

/** Where a kind of camera keeps its time. */
struct Layout
{
    const char *camera;
    QByteArray begin; ///< what the note begins with
    int offset;       ///< of the seconds, in bytes
    bool words;       ///< every part is 16 bits wide; else only the year
    bool monthFirst;  ///< month before day
    int weekday;      ///< offset of a word, Sunday is 0; 0: not used
};

const std::array<Layout, 5> &layouts()
{
    static const std::array<Layout, 5> all{{
        {"Reconyx UltraFire", QByteArray("RECONYXUF\0", 10), 0x3b, false, false, 0},
        {"Reconyx HyperFire 2", QByteArray("RECONYXH2\0", 10), 0x3e, true, false, 0x4a},
        {"Reconyx MicroFire", QByteArray("RECONYXMF\0", 10), 0x4e, true, true, 0},
        {"Reconyx HyperFire 4K", QByteArray("RECONYXHF4K\0", 12), 0x2f, false, false, 0},
        {"Reconyx HyperFire", QByteArray("\x01\xf1", 2), 0x16, true, true, 0},
    }};
    return all;
}

QDateTime timeOf(int year, int month, int day, int hour, int minute, int second)
{
    const QDate date(year, month, day);
    const QTime time(hour, minute, second);
    const bool plausible = year >= firstPlausibleYear && year <= lastPlausibleYear;
    return plausible && date.isValid() && time.isValid() ? QDateTime(date, time, asUtc)
                                                         : QDateTime();
}

/** Seconds, minutes, hours, then day and month in either order, year. */
std::array<int, 6> partsAt(const Layout &layout, const uchar *at)
{
    std::array<int, 6> parts{};
    for (size_t i = 0; i < parts.size(); ++i) {
        if (layout.words)
            parts[i] = qFromLittleEndian<quint16>(at + 2 * i);
        else
            parts[i] = i < 5 ? at[i] : qFromLittleEndian<quint16>(at + 5);
    }
    // Some files have these words big-endian where everything else is little-endian.
    if (layout.words && (parts[5] & 0xff) == 0x07) {
        for (int &part : parts)
            part = ((part & 0xff) << 8) | (part >> 8);
    }
    return parts;
}

} // namespace

QDateTime makerNoteTime(const QByteArray &note)
{
    const auto *data = reinterpret_cast<const uchar *>(note.constData());
    for (const Layout &layout : layouts()) {
        const int size = layout.words ? 12 : 7;
        if (!note.startsWith(layout.begin) || note.size() < layout.offset + size)
            continue;
        const std::array<int, 6> p = partsAt(layout, data + layout.offset);
        int month = p[4];
        int day = p[3];
        if (layout.monthFirst)
            std::swap(month, day);
        const QDateTime time = timeOf(p[5], month, day, p[2], p[1], p[0]);
        // Readers of this note disagree about the order of day and month: its weekday decides.
        const QDateTime other = timeOf(p[5], day, month, p[2], p[1], p[0]);
        if (layout.weekday > 0 && other.isValid() && note.size() >= layout.weekday + 2) {
            const int weekday = qFromLittleEndian<quint16>(data + layout.weekday);
            const bool told = weekday > 0 && weekday < 7; // Sunday looks like a field left empty
            if (!time.isValid() ||
                (told && time.date().dayOfWeek() != weekday && other.date().dayOfWeek() == weekday))
                return other;
        }
        return time;
    }
    return {};
}

} // namespace birblens
