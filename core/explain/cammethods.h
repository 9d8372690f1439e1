#pragma once

#include <QList>
#include <QString>

namespace birblens {

/** A CAM method as the window and the command line know it. */
struct CamMethodInfo
{
    QString name;    ///< "gradcam-signed"
    QString title;   ///< "Grad CAM"
    QString summary; ///< one sentence for the tooltip
};

/** In menu order; the first is the default. */
const QList<CamMethodInfo> &camMethods();
/** Null when unknown. */
const CamMethodInfo *findCamMethod(const QString &name);

} // namespace birblens
