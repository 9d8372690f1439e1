// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"

#include <QString>

namespace birblens {

/** `8 Feb 2021 10:56:58`, with a remark where only the file's date is known or a person corrected
 * it. */
QString timeInWords(const Frame &frame);

/** Sentences about where the time comes from, and what the camera's clock said before it was
 * corrected. */
QString timeOriginInWords(const Frame &frame);

/** `+1:00:00`, `-0:02:30`, `+3 d 0:00:00`: an amount by which a clock was corrected. */
QString shiftInWords(qint64 milliseconds);

} // namespace birblens
