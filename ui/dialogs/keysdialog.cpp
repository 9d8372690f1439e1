// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dialogs/keysdialog.h"

#include "ui/dialogs/keyeditor.h"
#include "ui/icons.h"
#include "ui/menus.h"
#include "ui/theme.h"

#include <QAction>
#include <QApplication>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

namespace birblens {

namespace {

/** One group of keys: a heading, then key and meaning in two columns. */
class Group
{
public:
    Group(const QString &title, QVBoxLayout *column, QWidget *parent)
        : m_parent(parent)
        , m_grid(new QGridLayout)
    {
        auto *heading = new QLabel(title, parent);
        QFont bold = heading->font();
        bold.setBold(true);
        heading->setFont(bold);
        column->addWidget(heading);
        m_grid->setHorizontalSpacing(2 * kUnit);
        m_grid->setVerticalSpacing(2);
        m_grid->setColumnStretch(1, 1);
        column->addLayout(m_grid);
        column->addSpacing(kUnit);
    }
    void add(const QString &keys, const QString &meaning)
    {
        const int row = m_rows++;
        auto *key = new QLabel(keys, m_parent);
        key->setMinimumWidth(15 * kUnit);
        m_grid->addWidget(key, row, 0);
        m_grid->addWidget(new QLabel(meaning, m_parent), row, 1);
    }

private:
    QWidget *m_parent;
    QGridLayout *m_grid;
    int m_rows = 0;
};

QString keysOf(const QAction *action)
{
    QStringList texts;
    for (const QKeySequence &key : action->shortcuts())
        // Shift+[ reaches us as Shift+{.
        texts.append(key.toString(QKeySequence::NativeText)
                         .replace(QLatin1Char('{'), QLatin1Char('['))
                         .replace(QLatin1Char('}'), QLatin1Char(']')));
    return texts.mid(0, 2).join(KeysDialog::tr(" or "));
}

void listActions(Group &group, const QList<QAction *> &actions)
{
    for (const QAction *action : actions) {
        if (!action->menu() && !action->isSeparator() && !action->shortcuts().isEmpty())
            group.add(keysOf(action), QString(action->text()).remove(QLatin1Char('&')));
    }
}

} // namespace

KeysDialog::KeysDialog(WindowActions &actions, const QStringList &quickLabels, QWidget *parent)
    : QDialog(parent)
{
    setWindowTitle(tr("Keys"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(2 * kUnit, 2 * kUnit, 2 * kUnit, 2 * kUnit);
    auto *columns = new QHBoxLayout;
    columns->setSpacing(4 * kUnit);
    auto *left = new QVBoxLayout;
    auto *right = new QVBoxLayout;
    for (QVBoxLayout *column : {left, right})
        column->setSpacing(kUnit / 2); // else they take that between the columns
    columns->addLayout(left, 1);
    columns->addLayout(right, 1);
    outer->addLayout(columns);

    Group browse(tr("Browse"), left, this);
    browse.add(tr("Arrows"), tr("from frame to frame, also in the photograph"));
    browse.add(tr("Home, End"), tr("first and last frame"));
    browse.add(tr("PgUp, PgDn"), tr("a page of thumbnails"));
    browse.add(tr("10:5"), tr("in the thumbnails: to the frames of that time"));
    browse.add(tr("Shift, Ctrl"), tr("with arrows or click: select several frames"));
    browse.add(tr("Space, held"), tr("the bare frame"));
    browse.add(tr("Wheel"), tr("over the photograph: zoom; drag to move"));
    Group label(tr("Label"), left, this);
    for (int i = 0; i < quickLabels.size(); ++i)
        label.add(QString::number(i + 1), quickLabels.at(i));

    const QList<QMenu *> menus = actions.menus();
    for (int i = 0; i < menus.size(); ++i) {
        QVBoxLayout *place = i == 1 ? left : right;
        Group group(menus.at(i)->title().remove(QLatin1Char('&')), place, this);
        listActions(group, menus.at(i)->actions());
    }
    left->addStretch();
    right->addStretch();

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    QPushButton *change = buttons->addButton(tr("Change Keys..."), QDialogButtonBox::ActionRole);
    connect(change, &QPushButton::clicked, this, [this, &actions, parent] {
        (new KeyEditor(actions, parent))->show();
        close(); // what it lists is about to be out of date
    });
    outer->addWidget(buttons);
}

void showAbout(QWidget *parent)
{
    auto *box = new QMessageBox(parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(KeysDialog::tr("About Birblens"));
    box->setIconPixmap(QIcon(QStringLiteral(":/birblens/icons/birblens.svg")).pixmap(64));
    box->setTextFormat(Qt::RichText);
    box->setText(KeysDialog::tr("<b>Birblens %1</b><br>See what the camera saw and why the model "
                                "said so, correct the labels, and make the next model better.")
                     .arg(QApplication::applicationVersion()));
    box->setInformativeText(
        KeysDialog::tr("Free software under the GNU General Public License, version 3 or later. "
                       "Grad-CAM follows arXiv:1610.02391."));
    box->setModal(false);
    box->show();
}

} // namespace birblens
