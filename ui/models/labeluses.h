// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QHash>
#include <QString>

namespace birblens {

class ReviewSession;

/** How often labels occur in the open day. */
struct LabelUses
{
    QHash<QString, int> predicted; ///< shown as prediction
    QHash<QString, int> camera;    ///< said by the camera
    QHash<QString, int> truth;     ///< said by a person
};

/** One pass over the day, quick enough for 110,000 frames. */
LabelUses countLabelUses(const ReviewSession &session);

} // namespace birblens
