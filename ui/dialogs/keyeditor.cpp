// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dialogs/keyeditor.h"

#include "ui/menus.h"
#include "ui/theme.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace birblens {

namespace {

QString textOf(const QAction *action)
{
    return QString(action->text()).remove(QLatin1Char('&'));
}

} // namespace

KeyEditor::KeyEditor(WindowActions &actions, QWidget *parent)
    : QDialog(parent)
    , m_actions(actions)
    , m_list(new QTreeWidget(this))
    , m_key(new QKeySequenceEdit(this))
    , m_take(new QPushButton(tr("Use This Key"), this))
    , m_reset(new QPushButton(tr("Reset"), this))
    , m_note(new QLabel(this))
{
    setWindowTitle(tr("Change keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kUnit, 2 * kUnit, 2 * kUnit, 2 * kUnit);
    column->setSpacing(kUnit);
    column->addWidget(m_list, 1);
    m_list->setHeaderLabels({tr("Command"), tr("Keys")});
    m_list->setRootIsDecorated(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_list->setAccessibleName(tr("Commands"));
    auto *row = new QHBoxLayout;
    row->setSpacing(kUnit);
    row->addWidget(new QLabel(tr("New key:"), this));
    row->addWidget(m_key, 1);
    row->addWidget(m_take);
    row->addWidget(m_reset);
    column->addLayout(row);
    m_key->setAccessibleName(tr("New key"));
    m_reset->setToolTip(tr("The keys that this command had when Birblens was installed"));
    m_note->setWordWrap(true);
    m_note->setMinimumHeight(2 * fontMetrics().lineSpacing());
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    column->addWidget(m_note);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton *all = buttons->addButton(tr("Reset All"), QDialogButtonBox::ResetRole);
    column->addWidget(buttons);
    m_take->setAutoDefault(false);
    m_reset->setAutoDefault(false);
    all->setAutoDefault(false);

    connect(m_list, &QTreeWidget::currentItemChanged, this, &KeyEditor::choose);
    connect(m_key, &QKeySequenceEdit::keySequenceChanged, this, &KeyEditor::updateNote);
    connect(m_take, &QPushButton::clicked, this, &KeyEditor::take);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        if (QAction *action = chosen())
            m_actions.resetKeys(action);
        fill();
    });
    connect(all, &QPushButton::clicked, this, [this] {
        for (QAction *action : m_actions.commands())
            m_actions.resetKeys(action);
        fill();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    resize(60 * kUnit, 70 * kUnit);
    fill();
    m_list->setCurrentItem(m_list->topLevelItem(0));
}

void KeyEditor::fill()
{
    const QList<QAction *> commands = m_actions.commands();
    const bool fresh = m_list->topLevelItemCount() != commands.size();
    if (fresh)
        m_list->clear();
    for (int i = 0; i < commands.size(); ++i) {
        QTreeWidgetItem *item = fresh ? new QTreeWidgetItem(m_list) : m_list->topLevelItem(i);
        item->setText(0, textOf(commands.at(i)));
        item->setText(
            1, QKeySequence::listToString(commands.at(i)->shortcuts(), QKeySequence::NativeText));
    }
    updateNote();
}

QAction *KeyEditor::chosen() const
{
    const int row = m_list->indexOfTopLevelItem(m_list->currentItem());
    return row < 0 ? nullptr : m_actions.commands().at(row);
}

void KeyEditor::choose()
{
    m_key->clear();
    updateNote();
}

void KeyEditor::updateNote()
{
    const QKeySequence key = m_key->keySequence();
    const QAction *owner = m_actions.ownerOf(key);
    m_take->setEnabled(chosen() && !key.isEmpty() && owner != chosen());
    m_reset->setEnabled(chosen());
    if (key.isEmpty())
        m_note->setText(tr("Choose a command, click into the field and press the key."));
    else if (owner && owner != chosen())
        m_note->setText(tr("%1 is the key of \"%2\" and would be taken from it.")
                            .arg(key.toString(QKeySequence::NativeText), textOf(owner)));
    else
        m_note->clear();
}

void KeyEditor::take()
{
    QAction *action = chosen();
    if (!action)
        return;
    m_actions.setKeys(action, {m_key->keySequence()});
    m_key->clear();
    fill();
}

} // namespace birblens
