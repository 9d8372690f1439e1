// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/target.h"

namespace birblens {

namespace {

QString className(const ModelInfo &model, int index)
{
    return model.vocabulary.value(index, QStringLiteral("class%1").arg(index));
}

} // namespace

QString targetName(const ModelInfo &model, const Target &target)
{
    QString name = className(model, target.classIndex);
    switch (target.kind) {
    case TargetKind::Class:
        break;
    case TargetKind::Against:
        return QStringLiteral("against %1").arg(name);
    case TargetKind::Contrast:
        return QStringLiteral("%1 - %2").arg(name, className(model, target.other));
    case TargetKind::Predicted:
        return QStringLiteral("all predicted");
    }
    return name;
}

QList<float> targetDirection(const Target &target, const Prediction &prediction)
{
    QList<float> direction(prediction.logits.size(), 0.0F);
    switch (target.kind) {
    case TargetKind::Class:
        direction[target.classIndex] = 1.0F;
        break;
    case TargetKind::Against:
        direction[target.classIndex] = -1.0F;
        break;
    case TargetKind::Contrast:
        direction[target.classIndex] += 1.0F;
        direction[target.other] -= 1.0F;
        break;
    case TargetKind::Predicted:
        for (const int index : prediction.classes)
            direction[index] = 1.0F;
        if (prediction.classes.isEmpty())
            direction[prediction.mostProbable()] = 1.0F;
        break;
    }
    return direction;
}

QString targetKindKey(TargetKind kind)
{
    switch (kind) {
    case TargetKind::Class:
        break;
    case TargetKind::Against:
        return QStringLiteral("against");
    case TargetKind::Contrast:
        return QStringLiteral("contrast");
    case TargetKind::Predicted:
        return QStringLiteral("predicted");
    }
    return QStringLiteral("class");
}

} // namespace birblens
