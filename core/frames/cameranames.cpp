// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/cameranames.h"

namespace birblens {

const QSet<QString> &birbCamNames()
{
    static const QSet<QString> names{QStringLiteral("chickadee"), QStringLiteral("magpie"),
                                     QStringLiteral("sparrow"), QStringLiteral("squirrel"),
                                     QStringLiteral("none")};
    return names;
}

} // namespace birblens
