// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/model/modelinfo.h"

#include <QByteArray>
#include <QList>
#include <QStringList>

#include <utility>

namespace birblens {

/** What a model says of one frame. Lists are as long as the vocabulary. */
struct Prediction
{
    QList<float> logits;
    QList<float> probabilities; ///< sigmoid (multi-label) or softmax (single-label) of the logits
    QList<int> classes;         ///< indices over threshold, vocabulary order; empty means `none`
    double confidence = 0.0;    ///< smallest of those probabilities; for `none` 1 - the largest
    /** Kept by an older Birblens, under input settings that nobody knows any more. */
    bool settingsUnknown = false;

    bool isEmpty() const { return logits.isEmpty(); }
    /** When a logit is infinite or no number the rest says nothing: such is no prediction. */
    bool isFinite() const;
    int mostProbable() const; ///< index of the largest probability; -1 when empty
    QStringList labels(const ModelInfo &model) const;
};

/** What one forward says of a frame. */
struct Classified
{
    Classified() = default;
    Classified(Prediction said, QByteArray looks = {})
        : prediction(std::move(said))
        , features(std::move(looks))
    {
    }

    Prediction prediction;
    QByteArray features; ///< see packedFeatures(); empty when the network has none
};

/** Why there is no prediction, with the logits: for a person. */
QString notFiniteSentence(const QList<float> &logits);
/** The same of a whole day. */
QString notFiniteSummary(int frames);

/** Applies the task's activation, thresholds and Birb Cam's rules (DESIGN section 2) to logits. */
Prediction predict(const ModelInfo &model, QList<float> logits);

/** `chickadee (98.23%)`, several joined by ", ", `none` when empty. Probabilities, not confidence.
 */
QString describePrediction(const ModelInfo &model, const Prediction &prediction);

} // namespace birblens

Q_DECLARE_METATYPE(birblens::Prediction)
