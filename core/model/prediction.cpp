// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/prediction.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace birblens {

namespace {

QList<float> sigmoid(const QList<float> &logits)
{
    QList<float> result;
    result.reserve(logits.size());
    for (const float logit : logits)
        result.append(1.0F / (1.0F + std::exp(-logit)));
    return result;
}

QList<float> softmax(const QList<float> &logits)
{
    QList<float> result;
    result.reserve(logits.size());
    const float largest = *std::max_element(logits.begin(), logits.end());
    double sum = 0.0;
    for (const float logit : logits) {
        result.append(std::exp(logit - largest));
        sum += result.last();
    }
    for (float &value : result)
        value = static_cast<float>(value / sum);
    return result;
}

} // namespace

bool Prediction::isFinite() const
{
    return std::all_of(logits.begin(), logits.end(),
                       [](float logit) { return std::isfinite(logit); });
}

QString notFiniteSentence(const QList<float> &logits)
{
    constexpr qsizetype shown = 5;
    QStringList numbers;
    for (const float logit : logits.first(std::min(shown, logits.size())))
        numbers.append(std::isnan(logit) ? QStringLiteral("nan")
                       : std::isinf(logit)
                           ? QStringLiteral("%1infinite").arg(QLatin1String(logit < 0 ? "-" : ""))
                           : QString::number(logit, 'g', 4));
    if (logits.size() > shown)
        numbers.append(QStringLiteral("..."));
    return QStringLiteral("The network's logits for this frame are not finite (%1): it has no "
                          "prediction")
        .arg(numbers.join(QStringLiteral(", ")));
}

QString notFiniteSummary(int frames)
{
    return frames == 1
               ? QStringLiteral("1 frame has no prediction: the network's logits for it are not "
                                "finite.")
               : QStringLiteral("%1 frames have no prediction: the network's logits for them are "
                                "not finite.")
                     .arg(frames);
}

int Prediction::mostProbable() const
{
    if (probabilities.isEmpty())
        return -1;
    return static_cast<int>(std::max_element(probabilities.begin(), probabilities.end()) -
                            probabilities.begin());
}

QStringList Prediction::labels(const ModelInfo &model) const
{
    QStringList names;
    for (const int index : classes)
        names.append(model.vocabulary.value(index));
    return names;
}

Prediction predict(const ModelInfo &model, QList<float> logits)
{
    Prediction prediction;
    prediction.logits = std::move(logits);
    if (prediction.logits.isEmpty())
        return prediction;
    if (!prediction.isFinite()) {
        prediction.probabilities.fill(std::numeric_limits<float>::quiet_NaN(),
                                      prediction.logits.size());
        prediction.confidence = std::numeric_limits<double>::quiet_NaN();
        return prediction;
    }
    if (model.task == Task::SingleLabel) {
        prediction.probabilities = softmax(prediction.logits);
        const int best = prediction.mostProbable();
        prediction.classes = {best};
        prediction.confidence = prediction.probabilities[best];
        return prediction;
    }
    prediction.probabilities = sigmoid(prediction.logits);
    double smallest = 1.0;
    for (int i = 0; i < prediction.probabilities.size(); ++i) {
        if (prediction.probabilities[i] > model.threshold(i)) {
            prediction.classes.append(i);
            smallest = std::min<double>(smallest, prediction.probabilities[i]);
        }
    }
    prediction.confidence = prediction.classes.isEmpty()
                                ? 1.0 - prediction.probabilities[prediction.mostProbable()]
                                : smallest;
    return prediction;
}

QString describePrediction(const ModelInfo &model, const Prediction &prediction)
{
    if (prediction.classes.isEmpty())
        return QStringLiteral("none");
    QStringList parts;
    for (const int index : prediction.classes)
        parts.append(QStringLiteral("%1 (%2%)")
                         .arg(model.vocabulary.value(index))
                         .arg(100.0 * prediction.probabilities.value(index), 0, 'f', 2));
    return parts.join(QStringLiteral(", "));
}

} // namespace birblens
