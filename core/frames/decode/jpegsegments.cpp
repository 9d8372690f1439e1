// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/jpegsegments.h"

#include <QtEndian>

#include <algorithm>

namespace birblens {

namespace {

uchar at(QByteArrayView bytes, qsizetype i)
{
    return static_cast<uchar>(bytes.at(i));
}

bool isRestart(uchar marker)
{
    return marker >= 0xD0 && marker <= 0xD7;
}

/** The end of the coded data that begins at @p from: the next marker that does not belong to it. */
qsizetype endOfScan(QByteArrayView bytes, qsizetype from)
{
    for (qsizetype i = bytes.indexOf('\xff', from); i >= 0 && i + 1 < bytes.size();
         i = bytes.indexOf('\xff', i + 1)) {
        const uchar next = at(bytes, i + 1);
        if (next != 0x00 && next != 0xFF && !isRestart(next))
            return i;
    }
    return bytes.size();
}

} // namespace

bool forEachJpegSegment(QByteArrayView file, const std::function<void(const JpegSegment &)> &take)
{
    qsizetype i = 2; // behind the start marker
    while (i + 2 <= file.size()) {
        JpegSegment segment;
        segment.at = i;
        segment.marker = at(file, i + 1);
        if (at(file, i) != 0xFF || segment.marker == 0xFF) { // stray, or a fill byte
            ++i;
            continue;
        }
        if (segment.marker == 0xD9)
            return true;
        if (segment.marker <= 0x01 || segment.marker == 0xD8 || isRestart(segment.marker)) {
            i += 2;
            continue;
        }
        if (i + 4 > file.size())
            break;
        segment.length = qFromBigEndian<quint16>(file.data() + i + 2);
        segment.complete = segment.length >= 2 && i + 2 + segment.length <= file.size();
        segment.end = std::min(file.size(), i + 2 + std::max<qsizetype>(2, segment.length));
        if (segment.marker == 0xDA)
            segment.end = endOfScan(file, segment.end);
        take(segment);
        i = segment.end;
    }
    return false;
}

} // namespace birblens
