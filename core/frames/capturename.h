// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/frames/frame.h"

#include <QDateTime>
#include <QSet>
#include <QStringList>

#include <optional>

namespace birblens {

/** What a Birb Cam file name says: `2021-02-08T10:56:58_chickadee.jpg`. */
struct CaptureName
{
    enum class Order {
        TimeOnly,    ///< no labels in the name
        TimeFirst,   ///< a capture: the labels may be what the camera predicted
        LabelsFirst, ///< a training file: the labels are what a person said
        Between      ///< the time is somewhere else in the name; labels are not read
    };

    Order order = Order::TimeOnly;
    QDateTime captureTime;  ///< wall clock, Qt::UTC as "no zone"
    QDateTime utc;          ///< where the name tells it
    QStringList labels;     ///< predicted labels; empty for `none` or when the name has none
    qsizetype labelsAt = 0; ///< where they begin in the file's name; TimeFirst only
};

/**
 * Reads `<datetime>_<label>[_<label>].<ext>` (captures) and `<label>[_<label>]_<datetime>.<ext>`
 * (training files), the time in any of timePatterns() that a name holds. Digits behind a training
 * file's time tell colliding names apart; they are no milliseconds. Nothing when no valid time is
 * found in the name.
 */
std::optional<CaptureName> parseCaptureName(const QString &fileName);

/**
 * What the camera predicted, as the text behind the time of its name says: only where every word of
 * it is a name that a camera is known to use, in @p known or in birbCamNames(). `_001`, `_cam1` and
 * `_HDR` say nothing of the kind. @p suffix without the file's ending, with or without the first
 * `_`.
 */
std::optional<CameraPrediction> predictionInName(const QString &suffix,
                                                 const QSet<QString> &known = {});
/** Same, of a frame whose name has such a text that is not settled yet: Frame::suffixAt. */
std::optional<CameraPrediction> predictionInName(const Frame &frame, const QSet<QString> &known);

/**
 * Name without folder of the training copy: `<label>[_<label>]_<datetime>.jpg`; `none` when empty.
 * The training notebook splits the labels at '_': one inside a label, and any character that no
 * file name may hold, becomes '-'. @p collision > 0 is appended to the time as digits.
 */
QString trainingName(const QStringList &labels, const QDateTime &captureTime, bool colonFree,
                     int collision = 0);

} // namespace birblens
