// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/review/framesort.h"

#include "core/review/framefilter.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace birblens {

namespace {

std::optional<double> classProbability(const FrameEntry &entry, const QString &label,
                                       const ModelInfo *model)
{
    if (!entry.prediction || !model) {
        const auto &camera = entry.frame.camera;
        if (camera && camera->labels.contains(label) && camera->confidence > 0.0)
            return camera->confidence;
        return std::nullopt;
    }
    const qsizetype index = model->vocabulary.indexOf(label);
    if (index < 0)
        return std::nullopt;
    return static_cast<double>(entry.prediction->probabilities.value(index));
}

std::optional<double> probability(const FrameEntry &entry, const QString &label,
                                  const ModelInfo *model)
{
    if (!label.isEmpty())
        return classProbability(entry, label, model);
    const double shown = shownProbability(entry);
    return shown < 0.0 ? std::nullopt : std::optional<double>(shown);
}

std::optional<double> distance(const FrameEntry &entry, const QString &label,
                               const ModelInfo *model)
{
    if (!entry.prediction || !model)
        return std::nullopt;
    const QList<float> &p = entry.prediction->probabilities;
    if (label.isEmpty() && model->task == Task::SingleLabel) {
        float first = 0.0F;
        float second = 0.0F;
        for (const float value : p) {
            second = std::max(second, std::min(first, value));
            first = std::max(first, value);
        }
        return static_cast<double>(first - second);
    }
    std::optional<double> nearest;
    for (qsizetype i = 0; i < p.size(); ++i) {
        if (!label.isEmpty() && model->vocabulary.value(i) != label)
            continue;
        const double away = std::fabs(static_cast<double>(p[i]) - model->thresholds.value(i, 0.5));
        nearest = std::min(nearest.value_or(away), away);
    }
    return nearest;
}

/** ln(1 + e^x) without overflow. */
double softplus(double x)
{
    return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
}

std::optional<double> loss(const FrameEntry &entry, const ModelInfo *model)
{
    if (!entry.prediction || !model || !entry.label().isLabelled())
        return std::nullopt;
    const QList<float> &logits = entry.prediction->logits;
    const QStringList &labels = entry.label().labels;
    if (model->task == Task::MultiLabel) {
        double sum = 0.0;
        for (qsizetype i = 0; i < logits.size(); ++i) {
            const double logit = static_cast<double>(logits[i]);
            sum += labels.contains(model->vocabulary.value(i)) ? softplus(-logit) : softplus(logit);
        }
        return logits.isEmpty() ? std::nullopt : std::optional<double>(sum / double(logits.size()));
    }
    const qsizetype truth =
        labels.size() == 1 ? model->vocabulary.indexOf(labels.constFirst()) : -1;
    if (truth < 0 || truth >= logits.size())
        return std::nullopt;
    const double top = static_cast<double>(*std::max_element(logits.cbegin(), logits.cend()));
    double sum = 0.0;
    for (const float logit : logits)
        sum += std::exp(static_cast<double>(logit) - top);
    return std::log(sum) + top - static_cast<double>(logits[truth]);
}

std::optional<double> negative(std::optional<double> value)
{
    return value ? std::optional<double>(-*value) : std::nullopt;
}

} // namespace

std::optional<double> sortValue(const FrameEntry &entry, const FrameSort &sort,
                                const ModelInfo *model)
{
    switch (sort.order) {
    case FrameOrder::Time:
        break;
    case FrameOrder::Probability:
        return negative(probability(entry, sort.label, model));
    case FrameOrder::Uncertainty:
        return distance(entry, sort.label, model);
    case FrameOrder::Loss:
        return negative(loss(entry, model));
    case FrameOrder::Look:
        return std::nullopt;
    case FrameOrder::Similarity:
        if (std::isnan(entry.similarity))
            return std::nullopt;
        return -static_cast<double>(entry.similarity);
    }
    return 0.0;
}

QList<int> sortedRows(const Day &day, QList<int> rows, const FrameSort &sort,
                      const ModelInfo *model, const QHash<int, Look> *known)
{
    if (!std::is_sorted(rows.cbegin(), rows.cend())) // rows of a day are in capture order
        std::sort(rows.begin(), rows.end());
    if (sort.order == FrameOrder::Time) {
        if (sort.reversed)
            std::reverse(rows.begin(), rows.end());
        return rows;
    }
    constexpr double last = std::numeric_limits<double>::infinity();
    std::vector<std::pair<double, int>> keyed;
    keyed.reserve(static_cast<size_t>(rows.size()));
    QHash<int, Look> looks;
    if (sort.order == FrameOrder::Look)
        looks = known ? *known : needsALook(day, model, sort.gapSeconds);
    for (const int row : std::as_const(rows)) {
        std::optional<double> value = sortValue(day.at(row), sort, model);
        if (const auto look = looks.constFind(row); look != looks.cend())
            value = -look->score;
        keyed.emplace_back(!value ? last : sort.reversed ? -*value : *value, row);
    }
    std::sort(keyed.begin(), keyed.end());
    for (size_t i = 0; i < keyed.size(); ++i)
        rows[static_cast<qsizetype>(i)] = keyed[i].second;
    return rows;
}

} // namespace birblens
