// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/exporting/exportframes.h"

#include <QString>
#include <QStringList>

namespace birblens {

/** What the column Note says where the label columns cannot. */
inline const QString timelapseNone = QStringLiteral("none");      ///< a person: nothing there
inline const QString timelapseUnsure = QStringLiteral("unsure");  ///< a person could not tell
inline const QString timelapseLabels = QStringLiteral("labels:"); ///< a person's, spelled out
/** Then who predicted it, and `; labels:` with what was predicted. */
inline const QString timelapseMachine = QStringLiteral("machine:");

/** Columns of Timelapse that are no labels. */
const QStringList &timelapseFixedColumns();

/** A label as Timelapse names columns: ASCII letters, digits and `_`, a letter first. */
QString timelapseColumn(const QString &label);
/** The same for all labels, no two alike. */
QStringList timelapseColumns(const QStringList &labels);
/** The label that @p column stands for where no vocabulary knows it: `Match2` is `Match`. */
QString timelapseLabelOf(const QString &column);

/** A sentence where files of @p frames have names that cannot be had on Windows; else empty. */
QString noteOnWindowsNames(const QList<ExportFrame> &frames);

} // namespace birblens
