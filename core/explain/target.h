// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/prediction.h"

#include <QMetaType>
#include <QString>

namespace birblens {

enum class TargetKind {
    Class,    ///< what speaks for the class: its logit
    Against,  ///< counter-evidence, what speaks against it: minus its logit
    Contrast, ///< why this class and not another one: logit - other logit
    Predicted ///< the sum of the logits of all predicted classes
};

/** What is explained: a combination of logits. */
struct Target
{
    TargetKind kind = TargetKind::Class;
    int classIndex = -1; ///< for Predicted: the most probable class, for its name and colour
    int other = -1;      ///< for Contrast

    bool operator==(const Target &) const = default;
};

/** `chickadee`, `against chickadee`, `chickadee - sparrow`, `all predicted`. */
QString targetName(const ModelInfo &model, const Target &target);

/** One factor per logit; what is explained is their inner product. */
QList<float> targetDirection(const Target &target, const Prediction &prediction);

/** `class`, `against`, `contrast`, `predicted` of a command line or a settings file. */
QString targetKindKey(TargetKind kind);

} // namespace birblens

Q_DECLARE_METATYPE(birblens::Target)
