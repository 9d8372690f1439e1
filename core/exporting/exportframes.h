// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/exporter.h"

namespace birblens {

/** A frame of an export and its place in its event. */
struct ExportFrame
{
    const FrameEntry *entry = nullptr; ///< in the job
    int event = 0;                     ///< from 1, in the export
    int number = 0;                    ///< from 1, among the event's frames in the export
    int count = 0;                     ///< how many of the event's frames are in the export
};

enum class GoneFrames { LeftOut, Kept };

/**
 * The frames of the job in capture order. Events are told by the whole day, so that frames that are
 * filtered away do not cut a visit in two.
 */
QList<ExportFrame> framesInEvents(const ExportJob &job, GoneFrames gone = GoneFrames::LeftOut);

} // namespace birblens
