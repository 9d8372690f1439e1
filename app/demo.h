// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QString>

#include <functional>

namespace birblens {

/** Where the window keeps its demo day. */
QString demoDayFolder();
/** Whether @p folder holds a demo day that was written to its end. */
bool isCompleteDemoDay(const QString &folder);

/**
 * Writes the rendered demo day and its model into @p folder as a Birb Cam camera would: one frame
 * after the other, each classified by the demo model, then its row. One that was begun earlier is
 * completed: nothing in it is removed, nor a label that somebody has given meanwhile. Any thread.
 * @param progress called after every frame with (done, total); false stops.
 */
Result<void> writeDemoDay(const QString &folder, const std::function<bool(int, int)> &progress);

enum class DemoDay {
    Written,
    Completed, ///< an earlier run was stopped
    Kept       ///< there was one, with the labels that it may hold: nothing was changed
};

/**
 * Sees to it that @p folder is a demo day. A new one appears whole or not at all.
 * @return an Error when the folder holds something else or cannot be written.
 */
Result<DemoDay> provideDemoDay(const QString &folder,
                               const std::function<bool(int, int)> &progress);

} // namespace birblens
