// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QSettings>

namespace birblens {

/**
 * Qt's INI format, with every write checked to its end. Qt's own writes a small file only while it
 * closes it and does not see that failing: a full disk would turn all settings into an empty file.
 * With this one they stay as they were.
 */
QSettings::Format checkedIniFormat();

} // namespace birblens
