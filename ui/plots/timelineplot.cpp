// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/timelineplot.h"

#include "core/analysis/timeline.h"
#include "core/counted.h"
#include "core/review/reviewsession.h"
#include "core/utctime.h"
#include "ui/models/framelistmodel.h"
#include "ui/plots/timelinedots.h"
#include "ui/plots/timelinelayout.h"
#include "ui/theme.h"
#include "ui/views/customplot.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMouseEvent>
#include <QSignalBlocker>
#include <QToolButton>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

namespace birblens {

namespace {

constexpr double kHour = 3600.0;
constexpr double kDay = 24.0 * 3600.0;
constexpr QCP::Interactions kInteractions = QCP::Interactions(QCP::iRangeDrag) | QCP::iRangeZoom;

} // namespace

TimelinePlot::TimelinePlot(ReviewSession &session, QWidget *parent)
    : PlotPanel(session, tr("Timeline"), parent)
    , m_dots(new TimelineDots(plot()))
    , m_cursor(new QCPItemStraightLine(plot()))
    , m_range(new QCPItemRect(plot()))
    , m_choose(new QToolButton(this))
    , m_overlay(new QToolButton(this))
{
    plot()->setInteractions(kInteractions);
    plot()->axisRect()->setRangeDrag(Qt::Horizontal);
    plot()->axisRect()->setRangeZoom(Qt::Horizontal);
    plot()->axisRect()->setRangeZoomFactor(0.8);
    plot()->yAxis->setRangeReversed(true);
    plot()->yAxis->setTicks(true);
    plot()->yAxis->grid()->setVisible(true);
    plot()->setToolTip(tr("Click: go to the frame. Wheel: zoom. Drag: move. Shift and drag: choose "
                          "a range of time. Double click: show everything."));
    m_range->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_range->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    m_range->setVisible(false);
    m_cursor->setVisible(false);
    // On a layer of their own: the dots are not painted again because something moves over them.
    plot()->addLayer(QStringLiteral("over"), plot()->layer(QStringLiteral("main")));
    plot()->layer(QStringLiteral("over"))->setMode(QCPLayer::lmBuffered);
    for (QCPAbstractItem *item :
         {static_cast<QCPAbstractItem *>(m_cursor), static_cast<QCPAbstractItem *>(m_range)})
        item->setLayer(QStringLiteral("over"));
    buildTools();
    connect(plot(), &QCustomPlot::mousePress, this, &TimelinePlot::press);
    connect(plot(), &QCustomPlot::mouseMove, this, &TimelinePlot::move);
    connect(plot(), &QCustomPlot::mouseRelease, this, &TimelinePlot::release);
    connect(plot(), &QCustomPlot::mouseWheel, this, [this] { m_all = false; });
    connect(plot(), &QCustomPlot::mouseDoubleClick, this, &TimelinePlot::showAll);
    connect(plot()->xAxis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this,
            &TimelinePlot::limit);
    connect(&session, &ReviewSession::currentFrameChanged, this, &TimelinePlot::moveCursor);
    connect(&session, &ReviewSession::dayOpened, this, [this] { m_all = true; });
}

void TimelinePlot::buildTools()
{
    auto *legend = new QHBoxLayout;
    legend->setSpacing(2 * kUnit);
    below()->addLayout(legend);
    for (const ReviewState state : {ReviewState::Unreviewed, ReviewState::Confirmed,
                                    ReviewState::Corrected, ReviewState::Unsure}) {
        static const std::array<Badge, 4> badges{Badge::Unreviewed, Badge::Confirmed,
                                                 Badge::Corrected, Badge::Unsure};
        auto *mark = new QLabel(this);
        mark->setObjectName(QStringLiteral("mark%1").arg(static_cast<int>(state)));
        auto *name = new QLabel(badgeText(badges.at(static_cast<size_t>(state))), this);
        auto *pair = new QHBoxLayout;
        pair->setSpacing(kUnit / 2);
        pair->addWidget(mark);
        pair->addWidget(name);
        legend->addLayout(pair);
    }
    legend->addStretch();
    m_choose->setText(tr("Choose range"));
    m_choose->setCheckable(true);
    m_choose->setToolTip(tr("Dragging chooses a range of time instead of moving (Shift and drag); "
                            "with the days overlaid it chooses hours of the day"));
    m_overlay->setText(tr("Overlay days"));
    m_overlay->setCheckable(true);
    m_overlay->setToolTip(tr("Lays the days on top of each other, by the hour of the day"));
    for (QToolButton *button : {m_choose, m_overlay}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        tools()->addWidget(button);
    }
    connect(m_overlay, &QToolButton::toggled, this, &TimelinePlot::setDaysOverlaid);
}

void TimelinePlot::setDaysOverlaid(bool overlaid)
{
    {
        const QSignalBlocker blocker(m_overlay);
        m_overlay->setChecked(overlaid);
    }
    m_all = true;
    recompute();
}

QDateTime TimelinePlot::timeAt(double x) const
{
    return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(x * 1000.0), asUtc);
}

PlotPanel::Computation TimelinePlot::computation()
{
    return [this, overlaid = m_overlay->isChecked()](const SampleSet &samples) -> Drawing {
        return [this, overlaid, layout = timelineLayout(samples, overlaid)](const SampleSet &set) {
            m_overlaid = overlaid;
            draw(set, layout);
        };
    };
}

void TimelinePlot::draw(const SampleSet &set, const TimelineLayout &layout)
{
    if (layout.dots.isEmpty()) {
        m_dots->setDots({}, {});
        showWords(layout.timeline.timeless > 0
                      ? tr("No shown frame has a capture time.")
                      : tr("No shown frame has a prediction or a label yet: open a model, or label "
                           "frames."));
        return;
    }
    QList<QColor> colors;
    m_lanes.clear();
    for (const int label : layout.timeline.lanes) {
        const bool others = label < 0;
        m_lanes.append(others ? tr("other classes") : set.names.at(label));
        colors.append(others ? themeColors().faint
                      : label == set.none()
                          ? classColor(-1)
                          : classColor(session().vocabulary(), set.names.at(label)));
    }
    m_dots->setDots(layout.dots, colors);
    m_first = m_dots->dots().constFirst().x;
    m_last = m_dots->dots().constLast().x;

    QSharedPointer<QCPAxisTickerText> names(new QCPAxisTickerText);
    for (int lane = 0; lane < m_lanes.size(); ++lane)
        names->addTick(lane, m_lanes.at(lane));
    plot()->yAxis->setTicker(names);
    plot()->yAxis->setRange(-0.6, static_cast<double>(m_lanes.size()) - 0.4);
    if (m_all)
        showAll();
    limit(plot()->xAxis->range());
    moveCursor();
    const QLocale locale;
    QString note = tr("%1 %2").arg(
        locale.toString(set.samples.size() - layout.timeline.timeless - layout.timeline.mute),
        ofShown());
    if (m_overlaid)
        note += QStringLiteral(", ") +
                counted(layout.timeline.days, tr("%1 day"), tr("%1 days on top of each other"));
    if (layout.timeline.timeless > 0)
        note += tr("; %1 without a capture time").arg(locale.toString(layout.timeline.timeless));
    if (layout.timeline.mute > 0)
        note += tr("; %1 without prediction or label").arg(locale.toString(layout.timeline.mute));
    showPlot(note);
}

void TimelinePlot::showAll()
{
    m_all = true;
    if (m_overlaid) {
        plot()->xAxis->setRange(0.0, kDay);
    } else {
        const double margin = std::max(5.0, 0.02 * (m_last - m_first));
        plot()->xAxis->setRange(m_first - margin, m_last + margin);
    }
    plot()->replot(QCustomPlot::rpQueuedReplot);
}

void TimelinePlot::limit(const QCPRange &range)
{
    const double margin = std::max(5.0, 0.02 * (m_last - m_first));
    const QCPRange whole =
        m_overlaid ? QCPRange(0.0, kDay) : QCPRange(m_first - margin, m_last + margin);
    QCPRange kept = range;
    if (kept.size() < 4.0)
        kept = QCPRange(kept.center() - 2.0, kept.center() + 2.0);
    kept = kept.bounded(whole.lower, whole.upper);
    if (kept != range)
        plot()->xAxis->setRange(kept);
    if (m_overlaid) {
        QSharedPointer<QCPAxisTickerTime> ticker(new QCPAxisTickerTime);
        ticker->setTimeFormat(kept.size() > 600.0 ? QStringLiteral("%h:%m")
                                                  : QStringLiteral("%h:%m:%s"));
        plot()->xAxis->setTicker(ticker);
        plot()->xAxis->setLabel(tr("Hour of the day (camera's clock)"));
        return;
    }
    QSharedPointer<QCPAxisTickerDateTime> ticker(new QCPAxisTickerDateTime);
    ticker->setDateTimeSpec(Qt::UTC); // a wall clock: no zone
    const bool sameDay = timeAt(m_first).date() == timeAt(m_last).date();
    QString format = kept.size() > 600.0 ? QStringLiteral("HH:mm") : QStringLiteral("HH:mm:ss");
    if (!sameDay)
        format =
            kept.size() > 4 * kDay ? QStringLiteral("d MMM") : format + QStringLiteral("\nd MMM");
    ticker->setDateTimeFormat(format);
    plot()->xAxis->setTicker(ticker);
    plot()->xAxis->setLabel(
        sameDay ? tr("Capture time, %1 (camera's clock)")
                      .arg(QLocale().toString(timeAt(m_first).date(), QLocale::ShortFormat))
                : tr("Capture time (camera's clock)"));
}

void TimelinePlot::moveCursor()
{
    const FrameEntry *entry = session().currentEntry();
    const bool seen = entry && entry->frame.captureTime.isValid();
    m_cursor->setVisible(seen);
    if (seen) {
        const double x = timelineX(entry->frame.captureTime, m_overlaid);
        m_cursor->point1->setCoords(x, 0.0);
        m_cursor->point2->setCoords(x, 1.0);
    }
    if (isVisible())
        m_cursor->layer()->replot();
}

QCPRange TimelinePlot::chosenRange(int x) const
{
    const double a = plot()->xAxis->pixelToCoord(m_pressedAt.x());
    const double b = plot()->xAxis->pixelToCoord(x);
    if (!m_overlaid)
        return {std::min(a, b), std::max(a, b)};
    // Whole hours: that is what can be filtered by.
    return {std::floor(std::clamp(std::min(a, b), 0.0, kDay - kHour) / kHour) * kHour,
            std::ceil(std::clamp(std::max(a, b), kHour, kDay) / kHour) * kHour};
}

void TimelinePlot::press(QMouseEvent *event)
{
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = true;
    m_pressedAt = event->pos();
    m_choosing = m_choose->isChecked() || event->modifiers().testFlag(Qt::ShiftModifier);
    plot()->setInteractions(m_choosing ? QCP::Interactions() : kInteractions);
}

void TimelinePlot::move(QMouseEvent *event)
{
    if (!m_pressed) {
        const TimelineDot *dot = m_dots->hit(event->pos());
        plot()->setCursor(dot ? Qt::PointingHandCursor : Qt::ArrowCursor);
        if (dot)
            QToolTip::showText(event->globalPosition().toPoint(), describe(*dot), plot());
        return;
    }
    if ((event->pos() - m_pressedAt).manhattanLength() >= QApplication::startDragDistance())
        m_all = false;
    if (!m_choosing)
        return;
    const QCPRange range = chosenRange(event->pos().x());
    m_range->topLeft->setCoords(range.lower, 0.0);
    m_range->bottomRight->setCoords(range.upper, 1.0);
    m_range->setVisible(true);
    m_range->layer()->replot();
}

void TimelinePlot::release(QMouseEvent *event)
{
    if (!m_pressed || event->button() != Qt::LeftButton)
        return;
    m_pressed = false;
    m_range->setVisible(false);
    plot()->setInteractions(kInteractions);
    m_range->layer()->replot();
    const QPoint way = event->pos() - m_pressedAt;
    if (m_choosing && std::abs(way.x()) >= QApplication::startDragDistance()) {
        const QCPRange range = chosenRange(event->pos().x());
        if (!m_overlaid) {
            Q_EMIT timeRangeChosen(timeAt(range.lower), timeAt(range.upper));
        } else {
            QList<int> hours;
            for (int hour = 0; hour < 24; ++hour) {
                if (hour * kHour >= range.lower && hour * kHour < range.upper)
                    hours.append(hour);
            }
            Q_EMIT hoursChosen(hours.size() == 24 ? QList<int>() : hours);
        }
    } else if (way.manhattanLength() < QApplication::startDragDistance()) {
        if (const TimelineDot *dot = m_dots->hit(event->pos()))
            session().setCurrentKey(gatheredKeys().at(dot->frame));
    }
    m_choosing = false;
}

QString TimelinePlot::describe(const TimelineDot &dot) const
{
    const int row = session().day().rowOf(gatheredKeys().at(dot.frame));
    if (row < 0)
        return {};
    const FrameEntry &entry = session().day().at(row);
    return tr("%1, %2: %3")
        .arg(QLocale().toString(entry.frame.captureTime, QStringLiteral("d MMM yyyy HH:mm:ss")),
             m_lanes.value(dot.lane), badgeText(badgeOf(entry)));
}

QPointF TimelinePlot::placeOf(const QString &key) const
{
    for (const TimelineDot &dot : m_dots->dots()) {
        if (gatheredKeys().at(dot.frame) == key)
            return {plot()->xAxis->coordToPixel(dot.x), plot()->yAxis->coordToPixel(dot.lane)};
    }
    return {};
}

void TimelinePlot::restyle()
{
    const ThemeColors &colors = themeColors();
    m_cursor->setPen(QPen(colors.accent, 1.5));
    QColor fill = colors.accent;
    m_range->setPen(QPen(fill, 1.0));
    fill.setAlpha(60);
    m_range->setBrush(fill);
    plot()->yAxis->setTickPen(Qt::NoPen);
    plot()->yAxis->setTickLabelPadding(kUnit / 2);
    plot()->xAxis->grid()->setVisible(true);
    for (int state = 0; state < 4; ++state) {
        auto *mark = findChild<QLabel *>(QStringLiteral("mark%1").arg(state));
        QPixmap pixmap(QSize(14, 14) * devicePixelRatioF());
        pixmap.setDevicePixelRatio(devicePixelRatioF());
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        drawStateMark(&painter, {7.0, 7.0}, 5.0, static_cast<ReviewState>(state));
        mark->setPixmap(pixmap);
    }
}

} // namespace birblens
