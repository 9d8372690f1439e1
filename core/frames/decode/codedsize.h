// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QSize>

namespace birblens {

/** What makes a decoder of HEIF and AVIF allocate, whatever `ispe` claims. */
struct HeifSizes
{
    /** The largest picture, by area, in coded form, as its HEVC sequence parameter sets (ITU-T
     * H.265, 7.3.2.2) or AV1 sequence headers (AV1 specification, 5.5.1) say. */
    QSize coded;
    /** The largest that is put together of others, as its `grid` or `iovl` says (ISO/IEC 23008-12,
     * 6.6.2); empty when there is none. */
    QSize composed;
    qint64 composedPixels = 0; ///< of all that may be in memory at once: more where they are nested
    /** The file's parts lie over each other so often that they were not all looked at. */
    bool overlapping = false;
};

/** Empty sizes when none are found. */
HeifSizes heifSizes(const QByteArray &bytes);

} // namespace birblens
