// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/choicepopup.h"

#include "ui/theme.h"
#include "ui/views/popup.h"

#include <QListWidget>
#include <QLocale>
#include <QPainter>
#include <QSignalBlocker>
#include <QStyle>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace birblens {

namespace {

constexpr int keyRole = Qt::UserRole;
constexpr int countRole = Qt::UserRole + 1;
constexpr int mostLines = 16;

/** The count at the right edge, faint; zero fainter by the disabled colour. */
class CountDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        QStyledItemDelegate::paint(painter, option, index);
        painter->save();
        painter->setPen(option.palette.color(option.state.testFlag(QStyle::State_Selected)
                                                 ? QPalette::HighlightedText
                                                 : QPalette::PlaceholderText));
        painter->drawText(option.rect.adjusted(0, 0, -kUnit, 0), Qt::AlignRight | Qt::AlignVCenter,
                          countText(index));
        painter->restore();
    }

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        QSize size = QStyledItemDelegate::sizeHint(option, index);
        size.rwidth() += 4 * kUnit + option.fontMetrics.horizontalAdvance(countText(index));
        size.setHeight(std::max(size.height(), 3 * kUnit));
        return size;
    }

private:
    static QString countText(const QModelIndex &index)
    {
        return QLocale().toString(index.data(countRole).toInt());
    }
};

} // namespace

ChoicePopup::ChoicePopup(QWidget *parent)
    : QFrame(parent, Qt::Popup)
    , m_list(new QListWidget(this))
{
    setFrameShape(QFrame::StyledPanel);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_list);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setItemDelegate(new CountDelegate(m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setUniformItemSizes(true);
    setFocusProxy(m_list);
    connect(m_list, &QListWidget::itemChanged, this, [this] { Q_EMIT changed(ticked()); });
    // The whole line ticks, not only its box.
    connect(m_list, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem *item) { toggle(item->data(keyRole).toString()); });
    connect(m_list, &QListWidget::itemClicked, this, [this](const QListWidgetItem *item) {
        const QRect line = m_list->visualItemRect(item);
        const int box = m_list->style()->pixelMetric(QStyle::PM_IndicatorWidth) + kUnit;
        if (m_list->viewport()->mapFromGlobal(QCursor::pos()).x() > line.left() + box)
            toggle(item->data(keyRole).toString());
    });
}

void ChoicePopup::setChoices(const QList<Choice> &choices, const QStringList &ticked)
{
    const QSignalBlocker quiet(m_list);
    const int current = m_list->currentRow();
    m_list->clear();
    for (const Choice &choice : choices) {
        auto *item = new QListWidgetItem(choice.icon, choice.text, m_list);
        item->setData(keyRole, choice.key);
        item->setData(countRole, choice.count);
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(ticked.contains(choice.key) ? Qt::Checked : Qt::Unchecked);
    }
    m_list->setCurrentRow(std::min(current, m_list->count() - 1));
    const int lines = std::clamp(m_list->count(), 1, mostLines);
    const int line = std::max(m_list->sizeHintForRow(0), 3 * kUnit);
    const int scrollBar =
        m_list->count() > mostLines ? m_list->style()->pixelMetric(QStyle::PM_ScrollBarExtent) : 0;
    resize(std::max(20 * kUnit, m_list->sizeHintForColumn(0) + scrollBar + kUnit),
           lines * line + 2 * frameWidth() + 4);
}

QListWidgetItem *ChoicePopup::itemOf(const QString &key) const
{
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->data(keyRole).toString() == key)
            return m_list->item(row);
    }
    return nullptr;
}

QStringList ChoicePopup::ticked() const
{
    QStringList keys;
    for (int row = 0; row < m_list->count(); ++row) {
        if (m_list->item(row)->checkState() == Qt::Checked)
            keys.append(m_list->item(row)->data(keyRole).toString());
    }
    return keys;
}

QStringList ChoicePopup::keys() const
{
    QStringList keys;
    for (int row = 0; row < m_list->count(); ++row)
        keys.append(m_list->item(row)->data(keyRole).toString());
    return keys;
}

int ChoicePopup::countOf(const QString &key) const
{
    const QListWidgetItem *item = itemOf(key);
    return item ? item->data(countRole).toInt() : -1;
}

void ChoicePopup::toggle(const QString &key)
{
    if (QListWidgetItem *item = itemOf(key))
        item->setCheckState(item->checkState() == Qt::Checked ? Qt::Unchecked : Qt::Checked);
}

void ChoicePopup::showUnder(QWidget *anchor)
{
    placeUnder(*this, *anchor);
    show();
    m_list->setFocus(Qt::PopupFocusReason);
}

} // namespace birblens
