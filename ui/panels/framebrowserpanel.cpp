// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/framebrowserpanel.h"

#include "core/frames/thumbnailer.h"
#include "core/review/reviewsession.h"
#include "ui/models/framelistmodel.h"
#include "ui/theme.h"
#include "ui/views/framedelegate.h"
#include "ui/views/framegridview.h"
#include "ui/views/timesearch.h"

#include <QEvent>
#include <QItemSelectionModel>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <memory>

namespace birblens {

FrameBrowserPanel::FrameBrowserPanel(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_thumbnails(new Thumbnailer(QSize(224, 224), std::make_shared<ThumbnailCache>(), this))
    , m_shown(new FrameListModel(session, m_thumbnails, this))
    , m_view(new FrameGridView(this))
    , m_search(new TimeSearch([this](const QString &typed) { return findTime(typed); }, this))
    , m_typed(new QLabel(this))
    , m_empty(new QLabel(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view);
    m_view->setObjectName(QStringLiteral("frameGrid"));
    m_view->setAccessibleName(tr("Frames"));
    m_view->setItemDelegate(new FrameDelegate(session, this));
    m_view->setCellSize(FrameDelegate::cellSize(font()));
    m_view->setModel(m_shown);
    const int scrollBar = style()->pixelMetric(QStyle::PM_ScrollBarExtent);
    setMinimumWidth(FrameDelegate::cellSize(font()).width() + scrollBar);

    for (QLabel *hint : {m_typed, m_empty}) {
        hint->setAttribute(Qt::WA_TransparentForMouseEvents);
        hint->setAlignment(Qt::AlignCenter);
        hint->setWordWrap(true);
        hint->hide();
    }
    m_typed->setAutoFillBackground(true);
    m_typed->setBackgroundRole(QPalette::ToolTipBase);
    m_typed->setForegroundRole(QPalette::ToolTipText);
    m_typed->setWordWrap(false);
    m_typed->setMargin(kUnit);

    m_tellShown.setSingleShot(true);
    m_tellShown.setInterval(40);
    connect(&m_tellShown, &QTimer::timeout, this, &FrameBrowserPanel::tellShown);
    m_askThumbnails.setSingleShot(true);
    m_askThumbnails.setInterval(20);
    connect(&m_askThumbnails, &QTimer::timeout, this, &FrameBrowserPanel::askThumbnails);
    connect(m_view, &FrameGridView::visibleRowsChanged, this, [this] {
        // Not restarted: what is scrolled away is dropped while the scrolling goes on.
        if (!m_askThumbnails.isActive())
            m_askThumbnails.start();
    });

    const auto shownChanged = [this] {
        if (!m_tellShown.isActive())
            m_tellShown.start();
        if (!m_view->currentIndex().isValid())
            takeCurrent();
        updateEmptyText();
    };
    connect(m_shown, &QAbstractItemModel::rowsInserted, this, shownChanged);
    // Frames go to the trash: the next one takes the place of the current one.
    connect(m_shown, &QAbstractItemModel::rowsRemoved, this,
            [this] { listChanged(m_session.day().rowOf(m_session.currentKey())); });
    connect(m_shown, &QAbstractItemModel::modelReset, this, shownChanged);
    connect(m_shown, &QAbstractItemModel::layoutChanged, this, shownChanged);

    connect(m_shown, &FrameListModel::staleCountChanged, this,
            [this] { Q_EMIT staleCountChanged(m_shown->staleCount()); });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &FrameBrowserPanel::giveCurrent);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &FrameBrowserPanel::giveSelection);
    connect(&session, &ReviewSession::currentFrameChanged, this, &FrameBrowserPanel::takeCurrent);
    // Later: another frame ends the editing of a comment, which is a decision of its own.
    connect(&session, &ReviewSession::decisionTurned, this, &FrameBrowserPanel::showTurned,
            Qt::QueuedConnection);
    connect(&session, &ReviewSession::scanningChanged, this, &FrameBrowserPanel::updateEmptyText);
    connect(&session, &ReviewSession::dayOpened, this,
            [this] { listChanged(m_session.day().rowOf(m_session.currentKey())); });

    connect(m_view, &QAbstractItemView::doubleClicked, this, &FrameBrowserPanel::toggleVisit);
    connect(m_view, &FrameGridView::timeTyped, m_search, &TimeSearch::feed);
    connect(m_view, &FrameGridView::otherKeyPressed, m_search, &TimeSearch::flush);
    connect(m_view, &FrameGridView::spaceHeld, this, &FrameBrowserPanel::spaceHeld);
    connect(m_search, &TimeSearch::digit, this, &FrameBrowserPanel::digitTyped);
    connect(m_search, &TimeSearch::typedChanged, this, [this](const QString &typed) {
        m_typed->setText(tr("Go to %1...").arg(typed));
        m_typed->setVisible(!typed.isEmpty());
        placeHints();
    });
}

FrameBrowserPanel::~FrameBrowserPanel() = default;

void FrameBrowserPanel::setFilter(const FrameFilter &filter)
{
    const int before = m_session.day().rowOf(m_session.currentKey());
    m_shown->setFilter(filter);
    listChanged(before);
}

void FrameBrowserPanel::setSorting(const FrameSort &sort)
{
    const int before = m_session.day().rowOf(m_session.currentKey());
    m_shown->setSorting(sort);
    listChanged(before);
}

void FrameBrowserPanel::setFolding(double gapSeconds)
{
    const int before = m_session.day().rowOf(m_session.currentKey());
    m_shown->setFolding(gapSeconds);
    listChanged(before);
}

void FrameBrowserPanel::toggleVisit()
{
    m_shown->toggleVisit(m_view->currentIndex());
    takeCurrent();
}

void FrameBrowserPanel::refresh()
{
    const int before = m_session.day().rowOf(m_session.currentKey());
    m_shown->refresh();
    listChanged(before);
}

/** @param dayRow of the frame that was looked at. */
void FrameBrowserPanel::listChanged(int dayRow)
{
    tellShown();
    updateEmptyText();
    if (m_shown->indexOf(m_session.currentKey()).isValid()) {
        takeCurrent();
        return;
    }
    // What was looked at does not fit: the next frame that does, else the last.
    const int count = m_shown->rowCount();
    for (int row = 0; row < count; ++row) {
        if (m_shown->dayRow(row) >= dayRow || row == count - 1) {
            goTo(m_shown->index(row, 0));
            giveCurrent(m_view->currentIndex()); // the view may have been there already
            break;
        }
    }
}

void FrameBrowserPanel::goTo(const QModelIndex &index)
{
    if (!index.isValid())
        return;
    m_view->selectionModel()->setCurrentIndex(index, QItemSelectionModel::ClearAndSelect);
    m_view->scrollTo(index);
}

void FrameBrowserPanel::navigate(int key)
{
    m_search->flush();
    goTo(m_view->target(key));
}

bool FrameBrowserPanel::next()
{
    int row = m_view->currentIndex().row();
    for (const QItemSelectionRange &range : m_view->selectionModel()->selection())
        row = std::max(row, range.bottom());
    const QModelIndex index = m_shown->index(row + 1, 0);
    goTo(index);
    return index.isValid();
}

bool FrameBrowserPanel::nextUnreviewed()
{
    const int count = m_shown->rowCount();
    const int from = m_view->currentIndex().isValid() ? m_view->currentIndex().row() : -1;
    for (int step = 1; step <= count; ++step) {
        const int row = (from + step) % count;
        const FrameEntry &entry = m_shown->entry(row);
        if (row != from && entry.state() == ReviewState::Unreviewed && !entry.waiting &&
            !entry.frame.gone) {
            goTo(m_shown->index(row, 0));
            return true;
        }
    }
    return false;
}

void FrameBrowserPanel::selectAll()
{
    m_view->selectAll();
}

int FrameBrowserPanel::selectKeys(const QStringList &keys)
{
    for (const QString &key : keys)
        unfold(key); // what is to be labelled is seen
    QList<int> rows;
    for (const QString &key : keys) {
        if (const QModelIndex index = m_shown->indexOf(key); index.isValid())
            rows.append(index.row());
    }
    std::sort(rows.begin(), rows.end());
    QItemSelection selection;
    for (qsizetype i = 0; i < rows.size();) {
        qsizetype end = i + 1;
        while (end < rows.size() && rows[end] == rows[end - 1] + 1)
            ++end;
        selection.append(
            QItemSelectionRange(m_shown->index(rows[i], 0), m_shown->index(rows[end - 1], 0)));
        i = end;
    }
    m_view->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
    return static_cast<int>(rows.size());
}

QString FrameBrowserPanel::keyBefore() const
{
    return m_shown->keyAt(m_view->currentIndex().row() - 1);
}

void FrameBrowserPanel::takeCurrent()
{
    const QString key = m_session.currentKey();
    const QModelIndex index = m_shown->indexOf(key);
    if (index == m_view->currentIndex())
        return;
    if (index.isValid())
        goTo(index);
    else
        m_view->selectionModel()->clearCurrentIndex();
}

void FrameBrowserPanel::showTurned(const QStringList &keys)
{
    if (keys.contains(m_session.currentKey()) && m_view->currentIndex().isValid()) {
        m_view->scrollTo(m_view->currentIndex());
        return;
    }
    for (const QString &key : keys) {
        if (!m_shown->indexOf(key).isValid())
            continue;
        unfold(key);
        goTo(m_shown->indexOf(key));
        return;
    }
}

void FrameBrowserPanel::unfold(const QString &key)
{
    const QModelIndex index = m_shown->indexOf(key);
    if (index.isValid() && m_shown->keyAt(index.row()) != key) {
        m_shown->toggleVisit(index);
        takeCurrent();
    }
}

void FrameBrowserPanel::giveCurrent(const QModelIndex &index)
{
    // Rows that are being removed move the view's current frame; the session keeps its own.
    if (!index.isValid() || m_shown->isRemoving())
        return;
    m_session.setCurrentKey(index.data(FrameListModel::KeyRole).toString());
}

void FrameBrowserPanel::giveSelection()
{
    QStringList keys;
    for (const QItemSelectionRange &range : m_view->selectionModel()->selection()) {
        for (int row = range.top(); row <= range.bottom(); ++row)
            keys.append(m_shown->keyAt(row));
    }
    m_session.setSelectedKeys(keys);
}

void FrameBrowserPanel::tellShown()
{
    m_tellShown.stop();
    m_session.setShownKeys(m_shown->keys());
}

void FrameBrowserPanel::askThumbnails()
{
    const QList<int> rows = m_view->wantedRows();
    QStringList wanted;
    wanted.reserve(rows.size());
    for (const int row : rows) {
        m_shown->index(row, 0).data(FrameListModel::ThumbnailRole);
        wanted.append(m_shown->entry(row).frame.path());
    }
    m_thumbnails->setWanted(wanted); // in this order, and no others
}

bool FrameBrowserPanel::findTime(const QString &typed)
{
    const int count = m_shown->rowCount();
    const int from = std::max(0, m_view->currentIndex().row());
    for (int step = 0; step < count; ++step) {
        const int row = (from + step) % count;
        if (timeStartsWith(m_shown->entry(row).frame.captureTime.time(), typed)) {
            goTo(m_shown->index(row, 0));
            return true;
        }
    }
    return false;
}

void FrameBrowserPanel::updateEmptyText()
{
    QString text;
    if (m_shown->rowCount() == 0 && m_session.hasDay()) {
        if (m_session.isScanning())
            text = tr("Listing the frames...");
        else if (m_session.day().size() == 0)
            text = tr("There are no images in this folder.");
        else if (m_session.day().presentCount() == 0)
            text = tr("Every frame of this day is in the trash.");
        else
            text = tr("No frame passes the filter.");
    }
    m_empty->setText(text);
    m_empty->setVisible(!text.isEmpty());
    placeHints();
}

void FrameBrowserPanel::placeHints()
{
    m_empty->setGeometry(m_view->geometry().adjusted(kUnit, kUnit, -3 * kUnit, -kUnit));
    m_typed->adjustSize();
    m_typed->move((width() - m_typed->width()) / 2, height() - m_typed->height() - 2 * kUnit);
    m_empty->raise();
    m_typed->raise();
}

void FrameBrowserPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    placeHints();
}

void FrameBrowserPanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        m_view->setCellSize(FrameDelegate::cellSize(font()));
}

} // namespace birblens
