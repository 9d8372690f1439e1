#pragma once

#include "core/exporting/exporter.h"
#include "core/exporting/labelscsv.h"

namespace birblens {

/**
 * Says `is_valid` in every row that does not say so yet. Rows lie in events by the times in their
 * names and those of the job's frames and day, together; an event is on one side. It is the side
 * that one of its rows has already, else validation for about one event in five, by a hash of the
 * time at which it begins; but the first event with a label that no training row has is for
 * training. A name without a time is an event of its own.
 * @return a file name for each event whose rows had both sides before.
 */
QStringList splitByEvent(LabelsCsv &table, const ExportJob &job);

} // namespace birblens
