// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QList>
#include <QString>

namespace birblens {

/** A CAM method as the window and the command line know it. */
struct CamMethodInfo
{
    QString name;                                    ///< "gradcam-signed"
    QString title;                                   ///< "Grad CAM"
    QString summary;                                 ///< one sentence for the tooltip
    QString unit = QStringLiteral("logit evidence"); ///< of the raw map's numbers
    bool slow = false; ///< many forwards: shows progress, and only when asked for
};

/** In menu order; the first is the default. */
const QList<CamMethodInfo> &camMethods();
/** Null when unknown. */
const CamMethodInfo *findCamMethod(const QString &name);
/** When nobody has chosen one: for a network without layers the one that needs none. */
inline QString usualMethod(bool hasLayers)
{
    return hasLayers ? QStringLiteral("gradcam-signed") : QStringLiteral("occlusion");
}

} // namespace birblens
