// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"
#include "core/result.h"
#include "core/store/truelabel.h"

#include <QList>
#include <QStringList>

namespace birblens {

struct ImportedLabel
{
    QString key; ///< of the frame
    TrueLabel label;
};

struct LabelImport
{
    QList<ImportedLabel> labels; ///< one per frame, in the order of the file
    int silent = 0;              ///< lines that say nothing that a person said
    QStringList problems;        ///< sentences, with the line in the file where it has lines
    QStringList notes;           ///< sentences about how the file was understood
};

/**
 * Reads true labels from a file that names frames of the day:
 * - ours, `frames.csv`: `frame`, `true_label`, and `state` where it is there
 * - `labels.csv` of a training set: `fname`, whose time tells the frame, and `labels`
 * - Timelapse's: `File`, and `RelativePath` where it is there. A label is a column of true and
 *   false or of counts that is named after it, or what a column of choices says, such as Species.
 *   `empty` is `none`. Nothing true and no choice says nothing, unless our Note does; a Note that
 *   begins with `machine:` is no person's word.
 * - MegaDetector's JSON, as we write it, with `true_label`
 * Tables are read by readTable(). Cells that say nothing (see saysNothing()) are no label.
 * A frame is found by its path below the day's folder, else by its file name when that is unique.
 * @param vocabulary gives labels their spelling, whatever case the file has them in.
 * @return an Error when the file cannot be read or is none of these.
 */
Result<LabelImport> importLabels(const QString &path, const QList<Frame> &frames,
                                 const QStringList &vocabulary);

} // namespace birblens
