// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/filterbar.h"

#include "core/review/reviewsession.h"
#include "ui/icons.h"
#include "ui/labeltext.h"
#include "ui/theme.h"
#include "ui/views/choicepopup.h"
#include "ui/views/rangeslider.h"

#include <QComboBox>
#include <QFrame>
#include <QHBoxLayout>
#include <QInputDialog>
#include <QJsonDocument>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QScreen>
#include <QSettings>
#include <QSignalBlocker>
#include <QToolButton>

#include <algorithm>

namespace birblens {

namespace {

QString savedKey(const QString &name)
{
    // A slash would make a group of it.
    return QStringLiteral("filters/") + QString(name).replace(QLatin1Char('/'), QLatin1Char('_'));
}

QIcon swatch(const QStringList &vocabulary, const QString &name)
{
    QPixmap pixmap(10, 10);
    pixmap.fill(name == noneName ? QColor(Qt::transparent) : classColor(vocabulary, name));
    return QIcon(pixmap);
}

} // namespace

FilterBar::FilterBar(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_menuButton(new QToolButton(this))
    , m_menu(new QMenu(this))
    , m_probabilityButton(nullptr)
    , m_probabilityPopup(new QFrame(this, Qt::Popup))
    , m_probabilityClass(new QComboBox(m_probabilityPopup))
    , m_range(new RangeSlider(m_probabilityPopup))
    , m_rangeText(new QLabel(m_probabilityPopup))
    , m_clear(new QToolButton(this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    m_menuButton->setText(tr("Filter"));
    m_menuButton->setPopupMode(QToolButton::InstantPopup);
    m_menuButton->setAutoRaise(true);
    m_menuButton->setMenu(m_menu);
    m_menuButton->setToolTip(tr("Switches the filter off and on, saves it and loads saved ones"));
    row->addWidget(m_menuButton);
    connect(m_menu, &QMenu::aboutToShow, this, &FilterBar::fillMenu);

    for (const auto &criterion : frameCriteria()) {
        const Group group{criterion.get(), addButton(criterion->title, criterion->tip),
                          new ChoicePopup(this)};
        connect(group.button, &QToolButton::clicked, this, [this, group] { openGroup(group); });
        connect(group.popup, &ChoicePopup::changed, this,
                [this, group](const QStringList &ticked) { take(*group.criterion, ticked); });
        m_groups.push_back(group);
    }
    m_probabilityButton =
        addButton(tr("Probability"), tr("Only frames whose probability lies in a range"));
    connect(m_probabilityButton, &QToolButton::clicked, this, &FilterBar::openProbability);

    m_probabilityPopup->setFrameShape(QFrame::StyledPanel);
    auto *column = new QVBoxLayout(m_probabilityPopup);
    column->setContentsMargins(kUnit, kUnit, kUnit, kUnit);
    m_probabilityClass->setAccessibleName(tr("Probability of which class"));
    m_range->setAccessibleName(tr("Range of the probability"));
    m_range->setToolTip(tr("Drag the ends; a double click takes the whole range"));
    column->addWidget(m_probabilityClass);
    column->addWidget(m_range);
    column->addWidget(m_rangeText);
    connect(m_range, &RangeSlider::rangeChanged, this, [this](double least, double most) {
        FrameFilter filter = m_filter;
        filter.least = least;
        filter.most = most;
        change(filter);
    });
    connect(m_probabilityClass, &QComboBox::currentIndexChanged, this, [this] {
        FrameFilter filter = m_filter;
        filter.probabilityOf = m_probabilityClass->currentData().toString();
        change(filter);
        recount();
    });

    m_clear->setIcon(icon(QStringLiteral("clear")));
    m_clear->setAutoRaise(true);
    m_clear->setToolTip(tr("Show every frame again"));
    m_clear->setAccessibleName(tr("Clear the filter"));
    row->addWidget(m_clear);
    connect(m_clear, &QToolButton::clicked, this, [this] { setFilter({}); });

    m_recount.setSingleShot(true);
    m_recount.setInterval(250);
    connect(&m_recount, &QTimer::timeout, this, &FilterBar::recount);
    const auto later = [this] {
        if (!m_recount.isActive())
            m_recount.start();
    };
    connect(&session.day(), &Day::changed, this, later);
    connect(&session.day(), &Day::inserted, this, later);
    updateTexts();
}

QToolButton *FilterBar::addButton(const QString &name, const QString &tip)
{
    auto *button = new QToolButton(this);
    button->setAutoRaise(true);
    button->setCheckable(true);
    button->setToolTip(tip);
    button->setAccessibleName(name);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setFocusPolicy(Qt::TabFocus);
    layout()->addWidget(button);
    return button;
}

void FilterBar::setFilter(const FrameFilter &filter)
{
    const bool same = m_on && filter == m_filter;
    m_on = true;
    m_filter = filter;
    updateTexts();
    if (!same)
        Q_EMIT filterChanged(this->filter());
}

void FilterBar::setTimeRange(const QDateTime &from, const QDateTime &to)
{
    FrameFilter filter = m_filter;
    filter.from = from;
    filter.to = to;
    change(filter);
}

void FilterBar::setHours(const QList<int> &hours)
{
    FrameFilter filter = m_filter;
    QStringList choices;
    for (const int hour : hours)
        choices.append(QString::number(hour));
    change(filter.choose(hourCriterion, choices));
}

void FilterBar::setOn(bool on)
{
    if (on == m_on)
        return;
    m_on = on;
    updateTexts();
    Q_EMIT filterChanged(filter());
}

/** From the popups: what is changed is meant to be seen. */
void FilterBar::change(const FrameFilter &filter)
{
    if (filter == m_filter && m_on)
        return;
    m_filter = filter;
    m_on = true;
    updateTexts();
    Q_EMIT filterChanged(m_filter);
    m_recount.start();
}

void FilterBar::take(const FrameCriterion &criterion, const QStringList &ticked)
{
    FrameFilter filter = m_filter;
    filter.choose(criterion.key, ticked);
    if (criterion.key == dateCriterion) // a range of times is a choice of dates too
        filter.from = filter.to = QDateTime();
    change(filter);
}

void FilterBar::openGroup(const Group &group)
{
    updateTexts(); // the click toggled the button
    fill(group, countChoices(m_session.day(), m_filter, m_session.vocabulary()));
    group.popup->showUnder(group.button);
}

void FilterBar::openProbability()
{
    updateTexts();
    listProbabilityClasses();
    fillProbability(countChoices(m_session.day(), m_filter, m_session.vocabulary()));
    m_probabilityPopup->adjustSize();
    const QRect room = screen()->availableGeometry();
    QPoint at = m_probabilityButton->mapToGlobal(QPoint(0, m_probabilityButton->height()));
    at.setX(std::min(at.x(), room.right() - m_probabilityPopup->width()));
    m_probabilityPopup->move(at);
    m_probabilityPopup->show();
    m_range->setFocus(Qt::PopupFocusReason);
}

/** What is open shows its counts as they are now. */
void FilterBar::recount()
{
    const bool probability = m_probabilityPopup->isVisible();
    const auto open = std::find_if(m_groups.cbegin(), m_groups.cend(),
                                   [](const Group &group) { return group.popup->isVisible(); });
    if (!probability && open == m_groups.cend())
        return;
    const FilterCounts counts = countChoices(m_session.day(), m_filter, m_session.vocabulary());
    if (probability)
        fillProbability(counts);
    else
        fill(*open, counts);
}

void FilterBar::fill(const Group &group, const FilterCounts &counts)
{
    const FrameCriterion &criterion = *group.criterion;
    const QHash<QString, int> found = counts.choices.value(criterion.key);
    const QStringList ticked = m_filter.chosen(criterion.key);
    const QStringList vocabulary = m_session.vocabulary();
    QList<ChoicePopup::Choice> choices;
    // What occurs or is ticked; hundreds of other classes are no help.
    for (const QString &choice : criterion.offered(found.keys() + ticked, vocabulary))
        choices.append({choice, criterion.text(choice), found.value(choice),
                        criterion.ofClasses() ? swatch(vocabulary, choice) : QIcon()});
    group.popup->setChoices(choices, ticked);
}

void FilterBar::listProbabilityClasses()
{
    const QSignalBlocker quiet(m_probabilityClass);
    m_probabilityClass->clear();
    m_probabilityClass->addItem(tr("Confidence of what is shown"), QString());
    const QStringList vocabulary = m_session.vocabulary();
    for (const QString &name : vocabulary)
        m_probabilityClass->addItem(swatch(vocabulary, name), name, name);
    m_probabilityClass->setCurrentIndex(
        std::max(0, m_probabilityClass->findData(m_filter.probabilityOf)));
}

void FilterBar::fillProbability(const FilterCounts &counts)
{
    const QSignalBlocker quiet(m_range);
    m_range->setHistogram(QList<int>(counts.probability.cbegin(), counts.probability.cend()));
    m_range->setRange(m_filter.least, m_filter.most);
    const auto shown = std::count_if(counts.probability.cbegin(), counts.probability.cend(),
                                     [](int count) { return count > 0; });
    m_rangeText->setText(shown == 0 ? tr("No probability is known for these frames.")
                                    : tr("%1 to %2")
                                          .arg(QLocale().toString(m_filter.least, 'f', 2),
                                               QLocale().toString(m_filter.most, 'f', 2)));
}

void FilterBar::updateTexts()
{
    const auto show = [this](QToolButton *button, const QString &name, const QStringList &chosen) {
        button->setChecked(!chosen.isEmpty() && m_on);
        const QString what =
            chosen.size() == 1 ? chosen.constFirst() : QLocale().toString(chosen.size());
        button->setText(chosen.isEmpty() ? name
                                         : fontMetrics().elidedText(tr("%1: %2").arg(name, what),
                                                                    Qt::ElideRight, 20 * kUnit));
    };
    for (const Group &group : m_groups) {
        QStringList chosen;
        for (const QString &choice : m_filter.chosen(group.criterion->key))
            chosen.append(group.criterion->briefText(choice));
        if (group.criterion->key == dateCriterion &&
            (m_filter.from.isValid() || m_filter.to.isValid()))
            chosen.append(
                QStringLiteral("%1\u2013%2")
                    .arg(QLocale().toString(m_filter.from.time(), QStringLiteral("HH:mm")),
                         QLocale().toString(m_filter.to.time(), QStringLiteral("HH:mm"))));
        show(group.button, group.criterion->title, chosen);
    }
    show(m_probabilityButton, tr("Probability"),
         m_filter.limitsProbability()
             ? QStringList(QStringLiteral("%1\u2013%2")
                               .arg(QLocale().toString(m_filter.least, 'f', 2),
                                    QLocale().toString(m_filter.most, 'f', 2)))
             : QStringList());
    m_clear->setEnabled(!m_filter.isDefault());
    m_menuButton->setText(m_on || m_filter.isDefault() ? tr("Filter") : tr("Filter (off)"));
    for (const Group &group : m_groups)
        group.button->setEnabled(m_session.hasDay() || group.button->isChecked());
}

QStringList FilterBar::savedNames()
{
    QSettings settings = makeSettings();
    settings.beginGroup(QStringLiteral("filters"));
    QStringList names = settings.childKeys();
    names.sort(Qt::CaseInsensitive);
    return names;
}

void FilterBar::save(const QString &name)
{
    if (!name.trimmed().isEmpty())
        makeSettings().setValue(
            savedKey(name.trimmed()),
            QString::fromUtf8(QJsonDocument(toJson(m_filter)).toJson(QJsonDocument::Compact)));
}

void FilterBar::remove(const QString &name)
{
    makeSettings().remove(savedKey(name));
}

void FilterBar::load(const QString &name)
{
    const QByteArray text = makeSettings().value(savedKey(name)).toString().toUtf8();
    setFilter(filterFromJson(QJsonDocument::fromJson(text).object()));
}

void FilterBar::fillMenu()
{
    m_menu->clear();
    QAction *on =
        m_menu->addAction(tr("Filter the Frames"), this, [this](bool wanted) { setOn(wanted); });
    on->setCheckable(true);
    on->setChecked(m_on);
    on->setEnabled(!m_filter.isDefault());
    m_menu->addSeparator();
    const QStringList names = savedNames();
    for (const QString &name : names)
        m_menu->addAction(asCaption(name), this, [this, name] { load(name); });
    if (!names.isEmpty())
        m_menu->addSeparator();
    m_menu
        ->addAction(tr("Save This Filter..."), this,
                    [this] {
                        const QString name = QInputDialog::getText(
                            this, tr("Save the filter"),
                            tr("Name (replaces an existing filter of that name):"));
                        save(name);
                    })
        ->setEnabled(!m_filter.isDefault());
    if (!names.isEmpty()) {
        QMenu *forget = m_menu->addMenu(tr("Forget"));
        for (const QString &name : names)
            forget->addAction(asCaption(name), this, [this, name] { remove(name); });
    }
}

} // namespace birblens
