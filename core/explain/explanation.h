// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/rawmap.h"
#include "core/model/prediction.h"

#include <QImage>
#include <QList>
#include <QRect>
#include <QSize>
#include <QString>

namespace birblens {

/** What to explain. A value that travels to the inference thread. */
struct ExplainRequest
{
    QString key;        ///< identifies the frame; the network's prefix is cached under it
    QString path;       ///< image file
    QList<int> classes; ///< class indices; empty: the predicted ones, else the most probable
    TargetKind target = TargetKind::Class;
    int other = -1; ///< class index, for TargetKind::Contrast
    QString layer;  ///< layer name; empty: the model's default layer
    QString method = QStringLiteral("gradcam-signed");

    bool operator==(const ExplainRequest &) const = default;
};

/** The answer, from the inference thread. */
struct Explanation
{
    ExplainRequest request;
    QString modelId;
    Prediction prediction;
    QByteArray features;  ///< see packedFeatures()
    QSize frameSize;      ///< in pixels
    QRect inputRect;      ///< the part of the frame the map covers, in frame pixels
    QList<ClassMap> maps; ///< one per explained target
    double milliseconds = 0.0;
};

} // namespace birblens

Q_DECLARE_METATYPE(birblens::ExplainRequest)
Q_DECLARE_METATYPE(birblens::Explanation)
