// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QList>

#include <vector>

namespace birblens {

/** NumPy's .npy format version 1.0, little-endian float32, C order (numpy.lib.format). */
QByteArray npyBytes(const std::vector<float> &values, const QList<int> &shape);

} // namespace birblens
