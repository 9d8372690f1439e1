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
 * after the other, each classified by the demo model, then its row. Any thread.
 * @param progress called after every frame with (done, total); false stops.
 * @return an Error when the folder holds something else or cannot be written.
 */
Result<void> writeDemoDay(const QString &folder, const std::function<bool(int, int)> &progress);

} // namespace birblens
