// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/explanation.h"
#include "core/explain/heatmap.h"
#include "core/explain/rangebook.h"
#include "core/model/openmodel.h"

#include <QObject>
#include <QSet>

#include <functional>
#include <optional>

namespace birblens {

struct Error;

/**
 * What is explained and how it is drawn: model, classes, layer, method, heat style, and the
 * explanation of the frame under review. Knows no day and no frame. GUI thread only.
 */
class ExplainState : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    // --- what is explained -----------------------------------------------------------------------
    const std::optional<OpenModel> &model() const { return m_model; }
    /**
     * Choices that the new model does not know go back to their defaults, and what was computed
     * with the previous one is forgotten. modelChanged comes first, then a signal for each choice
     * that fell back, then explanationChanged.
     */
    void setModel(std::optional<OpenModel> model);

    /** Classes the person chose; empty: follow the prediction. */
    QList<int> targetClasses() const { return m_targets; }
    void setTargetClasses(const QList<int> &classes);
    /** What about these classes is explained. */
    TargetKind targetKind() const { return m_targetKind; }
    int contrastClass() const { return m_contrast; } ///< the other one of TargetKind::Contrast
    /** targetClassesChanged follows. */
    void setTargetKind(TargetKind kind, int contrast = -1);
    QString layer() const { return m_layer; } ///< empty: the model's default
    /** The layer in force: layer(), else the default's name. Empty without a model. */
    QString effectiveLayer() const;
    void setLayer(const QString &name);
    QString method() const { return m_method; } ///< see camMethods()
    void setMethod(const QString &name);

    // --- how it is drawn -------------------------------------------------------------------------
    const HeatStyle &heatStyle() const { return m_style; }
    void setHeatStyle(const HeatStyle &style);
    /** Range for drawing @p map under the current style (per frame, shared, or fixed). */
    ScaleRange rangeFor(const ClassMap &map) const;
    /** The same as a value for another thread: the ranges as they are now. */
    std::function<ScaleRange(const ClassMap &)> rangeSnapshot() const;

    /** ScaleMode::Shared means the maps of these frames; nothing: of every frame of the day. */
    void setSharedScope(const std::optional<QSet<QString>> &keys);
    const std::optional<QSet<QString>> &sharedScope() const { return m_ranges.scope(); }
    /** Frames in scope whose map of @p map's target, layer and method is known. */
    int sharedFrames(const ClassMap &map) const;
    /** Maps of other frames than the current one, for the shared range. */
    void addRanges(const Explanation &explanation);

    // --- the explanation, set by the inference service -------------------------------------------
    const std::optional<Explanation> &explanation() const { return m_explanation; }
    bool explanationPending() const { return m_pending; }
    void setExplanationPending(bool pending);
    void setExplanation(const Explanation &explanation);
    void failExplanation(const Error &error);
    QString explanationProblem() const { return m_explanationProblem; }

    /** Which layers' small maps are wanted beside the explanation. */
    enum class Strip { Off, Blocks, AllLayers };
    Strip strip() const { return m_strip; }
    void setStrip(Strip strip);
    QList<int> stripLayers() const;
    /** One map per strip layer, of the first explained target; empty until they are there. */
    const QList<ClassMap> &layerMaps() const { return m_layerMaps; }
    void setLayerMaps(const QList<ClassMap> &maps);

    /** Another day is under review: its frames have no explanation and no ranges yet. */
    void forgetFrames();

Q_SIGNALS:
    void modelChanged();
    void targetClassesChanged();
    void layerChanged();
    void methodChanged();
    void heatStyleChanged();
    void rangesChanged(); ///< what a shared scale spans, or over which frames
    void explanationPendingChanged(bool pending);
    void explanationChanged(); ///< also when it failed; see explanationProblem()
    void stripChanged();
    void layerMapsChanged();

private:
    void noteRanges(const Explanation &explanation);

    std::optional<OpenModel> m_model;
    QList<int> m_targets;
    TargetKind m_targetKind = TargetKind::Class;
    int m_contrast = -1;
    QString m_layer;
    QString m_method = QStringLiteral("gradcam-signed");
    HeatStyle m_style;
    RangeBook m_ranges;

    std::optional<Explanation> m_explanation;
    QString m_explanationProblem;
    bool m_pending = false;
    Strip m_strip = Strip::Blocks;
    QList<ClassMap> m_layerMaps;
};

} // namespace birblens
