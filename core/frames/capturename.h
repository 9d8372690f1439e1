#pragma once

#include <QDateTime>
#include <QStringList>

#include <optional>

namespace birblens {

/** What a Birb Cam file name says: `2021-02-08T10:56:58_chickadee.jpg`. */
struct CaptureName
{
    enum class Order {
        TimeOnly,    ///< no labels in the name
        TimeFirst,   ///< a capture: the labels are what the camera predicted
        LabelsFirst, ///< a training file: the labels are what a person said
        Between      ///< the time is somewhere else in the name; labels are not read
    };

    Order order = Order::TimeOnly;
    QDateTime captureTime; ///< wall clock, Qt::UTC as "no zone"
    QStringList labels;    ///< predicted labels; empty for `none` or when the name has none
};

/**
 * Reads `<datetime>_<label>[_<label>].<ext>` (captures) and `<label>[_<label>]_<datetime>.<ext>`
 * (training files), the time as `2021-02-08T10:56:58`, with '-' or '_' or nothing for the colons,
 * or as `YYYYMMDDhhmmss`. Nothing when no valid time is found in the name.
 */
std::optional<CaptureName> parseCaptureName(const QString &fileName);

/**
 * Name without folder of the training copy: `<label>[_<label>]_<datetime>.jpg`; `none` when empty.
 * The training notebook splits the labels at '_': one inside a label, and any character that no
 * file name may hold, becomes '-'. @p collision > 0 is appended to the time as digits.
 */
QString trainingName(const QStringList &labels, const QDateTime &captureTime, bool colonFree,
                     int collision = 0);

} // namespace birblens
