#pragma once

#include "core/frames/frame.h"
#include "core/result.h"
#include "core/review/truelabel.h"

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
    QStringList problems;        ///< sentences, each with its line in the file
};

/**
 * Reads true labels from a table (RFC 4180, UTF-8, any line end) that names frames of the day:
 * - ours, `frames.csv`: `frame`, `true_label`, and `state` where it is there
 * - Timelapse's: `File`, `RelativePath` where it is there, `Note`, and one column per label that
 *   says true or false. All false says nothing, unless the note is `none` or `unsure`; a note that
 *   begins with `machine:` is no person's word.
 * A frame is found by its path below the day's folder, else by its file name when that is unique.
 * @param vocabulary gives labels back the spelling that a column cannot keep.
 * @return an Error when the file cannot be read or is neither of the two.
 */
Result<LabelImport> importLabels(const QString &path, const QList<Frame> &frames,
                                 const QStringList &vocabulary);

} // namespace birblens
