// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/gapeditor.h"

#include "ui/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace birblens {

namespace {

constexpr int kMinute = 60;

} // namespace

GapEditor::GapEditor(const QString &before, const QString &after, QWidget *parent)
    : QWidget(parent)
    , m_number(new QSpinBox(this))
    , m_unit(new QComboBox(this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(3 * kUnit + kUnit / 2, kUnit / 2, kUnit, kUnit / 2); // as the texts
    row->setSpacing(kUnit / 2);
    row->addWidget(new QLabel(before, this));
    m_number->setRange(1, most);
    m_number->setKeyboardTracking(false);
    m_number->setAccelerated(true);
    m_number->setAlignment(Qt::AlignRight);
    m_number->setAccessibleName(before);
    row->addWidget(m_number);
    m_unit->addItem(tr("s"), 1);
    m_unit->addItem(tr("min"), kMinute);
    m_unit->setAccessibleName(tr("Unit"));
    row->addWidget(m_unit);
    row->addWidget(new QLabel(after, this));
    row->addStretch(1);
    const auto changed = [this] { Q_EMIT secondsChanged(seconds()); };
    connect(m_number, &QSpinBox::valueChanged, this, changed);
    connect(m_unit, &QComboBox::currentIndexChanged, this, changed);
}

double GapEditor::seconds() const
{
    return m_number->value() * m_unit->currentData().toInt();
}

void GapEditor::setSeconds(double seconds)
{
    const QSignalBlocker quietNumber(m_number);
    const QSignalBlocker quietUnit(m_unit);
    const int whole = static_cast<int>(std::lround(std::clamp(seconds, 1.0, 1.0 * most * kMinute)));
    const bool minutes = whole % kMinute == 0 || whole > most;
    m_unit->setCurrentIndex(minutes ? 1 : 0);
    m_number->setValue(minutes ? (whole + kMinute / 2) / kMinute : whole);
}

} // namespace birblens
