// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QString>

#include <jxl/decode.h>

namespace birblens {

/**
 * The code stream of a JPEG XL file, without the boxes that it may lie in (ISO/IEC 18181-2, 9).
 */
QByteArray jxlCodeStream(const QByteArray &bytes);

/** What libjxl takes for the first picture of a file. */
struct JxlNeed
{
    qint64 bytes = 0; ///< beside the picture that it gives back
    QString problem;  ///< a sentence where it is more than may be taken; else empty
};

/**
 * Reads the headers of the frames that the first picture is made of; nothing is decoded. libjxl 0.7
 * tells nothing of frames that are not shown, and takes its memory where no limit can be set.
 * @param first where in @p stream the first frame begins; @p info is of the same file.
 */
JxlNeed jxlNeed(const QByteArray &stream, qsizetype first, const JxlBasicInfo &info);

} // namespace birblens
