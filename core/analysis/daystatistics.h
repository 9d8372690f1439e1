#pragma once

#include "core/review/day.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace birblens {

/** How often a label was predicted, confirmed by a person and wrong, over a set of frames. */
struct LabelCount
{
    QString label;          ///< `none` included, last
    int predicted = 0;      ///< shown prediction contains it
    int falsePositives = 0; ///< predicted, labelled by a person, and not in the true label
    int missed = 0;         ///< in the true label, not predicted
};

struct DayStatistics
{
    int frames = 0;
    int reviewed = 0; ///< labelled or unsure
    int unsure = 0;
    int gone = 0;
    int unreadable = 0;
    QList<LabelCount> labels;
};

DayStatistics dayStatistics(const QList<const FrameEntry *> &frames, const QStringList &vocabulary);

} // namespace birblens
