// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// A model that needs no network: what it would say is pushed into the session by hand.

#include "core/review/reviewsession.h"

namespace testing {

inline birblens::OpenModel fakeModel(QStringList vocabulary = {"chickadee", "magpie", "sparrow",
                                                               "squirrel"})
{
    birblens::OpenModel model;
    model.info.id = QStringLiteral("fake0123456789ab");
    model.info.name = QStringLiteral("fake");
    model.info.vocabulary = std::move(vocabulary);
    model.info.thresholds = QList<double>(model.info.vocabulary.size(), 0.5);
    model.info.input.height = 32;
    model.info.input.width = 24;
    for (int i = 0; i < 6; ++i) {
        birblens::LayerInfo layer;
        layer.index = i;
        layer.name = QStringLiteral("0.%1.conv").arg(i);
        layer.type = QStringLiteral("Conv2d");
        layer.channels = 16 << (i / 2);
        layer.height = 16 >> (i / 2);
        layer.width = 12 >> (i / 2);
        layer.block = i % 2 == 1;
        model.layers.append(layer);
    }
    return model;
}

/** Everything improbable but the classes named, which get this logit. */
inline birblens::Prediction fakePrediction(const birblens::ModelInfo &model,
                                           const QList<int> &classes, float logit = 2.0F)
{
    QList<float> logits(model.vocabulary.size(), -4.0F);
    for (const int index : classes)
        logits[index] = logit;
    return birblens::predict(model, logits);
}

/** One map per class: rising from @p low to @p high over a 2 x 2 grid. */
inline birblens::Explanation fakeExplanation(const birblens::ReviewSession &session,
                                             const QList<int> &classes, float low = -1.0F,
                                             float high = 3.0F)
{
    birblens::Explanation explanation;
    const birblens::FrameEntry *entry = session.currentEntry();
    explanation.request.key = entry->frame.key;
    explanation.request.path = entry->frame.path();
    explanation.request.classes = classes;
    explanation.modelId = session.explain().model()->info.id;
    explanation.prediction = fakePrediction(session.explain().model()->info, classes);
    explanation.frameSize = QSize(48, 64);
    explanation.inputRect = QRect(0, 0, 48, 64);
    for (const int index : classes) {
        birblens::ClassMap map;
        map.target.classIndex = index;
        map.layer = session.explain().effectiveLayer();
        map.method = session.explain().method();
        map.map.height = 2;
        map.map.width = 2;
        map.map.values = {low, low, high, high};
        explanation.maps.append(map);
    }
    return explanation;
}

} // namespace testing
