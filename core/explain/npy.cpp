// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/npy.h"

#include <QtEndian>

namespace birblens {

QByteArray npyBytes(const std::vector<float> &values, const QList<int> &shape)
{
    QByteArray sizes;
    for (const int size : shape)
        sizes += QByteArray::number(size) + ',';
    if (shape.size() > 1)
        sizes.chop(1); // only a tuple of one needs its comma
    QByteArray header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }";
    constexpr qsizetype preamble = 10; // magic, version, length
    while ((preamble + header.size() + 1) % 64 != 0)
        header += ' ';
    header += '\n';

    QByteArray bytes("\x93NUMPY\x01\x00", 8);
    char length[2];
    qToLittleEndian(static_cast<quint16>(header.size()), length);
    bytes.append(length, 2).append(header);
    const qsizetype start = bytes.size();
    bytes.resize(start + static_cast<qsizetype>(values.size() * sizeof(float)));
    for (size_t i = 0; i < values.size(); ++i)
        qToLittleEndian(values[i],
                        bytes.data() + start + static_cast<qsizetype>(i * sizeof(float)));
    return bytes;
}

} // namespace birblens
