// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QTimeZone>

namespace birblens {

/** Says UTC to a QDateTime: a Qt::TimeSpec until Qt 6.4; from 6.5 on that is deprecated and a zone
 * says it. */
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
inline constexpr QTimeZone::Initialization asUtc = QTimeZone::UTC;
#else
inline constexpr Qt::TimeSpec asUtc = Qt::UTC;
#endif

} // namespace birblens
