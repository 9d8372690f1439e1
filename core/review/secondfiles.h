// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"
#include "core/result.h"
#include "core/store/store.h"

#include <QHash>
#include <QList>

namespace birblens {

/**
 * Two files may be one picture, of which one is a frame (Frigate's `ID.jpg` and `ID-clean.png`);
 * which one changes when the other comes or goes. What a person said of the one that is no frame
 * any more is taken over to the frame, where nobody has said anything of that itself, nor taken it
 * back. All of it is written to the store, labels with who gave them and when.
 * @p pairs key of a frame -> key of the other file. @p records and @p marks are the store's, and
 * hold what was taken over afterwards.
 */
Result<void> takeFromSecondFiles(Store &store, const QList<Frame> &frames,
                                 const QHash<QString, QString> &pairs,
                                 QHash<QString, LabelRecord> &records, QHash<QString, Mark> &marks);

} // namespace birblens
