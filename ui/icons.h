// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QIcon>
#include <QString>

namespace birblens {

/** One of resources/icons by its name, drawn in the palette's text colour of the moment. */
QIcon icon(const QString &name);

} // namespace birblens
