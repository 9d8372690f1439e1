#include "ui/panels/whypanel.h"

#include "core/review/reviewsession.h"
#include "ui/icons.h"
#include "ui/models/classlistmodel.h"
#include "ui/theme.h"
#include "ui/views/classdelegate.h"
#include "ui/views/elidedlabel.h"

#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QLocale>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

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
    , m_camera(new ElidedLabel(this))
{
    m_all->setCheckable(true);
    m_all->setFocusPolicy(Qt::TabFocus);
    m_all->setToolTip(
        tr("Explain every predicted class, side by side, and follow the prediction (E)"));
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

    auto *emptyPage = new QWidget(this);
    auto *words = new QVBoxLayout(emptyPage);
    words->setSpacing(kUnit);
    auto *empty = new QLabel(tr("A model says what it sees in a frame, and here why."), emptyPage);
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

    connect(&session, &ReviewSession::modelChanged, this, &WhyPanel::modelChanged);
    connect(&session, &ReviewSession::currentFrameChanged, this, &WhyPanel::frameChanged);
    connect(m_classes, &ClassListModel::predictionChanged, this, &WhyPanel::frameChanged);
    connect(&session, &ReviewSession::targetClassesChanged, this, &WhyPanel::targetsChanged);
    modelChanged();
}

void WhyPanel::modelChanged()
{
    const bool open = m_session.model().has_value();
    m_pages->setCurrentIndex(open ? 1 : 0);
    m_search->clear();
    m_search->setVisible(open && m_session.model()->info.vocabulary.size() >= kSearchFrom);
    qsizetype longest = 0;
    if (open) {
        for (const QString &name : m_session.model()->info.vocabulary)
            longest = std::max(longest, name.size());
    }
    m_delegate->setNameShare(longest > 16 ? 0.66 : 0.44);
    targetsChanged();
    frameChanged();
}

void WhyPanel::frameChanged()
{
    // The camera's own word, where it differs from this model's.
    const FrameEntry *entry = m_session.currentEntry();
    const Prediction *prediction = currentPrediction(m_session);
    QString text;
    if (entry && prediction && entry->frame.camera && m_session.model()) {
        const CameraPrediction &camera = *entry->frame.camera;
        const QString theirs = labelsToText(camera.labels);
        const QString ours = labelsToText(prediction->labels(m_session.model()->info));
        if (!sameLabels(theirs, ours)) {
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
    m_all->setChecked(m_session.targetClasses().isEmpty());
}

void WhyPanel::explainPredicted()
{
    m_session.setTargetClasses({});
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
    m_session.setTargetClasses(targets);
}

} // namespace birblens
