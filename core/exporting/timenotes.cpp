// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/timenotes.h"

namespace birblens {

void TimeNotes::count(const Frame &frame)
{
    if (frame.timeUncertain()) {
        ++uncertain;
        return;
    }
    if (frame.utc.isValid())
        return;
    switch (frame.offsetBasis) {
    case OffsetBasis::Known:
        break;
    case OffsetBasis::Neighbour:
        ++neighbour;
        break;
    case OffsetBasis::Zone:
        ++zone;
        break;
    case OffsetBasis::Skipped:
        ++skipped;
        break;
    case OffsetBasis::Repeated:
        ++repeated;
        break;
    }
}

QStringList TimeNotes::sentences(bool offsets) const
{
    QStringList list;
    const auto say = [&list](int count, const char *one, const char *many) {
        if (count == 1)
            list.append(QString::fromUtf8(one));
        else if (count > 1)
            list.append(QString::fromUtf8(many).arg(count));
    };
    say(uncertain,
        "The time of 1 frame is uncertain: neither its name nor its metadata have one, so the "
        "date of the file was used.",
        "The times of %1 frames are uncertain: neither their names nor their metadata have one, "
        "so the dates of the files were used.");
    if (!offsets)
        return list;
    say(neighbour, "The time of 1 frame has the UTC offset of the frame nearest to it.",
        "The times of %1 frames have the UTC offsets of the frames nearest to them.");
    say(zone, "The time of 1 frame has the UTC offset of this computer's time zone.",
        "The times of %1 frames have the UTC offset of this computer's time zone.");
    say(skipped,
        "The time of 1 frame lies in the hour that is skipped when clocks go forward: its camera "
        "was taken to stay on winter time.",
        "The times of %1 frames lie in the hour that is skipped when clocks go forward: their "
        "camera was taken to stay on winter time.");
    say(repeated,
        "The time of 1 frame lies in the hour that occurs twice when clocks go back: the first "
        "one was assumed.",
        "The times of %1 frames lie in the hour that occurs twice when clocks go back: the first "
        "one was assumed.");
    return list;
}

} // namespace birblens
