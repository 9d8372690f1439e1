// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/whypanel.h"

#include "core/review/reviewsession.h"
#include "ui/icons.h"
#include "ui/labeltext.h"
#include "ui/models/classlistmodel.h"
#include "ui/theme.h"
#include "ui/views/classdelegate.h"
#include "ui/views/elidedlabel.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QCompleter>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <tuple>

namespace birblens {

namespace {

constexpr int kSearchFrom = 13; ///< classes; fewer are seen at a glance

} // namespace

WhyPanel::WhyPanel(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_classes(new ClassListModel(session, this))
    , m_sorted(new ClassSortModel(m_classes, this))
    , m_delegate(new ClassDelegate(this))
    , m_pages(new QStackedWidget(this))
    , m_list(new QListView(this))
    , m_search(new QLineEdit(this))
    , m_all(new QPushButton(icon(QStringLiteral("all-classes")), tr("All predicted"), this))
    , m_order(new QToolButton(this))
    , m_kind(new QComboBox(this))
    , m_other(new QComboBox(this))
    , m_camera(new ElidedLabel(this))
{
    m_all->setCheckable(true);
    m_all->setFocusPolicy(Qt::TabFocus);
    m_all->setToolTip(
        tr("Explain every predicted class, side by side, and follow the prediction (Shift+E)"));
    connect(m_all, &QPushButton::clicked, this, &WhyPanel::explainPredicted);
    m_order->setIcon(icon(QStringLiteral("sort")));
    m_order->setCheckable(true);
    m_order->setChecked(true);
    m_order->setAutoRaise(true);
    m_order->setFocusPolicy(Qt::TabFocus);
    m_order->setToolTip(tr("Most probable class first, else the order of the model's vocabulary"));
    m_order->setAccessibleName(tr("Sort by probability"));
    connect(m_order, &QToolButton::toggled, m_sorted, &ClassSortModel::setByProbability);
    m_search->setPlaceholderText(tr("Search the classes"));
    m_search->setToolTip(tr("Shows only the classes whose name contains this (Ctrl+F)"));
    m_search->setAccessibleName(tr("Search the classes"));
    m_search->setClearButtonEnabled(true);
    connect(m_search, &QLineEdit::textChanged, m_sorted, &ClassSortModel::setFilterFixedString);
    connect(m_search, &QLineEdit::returnPressed, this,
            [this] { classClicked(m_sorted->index(0, 0), false); });

    m_list->setObjectName(QStringLiteral("classList"));
    m_list->setAccessibleName(tr("Classes and their probabilities"));
    m_list->setModel(m_sorted);
    m_list->setItemDelegate(m_delegate);
    m_list->setUniformItemSizes(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setSelectionMode(QAbstractItemView::NoSelection);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMouseTracking(true);
    m_list->setMinimumHeight(12 * kUnit);
    connect(m_list, &QListView::clicked, this, [this](const QModelIndex &index) {
        classClicked(index, QGuiApplication::keyboardModifiers().testFlag(Qt::ControlModifier));
    });
    connect(m_list, &QListView::activated, this,
            [this](const QModelIndex &index) { classClicked(index, false); });

    m_camera->setContentsMargins(kUnit, 0, kUnit, kUnit / 2);
    m_camera->setToolTip(tr("What the camera's own model said when it captured this frame"));

    const std::tuple<TargetKind, QString, QString> kinds[] = {
        {TargetKind::Class, tr("Evidence for"), tr("What speaks for the chosen class")},
        {TargetKind::Against, tr("Evidence against"), tr("What speaks against the chosen class")},
        {TargetKind::Contrast, tr("Rather than"),
         tr("Why the chosen class and not another one: the difference of their logits")},
        {TargetKind::Predicted, tr("All predicted, summed"),
         tr("One map of all predicted classes together")}};
    for (const auto &[kind, text, tip] : kinds) {
        m_kind->addItem(text, static_cast<int>(kind));
        m_kind->setItemData(m_kind->count() - 1, tip, Qt::ToolTipRole);
    }
    m_kind->setAccessibleName(tr("What is explained"));
    m_kind->setToolTip(tr("What the map shows: evidence for or against, or a comparison"));
    m_other->setAccessibleName(tr("The other class"));
    m_other->setToolTip(tr("The class that the chosen one is compared with"));
    m_other->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_other->setMinimumContentsLength(6);
    m_other->setEditable(true); // hundreds of classes are found by typing a part of the name
    m_other->setInsertPolicy(QComboBox::NoInsert);
    m_other->setMaxVisibleItems(20);
    m_other->completer()->setFilterMode(Qt::MatchContains);
    m_other->completer()->setCompletionMode(QCompleter::PopupCompletion);
    m_other->completer()->setMaxVisibleItems(20);
    for (QAbstractItemView *list : {m_other->view(), m_other->completer()->popup()})
        list->setTextElideMode(Qt::ElideMiddle); // "Turdus me...n Blackbird)": both names tell
    m_kind->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_kind->setMinimumContentsLength(8);
    connect(m_other->lineEdit(), &QLineEdit::editingFinished, this, [this] {
        if (m_other->findText(m_other->currentText(), Qt::MatchFixedString) < 0)
            m_other->setEditText(m_other->itemText(m_other->currentIndex()));
        m_other->lineEdit()->setCursorPosition(0);
    });
    connect(m_kind, &QComboBox::activated, this, &WhyPanel::kindChosen);
    connect(m_other, &QComboBox::activated, this, &WhyPanel::kindChosen);

    auto *listPage = new QWidget(this);
    auto *column = new QVBoxLayout(listPage);
    column->setContentsMargins(0, kUnit / 2, 0, 0);
    column->setSpacing(kUnit / 2);
    auto *head = new QHBoxLayout;
    head->setContentsMargins(kUnit, 0, kUnit, 0);
    head->setSpacing(kUnit);
    head->addWidget(m_all);
    head->addWidget(m_search, 1);
    head->addStretch();
    head->addWidget(m_order);
    column->addLayout(head);
    column->addWidget(m_camera);
    column->addWidget(m_list, 1);
    auto *foot = new QHBoxLayout;
    foot->setContentsMargins(kUnit, 0, kUnit, kUnit / 2);
    foot->setSpacing(kUnit);
    foot->addWidget(m_kind, 1);
    foot->addWidget(m_other, 2);
    column->addLayout(foot);

    auto *emptyPage = new QWidget(this);
    auto *words = new QVBoxLayout(emptyPage);
    words->setSpacing(kUnit);
    auto *empty = new QLabel(tr("Open a model to see what it recognises, and why."), emptyPage);
    empty->setWordWrap(true);
    empty->setAlignment(Qt::AlignCenter);
    auto *open =
        new QPushButton(icon(QStringLiteral("open-model")), tr("Open a model..."), emptyPage);
    open->setToolTip(tr("Choose the classifier's TorchScript file (Ctrl+M)"));
    connect(open, &QPushButton::clicked, this, &WhyPanel::openModelRequested);
    words->addStretch();
    words->addWidget(empty);
    words->addWidget(open, 0, Qt::AlignHCenter);
    words->addStretch();

    m_pages->addWidget(emptyPage);
    m_pages->addWidget(listPage);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_pages);

    connect(&session.explain(), &ExplainState::modelChanged, this, &WhyPanel::modelChanged);
    connect(&session, &ReviewSession::currentFrameChanged, this, &WhyPanel::frameChanged);
    connect(m_classes, &ClassListModel::predictionChanged, this, &WhyPanel::frameChanged);
    connect(&session.explain(), &ExplainState::targetClassesChanged, this,
            &WhyPanel::targetsChanged);
    modelChanged();
}

void WhyPanel::modelChanged()
{
    const bool open = m_session.explain().model().has_value();
    m_pages->setCurrentIndex(open ? 1 : 0);
    m_search->clear();
    m_search->setVisible(open &&
                         m_session.explain().model()->info.vocabulary.size() >= kSearchFrom);
    qsizetype longest = 0;
    if (open) {
        for (const QString &name : m_session.explain().model()->info.vocabulary)
            longest = std::max(longest, name.size());
    }
    m_delegate->setNameShare(longest > 16 ? 0.66 : 0.44);
    m_other->clear();
    if (open)
        m_other->addItems(m_session.explain().model()->info.vocabulary);
    targetsChanged();
    frameChanged();
}

void WhyPanel::frameChanged()
{
    // The camera's own word, where it differs from this model's.
    const FrameEntry *entry = m_session.currentEntry();
    const Prediction *prediction = currentPrediction(m_session);
    QString text;
    if (entry && prediction && entry->frame.camera && m_session.explain().model()) {
        const CameraPrediction &camera = *entry->frame.camera;
        const QString theirs = labelsInWords(camera.labels);
        if (!sameLabels(labelsToText(camera.labels),
                        labelsToText(prediction->labels(m_session.explain().model()->info)))) {
            text = camera.confidence > 0.0
                       ? tr("Birb Cam said %1 (%2)")
                             .arg(theirs, QLocale().toString(camera.confidence, 'f', 2))
                       : tr("Birb Cam said %1").arg(theirs);
        }
    }
    m_camera->setText(text);
    m_camera->setVisible(!text.isEmpty());
    if (m_order->isChecked() && m_search->text().isEmpty())
        m_list->scrollToTop();
}

void WhyPanel::targetsChanged()
{
    m_all->setChecked(m_session.explain().targetClasses().isEmpty());
    m_kind->setCurrentIndex(m_kind->findData(static_cast<int>(m_session.explain().targetKind())));
    m_other->setVisible(m_session.explain().targetKind() == TargetKind::Contrast);
    m_other->setCurrentIndex(m_session.explain().contrastClass());
    m_other->lineEdit()->setCursorPosition(0);
}

int WhyPanel::rival() const
{
    const Prediction *prediction = currentPrediction(m_session);
    QList<int> explained = m_session.explain().targetClasses();
    if (explained.isEmpty() && prediction)
        explained = prediction->classes.isEmpty() ? QList<int>{prediction->mostProbable()}
                                                  : prediction->classes;
    int best = -1;
    for (int i = 0; i < m_other->count(); ++i) {
        if (explained.contains(i))
            continue;
        if (best < 0 || (prediction && prediction->probabilities.value(i) >
                                           prediction->probabilities.value(best)))
            best = i;
    }
    return best;
}

void WhyPanel::kindChosen()
{
    const auto kind = static_cast<TargetKind>(m_kind->currentData().toInt());
    int other = -1;
    if (kind == TargetKind::Contrast)
        other = m_session.explain().targetKind() == TargetKind::Contrast ? m_other->currentIndex()
                                                                         : rival();
    m_session.explain().setTargetKind(kind, other);
    targetsChanged();
}

void WhyPanel::explainPredicted()
{
    m_session.explain().setTargetClasses({});
    targetsChanged();
}

void WhyPanel::focusSearch()
{
    if (m_search->isVisible())
        m_search->setFocus(Qt::ShortcutFocusReason);
    else
        m_list->setFocus(Qt::ShortcutFocusReason);
}

void WhyPanel::classClicked(const QModelIndex &index, bool add)
{
    if (!index.isValid())
        return;
    const int clicked = index.data(ClassListModel::ClassIndexRole).toInt();
    QList<int> targets;
    if (add) {
        // Beside those that are explained now, also when these follow the prediction.
        for (int row = 0; row < m_classes->rowCount(); ++row) {
            if (m_classes->index(row).data(ClassListModel::TargetRole).toBool())
                targets.append(row);
        }
        if (!targets.contains(clicked))
            targets.append(clicked);
        else if (targets.size() > 1)
            targets.removeOne(clicked);
    } else {
        targets = {clicked};
    }
    m_session.explain().setTargetClasses(targets);
}

} // namespace birblens
