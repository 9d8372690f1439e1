#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <vector>

namespace birblens {

/** NumPy's .npy format version 1.0, little-endian float32, C order (numpy.lib.format). */
QByteArray npyBytes(const std::vector<float> &values, const QList<int> &shape);
/** Writes to a temporary name and renames. */
Result<void> writeNpy(const QString &path, const std::vector<float> &values,
                      const QList<int> &shape);

} // namespace birblens
