// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/conflictspanel.h"

#include "core/counted.h"
#include "core/review/reviewsession.h"
#include "ui/labeltext.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace birblens {

namespace {

constexpr int keyRole = Qt::UserRole;

} // namespace

ConflictsPanel::ConflictsPanel(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_text(new QLabel(this))
    , m_lines(new QTreeWidget(this))
    , m_mine(new QPushButton(this))
    , m_theirs(new QPushButton(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(kUnit, kUnit, kUnit, kUnit);
    column->setSpacing(kUnit);
    auto *row = new QHBoxLayout;
    row->setSpacing(kUnit);
    m_text->setWordWrap(true);
    m_mine->setToolTip(tr("Writes your labels to Birb Cam's database"));
    m_theirs->setToolTip(tr("Takes the labels from Birb Cam's database; undo takes them back"));
    row->addWidget(m_text, 1);
    row->addWidget(m_mine);
    row->addWidget(m_theirs);
    column->addLayout(row);
    m_lines->setHeaderLabels({tr("Captured"), tr("You said"), tr("Birb Cam says"), tr("Frame")});
    m_lines->setRootIsDecorated(false);
    m_lines->setFrameShape(QFrame::NoFrame);
    m_lines->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_lines->setUniformRowHeights(true);
    m_lines->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_lines->setAccessibleName(tr("Labels changed on both sides"));
    column->addWidget(m_lines, 1);

    connect(m_mine, &QPushButton::clicked, this, [this] { settle(false); });
    connect(m_theirs, &QPushButton::clicked, this, [this] { settle(true); });
    connect(m_lines, &QTreeWidget::itemSelectionChanged, this, &ConflictsPanel::updateButtons);
    connect(m_lines, &QTreeWidget::currentItemChanged, this, [this](const QTreeWidgetItem *item) {
        if (item && m_lines->hasFocus())
            m_session.setCurrentKey(item->data(0, keyRole).toString());
    });
    // Only while it is looked at, and once for a burst of changes.
    m_soon.setSingleShot(true);
    m_soon.setInterval(50);
    connect(&m_soon, &QTimer::timeout, this, &ConflictsPanel::fill);
    const auto later = [this] {
        if (isVisible())
            m_soon.start();
    };
    connect(&session, &ReviewSession::dayOpened, this, later);
    connect(&session, &ReviewSession::labelsChanged, this, later);
    fill();
}

void ConflictsPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    fill();
}

void ConflictsPanel::fill()
{
    m_lines->clear();
    const QLocale locale;
    const QStringList keys = m_session.conflicts();
    for (const QString &key : keys) {
        const FrameEntry &entry = m_session.day().at(m_session.day().rowOf(key));
        const QString theirs = *entry.record.conflict;
        auto *item = new QTreeWidgetItem(
            m_lines,
            {locale.toString(entry.frame.captureTime, QStringLiteral("d MMM yyyy HH:mm:ss")),
             trueLabelText(entry.label()), theirs.isEmpty() ? tr("unreviewed") : theirs, key});
        item->setData(0, keyRole, key);
    }
    m_text->setText(
        keys.isEmpty()
            ? tr("Your labels and those in Birb Cam's database agree.")
            : counted(keys.size(),
                      tr("%1 label was changed both here and in Birb Cam's database. Yours shows "
                         "until you choose."),
                      tr("%1 labels were changed both here and in Birb Cam's database. Yours show "
                         "until you choose.")));
    m_lines->setVisible(!keys.isEmpty());
    updateButtons();
}

void ConflictsPanel::updateButtons()
{
    const qsizetype selected = m_lines->selectedItems().size();
    const bool any = m_lines->topLevelItemCount() > 0;
    m_mine->setVisible(any);
    m_theirs->setVisible(any);
    m_mine->setText(selected > 0 ? tr("Keep Mine") : tr("Keep All of Mine"));
    m_theirs->setText(selected > 0 ? tr("Take Theirs") : tr("Take All of Theirs"));
}

QStringList ConflictsPanel::chosen() const
{
    QStringList keys;
    for (const QTreeWidgetItem *item : m_lines->selectedItems())
        keys.append(item->data(0, keyRole).toString());
    return keys.isEmpty() ? m_session.conflicts() : keys;
}

void ConflictsPanel::settle(bool takeTheirs)
{
    m_session.resolveConflicts(chosen(), takeTheirs);
    fill();
}

} // namespace birblens
