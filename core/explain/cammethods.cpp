#include "core/explain/cammethod.h"

namespace birblens {

const QList<CamMethod> &camMethodTable()
{
    static const QList<CamMethod> table{
        {{QStringLiteral("gradcam-signed"), QStringLiteral("Grad CAM"),
          QStringLiteral(
              "Channels weighted by their mean gradient, for and against; the article's map.")},
         gradCamSigned,
         nullptr},
        {{QStringLiteral("gradcam"), QStringLiteral("Grad CAM, positive"),
          QStringLiteral("Grad-CAM as published: only what speaks for the class.")},
         gradCam,
         nullptr},
        {{QStringLiteral("hirescam"), QStringLiteral("HiRes CAM"),
          QStringLiteral("Gradient times activation in every cell: where the evidence really is.")},
         hiResCam,
         nullptr},
        {{QStringLiteral("ablationcam"), QStringLiteral("Ablation CAM"),
          QStringLiteral(
              "Switches every channel off in turn and measures what the logit loses; slower.")},
         nullptr,
         ablationCam},
    };
    return table;
}

const QList<CamMethodInfo> &camMethods()
{
    static const QList<CamMethodInfo> infos = [] {
        QList<CamMethodInfo> list;
        for (const CamMethod &method : camMethodTable())
            list.append(method.info);
        return list;
    }();
    return infos;
}

const CamMethodInfo *findCamMethod(const QString &name)
{
    for (const CamMethodInfo &info : camMethods()) {
        if (info.name == name)
            return &info;
    }
    return nullptr;
}

} // namespace birblens
