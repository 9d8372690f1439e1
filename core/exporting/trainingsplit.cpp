// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/trainingsplit.h"

#include "core/frames/capturename.h"
#include "core/frames/events.h"
#include "core/utctime.h"

#include <QCryptographicHash>

#include <algorithm>

namespace birblens {

namespace {

/** About one in five, the same on every machine. */
bool validates(const QString &text)
{
    const QByteArray hash = QCryptographicHash::hash(text.toUtf8(), QCryptographicHash::Md5);
    return static_cast<unsigned char>(hash.at(0)) % 5 == 0;
}

/** A moment at which there was a frame; `key` is a row of the table, or empty. */
Frame moment(const QDateTime &time, const QString &fileName = {})
{
    Frame frame;
    frame.key = fileName;
    // A name in the table has no UTC, and no less than a second: all are compared like that.
    frame.captureTime = QDateTime::fromSecsSinceEpoch(time.toSecsSinceEpoch(), asUtc);
    return frame;
}

/**
 * A network cannot learn what is only validated: of @p validating events the first that holds a
 * label which no training picture has goes to the training side.
 * @return their places in @p validating.
 */
QList<qsizetype> keepLabelsInTraining(LabelsCsv &table, const QList<QStringList> &validating)
{
    QList<qsizetype> moved;
    QSet<QString> trained;
    const QStringList names = table.fileNames();
    for (const QString &name : names) {
        if (table.isValid(name) == false)
            trained.unite(table.labels(name));
    }
    for (qsizetype i = 0; i < validating.size(); ++i) {
        const QStringList &event = validating.at(i);
        QSet<QString> labels;
        for (const QString &name : event)
            labels.unite(table.labels(name));
        if (trained.contains(labels))
            continue;
        for (const QString &name : event)
            table.setValid(name, false);
        trained.unite(labels);
        moved.append(i);
    }
    return moved;
}

} // namespace

Split splitByEvent(LabelsCsv &table, const ExportJob &job)
{
    QList<Frame> moments;
    const QStringList names = table.fileNames();
    for (const QString &name : names) {
        if (const auto parsed = parseCaptureName(name))
            moments.append(moment(parsed->captureTime, name));
        else if (!table.isValid(name))
            table.setValid(name, validates(name));
    }
    for (const Frame &frame : job.day)
        moments.append(moment(frame.captureTime));
    for (const FrameEntry &entry : job.frames)
        moments.append(moment(entry.frame.captureTime));
    std::sort(moments.begin(), moments.end(), Frame::earlier);

    Split split;
    QList<QStringList> validating; // events that nobody had put on a side
    QList<QStringList> validated;  // that were there already
    const QList<Event> events = eventsOf(
        static_cast<int>(moments.size()),
        [&moments](int row) -> const Frame & { return moments.at(row); }, job.gapSeconds);
    for (const Event &event : events) {
        std::optional<bool> side;
        bool both = false;
        QStringList open;
        QStringList known;
        for (int row = event.first; row <= event.last; ++row) {
            const QString &name = moments.at(row).key;
            if (name.isEmpty())
                continue;
            const std::optional<bool> said = table.isValid(name);
            (said ? known : open).append(name);
            both = both || (said && side && *said != *side);
            if (!side)
                side = said;
        }
        if (!side) {
            side = validates(moments.at(event.first).captureTime.toString(Qt::ISODate));
            if (*side)
                validating.append(open);
        } else if (*side && !both) {
            validated.append(known + open);
        }
        if (both && !open.isEmpty())
            split.mixed.append(open.first());
        for (const QString &name : std::as_const(open))
            table.setValid(name, *side);
    }
    const qsizetype first = validating.size();
    validating += validated; // these only where no other event has the label
    for (const qsizetype i : keepLabelsInTraining(table, validating)) {
        if (i >= first)
            split.moved.append(validating.at(i).first());
    }
    return split;
}

} // namespace birblens
