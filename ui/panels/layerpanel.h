// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/explain/heatmap.h"

#include <QWidget>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QMenu;
class QSlider;
class QToolButton;

namespace birblens {

class ColorBar;
class LayerSlider;
class LayerStrip;
class ReviewSession;

/** Where in the network the map is taken, by which method, and how it becomes colours. */
class LayerPanel : public QWidget
{
    Q_OBJECT
public:
    explicit LayerPanel(ReviewSession &session, QWidget *parent = nullptr);

    /** The layer before or after; with @p blocks the end of a block. */
    void stepLayer(int direction, bool blocks);
    void stepAlpha(double by);

Q_SIGNALS:
    /** These frames' ranges are wanted for the shared scale. */
    void surveyRequested(const QStringList &keys);

private:
    void fillSurveyMenu();
    void sharedChanged();
    void modelChanged();
    void layerChanged();
    void styleChanged();
    void methodChanged();
    void rangeChanged();
    void changeStyle(const HeatStyle &style);
    void scaleChosen();
    void stripChanged();

    ReviewSession &m_session;
    QLabel *m_layerName;
    LayerSlider *m_layer;
    LayerStrip *m_strip;
    QSlider *m_alpha;
    QLabel *m_alphaNumber;
    QComboBox *m_method;
    QComboBox *m_colors;
    QComboBox *m_scale;
    QDoubleSpinBox *m_low;
    QDoubleSpinBox *m_high;
    QWidget *m_fixed;
    QWidget *m_shared;
    QLabel *m_sharedFrames; ///< over how many frames the scale is shared
    QMenu *m_survey;
    ColorBar *m_bar;
    QLabel *m_share;         ///< how much of the logit the map accounts for
    bool m_updating = false; ///< the session's values are being shown
};

} // namespace birblens
