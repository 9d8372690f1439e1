// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/exiforientation.h"

#include <QtEndian>

namespace birblens {

int exifOrientation(QByteArrayView tiff)
{
    const auto *data = reinterpret_cast<const uchar *>(tiff.data());
    const qsizetype size = tiff.size();
    if (size < 8 || (!tiff.startsWith("II*") && !tiff.startsWith(QByteArrayView("MM\0*", 4))))
        return 1;
    const bool little = data[0] == 'I';
    const auto word = [&](qsizetype at) -> qint64 {
        return little ? qFromLittleEndian<quint16>(data + at) : qFromBigEndian<quint16>(data + at);
    };
    const qint64 directory =
        little ? qFromLittleEndian<quint32>(data + 4) : qFromBigEndian<quint32>(data + 4);
    if (directory + 2 > size)
        return 1;
    const qint64 entries = word(directory);
    for (qint64 i = 0; i < entries; ++i) {
        const qint64 at = directory + 2 + 12 * i;
        if (at + 12 > size)
            return 1;
        if (word(at) == 0x0112 && word(at + 2) == 3) { // a SHORT
            const qint64 value = word(at + 8);
            return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
        }
    }
    return 1;
}

} // namespace birblens
