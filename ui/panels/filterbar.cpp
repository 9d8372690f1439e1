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

const QString noneName = QStringLiteral("none");

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

template <class T>
QStringList asKeys(const QList<T> &values)
{
    QStringList keys;
    for (const T value : values)
        keys.append(QString::number(static_cast<int>(value)));
    return keys;
}

template <class T>
QList<T> fromKeys(const QStringList &keys)
{
    QList<T> values;
    for (const QString &key : keys)
        values.append(static_cast<T>(key.toInt()));
    return values;
}

QString hourText(int hour)
{
    return QLocale().toString(QTime(hour, 0), QStringLiteral("HH:mm")) +
           QStringLiteral(" \u2013 ") +
           QLocale().toString(QTime(hour, 59), QStringLiteral("HH:mm"));
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

    const std::pair<QString, QString> groups[GroupCount] = {
        {tr("Class"), tr("Predicted classes; none: nothing predicted")},
        {tr("Label"), tr("True labels that a person gave; none: nothing there")},
        {tr("State"), tr("How far the frame is reviewed")},
        {tr("Remarks"),
         tr("Frames with a flag or a comment, where two do not agree, or that cannot be "
            "looked at")},
        {tr("Date"), tr("Dates of capture")},
        {tr("Hour"), tr("Hours of the day, of any date")}};
    for (int group = 0; group < GroupCount; ++group) {
        m_names[group] = groups[group].first;
        m_buttons[group] = addButton(groups[group].first, groups[group].second);
        m_popups[group] = new ChoicePopup(this);
        connect(m_buttons[group], &QToolButton::clicked, this,
                [this, group] { openGroup(static_cast<Group>(group)); });
        connect(
            m_popups[group], &ChoicePopup::changed, this,
            [this, group](const QStringList &ticked) { take(static_cast<Group>(group), ticked); });
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
    filter.hours = hours;
    change(filter);
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

void FilterBar::take(Group group, const QStringList &ticked)
{
    FrameFilter filter = m_filter;
    switch (group) {
    case Predicted:
        filter.predicted = ticked;
        break;
    case True:
        filter.trueLabels = ticked;
        break;
    case State:
        filter.states = fromKeys<ReviewState>(ticked);
        break;
    case Remarks:
        filter.remarks = fromKeys<Remark>(ticked);
        break;
    case Date:
        filter.dates.clear();
        filter.from = filter.to = QDateTime();
        for (const QString &text : ticked)
            filter.dates.append(QDate::fromString(text, Qt::ISODate));
        break;
    case Hour:
        filter.hours = fromKeys<int>(ticked);
        break;
    case GroupCount:
        break;
    }
    change(filter);
}

void FilterBar::openGroup(Group group)
{
    updateTexts(); // the click toggled the button
    fill(group, countChoices(m_session.day(), m_filter, m_session.vocabulary()));
    m_popups[group]->showUnder(m_buttons[group]);
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
    const auto open = std::find_if(std::begin(m_popups), std::end(m_popups),
                                   [](const ChoicePopup *popup) { return popup->isVisible(); });
    if (!probability && open == std::end(m_popups))
        return;
    const FilterCounts counts = countChoices(m_session.day(), m_filter, m_session.vocabulary());
    if (probability)
        fillProbability(counts);
    else
        fill(static_cast<Group>(open - std::begin(m_popups)), counts);
}

void FilterBar::fill(Group group, const FilterCounts &counts)
{
    QList<ChoicePopup::Choice> choices;
    QStringList ticked;
    const QStringList vocabulary = m_session.vocabulary();
    // The names that occur or are ticked, in the vocabulary's order; hundreds of others are no
    // help.
    const auto names = [&](const QHash<QString, int> &found, const QStringList &chosen) {
        QStringList all = orderedLabels(found.keys() + chosen, vocabulary);
        all.append(noneName);
        for (const QString &name : std::as_const(all))
            choices.append({name, name, found.value(name), swatch(vocabulary, name)});
        ticked = chosen;
    };
    const auto number = [&](int key, const QString &text, int count) {
        choices.append({QString::number(key), text, count});
    };
    switch (group) {
    case Predicted:
        names(counts.predicted, m_filter.predicted);
        break;
    case True:
        names(counts.trueLabels, m_filter.trueLabels);
        break;
    case State: {
        const QString texts[] = {tr("Unreviewed"), tr("Confirmed"), tr("Corrected"), tr("Unsure")};
        for (int i = 0; i < 4; ++i)
            number(i, texts[i], counts.states[static_cast<size_t>(i)]);
        ticked = asKeys(m_filter.states);
        break;
    }
    case Remarks: {
        const QString texts[remarkCount] = {tr("Label differs from the prediction"),
                                            tr("Birb Cam and the model disagree"),
                                            tr("Labels differ between Birblens and Birb Cam"),
                                            tr("Flagged"),
                                            tr("With a comment"),
                                            tr("Unreadable"),
                                            tr("Gone"),
                                            tr("In the trash"),
                                            tr("Picture changed since it was labelled"),
                                            tr("Uncertain time (file date)")};
        for (int i = 0; i < remarkCount; ++i)
            number(i, texts[i], counts.remarks[static_cast<size_t>(i)]);
        ticked = asKeys(m_filter.remarks);
        break;
    }
    case Date: {
        QMap<QDate, int> dates = counts.dates;
        for (const QDate &date : std::as_const(m_filter.dates)) {
            dates[date] += 0;
            ticked.append(date.toString(Qt::ISODate));
        }
        for (auto it = dates.cbegin(); it != dates.cend(); ++it)
            choices.append({it.key().toString(Qt::ISODate),
                            QLocale().toString(it.key(), QStringLiteral("ddd d MMM yyyy")), *it});
        break;
    }
    case Hour:
        for (int hour = 0; hour < 24; ++hour) {
            const int count = counts.hours[static_cast<size_t>(hour)];
            if (count > 0 || m_filter.hours.contains(hour))
                number(hour, hourText(hour), count);
        }
        ticked = asKeys(m_filter.hours);
        break;
    case GroupCount:
        break;
    }
    m_popups[group]->setChoices(choices, ticked);
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
    show(m_buttons[Predicted], m_names[Predicted], m_filter.predicted);
    show(m_buttons[True], m_names[True], m_filter.trueLabels);
    const QString states[] = {tr("unreviewed"), tr("confirmed"), tr("corrected"), tr("unsure")};
    QStringList chosen;
    for (const ReviewState state : std::as_const(m_filter.states))
        chosen.append(states[static_cast<int>(state)]);
    show(m_buttons[State], m_names[State], chosen);
    chosen.clear();
    const QString remarks[remarkCount] = {
        tr("person"),          tr("Birb Cam"),      tr("conflict"), tr("flagged"),
        tr("commented"),       tr("unreadable"),    tr("gone"),     tr("in the trash"),
        tr("picture changed"), tr("uncertain time")};
    for (const Remark remark : std::as_const(m_filter.remarks))
        chosen.append(remarks[static_cast<int>(remark)]);
    show(m_buttons[Remarks], m_names[Remarks], chosen);
    chosen.clear();
    for (const QDate &date : std::as_const(m_filter.dates))
        chosen.append(QLocale().toString(date, QStringLiteral("d MMM")));
    if (m_filter.from.isValid() || m_filter.to.isValid())
        chosen.append(QStringLiteral("%1\u2013%2")
                          .arg(QLocale().toString(m_filter.from.time(), QStringLiteral("HH:mm")),
                               QLocale().toString(m_filter.to.time(), QStringLiteral("HH:mm"))));
    show(m_buttons[Date], m_names[Date], chosen);
    chosen.clear();
    for (const int hour : std::as_const(m_filter.hours))
        chosen.append(QLocale().toString(QTime(hour, 0), QStringLiteral("HH:mm")));
    show(m_buttons[Hour], m_names[Hour], chosen);
    show(m_probabilityButton, tr("Probability"),
         m_filter.limitsProbability()
             ? QStringList(QStringLiteral("%1\u2013%2")
                               .arg(QLocale().toString(m_filter.least, 'f', 2),
                                    QLocale().toString(m_filter.most, 'f', 2)))
             : QStringList());
    m_clear->setEnabled(!m_filter.isDefault());
    m_menuButton->setText(m_on || m_filter.isDefault() ? tr("Filter") : tr("Filter (off)"));
    for (QToolButton *button : m_buttons)
        button->setEnabled(m_session.hasDay() || button->isChecked());
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
