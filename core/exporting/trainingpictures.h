// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QDateTime>
#include <QString>

namespace birblens {

/** The frame's file as a JPEG that can be decoded: its own bytes when it is one. */
Result<QByteArray> trainingBytes(const QString &path);

/** Whether the file @p path is there and holds just @p bytes. */
bool hasContent(const QString &path, const QByteArray &bytes);

/** Seconds since 1970 of the wall clock: the time as a training file's name can say it. */
inline qint64 timeKey(const QDateTime &time)
{
    return time.toSecsSinceEpoch();
}

} // namespace birblens
