#include "core/model/prediction.h"

#include <algorithm>
#include <cmath>

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
