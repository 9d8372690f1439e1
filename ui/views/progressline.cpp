// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/progressline.h"

#include "ui/icons.h"
#include "ui/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

namespace birblens {

ProgressLine::ProgressLine(const QString &what, QWidget *parent)
    : QWidget(parent)
    , m_label(new QLabel(this))
    , m_bar(new QProgressBar(this))
    , m_cancel(new QToolButton(this))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kUnit);
    row->addWidget(m_label);
    m_bar->setTextVisible(false);
    m_bar->setFixedSize(12 * kUnit, kUnit + 2);
    m_bar->setAccessibleName(what);
    row->addWidget(m_bar);
    m_cancel->setIcon(icon(QStringLiteral("cancel")));
    m_cancel->setAutoRaise(true);
    m_cancel->setToolTip(tr("Stop: %1").arg(what));
    m_cancel->setAccessibleName(m_cancel->toolTip());
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        m_cancel->setEnabled(false);
        Q_EMIT cancelled();
    });
    row->addWidget(m_cancel);
    hide();
}

void ProgressLine::setProgress(int done, int total, const QString &text)
{
    if (isHidden())
        m_cancel->setEnabled(true);
    m_bar->setRange(0, total);
    m_bar->setValue(done);
    m_label->setText(text);
    show();
}

void ProgressLine::done()
{
    hide();
}

} // namespace birblens
