// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/historypanel.h"

#include "core/review/reviewsession.h"
#include "ui/labeltext.h"
#include "ui/theme.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace birblens {

HistoryPanel::HistoryPanel(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_lines(new QTreeWidget(this))
    , m_empty(new QLabel(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_lines);
    column->addWidget(m_empty, 1);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(kUnit);
    m_lines->setHeaderLabels({tr("When"), tr("Who"), tr("From"), tr("To")});
    m_lines->setRootIsDecorated(false);
    m_lines->setFrameShape(QFrame::NoFrame);
    m_lines->setSelectionMode(QAbstractItemView::NoSelection);
    m_lines->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_lines->setAccessibleName(tr("History of the frame"));

    // Only while it is looked at, and once for a burst of changes.
    m_soon.setSingleShot(true);
    m_soon.setInterval(50);
    connect(&m_soon, &QTimer::timeout, this, &HistoryPanel::fill);
    const auto later = [this] {
        if (isVisible())
            m_soon.start();
    };
    connect(&session, &ReviewSession::currentFrameChanged, this, later);
    connect(&session, &ReviewSession::labelsChanged, this, later);
    connect(&session.explain(), &ExplainState::explanationChanged, this, later);
    fill();
}

void HistoryPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    fill();
}

QString HistoryPanel::whoInWords(const QString &who)
{
    if (who == QLatin1String("birbcam"))
        return tr("Birb Cam");
    if (who.startsWith(movedFrom))
        return tr("moved from %1").arg(who.mid(QLatin1String(movedFrom).size()));
    return who;
}

void HistoryPanel::fill()
{
    m_lines->clear();
    const FrameEntry *entry = m_session.currentEntry();
    const QLocale locale;
    const auto add = [this](const QString &when, const QString &who, const QString &from,
                            const QString &to) {
        auto *line = new QTreeWidgetItem(m_lines, {when, who, from, to});
        for (int i = 0; i < 4; ++i)
            line->setToolTip(i, line->text(i));
    };
    if (entry) {
        const QList<LabelChange> changes = m_session.history(entry->frame.key);
        for (auto change = changes.crbegin(); change != changes.crend(); ++change)
            add(locale.toString(change->when.toLocalTime(), QLocale::ShortFormat),
                whoInWords(change->who), trueLabelText(change->before),
                trueLabelText(change->after));
        // What programs said comes before every person.
        if (m_session.explain().model() && entry->prediction)
            add({}, m_session.explain().model()->info.name, tr("predicted"),
                labelsInWords(entry->prediction->labels(m_session.explain().model()->info)));
        if (entry->frame.camera)
            add(locale.toString(entry->frame.captureTime, QLocale::ShortFormat), tr("Birb Cam"),
                tr("predicted"), labelsInWords(entry->frame.camera->labels));
    }
    const bool any = m_lines->topLevelItemCount() > 0;
    m_lines->setVisible(any);
    m_empty->setVisible(!any);
    m_empty->setText(entry ? tr("No history for this frame yet.") : tr("No frame is open."));
}

} // namespace birblens
