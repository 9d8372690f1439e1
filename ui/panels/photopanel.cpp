// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/panels/photopanel.h"
#include "ui/labeltext.h"

#include "core/filepath.h"
#include "core/review/reviewsession.h"
#include "ui/models/classlistmodel.h"
#include "ui/models/framelistmodel.h"
#include "ui/theme.h"
#include "ui/timetext.h"
#include "ui/views/colorbar.h"
#include "ui/views/elidedlabel.h"
#include "ui/views/photoloader.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace birblens {

namespace {

/** The map is far coarser than the photograph: a heat layer needs no more than this many pixels. */
constexpr int kMostHeatSide = 1024;
constexpr int kLeastSide = 512; ///< of a reduced photograph

} // namespace

PhotoPanel::PhotoPanel(ReviewSession &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_loader(new PhotoLoader(this))
    , m_view(new OverlayView(this))
    , m_bar(new QHBoxLayout)
    , m_time(new QLabel(this))
    , m_name(new ElidedLabel(this))
    , m_percent(new QLabel(this))
    , m_note(new QLabel(this))
{
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_bar->setContentsMargins(kUnit, kUnit / 2, kUnit, kUnit / 2);
    m_bar->setSpacing(2);
    m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_time->setToolTip(tr("Capture time: the camera's wall clock"));
    m_bar->addWidget(m_time);
    m_bar->addSpacing(kUnit);
    m_bar->addWidget(m_name, 1);
    m_percent->setToolTip(tr("Screen pixels per frame pixel"));
    m_percent->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_percent->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("3,200 %")) + 4);
    m_bar->addWidget(m_percent);
    column->addLayout(m_bar);
    column->addWidget(m_view, 1);
    m_note->setAlignment(Qt::AlignCenter);
    m_note->setMargin(kUnit / 2);
    m_note->hide();
    column->addWidget(m_note);

    m_view->setAlpha(session.explain().heatStyle().alpha);
    m_view->setOverlayExpected(session.explain().model().has_value());

    connect(m_loader, &PhotoLoader::loaded, this, &PhotoPanel::photoLoaded);
    connect(m_loader, &PhotoLoader::failed, this, &PhotoPanel::photoFailed);
    connect(&session, &ReviewSession::currentFrameChanged, this, &PhotoPanel::frameChanged);
    connect(&session.explain(), &ExplainState::modelChanged, this, [this] {
        m_view->setOverlayExpected(m_session.explain().model().has_value());
        updateTitle();
        updateOverlay();
    });
    connect(&session.explain(), &ExplainState::explanationChanged, this, [this] {
        updateTitle();
        updateOverlay();
    });
    connect(&session.explain(), &ExplainState::explanationPendingChanged, m_view,
            &OverlayView::setPending);
    connect(&session.explain(), &ExplainState::heatStyleChanged, this, [this] {
        m_view->setAlpha(m_session.explain().heatStyle().alpha);
        updateOverlay();
    });
    connect(&session.explain(), &ExplainState::rangesChanged, this, [this] {
        if (m_session.explain().heatStyle().scale == ScaleMode::Shared)
            updateOverlay();
    });
    connect(&session.day(), &Day::changed, this, [this](int first, int last) {
        const int row = m_session.day().rowOf(m_session.currentKey());
        if (row >= first && row <= last)
            entryChanged();
    });
    connect(m_view, &OverlayView::zoomChanged, this, [this] {
        const double percent = m_view->percent();
        m_percent->setText(percent > 0.0 ? tr("%1 %").arg(QLocale().toString(percent, 'f', 0))
                                         : QString());
        if (heatSize().width() > m_heatSize.width() && !m_view->panes().isEmpty())
            updateOverlay();
    });
    frameChanged();
}

PhotoPanel::~PhotoPanel() = default;

void PhotoPanel::showTime(const Frame &frame)
{
    m_time->setText(timeInWords(frame));
    m_time->setToolTip(tr("Capture time: the camera's wall clock") + QLatin1Char('\n') +
                       timeOriginInWords(frame));
}

void PhotoPanel::addButtons(const QList<QAction *> &actions, bool withText)
{
    if (m_bar->count() > 4)
        m_bar->insertSpacing(m_bar->count() - 1, kUnit);
    for (QAction *action : actions) {
        auto *button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->setToolButtonStyle(withText ? Qt::ToolButtonTextBesideIcon
                                            : Qt::ToolButtonIconOnly);
        button->setAccessibleName(action->text().remove(QLatin1Char('&')));
        m_bar->insertWidget(m_bar->count() - 1, button);
    }
}

void PhotoPanel::setList(const FrameListModel *list)
{
    m_list = list;
}

void PhotoPanel::setNote(const QString &note)
{
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
}

void PhotoPanel::frameChanged()
{
    const FrameEntry *entry = m_session.currentEntry();
    // The heat of one frame is never drawn over another, not even while the new one is decoded.
    m_view->setPanes({});
    if (!entry) {
        m_shownKey.clear();
        m_loader->request({});
        m_view->clear();
        m_time->clear();
        m_name->clear();
        return;
    }
    showTime(entry->frame);
    m_name->setText(readablePath(entry->frame.key));
    m_name->setToolTip(QString());
    if (entry->frame.gone) {
        m_shownKey = entry->frame.key;
        m_loader->request({});
        m_view->setSentence(
            entry->trashed
                ? tr("This frame is in the trash. Undo brings it back.")
                : tr("The camera has deleted the image of this frame. Its row is still in "
                     "the database, and it can still be labelled."));
        return;
    }
    // The same frame again: its file was written anew.
    if (entry->frame.key == m_shownKey)
        m_loader->forget(entry->frame.path());
    const double side = std::max(m_view->width(), m_view->height()) * devicePixelRatioF();
    m_loader->setPreviewSide(std::max(kLeastSide, static_cast<int>(side)));
    m_travel.moved(m_list ? m_list->indexOf(entry->frame.key).row() : -1);
    m_loader->request(entry->frame.path(), m_travel.isFasterThan(m_loader->latency()));
    lookAhead();
}

void PhotoPanel::entryChanged()
{
    const FrameEntry *entry = m_session.currentEntry();
    if (!entry)
        return;
    updateTitle();
    // A file that could not be read, or was gone, may be there now.
    if (!m_view->hasPhoto() && !entry->frame.gone && entry->problem.isEmpty())
        m_loader->request(entry->frame.path());
}

void PhotoPanel::photoLoaded(const QString &path, const LoadedPhoto &photo)
{
    const FrameEntry *entry = m_session.currentEntry();
    if (!entry || entry->frame.path() != path)
        return;
    if (m_shownKey == entry->frame.key && m_view->hasPhoto() && !m_view->isFull() &&
        !photo.photo.isNull()) {
        m_view->setFullPhoto(photo.photo); // of the reduced one that is shown
        return;
    }
    m_shownKey = entry->frame.key;
    m_view->setPhoto(photo.photo, photo.preview, title(), photo.size);
    const QString said = !photo.damage.isEmpty() ? photo.damage : photo.remark;
    m_name->setText(readablePath(m_shownKey));
    m_name->setToolTip(said);
    if (!photo.damage.isEmpty()) {
        m_view->setPhotoTitle(tr("Damaged: this is what could be decoded"));
        noteProblem(*entry, photo.damage);
    } else if (!photo.remark.isEmpty()) {
        m_name->setText(readablePath(m_shownKey) + tr(" (lacks its end marker)"));
    }
    updateOverlay();
}

/** Frames that are likely to be wanted soon are decoded ahead. */
void PhotoPanel::lookAhead()
{
    QStringList ahead;
    const int count = m_list ? m_list->rowCount() : 0;
    for (const qsizetype row : m_travel.ahead(count, m_loader->room(), m_loader->latency())) {
        const Frame &frame = m_list->entry(static_cast<int>(row)).frame;
        if (!frame.gone)
            ahead.append(frame.path());
    }
    m_loader->prefetch(ahead);
}

void PhotoPanel::photoFailed(const QString &path, const QString &problem)
{
    const FrameEntry *entry = m_session.currentEntry();
    if (!entry || entry->frame.path() != path)
        return;
    m_shownKey = entry->frame.key;
    m_view->setSentence(tr("This frame cannot be shown.\n%1").arg(problem));
    noteProblem(*entry, problem);
}

void PhotoPanel::noteProblem(const FrameEntry &entry, const QString &problem)
{
    if (entry.problem != problem && entry.problem.isEmpty())
        m_session.day().setProblem(m_shownKey, problem);
}

QString PhotoPanel::title() const
{
    const FrameEntry *entry = m_session.currentEntry();
    if (!entry)
        return {};
    if (const Prediction *prediction = currentPrediction(m_session))
        return tr("Prediction: %1")
            .arg(describePrediction(m_session.explain().model()->info, *prediction));
    if (entry->frame.camera) {
        const CameraPrediction &camera = *entry->frame.camera;
        const QString labels = labelsInWords(camera.labels);
        return camera.confidence > 0.0
                   ? tr("Birb Cam: %1 (%2%)")
                         .arg(labels, QLocale().toString(camera.confidence * 100.0, 'f', 2))
                   : tr("Birb Cam: %1").arg(labels);
    }
    if (!m_session.explain().model())
        return entry->frame.fileName();
    return entry->silence.isEmpty() ? tr("Prediction: ...") : tr("No prediction");
}

void PhotoPanel::updateTitle()
{
    const FrameEntry *entry = m_session.currentEntry();
    if (m_view->hasPhoto() && m_shownKey == m_session.currentKey() && entry &&
        entry->problem.isEmpty())
        m_view->setPhotoTitle(title());
}

const Explanation *PhotoPanel::shownExplanation() const
{
    const std::optional<Explanation> &explanation = m_session.explain().explanation();
    if (!explanation || !m_session.explain().model() || m_shownKey != m_session.currentKey() ||
        explanation->request.key != m_shownKey ||
        explanation->modelId != m_session.explain().model()->info.id)
        return nullptr;
    return &*explanation;
}

QSize PhotoPanel::heatSize() const
{
    const QSize shown = m_view->pictureSize();
    const int longest = std::max({1, shown.width(), shown.height()});
    if (longest <= kMostHeatSide)
        return shown;
    return shown.scaled(kMostHeatSide, kMostHeatSide, Qt::KeepAspectRatio);
}

void PhotoPanel::updateOverlay()
{
    if (!m_view->hasPhoto() || m_shownKey != m_session.currentKey())
        return;
    m_heatSize = heatSize();
    QList<OverlayPane> panes;
    if (const Explanation *explanation = shownExplanation()) {
        for (const ClassMap &map : explanation->maps)
            panes.append(makePane(*explanation, map));
        // The colour bar has room for one range only.
        for (qsizetype i = 0; panes.size() > 1 && i < panes.size(); ++i) {
            const ScaleRange range = m_session.explain().rangeFor(explanation->maps.at(i));
            panes[i].title +=
                tr(": %1 to %2").arg(evidenceText(range.low), evidenceText(range.high));
        }
    }
    if (panes.isEmpty() && m_session.explain().model() &&
        !m_session.explain().explanationProblem().isEmpty())
        panes.append({QString(), QImage(), m_session.explain().explanationProblem()});
    m_view->setPanes(panes);
}

OverlayPane PhotoPanel::makePane(const Explanation &explanation, const ClassMap &map) const
{
    const QString name = targetName(m_session.explain().model()->info, map.target);
    OverlayPane pane;
    pane.title = figureTitle(map.method, name);
    if (!map.map.positive())
        pane.note = tr("Nothing in this frame speaks for %1").arg(name);
    const double fx = double(m_heatSize.width()) / explanation.frameSize.width();
    const double fy = double(m_heatSize.height()) / explanation.frameSize.height();
    const QRect &input = explanation.inputRect;
    const QPoint topLeft(qRound(input.left() * fx), qRound(input.top() * fy));
    const QPoint end(qRound((input.left() + input.width()) * fx),
                     qRound((input.top() + input.height()) * fy));
    const HeatStyle &style = m_session.explain().heatStyle();
    pane.heat =
        renderHeat(map.map,
                   placeOf(map, m_heatSize,
                           QRect(topLeft, QSize(end.x() - topLeft.x(), end.y() - topLeft.y())),
                           m_session.explain().model()->info.input.size(), style.align),
                   m_session.explain().rangeFor(map), style.colorMap);
    return pane;
}

QImage PhotoPanel::decoded(const QString &path) const
{
    return m_loader->cached(path);
}

QList<FigureInput> PhotoPanel::figures() const
{
    QList<FigureInput> result;
    const Explanation *explanation = shownExplanation();
    const FrameEntry *entry = m_session.currentEntry();
    if (!explanation || !entry)
        return result;
    const QImage photo = m_loader->cached(entry->frame.path());
    for (const ClassMap &map : explanation->maps) {
        FigureInput figure;
        figure.frameName = entry->frame.key;
        figure.photo = photo;
        figure.model = m_session.explain().model()->info;
        figure.prediction = explanation->prediction;
        figure.frameSize = explanation->frameSize;
        figure.inputRect = explanation->inputRect;
        figure.map = map;
        figure.style = m_session.explain().heatStyle();
        figure.range = m_session.explain().rangeFor(map);
        if (!photo.isNull())
            result.append(figure);
    }
    return result;
}

} // namespace birblens
