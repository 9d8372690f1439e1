// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/exporter.h"
#include "core/exporting/labelscsv.h"

namespace birblens {

/** What a person should know of a split; a file name for each event. */
struct Split
{
    QStringList mixed; ///< whose rows had both sides before: they keep them
    QStringList moved; ///< that was on the validation side and is trained with now
};

/**
 * Says `is_valid` in every row that does not say so yet. Rows lie in events by the times in their
 * names and those of the job's frames and day, together; an event is on one side. It is the side
 * that one of its rows has already, else validation for about one event in five, by a hash of the
 * time at which it begins; but the first event with a label that no training row has is for
 * training, one that had a side already only where there is no other. A name without a time is an
 * event of its own.
 */
Split splitByEvent(LabelsCsv &table, const ExportJob &job);

} // namespace birblens
