// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/exportframes.h"

#include "core/frames/events.h"

#include <QHash>

#include <algorithm>

namespace birblens {

namespace {

/** Number of the event of every frame by key. */
QHash<QString, int> eventsByKey(const ExportJob &job)
{
    QHash<QString, const Frame *> known;
    for (const Frame &frame : job.day)
        known.insert(frame.key, &frame);
    for (const FrameEntry &entry : job.frames)
        known.insert(entry.frame.key, &entry.frame);
    QList<const Frame *> frames(known.cbegin(), known.cend());
    std::sort(frames.begin(), frames.end(),
              [](const Frame *a, const Frame *b) { return Frame::earlier(*a, *b); });
    const QList<Event> events = eventsOf(
        static_cast<int>(frames.size()),
        [&frames](int row) -> const Frame & { return *frames.at(row); }, job.gapSeconds);
    QHash<QString, int> numbers;
    for (int event = 0; event < events.size(); ++event) {
        for (int row = events.at(event).first; row <= events.at(event).last; ++row)
            numbers.insert(frames.at(row)->key, event);
    }
    return numbers;
}

} // namespace

QList<ExportFrame> framesInEvents(const ExportJob &job, GoneFrames gone)
{
    const QHash<QString, int> numbers = eventsByKey(job);
    QList<ExportFrame> frames;
    QHash<int, int> counts;
    for (const FrameEntry &entry : job.frames) {
        if (entry.frame.gone && gone == GoneFrames::LeftOut)
            continue;
        ExportFrame frame;
        frame.entry = &entry;
        frame.event = numbers.value(entry.frame.key);
        frames.append(frame);
        ++counts[frame.event];
    }
    std::stable_sort(frames.begin(), frames.end(), [](const ExportFrame &a, const ExportFrame &b) {
        return Frame::earlier(a.entry->frame, b.entry->frame);
    });
    QHash<int, int> renumbered;
    QHash<int, int> seen;
    for (ExportFrame &frame : frames) {
        frame.count = counts.value(frame.event);
        frame.number = ++seen[frame.event];
        if (!renumbered.contains(frame.event))
            renumbered.insert(frame.event, static_cast<int>(renumbered.size()) + 1);
        frame.event = renumbered.value(frame.event);
    }
    return frames;
}

} // namespace birblens
