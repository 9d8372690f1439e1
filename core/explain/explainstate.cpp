// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/explain/explainstate.h"

#include "core/explain/cammethods.h"
#include "core/explain/target.h"
#include "core/result.h"

#include <algorithm>
#include <utility>

namespace birblens {

namespace {

QString rangeKey(const ModelInfo &model, const ClassMap &map)
{
    return targetName(model, map.target) + QLatin1Char('\n') + map.layer + QLatin1Char('\n') +
           map.method;
}

} // namespace

void ExplainState::setModel(std::optional<OpenModel> model)
{
    const QStringList before = m_model ? m_model->info.vocabulary : QStringList();
    m_model = std::move(model);
    m_ranges.clear();
    m_explanation.reset();
    m_explanationProblem.clear();
    m_pending = false;

    const bool targetsGone =
        !m_targets.isEmpty() && (!m_model || m_model->info.vocabulary != before);
    if (targetsGone)
        m_targets.clear();
    if (!m_model || m_model->info.vocabulary != before)
        setTargetKind(TargetKind::Class);
    bool layerKnown = m_layer.isEmpty();
    for (const LayerInfo &layer : m_model ? m_model->layers : QList<LayerInfo>())
        layerKnown = layerKnown || layer.name == m_layer;
    if (!layerKnown)
        m_layer.clear();

    Q_EMIT modelChanged();
    if (targetsGone)
        Q_EMIT targetClassesChanged();
    if (!layerKnown)
        Q_EMIT layerChanged();
    if (m_model && m_model->layers.isEmpty())
        setMethod(usualMethod(false));
    Q_EMIT explanationPendingChanged(false);
    Q_EMIT explanationChanged();
}

void ExplainState::setTargetClasses(const QList<int> &classes)
{
    if (classes == m_targets)
        return;
    m_targets = classes;
    Q_EMIT targetClassesChanged();
}

void ExplainState::setTargetKind(TargetKind kind, int contrast)
{
    // A difference needs another class; without one the class itself is explained.
    if (kind == TargetKind::Contrast &&
        (!m_model || contrast < 0 || contrast >= m_model->info.vocabulary.size()))
        kind = TargetKind::Class;
    const int other = kind == TargetKind::Contrast ? contrast : -1;
    if (kind == m_targetKind && other == m_contrast)
        return;
    m_targetKind = kind;
    m_contrast = other;
    Q_EMIT targetClassesChanged();
}

QString ExplainState::effectiveLayer() const
{
    if (!m_layer.isEmpty() || !m_model)
        return m_model ? m_layer : QString();
    const QList<LayerInfo> &layers = m_model->layers;
    const auto named = std::find_if(layers.cbegin(), layers.cend(), [this](const LayerInfo &layer) {
        return layer.name == m_model->info.defaultLayer;
    });
    if (named != layers.cend())
        return named->name;
    const auto last = std::find_if(layers.crbegin(), layers.crend(), [](const LayerInfo &layer) {
        return layer.height > 1 || layer.width > 1;
    });
    if (last != layers.crend())
        return last->name;
    return layers.isEmpty() ? QString() : layers.last().name;
}

void ExplainState::setLayer(const QString &name)
{
    if (name == m_layer)
        return;
    m_layer = name;
    Q_EMIT layerChanged();
}

void ExplainState::setMethod(const QString &name)
{
    if (name == m_method)
        return;
    m_method = name;
    Q_EMIT methodChanged();
}

void ExplainState::setHeatStyle(const HeatStyle &style)
{
    if (style == m_style)
        return;
    m_style = style;
    Q_EMIT heatStyleChanged();
}

std::function<ScaleRange(const ClassMap &)> ExplainState::rangeSnapshot() const
{
    return [style = m_style, book = m_ranges,
            model = m_model ? m_model->info : ModelInfo()](const ClassMap &map) {
        ScaleRange range = style.fixed;
        if (style.scale == ScaleMode::PerFrame)
            range = ownRange(map.map);
        else if (style.scale == ScaleMode::Shared)
            range = book.shared(rangeKey(model, map)).value_or(ownRange(map.map));
        return birblens::rangeFor(range, style.colorMap);
    };
}

ScaleRange ExplainState::rangeFor(const ClassMap &map) const
{
    return rangeSnapshot()(map);
}

void ExplainState::setSharedScope(const std::optional<QSet<QString>> &keys)
{
    m_ranges.setScope(keys);
    Q_EMIT rangesChanged();
}

int ExplainState::sharedFrames(const ClassMap &map) const
{
    return m_model ? m_ranges.count(rangeKey(m_model->info, map)) : 0;
}

void ExplainState::addRanges(const Explanation &explanation)
{
    noteRanges(explanation);
    Q_EMIT rangesChanged();
}

void ExplainState::noteRanges(const Explanation &explanation)
{
    if (!m_model || m_model->info.id != explanation.modelId)
        return;
    for (const ClassMap &map : explanation.maps) {
        if (!map.map.isEmpty())
            m_ranges.note(explanation.request.key, rangeKey(m_model->info, map), ownRange(map.map));
    }
}

// --- explanation
// -----------------------------------------------------------------------------------

void ExplainState::setStrip(Strip strip)
{
    if (strip == m_strip)
        return;
    m_strip = strip;
    Q_EMIT stripChanged();
}

QList<int> ExplainState::stripLayers() const
{
    QList<int> layers;
    for (const LayerInfo &layer : m_model ? m_model->layers : QList<LayerInfo>()) {
        if (m_strip == Strip::AllLayers || (m_strip == Strip::Blocks && layer.block))
            layers.append(layer.index);
    }
    return layers;
}

void ExplainState::setLayerMaps(const QList<ClassMap> &maps)
{
    m_layerMaps = maps;
    Q_EMIT layerMapsChanged();
}

void ExplainState::setExplanationPending(bool pending)
{
    if (pending == m_pending)
        return;
    m_pending = pending;
    Q_EMIT explanationPendingChanged(pending);
}

void ExplainState::setExplanation(const Explanation &explanation)
{
    noteRanges(explanation);
    m_explanation = explanation;
    m_explanationProblem.clear();
    setExplanationPending(false);
    Q_EMIT explanationChanged();
}

void ExplainState::failExplanation(const Error &error)
{
    m_explanation.reset();
    m_explanationProblem = error.sentence();
    setExplanationPending(false);
    Q_EMIT explanationChanged();
}

void ExplainState::forgetFrames()
{
    m_ranges.clear();
    m_explanation.reset();
    m_explanationProblem.clear();
    Q_EMIT explanationChanged();
}

} // namespace birblens
