// SPDX-License-Identifier: GPL-3.0-or-later

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
        {{QStringLiteral("gradcam++"), QStringLiteral("Grad CAM++"),
          QStringLiteral("Grad-CAM with weights that do not fade when the class shows up twice.")},
         gradCamPlusPlus,
         nullptr,
         /*needsPositive=*/true},
        {{QStringLiteral("xgradcam"), QStringLiteral("XGrad CAM"),
          QStringLiteral("Channels weighted by the share of the logit that they carry.")},
         xGradCam,
         nullptr},
        {{QStringLiteral("layercam"), QStringLiteral("Layer CAM"),
          QStringLiteral(
              "Only gradients for the class count, cell by cell; good at early layers.")},
         layerCam,
         nullptr},
        {{QStringLiteral("eigencam"), QStringLiteral("Eigen CAM"),
          QStringLiteral("What stands out to the network, the same for every class."),
          QStringLiteral("activation")},
         eigenCam,
         nullptr,
         /*needsPositive=*/false,
         /*ownGrid=*/false,
         /*needsNoGradient=*/true},
        {{QStringLiteral("ablationcam"), QStringLiteral("Ablation CAM"),
          QStringLiteral(
              "Switches every channel off in turn and measures what the logit loses; slower."),
          QStringLiteral("activation"), /*slow=*/true},
         nullptr,
         ablationCam},
        {{QStringLiteral("scorecam"), QStringLiteral("Score CAM"),
          QStringLiteral("Shows the network the frame through every channel; very slow."),
          QStringLiteral("activation"), /*slow=*/true},
         nullptr,
         scoreCam},
        {{QStringLiteral("occlusion"), QStringLiteral("Occlusion"),
          QStringLiteral(
              "Covers the frame square by square and measures what the logit loses; slow."),
          QStringLiteral("logit evidence"), /*slow=*/true},
         nullptr,
         occlusion,
         /*needsPositive=*/false,
         /*ownGrid=*/true},
    };
    return table;
}

const CamMethod *methodNamed(const QString &name)
{
    for (const CamMethod &method : camMethodTable()) {
        if (method.info.name == name)
            return &method;
    }
    return nullptr;
}

RawMap toRawMap(const at::Tensor &map)
{
    const at::Tensor values = map.to(at::kCPU, at::kFloat).contiguous();
    RawMap raw;
    raw.height = static_cast<int>(values.size(0));
    raw.width = static_cast<int>(values.size(1));
    raw.values.assign(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    return raw;
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
