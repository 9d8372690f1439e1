// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/layerpanel.h"

#include "core/counted.h"
#include "core/explain/cammethods.h"
#include "core/explain/colormap.h"
#include "core/review/reviewsession.h"
#include "ui/theme.h"
#include "ui/views/colorbar.h"
#include "ui/views/layerslider.h"
#include "ui/views/layerstrip.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QScopedValueRollback>
#include <QSlider>
#include <QToolButton>

#include <algorithm>
#include <cmath>

namespace birblens {

LayerPanel::LayerPanel(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_layerName(new QLabel(this))
    , m_layer(new LayerSlider(this))
    , m_strip(new LayerStrip(this))
    , m_alpha(new QSlider(Qt::Horizontal, this))
    , m_alphaNumber(new QLabel(this))
    , m_method(new QComboBox(this))
    , m_colors(new QComboBox(this))
    , m_scale(new QComboBox(this))
    , m_low(new QDoubleSpinBox(this))
    , m_high(new QDoubleSpinBox(this))
    , m_fixed(new QWidget(this))
    , m_shared(new QWidget(this))
    , m_sharedFrames(new QLabel(m_shared))
    , m_survey(new QMenu(this))
    , m_bar(new ColorBar(this))
    , m_share(new QLabel(this))
{
    m_layerName->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_layerName->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_layerName->setToolTip(tr("Layer of the network, its channels and its grid"));
    m_layer->setAccessibleName(tr("Layer"));
    m_alpha->setRange(0, 100);
    m_alpha->setPageStep(10);
    m_alpha->setAccessibleName(tr("Alpha"));
    m_alpha->setToolTip(tr("Opacity of the heat over the photograph (, and .)"));
    m_alphaNumber->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_alphaNumber->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("0.00")) + 2);

    m_method->setAccessibleName(tr("Method"));
    for (const CamMethodInfo &method : camMethods()) {
        m_method->addItem(method.title, method.name);
        m_method->setItemData(m_method->count() - 1, method.summary, Qt::ToolTipRole);
    }
    m_colors->setAccessibleName(tr("Colour map"));
    m_colors->setToolTip(tr("The colours from little to much evidence"));
    m_colors->setIconSize(QSize(4 * kUnit, kUnit + 4));
    for (const QString &name : colorMapNames())
        m_colors->addItem(QIcon(colorMapPixmap(name, m_colors->iconSize(), 2.0)), name, name);
    m_scale->setAccessibleName(tr("Scale"));
    m_scale->setToolTip(tr("Which raw values the ends of the colour map stand for"));
    m_scale->addItem(tr("Per frame"), static_cast<int>(ScaleMode::PerFrame));
    m_scale->setItemData(0, tr("Scale each map from its own minimum to maximum, as in the article"),
                         Qt::ToolTipRole);
    m_scale->addItem(tr("Shared"), static_cast<int>(ScaleMode::Shared));
    m_scale->setItemData(1, tr("One range for many frames: a colour means the same in all of them"),
                         Qt::ToolTipRole);
    m_scale->addItem(tr("Fixed"), static_cast<int>(ScaleMode::Fixed));
    m_scale->setItemData(2, tr("The range that you type"), Qt::ToolTipRole);
    for (QDoubleSpinBox *box : {m_low, m_high}) {
        box->setRange(-9999.0, 9999.0);
        box->setDecimals(2);
        box->setSingleStep(0.5);
        box->setAlignment(Qt::AlignRight);
        box->setKeyboardTracking(false);
    }
    m_low->setAccessibleName(tr("Lowest value"));
    m_low->setToolTip(tr("Logit evidence drawn in the lowest colour"));
    m_high->setAccessibleName(tr("Highest value"));
    m_high->setToolTip(tr("Logit evidence drawn in the highest colour"));
    for (QComboBox *combo : {m_method, m_colors, m_scale}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(6);
    }

    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(kUnit, kUnit / 2, kUnit, kUnit);
    grid->setHorizontalSpacing(kUnit);
    grid->setVerticalSpacing(kUnit / 2);
    grid->setColumnStretch(1, 1);
    int row = 0;
    const auto addRow = [&](const QString &name, QWidget *buddy, QWidget *field, QWidget *number) {
        auto *label = new QLabel(name, this);
        label->setBuddy(buddy);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row, 1, 1, number ? 1 : 2);
        if (number)
            grid->addWidget(number, row, 2);
        ++row;
    };
    addRow(tr("Layer"), m_layer, m_layerName, nullptr);
    grid->addWidget(m_layer, row++, 0, 1, 3);
    grid->addWidget(m_strip, row++, 0, 1, 3);
    addRow(tr("Alpha"), m_alpha, m_alpha, m_alphaNumber);
    addRow(tr("Method"), m_method, m_method, nullptr);
    auto *colors = new QWidget(this);
    auto *pair = new QHBoxLayout(colors);
    pair->setContentsMargins(0, 0, 0, 0);
    pair->setSpacing(kUnit);
    pair->addWidget(m_colors, 1);
    pair->addWidget(m_scale, 1);
    addRow(tr("Colours"), m_colors, colors, nullptr);
    auto *range = new QHBoxLayout(m_fixed);
    range->setContentsMargins(0, 0, 0, 0);
    range->setSpacing(kUnit);
    range->addWidget(m_low, 1);
    range->addWidget(new QLabel(tr("to"), m_fixed));
    range->addWidget(m_high, 1);
    grid->addWidget(m_fixed, row++, 1, 1, 2);
    auto *shared = new QHBoxLayout(m_shared);
    shared->setContentsMargins(0, 0, 0, 0);
    shared->setSpacing(kUnit);
    m_sharedFrames->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    shared->addWidget(m_sharedFrames, 1);
    auto *measure = new QToolButton(m_shared);
    measure->setText(tr("Measure"));
    measure->setToolTip(tr("Explain frames in the background to find the range they share"));
    measure->setPopupMode(QToolButton::InstantPopup);
    measure->setMenu(m_survey);
    shared->addWidget(measure);
    grid->addWidget(m_bar, row++, 0, 1, 3);
    grid->addWidget(m_shared, row++, 0, 1, 3);
    m_share->setWordWrap(true);
    m_share->setTextInteractionFlags(Qt::TextSelectableByMouse);
    grid->addWidget(m_share, row++, 0, 1, 3);
    grid->setRowStretch(row, 1);

    connect(m_layer, &QSlider::valueChanged, this, [this](int value) {
        if (!m_updating && value < m_layer->layers().size())
            m_session.explain().setLayer(m_layer->layers().at(value).name);
    });
    connect(m_alpha, &QSlider::valueChanged, this, [this](int value) {
        HeatStyle style = m_session.explain().heatStyle();
        style.alpha = value / 100.0;
        changeStyle(style);
    });
    connect(m_method, &QComboBox::activated, this,
            [this](int i) { m_session.explain().setMethod(m_method->itemData(i).toString()); });
    connect(m_colors, &QComboBox::activated, this, [this](int i) {
        HeatStyle style = m_session.explain().heatStyle();
        style.colorMap = m_colors->itemData(i).toString();
        changeStyle(style);
    });
    connect(m_scale, &QComboBox::activated, this, &LayerPanel::scaleChosen);
    const auto typed = [this] {
        HeatStyle style = m_session.explain().heatStyle();
        const auto low = static_cast<float>(m_low->value());
        style.fixed = {low, std::max(low + 0.01F, static_cast<float>(m_high->value()))};
        changeStyle(style);
    };
    connect(m_low, &QDoubleSpinBox::valueChanged, this, typed);
    connect(m_high, &QDoubleSpinBox::valueChanged, this, typed);

    connect(m_survey, &QMenu::aboutToShow, this, &LayerPanel::fillSurveyMenu);
    connect(&session.explain(), &ExplainState::rangesChanged, this, [this] {
        if (m_session.explain().heatStyle().scale == ScaleMode::Shared)
            rangeChanged();
    });
    connect(m_strip, &LayerStrip::layerClicked, &session.explain(), &ExplainState::setLayer);
    connect(&session.explain(), &ExplainState::layerMapsChanged, this, &LayerPanel::stripChanged);
    connect(&session.explain(), &ExplainState::stripChanged, this, &LayerPanel::stripChanged);
    connect(&session.explain(), &ExplainState::modelChanged, this, &LayerPanel::modelChanged);
    connect(&session.explain(), &ExplainState::layerChanged, this, &LayerPanel::layerChanged);
    connect(&session.explain(), &ExplainState::methodChanged, this, &LayerPanel::methodChanged);
    connect(&session.explain(), &ExplainState::heatStyleChanged, this, &LayerPanel::styleChanged);
    connect(&session.explain(), &ExplainState::explanationChanged, this, &LayerPanel::rangeChanged);
    connect(&session, &ReviewSession::currentFrameChanged, this, &LayerPanel::rangeChanged);
    modelChanged();
    methodChanged();
    styleChanged();
}

void LayerPanel::modelChanged()
{
    const bool open = m_session.explain().model().has_value();
    {
        const QScopedValueRollback<bool> quiet(m_updating, true);
        m_layer->setLayers(open ? m_session.explain().model()->layers : QList<LayerInfo>());
    }
    m_layer->setEnabled(!m_layer->layers().isEmpty());
    m_method->setEnabled(open);
    stripChanged();
    layerChanged();
    rangeChanged();
}

void LayerPanel::layerChanged()
{
    const QString name = m_session.explain().effectiveLayer();
    const QList<LayerInfo> &layers = m_layer->layers();
    const auto found = std::find_if(layers.begin(), layers.end(),
                                    [&](const LayerInfo &layer) { return layer.name == name; });
    if (found == layers.end()) {
        m_layerName->setText(m_session.explain().model() ? tr("none shows places in the image")
                                                         : tr("open a model to see its layers"));
        return;
    }
    const QScopedValueRollback<bool> quiet(m_updating, true);
    m_layer->setValue(static_cast<int>(found - layers.begin()));
    m_strip->setCurrent(found->index);
    m_layerName->setText(found->grid.known ? layerText(*found)
                                           : tr("%1 \u00b7 stretched").arg(layerText(*found)));
    const QString place =
        found->grid.known
            ? tr("Grid step %1 px in the network input, starting at %2 px.")
                  .arg(QLocale().toString(found->grid.strideX),
                       QLocale().toString(found->grid.offsetX))
            : tr("Where its cells look cannot be followed: the grid is stretched over the frame.");
    m_layerName->setToolTip(tr("%1\n%2: layer %3 of %4\n%5")
                                .arg(layerText(*found), found->type,
                                     QLocale().toString(found->index + 1),
                                     QLocale().toString(layers.size()), place));
}

void LayerPanel::methodChanged()
{
    const int index = std::max(0, m_method->findData(m_session.explain().method()));
    m_method->setCurrentIndex(index);
    m_method->setToolTip(m_method->itemData(index, Qt::ToolTipRole).toString());
    stripChanged();
}

void LayerPanel::styleChanged()
{
    const QScopedValueRollback<bool> quiet(m_updating, true);
    const HeatStyle &style = m_session.explain().heatStyle();
    m_alpha->setValue(static_cast<int>(std::lround(style.alpha * 100.0)));
    m_alphaNumber->setText(QLocale().toString(style.alpha, 'f', 2));
    m_colors->setCurrentIndex(std::max(0, m_colors->findData(style.colorMap)));
    m_scale->setCurrentIndex(m_scale->findData(static_cast<int>(style.scale)));
    m_fixed->setVisible(style.scale == ScaleMode::Fixed);
    m_shared->setVisible(style.scale == ScaleMode::Shared);
    m_low->setValue(static_cast<double>(style.fixed.low));
    m_high->setValue(static_cast<double>(style.fixed.high));
    m_bar->setColorMap(style.colorMap);
    rangeChanged();
    stripChanged();
}

void LayerPanel::stripChanged()
{
    QList<LayerStrip::Cell> cells;
    const QList<ClassMap> &maps = m_session.explain().layerMaps();
    const QList<int> wanted = m_session.explain().stripLayers();
    for (qsizetype i = 0; i < wanted.size(); ++i) {
        LayerStrip::Cell cell;
        cell.layer = m_session.explain().model()->layers.at(wanted[i]);
        if (i < maps.size() && maps[i].layer == cell.layer.name) {
            const QSize input = m_session.explain().model()->info.input.size();
            // Twice the size on the screen, for dense screens.
            const QSize size = input.scaled(QSize(400, 12 * kUnit), Qt::KeepAspectRatio);
            const HeatStyle &style = m_session.explain().heatStyle();
            cell.map = renderHeat(
                maps[i].map, placeOf(maps[i], size, QRect(QPoint(), size), input, style.align),
                birblens::rangeFor(ownRange(maps[i].map), style.colorMap), style.colorMap);
        }
        cells.append(cell);
    }
    const CamMethodInfo *method = findCamMethod(m_session.explain().method());
    m_strip->setNote(method && method->slow
                         ? tr("%1 is too slow for small maps of all layers").arg(method->title)
                         : QString());
    m_strip->setVisible(!cells.isEmpty());
    m_strip->setCells(cells);
    m_strip->setCurrent(m_layer->value());
}

void LayerPanel::rangeChanged()
{
    std::optional<ScaleRange> range;
    const CamMethodInfo *method = findCamMethod(m_session.explain().method());
    m_bar->setUnit(method ? method->unit : QString());
    m_share->hide();
    sharedChanged();
    const std::optional<Explanation> &explanation = m_session.explain().explanation();
    if (explanation && explanation->request.key == m_session.currentKey() &&
        explanation->maps.size() == 1) {
        m_share->setText(shareSentence(explanation->maps.constFirst()));
        m_share->setVisible(!m_share->text().isEmpty());
    }
    if (explanation && explanation->request.key == m_session.currentKey()) {
        // Several classes may have several ranges: then the numbers would be wrong for all but one.
        for (const ClassMap &map : explanation->maps) {
            const ScaleRange own = m_session.explain().rangeFor(map);
            if (range && *range != own) {
                m_bar->setRange({}, tr("each class on its own scale"));
                return;
            }
            range = own;
        }
    }
    m_bar->setRange(range);
}

void LayerPanel::sharedChanged()
{
    const std::optional<Explanation> &explanation = m_session.explain().explanation();
    const int seen = explanation && !explanation->maps.isEmpty()
                         ? m_session.explain().sharedFrames(explanation->maps.constFirst())
                         : 0;
    const QLocale locale;
    const auto &scope = m_session.explain().sharedScope();
    m_sharedFrames->setText(scope ? tr("Range of %1 of %2 chosen frames")
                                        .arg(locale.toString(seen), locale.toString(scope->size()))
                                  : counted(seen, tr("Range of %1 frame of the day"),
                                            tr("Range of %1 frames of the day")));
    m_sharedFrames->setToolTip(
        tr("Frames whose map of this class, layer and method has been computed"));
}

void LayerPanel::fillSurveyMenu()
{
    m_survey->clear();
    const QLocale locale;
    const auto add = [this](const QString &text, const QStringList &keys, bool wholeDay) {
        m_survey->addAction(text, this, [this, keys, wholeDay] {
            m_session.explain().setSharedScope(
                wholeDay ? std::optional<QSet<QString>>()
                         : std::optional<QSet<QString>>(QSet<QString>(keys.begin(), keys.end())));
            Q_EMIT surveyRequested(keys);
        });
    };
    const QStringList all = m_session.day().keys();
    const QStringList shown = m_session.shownKeys();
    const QStringList selected = m_session.selectedKeys();
    add(tr("The Whole Day (%1)").arg(locale.toString(all.size())), all, true);
    if (shown.size() < all.size())
        add(tr("The Shown Frames (%1)").arg(locale.toString(shown.size())), shown, false);
    if (selected.size() > 1)
        add(tr("The Selected Frames (%1)").arg(locale.toString(selected.size())), selected, false);
    m_survey->setEnabled(m_session.explain().model().has_value());
}

void LayerPanel::changeStyle(const HeatStyle &style)
{
    if (!m_updating)
        m_session.explain().setHeatStyle(style);
}

void LayerPanel::scaleChosen()
{
    HeatStyle style = m_session.explain().heatStyle();
    const auto mode = static_cast<ScaleMode>(m_scale->currentData().toInt());
    // A fixed range begins as what is seen now.
    if (mode == ScaleMode::Fixed && style.scale != mode && m_bar->range())
        style.fixed = *m_bar->range();
    style.scale = mode;
    changeStyle(style);
}

void LayerPanel::stepLayer(int direction, bool blocks)
{
    if (m_layer->isEnabled())
        m_layer->setValue(m_layer->neighbour(direction, blocks));
}

void LayerPanel::stepAlpha(double by)
{
    HeatStyle style = m_session.explain().heatStyle();
    style.alpha = std::clamp(std::round((style.alpha + by) * 20.0) / 20.0, 0.0, 1.0);
    changeStyle(style);
}

} // namespace birblens
