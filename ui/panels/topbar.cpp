// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/topbar.h"

#include "core/review/reviewsession.h"
#include "core/review/similarity.h"
#include "ui/labeltext.h"
#include "ui/panels/filterbar.h"
#include "ui/theme.h"
#include "ui/views/gapeditor.h"

#include <QCursor>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QProgressBar>
#include <QToolButton>
#include <QToolTip>
#include <QWidgetAction>

#include <algorithm>

namespace birblens {

namespace {

QString dateText(const QDate &date, bool year = true)
{
    return QLocale().toString(date, year ? QStringLiteral("d MMM yyyy") : QStringLiteral("d MMM"));
}

QString dayTitle(const Day &day)
{
    if (day.size() == 0)
        return {};
    const QDate first = day.at(0).frame.captureTime.date();
    const QDate last = day.at(day.size() - 1).frame.captureTime.date();
    if (first == last)
        return dateText(first);
    return QStringLiteral("%1 \u2013 %2")
        .arg(dateText(first, first.year() != last.year()), dateText(last));
}

/** "10:56:58", with its day where there are several. */
QString timeOf(const Day &day, const QString &key)
{
    const int row = day.rowOf(key);
    if (row < 0)
        return {};
    const QDateTime time = day.at(row).frame.captureTime;
    const bool oneDate = day.at(0).frame.captureTime.date() == time.date() &&
                         day.at(day.size() - 1).frame.captureTime.date() == time.date();
    return QLocale().toString(time, oneDate ? QStringLiteral("HH:mm:ss")
                                            : QStringLiteral("d MMM HH:mm:ss"));
}

QString sortText(const Day &day, const FrameSort &sort)
{
    switch (sort.order) {
    case FrameOrder::Time:
        break;
    case FrameOrder::Probability:
        return sort.label.isEmpty() ? TopBar::tr("Confidence")
                                    : TopBar::tr("Probability of %1").arg(sort.label);
    case FrameOrder::Uncertainty:
        return TopBar::tr("Uncertainty");
    case FrameOrder::Loss:
        return TopBar::tr("Loss");
    case FrameOrder::Look:
        return TopBar::tr("Needs a look");
    case FrameOrder::Similarity:
        return TopBar::tr("Similarity to %1").arg(timeOf(day, sort.reference));
    }
    return TopBar::tr("Time");
}

} // namespace

TopBar::TopBar(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_day(new QToolButton(this))
    , m_filter(new FilterBar(session, this))
    , m_sortButton(new QToolButton(this))
    , m_sortMenu(new QMenu(this))
    , m_gap(new GapEditor(tr("A visit: frames less than"), tr("apart")))
    , m_count(new QLabel(this))
    , m_stale(new QToolButton(this))
    , m_leftOut(new QToolButton(this))
    , m_missing(new QToolButton(this))
    , m_progressText(new QLabel(this))
    , m_progress(new QProgressBar(this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(kUnit, kUnit / 2, kUnit, kUnit / 2);
    row->setSpacing(kUnit);

    QFont bold = font();
    bold.setBold(true);
    m_day->setFont(bold);
    m_day->setAccessibleName(tr("Day"));
    m_day->setAutoRaise(true);
    m_day->setToolButtonStyle(Qt::ToolButtonTextOnly);
    connect(m_day, &QToolButton::clicked, this, &TopBar::daysRequested);
    row->addWidget(m_day);
    row->addWidget(m_filter);
    m_sortButton->setAutoRaise(true);
    m_sortButton->setPopupMode(QToolButton::InstantPopup);
    m_sortButton->setMenu(m_sortMenu);
    m_sortButton->setAccessibleName(tr("Order of the frames"));
    row->addWidget(m_sortButton);
    m_count->setAccessibleName(tr("Frames shown"));
    row->addWidget(m_count);
    m_leftOut->setAutoRaise(true);
    m_leftOut->setAccessibleName(tr("What is left out"));
    m_leftOut->hide();
    row->addWidget(m_leftOut);
    connect(m_leftOut, &QToolButton::clicked, this,
            [this] { QToolTip::showText(QCursor::pos(), m_leftOut->toolTip(), m_leftOut); });
    m_stale->setAutoRaise(true);
    m_stale->setToolTip(
        tr("These frames match the filter no longer and stay until you refresh (F5)"));
    m_stale->hide();
    row->addWidget(m_stale);
    m_missing->setAutoRaise(true);
    m_missing->setToolTip(
        tr("The model has not looked at these frames yet, or did before it kept "
           "what it sees: they come last. Classifying the day gives it (Ctrl+K)"));
    m_missing->hide();
    row->addWidget(m_missing);
    row->addStretch(1);
    row->addWidget(m_progressText);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(10 * kUnit, kUnit + 2);
    m_progress->setAccessibleName(tr("Review progress"));
    m_progress->setToolTip(tr("How many frames of the day have been reviewed"));
    row->addWidget(m_progress);

    connect(m_filter, &FilterBar::filterChanged, this, &TopBar::dayChanged);
    connect(m_stale, &QToolButton::clicked, this, &TopBar::refreshRequested);
    connect(m_missing, &QToolButton::clicked, this, &TopBar::classifyRequested);
    connect(m_sortMenu, &QMenu::aboutToShow, this, &TopBar::fillSortMenu);
    auto *gapAction = new QWidgetAction(this);
    gapAction->setDefaultWidget(m_gap); // owns it
    m_gapAction = gapAction;
    m_gap->setToolTip(tr("A frame this long after the one before begins a new visit: for folding, "
                         "for labelling whole visits, and for what needs a look"));
    connect(m_gap, &GapEditor::secondsChanged, this, &TopBar::setGap);

    m_later.setSingleShot(true);
    m_later.setInterval(500);
    connect(&m_later, &QTimer::timeout, this, &TopBar::dayChanged);
    const auto later = [this] {
        if (!m_later.isActive())
            m_later.start();
    };
    const Day *day = &session.day();
    connect(day, &Day::inserted, this, later);
    connect(day, &Day::changed, this, [this, later] {
        if (m_sort.order == FrameOrder::Similarity)
            later();
    });
    // What the frames were compared by is gone.
    const auto forget = [this] {
        if (m_sort.order == FrameOrder::Similarity)
            setSorting({});
    };
    connect(&session, &ReviewSession::dayOpened, this, forget);
    connect(&session.explain(), &ExplainState::modelChanged, this, forget);
    connect(day, &Day::wasReset, this, &TopBar::dayChanged);
    connect(day, &Day::reviewedCountChanged, this, &TopBar::countsChanged);
    connect(&session, &ReviewSession::dayOpened, this, &TopBar::dayChanged);
    connect(&session, &ReviewSession::shownKeysChanged, this, &TopBar::countsChanged);
    dayChanged();
    setSorting({});
}

void TopBar::setSorting(const FrameSort &sort)
{
    m_sort = sort;
    const bool folded = m_folded && sort.order == FrameOrder::Time;
    m_sortButton->setText(
        tr("Order: %1").arg(folded ? tr("Visits") : sortText(m_session.day(), sort)) +
        (sort.reversed ? QStringLiteral(" \u2191") : QString()));
    m_sortButton->setToolTip(
        sort.order == FrameOrder::Similarity
            ? tr("The order of the frames: how much alike they are to %1 to the model, 1 being the "
                 "same")
                  .arg(sort.reference)
            : tr("The order of the frames"));
    showMissing();
    Q_EMIT sortingChanged(sort);
}

void TopBar::showMissing()
{
    const int missing =
        m_sort.order == FrameOrder::Similarity ? m_session.similarity().missing() : 0;
    m_missing->setVisible(missing > 0);
    m_missing->setText(tr("%1 not compared").arg(QLocale().toString(missing)));
}

void TopBar::setFolded(bool folded)
{
    m_folded = folded;
    setSorting(m_sort);
    Q_EMIT foldingChanged(m_folded ? m_session.eventGap() : 0.0);
}

void TopBar::setGap(double seconds)
{
    if (seconds == m_session.eventGap())
        return;
    m_session.setEventGap(seconds);
    if (m_sort.order == FrameOrder::Look) {
        m_sort.gapSeconds = seconds;
        setSorting(m_sort);
    }
    if (m_folded)
        Q_EMIT foldingChanged(seconds);
}

void TopBar::fillSortMenu()
{
    m_sortMenu->clear();
    const auto add = [this](QMenu *menu, const QString &text, const QString &tip, FrameSort sort) {
        sort.reversed = m_sort.reversed;
        QAction *action = menu->addAction(text, this, [this, sort] { setSorting(sort); });
        action->setCheckable(true);
        action->setChecked(sort == m_sort);
        action->setToolTip(tip);
    };
    m_sortMenu->setToolTipsVisible(true);
    add(m_sortMenu, tr("Time"), tr("As captured"), {});
    add(m_sortMenu, tr("Confidence"), tr("What is predicted most surely first"),
        {FrameOrder::Probability, {}, false});
    QMenu *classes = m_sortMenu->addMenu(tr("Probability of"));
    for (const QString &name : m_session.vocabulary())
        add(classes, asCaption(name), {}, {FrameOrder::Probability, name, false});
    add(m_sortMenu, tr("Uncertainty"), tr("Nearest to a threshold first"),
        {FrameOrder::Uncertainty, {}, false});
    add(m_sortMenu, tr("Loss"), tr("Reviewed frames that the model gets most wrong first"),
        {FrameOrder::Loss, {}, false});
    FrameSort look{FrameOrder::Look, {}, false};
    look.gapSeconds = m_session.eventGap();
    add(m_sortMenu, tr("Needs a Look"),
        tr("What is worth a person's time first; the thumbnail's tip and the label panel say why"),
        look);
    QAction *similar =
        m_sortMenu->addAction(tr("Similarity to This Frame"), this, &TopBar::similarityRequested);
    similar->setCheckable(true);
    similar->setChecked(m_sort.order == FrameOrder::Similarity);
    similar->setEnabled(m_session.explain().model().has_value() && m_session.currentEntry());
    similar->setToolTip(tr("What looks most like the current frame to the model first"));
    m_sortMenu->addSeparator();
    QAction *fold =
        m_sortMenu->addAction(tr("Fold Visits"), this, [this](bool on) { setFolded(on); });
    fold->setCheckable(true);
    fold->setChecked(m_folded);
    fold->setEnabled(m_sort.order == FrameOrder::Time);
    fold->setToolTip(tr("Frames of one visit share a thumbnail, in the order of time"));
    m_gap->setSeconds(m_session.eventGap());
    m_sortMenu->addAction(m_gapAction);
    m_sortMenu->addSeparator();
    QAction *reversed = m_sortMenu->addAction(tr("Reverse Order"), this, [this](bool on) {
        FrameSort sort = m_sort;
        sort.reversed = on;
        setSorting(sort);
    });
    reversed->setCheckable(true);
    reversed->setChecked(m_sort.reversed);
}

void TopBar::setStaleCount(int count)
{
    m_stale->setVisible(count > 0);
    m_stale->setText(tr("%1 no longer match").arg(QLocale().toString(count)));
}

void TopBar::dayChanged()
{
    const QDate date = m_filter->filter().onlyDate();
    const QString title = date.isValid() ? dateText(date) : dayTitle(m_session.day());
    const QString text = !m_session.hasDay() ? tr("No day is open")
                         : title.isEmpty()   ? QDir(m_session.day().source().folder).dirName()
                                             : title;
    m_day->setText(text + QStringLiteral(" \u25be"));
    m_day->setToolTip(tr("%1\nThe list of days: other dates and folders (D)")
                          .arg(QDir::toNativeSeparators(m_session.day().source().folder))
                          .trimmed());
    countsChanged();
}

void TopBar::countsChanged()
{
    const QLocale locale;
    const int all = m_session.day().presentCount();
    m_count->setText(m_session.hasDay() ? tr("%1 of %2 frames")
                                              .arg(locale.toString(m_session.shownKeys().size()),
                                                   locale.toString(all))
                                        : QString());
    const LeftOut &leftOut = m_session.leftOut();
    m_leftOut->setVisible(m_session.hasDay() && leftOut.notable() > 0);
    m_leftOut->setText(tr("%1 left out").arg(locale.toString(leftOut.notable())));
    m_leftOut->setToolTip((QStringList(leftOut.summary() + QLatin1Char('.')) + leftOut.details())
                              .join(QLatin1Char('\n')));
    const int reviewed = m_session.day().reviewedCount();
    m_progressText->setText(
        m_session.hasDay()
            ? tr("%1 of %2 reviewed").arg(locale.toString(reviewed), locale.toString(all))
            : QString());
    m_progress->setRange(0, std::max(1, all));
    m_progress->setValue(reviewed);
    m_progress->setVisible(m_session.hasDay());
    showMissing();
}

} // namespace birblens
