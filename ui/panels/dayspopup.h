// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDate>
#include <QFrame>

class QLabel;
class QTreeWidget;
class QTreeWidgetItem;

namespace birblens {

class DayShelf;

/** The list of days under the day's name: every date of every open folder, newest first. */
class DaysPopup : public QFrame
{
    Q_OBJECT
public:
    /** @p shelf is not owned. */
    explicit DaysPopup(DayShelf &shelf, QWidget *parent = nullptr);

    /** Below @p anchor, inside the screen. @p date invalid: all dates of @p folder are shown. */
    void showUnder(QWidget *anchor, const QString &folder, const QDate &date);

Q_SIGNALS:
    /** @p date invalid: every date of the folder. */
    void dayChosen(const QString &folder, const QDate &date);
    void addRequested();

private:
    void fill();
    void choose(const QTreeWidgetItem *item);

    DayShelf &m_shelf;
    QTreeWidget *m_lines;
    QLabel *m_listing;
    QString m_folder; ///< what is under review
    QDate m_date;
};

} // namespace birblens
