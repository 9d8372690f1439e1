// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/dialogs/clockdialog.h"

#include "core/review/reviewsession.h"
#include "core/utctime.h"
#include "ui/theme.h"
#include "ui/timetext.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QDateTimeEdit>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTimeEdit>
#include <QVBoxLayout>

namespace birblens {

namespace {

const auto timeFormat = QStringLiteral("d MMM yyyy HH:mm:ss");

/** The wall clock as the edits have it: they know no time without a zone but UTC. */
QDateTime wall(const QDateTime &time)
{
    return QDateTime(time.date(), time.time(), asUtc);
}

} // namespace

ClockDialog::ClockDialog(ReviewSession &session, QWidget *parent)
    : QDialog(parent)
    , m_session(session)
    , m_day(new QRadioButton(tr("The whole &day, and frames that arrive later"), this))
    , m_selected(new QRadioButton(this))
    , m_byAmount(new QRadioButton(tr("Shift &by"), this))
    , m_byFrame(new QRadioButton(tr("The current frame was &taken at"), this))
    , m_sign(new QComboBox(this))
    , m_days(new QSpinBox(this))
    , m_clock(new QTimeEdit(this))
    , m_time(new QDateTimeEdit(this))
    , m_preview(new QLabel(this))
    , m_original(new QLabel(this))
    , m_apply(new QPushButton(tr("&Apply"), this))
    , m_clear(new QPushButton(tr("&Remove Corrections"), this))
{
    setWindowTitle(tr("Correct the clock"));
    setAttribute(Qt::WA_DeleteOnClose);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(2 * kUnit, 2 * kUnit, 2 * kUnit, 2 * kUnit);
    column->setSpacing(kUnit);

    column->addWidget(new QLabel(tr("Frames to correct:"), this));
    auto *frames = new QButtonGroup(this);
    for (QRadioButton *button : {m_day, m_selected}) {
        frames->addButton(button);
        column->addWidget(button);
    }
    m_day->setChecked(true);

    column->addSpacing(kUnit);
    auto *ways = new QButtonGroup(this);
    ways->addButton(m_byAmount);
    ways->addButton(m_byFrame);
    m_byAmount->setChecked(true);
    m_sign->addItem(tr("later (+)"), 1);
    m_sign->addItem(tr("earlier (\u2212)"), -1);
    m_sign->setAccessibleName(tr("Direction"));
    m_days->setRange(0, 36500);
    m_days->setSuffix(tr(" d"));
    m_days->setAccessibleName(tr("Days"));
    m_clock->setDisplayFormat(QStringLiteral("HH:mm:ss"));
    m_clock->setAccessibleName(tr("Hours, minutes and seconds"));
    auto *amount = new QHBoxLayout;
    amount->setSpacing(kUnit);
    amount->addWidget(m_byAmount);
    amount->addWidget(m_days);
    amount->addWidget(m_clock);
    amount->addWidget(m_sign);
    amount->addStretch();
    column->addLayout(amount);
    m_time->setDisplayFormat(timeFormat);
    // A wall clock: no zone.
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    m_time->setTimeZone(asUtc);
#else
    m_time->setTimeSpec(Qt::UTC);
#endif
    m_time->setAccessibleName(tr("Time of the current frame"));
    auto *at = new QHBoxLayout;
    at->setSpacing(kUnit);
    at->addWidget(m_byFrame);
    at->addWidget(m_time, 1);
    column->addLayout(at);

    column->addSpacing(kUnit);
    for (QLabel *label : {m_preview, m_original}) {
        label->setWordWrap(true);
        label->setMinimumHeight(fontMetrics().lineSpacing());
        column->addWidget(label);
    }
    auto *note = new QLabel(
        tr("The correction is kept by Birblens and can be undone. Files and Birb Cam's database "
           "are left as they are."),
        this);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    column->addWidget(note);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->addButton(m_apply, QDialogButtonBox::ApplyRole);
    buttons->addButton(m_clear, QDialogButtonBox::ResetRole);
    m_apply->setDefault(true);
    column->addWidget(buttons);
    setMinimumWidth(56 * kUnit);

    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    connect(m_apply, &QPushButton::clicked, this, &ClockDialog::apply);
    connect(m_clear, &QPushButton::clicked, this, [this] { m_session.clearClock(keys()); });
    connect(m_time, &QDateTimeEdit::dateTimeChanged, this, [this] {
        if (m_time->hasFocus())
            m_byFrame->setChecked(true);
        refresh();
    });
    const auto amountChanged = [this] {
        m_byAmount->setChecked(true);
        refresh();
    };
    connect(m_days, &QSpinBox::valueChanged, this, amountChanged);
    connect(m_clock, &QTimeEdit::timeChanged, this, amountChanged);
    connect(m_sign, &QComboBox::activated, this, amountChanged);
    for (QRadioButton *button : {m_day, m_selected, m_byAmount, m_byFrame})
        connect(button, &QRadioButton::toggled, this, &ClockDialog::refresh);
    connect(&session, &ReviewSession::currentFrameChanged, this, &ClockDialog::frameChanged);
    connect(&session, &ReviewSession::selectionChanged, this, &ClockDialog::refresh);
    connect(&session, &ReviewSession::clockChanged, this, &ClockDialog::frameChanged);
    connect(&session, &ReviewSession::dayOpened, this, &ClockDialog::frameChanged);
    m_selected->setChecked(session.selectedKeys().size() > 1);
    frameChanged();
}

void ClockDialog::frameChanged()
{
    if (const FrameEntry *entry = m_session.currentEntry())
        m_time->setDateTime(entry->frame.captureTime);
    refresh();
}

void ClockDialog::refresh()
{
    const FrameEntry *entry = m_session.currentEntry();
    const qsizetype count = m_session.selectedKeys().size();
    m_selected->setText(count == 1
                            ? tr("Only the &selected frame")
                            : tr("Only the %1 &selected frames").arg(QLocale().toString(count)));
    m_selected->setEnabled(count > 0);
    const bool known = entry && entry->frame.captureTime.isValid();
    m_byFrame->setEnabled(known);
    m_preview->setText(
        known ? tr("This frame: %1 \u2192 %2")
                    .arg(QLocale().toString(entry->frame.captureTime, timeFormat),
                         QLocale().toString(entry->frame.captureTime.addMSecs(shift()), timeFormat))
              : QString());
    m_original->setText(entry ? timeOriginInWords(entry->frame) : QString());
    m_apply->setEnabled(known && shift() != 0);
    const ClockShifts &clock = m_session.day().clock();
    m_clear->setEnabled(!clock.isEmpty());
}

qint64 ClockDialog::shift() const
{
    const FrameEntry *entry = m_session.currentEntry();
    if (m_byFrame->isChecked()) {
        if (!entry || !entry->frame.captureTime.isValid())
            return 0;
        return (wall(m_time->dateTime()).toSecsSinceEpoch() -
                entry->frame.captureTime.toSecsSinceEpoch()) *
               1000;
    }
    const qint64 amount =
        qint64(m_days->value()) * 86400000 + m_clock->time().msecsSinceStartOfDay();
    return amount * m_sign->currentData().toInt();
}

QStringList ClockDialog::keys() const
{
    return m_selected->isChecked() ? m_session.selectedKeys() : QStringList();
}

void ClockDialog::apply()
{
    if (shift() != 0)
        m_session.shiftClock(keys(), shift());
}

} // namespace birblens
