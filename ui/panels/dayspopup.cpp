// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/dayspopup.h"

#include "core/counted.h"
#include "core/review/dayshelf.h"
#include "ui/theme.h"
#include "ui/views/popup.h"

#include <QDir>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMap>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace birblens {

namespace {

enum Column { DateColumn, FramesColumn, ReviewedColumn, FolderColumn, ColumnCount };
constexpr int folderRole = Qt::UserRole;
constexpr int dateRole = Qt::UserRole + 1;
constexpr int mostLines = 20;

} // namespace

DaysPopup::DaysPopup(DayShelf &shelf, QWidget *parent)
    : QFrame(parent, Qt::Popup)
    , m_shelf(shelf)
    , m_lines(new QTreeWidget(this))
    , m_listing(new QLabel(this))
{
    setFrameShape(QFrame::StyledPanel);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(kUnit, kUnit, kUnit, kUnit);
    column->setSpacing(kUnit);
    m_lines->setHeaderLabels({tr("Date"), tr("Frames"), tr("Reviewed"), tr("Folder")});
    m_lines->setRootIsDecorated(false);
    m_lines->setFrameShape(QFrame::NoFrame);
    m_lines->setUniformRowHeights(true);
    m_lines->setAllColumnsShowFocus(true);
    m_lines->setAccessibleName(tr("Days"));
    m_lines->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    column->addWidget(m_lines, 1);

    auto *row = new QHBoxLayout;
    row->setSpacing(kUnit);
    auto *add = new QPushButton(tr("Add a Folder..."), this);
    add->setToolTip(tr("Opens another folder beside this one: its days join the list"));
    auto *remove = new QPushButton(tr("Remove the Folder"), this);
    remove->setToolTip(tr("Remove this folder from the list (files are kept)"));
    row->addWidget(add);
    row->addWidget(remove);
    row->addWidget(m_listing, 1);
    column->addLayout(row);

    connect(add, &QPushButton::clicked, this, [this] {
        hide();
        Q_EMIT addRequested();
    });
    connect(remove, &QPushButton::clicked, this, [this] {
        if (const QTreeWidgetItem *item = m_lines->currentItem())
            m_shelf.remove(item->data(0, folderRole).toString());
    });
    const auto current = [this, remove] {
        // What is under review stays.
        const QTreeWidgetItem *item = m_lines->currentItem();
        remove->setEnabled(item && item->data(0, folderRole).toString() != m_folder);
    };
    connect(m_lines, &QTreeWidget::currentItemChanged, this, current);
    connect(m_lines, &QTreeWidget::itemActivated, this, &DaysPopup::choose);
    connect(m_lines, &QTreeWidget::itemClicked, this, &DaysPopup::choose);
    connect(&m_shelf, &DayShelf::changed, this, [this] {
        if (isVisible())
            fill();
    });
}

void DaysPopup::choose(const QTreeWidgetItem *item)
{
    hide();
    Q_EMIT dayChosen(item->data(0, folderRole).toString(), item->data(0, dateRole).toDate());
}

void DaysPopup::fill()
{
    m_lines->clear();
    const QLocale locale;
    const QList<ListedDay> days = m_shelf.days();
    QMap<QString, ListedDay> sums; // of folders with several dates
    QMap<QString, int> dates;
    for (const ListedDay &day : days) {
        ListedDay &sum = sums[day.folder];
        sum.frames += day.frames;
        sum.reviewed += day.reviewed;
        ++dates[day.folder];
    }
    QTreeWidgetItem *current = nullptr;
    const auto line = [&](const QString &text, const ListedDay &day) {
        auto *item = new QTreeWidgetItem(m_lines, {text, locale.toString(day.frames),
                                                   locale.toString(day.reviewed),
                                                   QDir(day.folder).dirName()});
        item->setTextAlignment(FramesColumn, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(ReviewedColumn, Qt::AlignRight | Qt::AlignVCenter);
        item->setSizeHint(DateColumn, QSize(fontMetrics().horizontalAdvance(text) + 3 * kUnit,
                                            fontMetrics().height() + kUnit));
        for (int column = 0; column < ColumnCount; ++column)
            item->setToolTip(column, QDir::toNativeSeparators(day.folder));
        item->setData(0, folderRole, day.folder);
        item->setData(0, dateRole, day.date);
        if (day.folder == m_folder && (day.date == m_date || dates[day.folder] == 1))
            current = item;
        return item;
    };
    for (auto day = days.crbegin(); day != days.crend(); ++day)
        line(day->date.isValid() ? locale.toString(day->date, QStringLiteral("ddd d MMM yyyy"))
                                 : tr("no date"),
             *day);
    for (auto sum = sums.begin(); sum != sums.end(); ++sum) {
        if (dates[sum.key()] < 2)
            continue;
        sum->folder = sum.key();
        sum->date = {};
        QFont italic = font();
        italic.setItalic(true);
        line(tr("all %1 dates").arg(locale.toString(dates[sum.key()])), *sum)
            ->setFont(DateColumn, italic);
    }
    m_lines->setColumnHidden(FolderColumn, m_shelf.folders().size() < 2);
    m_lines->setCurrentItem(current);
    m_listing->setText(m_shelf.isListing() ? tr("Listing...") : QString());

    int width = 4 * kUnit; // and a scroll bar
    for (int column = 0; column < ColumnCount; ++column) {
        m_lines->resizeColumnToContents(column);
        width += m_lines->isColumnHidden(column) ? 0 : m_lines->columnWidth(column);
    }
    const int lines = std::clamp(m_lines->topLevelItemCount(), 3, mostLines);
    const int height = fontMetrics().height() + kUnit;
    m_lines->setMinimumWidth(std::min(width, 90 * kUnit));
    m_lines->setFixedHeight(lines * height + m_lines->header()->sizeHint().height() + kUnit / 2);
    adjustSize();
}

void DaysPopup::showUnder(QWidget *anchor, const QString &folder, const QDate &date)
{
    m_folder = folder;
    m_date = date;
    fill();
    placeUnder(*this, *anchor);
    show();
    m_lines->setFocus(Qt::PopupFocusReason);
}

} // namespace birblens
