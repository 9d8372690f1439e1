// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/review/framefilter.h"

#include <QHash>
#include <QTimer>
#include <QWidget>

#include <vector>

class QComboBox;
class QFrame;
class QLabel;
class QMenu;
class QToolButton;

namespace birblens {

class ChoicePopup;
class RangeSlider;
class ReviewSession;

/**
 * The filter: one button per criterion, with its choices and how many frames each would show
 * under it. The whole filter can be switched off and on again, and saved by name.
 */
class FilterBar : public QWidget
{
    Q_OBJECT
public:
    explicit FilterBar(ReviewSession &session, QWidget *parent = nullptr);

    /** What is in force: nothing while it is switched off. */
    FrameFilter filter() const { return m_on ? m_filter : FrameFilter(); }
    void setFilter(const FrameFilter &filter); ///< switches it on
    /** Beside what is chosen already. */
    void setTimeRange(const QDateTime &from, const QDateTime &to);
    void setHours(const QList<int> &hours); ///< likewise; empty: all of them
    bool isOn() const { return m_on; }
    void setOn(bool on);
    /** Names of saved filters, in alphabetical order. */
    static QStringList savedNames();
    void save(const QString &name);
    void remove(const QString &name);
    void load(const QString &name);

Q_SIGNALS:
    void filterChanged(const birblens::FrameFilter &filter);

private:
    /** The button of a criterion, and what drops down from it. */
    struct Group
    {
        const FrameCriterion *criterion;
        QToolButton *button;
        ChoicePopup *popup;
    };

    QToolButton *addButton(const QString &name, const QString &tip);
    void openGroup(const Group &group);
    void openProbability();
    void fill(const Group &group, const FilterCounts &counts);
    void fillProbability(const FilterCounts &counts);
    void listProbabilityClasses();
    void recount();
    void take(const FrameCriterion &criterion, const QStringList &ticked);
    void change(const FrameFilter &filter);
    void updateTexts();
    void fillMenu();

    ReviewSession &m_session;
    FrameFilter m_filter;
    bool m_on = true;
    QToolButton *m_menuButton;
    QMenu *m_menu;
    std::vector<Group> m_groups; ///< in the order of frameCriteria()
    QToolButton *m_probabilityButton;
    QFrame *m_probabilityPopup;
    QComboBox *m_probabilityClass;
    RangeSlider *m_range;
    QLabel *m_rangeText;
    QToolButton *m_clear;
    QTimer m_recount;
};

} // namespace birblens
