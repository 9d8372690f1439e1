// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QPushButton;
class QStackedWidget;
class QToolButton;

namespace birblens {

class ClassDelegate;
class ClassListModel;
class ClassSortModel;
class ReviewSession;

/** Every class with its probability; a click asks why. */
class WhyPanel : public QWidget
{
    Q_OBJECT
public:
    explicit WhyPanel(ReviewSession &session, QWidget *parent = nullptr);

    QListView *list() const { return m_list; }

public Q_SLOTS:
    void explainPredicted(); ///< all predicted classes, side by side
    void focusSearch();

Q_SIGNALS:
    void openModelRequested();

private:
    void modelChanged();
    void frameChanged();
    void targetsChanged();
    void kindChosen();
    int rival() const; ///< the most probable class that is not explained
    void classClicked(const QModelIndex &index, bool add);

    ReviewSession &m_session;
    ClassListModel *m_classes;
    ClassSortModel *m_sorted;
    ClassDelegate *m_delegate;
    QStackedWidget *m_pages;
    QListView *m_list;
    QLineEdit *m_search;
    QPushButton *m_all;
    QToolButton *m_order;
    QComboBox *m_kind;
    QComboBox *m_other; ///< the class that a contrast subtracts
    QLabel *m_camera;
};

} // namespace birblens
