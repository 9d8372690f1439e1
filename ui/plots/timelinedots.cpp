// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/plots/timelinedots.h"

#include "ui/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace birblens {

namespace {

constexpr int kStates = 4;
constexpr int kSizes = 4;
constexpr double kColumn = 2.0; ///< pixels in which dots hide each other
constexpr double kReach = 8.0;  ///< of a click, in pixels

/** Painted one after the other: the last is seen. */
constexpr std::array<ReviewState, kStates> paintOrder{
    ReviewState::Unreviewed, ReviewState::Confirmed, ReviewState::Unsure, ReviewState::Corrected};

double radiusOf(int size)
{
    return 2.5 + size;
}

/** Marks of every state and size, painted once: thousands of them are seen. */
class Marks
{
public:
    explicit Marks(double ratio)
    {
        for (int state = 0; state < kStates; ++state)
            for (int size = 0; size < kSizes; ++size) {
                const int side = static_cast<int>(std::ceil(2.0 * radiusOf(size))) + 4;
                QPixmap pixmap(QSize(side, side) * ratio);
                pixmap.setDevicePixelRatio(ratio);
                pixmap.fill(Qt::transparent);
                QPainter painter(&pixmap);
                drawStateMark(&painter, QPointF(side, side) / 2.0, radiusOf(size),
                              static_cast<ReviewState>(state));
                m_pixmaps[index(state, size)] = pixmap;
            }
    }
    void draw(QPainter *painter, const QPointF &center, int state, int size) const
    {
        const QPixmap &pixmap = m_pixmaps[index(state, size)];
        const double half = pixmap.deviceIndependentSize().width() / 2.0;
        painter->drawPixmap(center - QPointF(half, half), pixmap);
    }

private:
    static size_t index(int state, int size) { return static_cast<size_t>(state * kSizes + size); }

    std::array<QPixmap, size_t(kStates *kSizes)> m_pixmaps;
};

} // namespace

void drawStateMark(QPainter *painter, const QPointF &center, double radius, ReviewState state)
{
    const ThemeColors &c = themeColors();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    const QPointF corner(radius, radius);
    switch (state) {
    case ReviewState::Unreviewed:
        painter->setPen(QPen(c.faint, 1.3));
        painter->drawEllipse(center, radius - 0.6, radius - 0.6);
        break;
    case ReviewState::Confirmed:
        painter->setBrush(c.good);
        painter->drawEllipse(center, radius, radius);
        break;
    case ReviewState::Corrected: {
        const double s = radius * 1.25;
        painter->setBrush(c.warn);
        painter->drawPolygon(QPolygonF({center - QPointF(0, s), center + QPointF(s, 0),
                                        center + QPointF(0, s), center - QPointF(s, 0)}));
        break;
    }
    case ReviewState::Unsure:
        painter->setBrush(c.accent);
        painter->drawRect(QRectF(center - corner * 0.9, center + corner * 0.9));
        break;
    }
    painter->restore();
}

TimelineDots::TimelineDots(QCustomPlot *plot)
    : QCPLayerable(plot, QStringLiteral("main"))
{
}

void TimelineDots::setDots(QList<TimelineDot> dots, const QList<QColor> &laneColors)
{
    m_dots = std::move(dots);
    m_laneColors = laneColors;
    const auto earlier = [](const TimelineDot &a, const TimelineDot &b) { return a.x < b.x; };
    if (!std::is_sorted(m_dots.cbegin(), m_dots.cend(), earlier))
        std::stable_sort(m_dots.begin(), m_dots.end(), earlier);
}

QList<TimelineDot>::const_iterator TimelineDots::firstFrom(double x) const
{
    return std::lower_bound(m_dots.cbegin(), m_dots.cend(), x,
                            [](const TimelineDot &dot, double limit) { return dot.x < limit; });
}

const TimelineDot *TimelineDots::hit(const QPointF &pos) const
{
    const QCPAxis *x = parentPlot()->xAxis;
    const QCPAxis *y = parentPlot()->yAxis;
    const double last = x->pixelToCoord(pos.x() + kReach);
    const TimelineDot *nearest = nullptr;
    double least = kReach;
    for (auto dot = firstFrom(x->pixelToCoord(pos.x() - kReach));
         dot != m_dots.cend() && dot->x <= last; ++dot) {
        const double distance =
            std::hypot(x->coordToPixel(dot->x) - pos.x(), y->coordToPixel(dot->lane) - pos.y());
        if (distance < least) {
            least = distance;
            nearest = &*dot;
        }
    }
    return nearest;
}

void TimelineDots::applyDefaultAntialiasingHint(QCPPainter *painter) const
{
    painter->setAntialiasing(true);
}

QRect TimelineDots::clipRect() const
{
    return parentPlot()->axisRect()->rect();
}

void TimelineDots::draw(QCPPainter *painter)
{
    const QCPAxis *x = parentPlot()->xAxis;
    const QCPAxis *y = parentPlot()->yAxis;
    const QRect area = clipRect();
    const int lanes = static_cast<int>(m_laneColors.size());
    for (int lane = 0; lane < lanes; ++lane) {
        const double middle = y->coordToPixel(lane);
        const double half = std::abs(y->coordToPixel(lane + 0.36) - middle);
        painter->fillRect(QRectF(area.left(), middle - half, 4, 2 * half), m_laneColors.at(lane));
    }

    const int columns = static_cast<int>(area.width() / kColumn) + 1;
    // The largest size of each state, lane and column; -1 for none.
    QList<qint8> sizes(qsizetype(kStates) * lanes * columns, -1);
    const auto cell = [&](int state, int lane, int column) -> qint8 & {
        return sizes[(qsizetype(state) * lanes + lane) * columns + column];
    };
    const QCPRange range = x->range();
    for (auto dot = firstFrom(range.lower); dot != m_dots.cend() && dot->x <= range.upper; ++dot) {
        const double share = (dot->x - range.lower) / range.size();
        const int column =
            std::clamp(static_cast<int>(share * area.width() / kColumn), 0, columns - 1);
        const auto size = static_cast<qint8>(
            std::clamp(static_cast<int>(dot->probability * kSizes), 0, kSizes - 1));
        qint8 &largest = cell(static_cast<int>(dot->state), dot->lane, column);
        largest = std::max(largest, size);
    }
    m_painted = 0;
    const bool shapes = painter->modes().testFlag(QCPPainter::pmVectorized);
    const Marks marks(painter->device()->devicePixelRatioF());
    for (const ReviewState reviewState : paintOrder) {
        const int state = static_cast<int>(reviewState);
        for (int lane = 0; lane < lanes; ++lane) {
            const double middle = y->coordToPixel(lane);
            for (int column = 0; column < columns; ++column) {
                const int size = cell(state, lane, column);
                if (size < 0)
                    continue;
                ++m_painted;
                const QPointF center(area.left() + (column + 0.5) * kColumn, middle);
                if (shapes)
                    drawStateMark(painter, center, radiusOf(size), reviewState);
                else
                    marks.draw(painter, center, state, size);
            }
        }
    }
}

} // namespace birblens
