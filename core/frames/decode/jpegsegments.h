// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>

#include <functional>

namespace birblens {

/** A segment of a JPEG file (ITU-T T.81, annex B): its marker, and what comes before the next. */
struct JpegSegment
{
    uchar marker = 0;     ///< behind the 0xFF
    qsizetype at = 0;     ///< of the 0xFF
    qsizetype end = 0;    ///< behind the segment; for a start of scan behind the coded data as well
    qsizetype length = 0; ///< as the file has it: of the two bytes that hold it and the parameters
    bool complete = false; ///< the file has all the parameters

    /** What @c length says is there behind it; empty when the segment is not complete. */
    QByteArrayView parameters(QByteArrayView file) const
    {
        return complete ? file.sliced(at + 4, length - 2) : QByteArrayView();
    }
};

/**
 * Walks the segments of a JPEG up to its end marker as decoders do: stray and fill bytes, and
 * markers without a length, are passed over. @return whether the end marker is there.
 */
bool forEachJpegSegment(QByteArrayView file, const std::function<void(const JpegSegment &)> &take);

} // namespace birblens
