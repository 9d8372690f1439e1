// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QColor>
#include <QString>
#include <QStringList>

namespace birblens {

/**
 * The one colour of a class everywhere (Okabe-Ito), by its place in the vocabulary; other names by
 * their letters, `none` grey.
 */
QColor classColor(const QStringList &vocabulary, const QString &name);
QColor classColor(int index);

} // namespace birblens
