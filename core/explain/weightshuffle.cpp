// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/weightshuffle.h"

#include <QHash>

#include <algorithm>
#include <iterator>
#include <random>

namespace birblens {

namespace {

/** So many stages tell where the map breaks; with fewer one goes a level deeper into the names. */
constexpr size_t fewStages = 5;

QString outerName(const QString &module, int depth)
{
    return module.section(QLatin1Char('.'), 0, depth - 1);
}

std::vector<ShuffleStage> groupedAt(const std::vector<Weight> &weights, int depth)
{
    std::vector<ShuffleStage> groups;
    QHash<QString, size_t> known;
    for (const Weight &weight : weights) {
        const QString name = outerName(weight.module, depth);
        const auto found = known.constFind(name);
        const size_t at = found != known.constEnd() ? *found : groups.size();
        if (at == groups.size()) {
            groups.push_back({name, {}});
            known.insert(name, at);
        }
        groups[at].weights.push_back(weight);
    }
    return groups;
}

} // namespace

std::vector<ShuffleStage> shuffleStages(const std::vector<Weight> &weights, int most)
{
    int deepest = 1;
    for (const Weight &weight : weights)
        deepest = std::max(deepest, static_cast<int>(weight.module.count(QLatin1Char('.'))) + 1);
    std::vector<ShuffleStage> stages = groupedAt(weights, 1);
    for (int depth = 2; depth <= deepest && stages.size() < fewStages; ++depth)
        stages = groupedAt(weights, depth);

    // The two smallest neighbours become one, but for the logits' own module.
    while (stages.size() > static_cast<size_t>(most)) {
        size_t best = 0;
        const auto size = [&stages](size_t at) {
            return stages[at].weights.size() + stages[at + 1].weights.size();
        };
        for (size_t i = 1; i + 2 < stages.size(); ++i)
            best = size(i) < size(best) ? i : best;
        auto &into = stages[best].weights;
        auto &from = stages[best + 1].weights;
        into.insert(into.end(), from.begin(), from.end());
        stages.erase(stages.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    }
    std::reverse(stages.begin(), stages.end());
    return stages;
}

at::Tensor shuffled(const at::Tensor &tensor, quint64 seed)
{
    // Not std::shuffle: its order is the library's own.
    std::mt19937_64 generator(seed);
    std::vector<int64_t> order(static_cast<size_t>(tensor.numel()));
    for (size_t i = 0; i < order.size(); ++i) {
        const size_t j = generator() % (i + 1);
        order[i] = order[j];
        order[j] = static_cast<int64_t>(i);
    }
    torch::NoGradGuard noGrad;
    const at::Tensor index = at::tensor(order).to(tensor.device());
    return tensor.detach().reshape({-1}).index_select(0, index).view(tensor.sizes());
}

} // namespace birblens
