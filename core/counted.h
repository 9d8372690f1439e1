// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QLocale>
#include <QString>

namespace birblens {

/** `1 frame`, `4,310 frames`: @p one and @p many hold the number as %1. */
inline QString counted(qsizetype number, const QString &one, const QString &many)
{
    return (number == 1 ? one : many).arg(QLocale().toString(number));
}

} // namespace birblens
