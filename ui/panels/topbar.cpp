#include "ui/panels/topbar.h"

#include "core/review/reviewsession.h"
#include "ui/icons.h"
#include "ui/models/labeluses.h"
#include "ui/theme.h"

#include <QComboBox>
#include <QDir>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <algorithm>

namespace birblens {

namespace {

constexpr int kAllNamed = 20; ///< a larger vocabulary lists only the classes that this day has

QString dayTitle(const Day &day)
{
    if (day.size() == 0)
        return {};
    const QLocale locale;
    const QDate first = day.at(0).frame.captureTime.date();
    const QDate last = day.at(day.size() - 1).frame.captureTime.date();
    const auto text = [&](const QDate &date, bool year) {
        return locale.toString(date, year ? QStringLiteral("d MMM yyyy") : QStringLiteral("d MMM"));
    };
    if (first == last)
        return text(first, true);
    return QStringLiteral("%1 \u2013 %2")
        .arg(text(first, first.year() != last.year()), text(last, true));
}

} // namespace

TopBar::TopBar(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_day(new QLabel(this))
    , m_label(new QComboBox(this))
    , m_probability(new QSlider(Qt::Horizontal, this))
    , m_probabilityNumber(new QLabel(this))
    , m_review(new QComboBox(this))
    , m_clear(new QToolButton(this))
    , m_count(new QLabel(this))
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
    row->addWidget(m_day);
    row->addSpacing(kUnit);

    auto *filter = new QLabel(tr("Filter"), this);
    filter->setBuddy(m_label);
    row->addWidget(filter);
    m_label->setAccessibleName(tr("Predicted class"));
    m_label->setToolTip(tr("Shows only frames with this predicted class; none: nothing predicted"));
    m_label->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_label->setMinimumContentsLength(12);
    row->addWidget(m_label);
    m_probability->setRange(0, 100);
    m_probability->setPageStep(10);
    m_probability->setFixedWidth(10 * kUnit);
    m_probability->setAccessibleName(tr("Smallest probability"));
    m_probability->setToolTip(tr("Shows only frames whose predicted probability is at least this"));
    row->addWidget(m_probability);
    m_probabilityNumber->setMinimumWidth(fontMetrics().horizontalAdvance(tr("p \u2265 0.00")) + 2);
    row->addWidget(m_probabilityNumber);
    using Review = FrameCriteria::Review;
    const std::pair<QString, Review> states[] = {
        {tr("Any state"), Review::Any},           {tr("Unreviewed"), Review::Unreviewed},
        {tr("Reviewed"), Review::Reviewed},       {tr("Confirmed"), Review::Confirmed},
        {tr("Corrected"), Review::Corrected},     {tr("Unsure"), Review::Unsure},
        {tr("Gone, unreadable"), Review::Problem}};
    for (const auto &[text, state] : states)
        m_review->addItem(text, static_cast<int>(state));
    m_review->setAccessibleName(tr("Review state"));
    m_review->setToolTip(tr("Shows only frames that are reviewed so far"));
    row->addWidget(m_review);
    m_clear->setIcon(icon(QStringLiteral("clear")));
    m_clear->setAutoRaise(true);
    m_clear->setToolTip(tr("Show every frame again"));
    m_clear->setAccessibleName(tr("Clear the filter"));
    row->addWidget(m_clear);
    m_count->setAccessibleName(tr("Frames shown"));
    row->addWidget(m_count);
    row->addStretch(1);
    row->addWidget(m_progressText);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(14 * kUnit, kUnit + 2);
    m_progress->setAccessibleName(tr("Review progress"));
    m_progress->setToolTip(tr("How many frames of the day have been reviewed"));
    row->addWidget(m_progress);

    connect(m_label, &QComboBox::currentIndexChanged, this, &TopBar::tellCriteria);
    connect(m_review, &QComboBox::currentIndexChanged, this, &TopBar::tellCriteria);
    connect(m_probability, &QSlider::valueChanged, this, &TopBar::tellCriteria);
    connect(m_clear, &QToolButton::clicked, this, [this] { setCriteria({}); });

    m_later.setSingleShot(true);
    m_later.setInterval(500);
    connect(&m_later, &QTimer::timeout, this, &TopBar::dayChanged);
    const auto later = [this] {
        if (!m_later.isActive())
            m_later.start();
    };
    const Day *day = &session.day();
    connect(day, &Day::inserted, this, later);
    connect(day, &Day::changed, this, later);
    connect(day, &Day::wasReset, this, &TopBar::dayChanged);
    connect(day, &Day::reviewedCountChanged, this, &TopBar::countsChanged);
    connect(&session, &ReviewSession::dayOpened, this, &TopBar::dayChanged);
    connect(&session, &ReviewSession::modelChanged, this, &TopBar::dayChanged);
    connect(&session, &ReviewSession::shownKeysChanged, this, &TopBar::countsChanged);
    dayChanged();
    tellCriteria();
}

FrameCriteria TopBar::criteria() const
{
    FrameCriteria result;
    result.label = m_label->currentData().toString();
    result.minProbability = m_probability->value() / 100.0;
    result.review = static_cast<FrameCriteria::Review>(m_review->currentData().toInt());
    return result;
}

void TopBar::setCriteria(const FrameCriteria &criteria)
{
    {
        const QSignalBlocker a(m_label);
        const QSignalBlocker b(m_review);
        const QSignalBlocker c(m_probability);
        m_label->setCurrentIndex(std::max(0, m_label->findData(criteria.label)));
        m_review->setCurrentIndex(m_review->findData(static_cast<int>(criteria.review)));
        m_probability->setValue(qRound(criteria.minProbability * 100.0));
    }
    tellCriteria();
}

void TopBar::tellCriteria()
{
    const FrameCriteria wanted = criteria();
    m_probabilityNumber->setText(
        tr("p \u2265 %1").arg(QLocale().toString(wanted.minProbability, 'f', 2)));
    m_clear->setEnabled(!wanted.isDefault());
    Q_EMIT criteriaChanged(wanted);
    countsChanged();
}

void TopBar::dayChanged()
{
    const QString title = dayTitle(m_session.day());
    m_day->setText(!m_session.hasDay() ? tr("No day is open")
                   : title.isEmpty()   ? QDir(m_session.day().source().folder).dirName()
                                       : title);
    m_day->setToolTip(QDir::toNativeSeparators(m_session.day().source().folder));
    listLabels();
    countsChanged();
}

void TopBar::listLabels()
{
    QStringList names = m_session.vocabulary();
    if (names.size() > kAllNamed) {
        const QHash<QString, int> used = countLabelUses(m_session).predicted;
        names.removeIf([&](const QString &name) { return !used.contains(name); });
    }
    names.removeAll(QStringLiteral("none"));
    QStringList now;
    for (int i = 1; i < m_label->count() - 1; ++i)
        now.append(m_label->itemData(i).toString());
    if (now == names && m_label->count() > 0)
        return;
    const QString chosen = m_label->currentData().toString();
    const QSignalBlocker quiet(m_label);
    const QStringList vocabulary = m_session.vocabulary();
    m_label->clear();
    m_label->addItem(tr("Any class"), QString());
    for (const QString &name : names) {
        QPixmap swatch(10, 10);
        swatch.fill(classColor(vocabulary, name));
        m_label->addItem(QIcon(swatch), name, name);
    }
    m_label->addItem(tr("none"), QStringLiteral("none"));
    const int index = m_label->findData(chosen);
    m_label->setCurrentIndex(std::max(0, index));
    if (index < 0)
        tellCriteria();
}

void TopBar::countsChanged()
{
    const QLocale locale;
    const int all = m_session.day().size();
    m_count->setText(m_session.hasDay() ? tr("%1 of %2 frames")
                                              .arg(locale.toString(m_session.shownKeys().size()),
                                                   locale.toString(all))
                                        : QString());
    const int reviewed = m_session.day().reviewedCount();
    m_progressText->setText(
        m_session.hasDay()
            ? tr("%1 of %2 reviewed").arg(locale.toString(reviewed), locale.toString(all))
            : QString());
    m_progress->setRange(0, std::max(1, all));
    m_progress->setValue(reviewed);
    m_progress->setVisible(m_session.hasDay());
}

} // namespace birblens
