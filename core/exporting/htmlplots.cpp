// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exporting/htmlplots.h"

#include "core/analysis/classcolor.h"
#include "core/analysis/hourcounts.h"
#include "core/exporting/findings.h"
#include "core/exporting/htmltext.h"
#include "core/utctime.h"

#include <QSet>

#include <algorithm>
#include <array>
#include <cmath>

namespace birblens {

namespace {

constexpr double width = 960.0;
constexpr double right = width - 24.0;
constexpr double letter = 7.0; ///< about the width of one, in pixels
constexpr double laneHeight = 28.0;
constexpr double column = 3.0;  ///< pixels in which marks of a kind hide each other
constexpr int sizes = 4;        ///< of marks, by probability
constexpr int longestName = 24; ///< letters beside a lane
const QString restColor = QStringLiteral("#8c8f93");

/** For coordinates: short, and the same on every machine. */
QString px(double value)
{
    return QString::number(std::round(value * 10.0) / 10.0);
}

QString line(const char *style, double x1, double y1, double x2, double y2)
{
    return QStringLiteral("<line class=\"%1\" x1=\"%2\" y1=\"%3\" x2=\"%4\" y2=\"%5\"/>\n")
        .arg(QLatin1String(style), px(x1), px(y1), px(x2), px(y2));
}

QString text(double x, double y, const QString &anchor, const QString &words,
             const char *style = "words")
{
    return QStringLiteral("<text class=\"%1\" x=\"%2\" y=\"%3\" text-anchor=\"%4\">%5</text>\n")
        .arg(QLatin1String(style), px(x), px(y), anchor, htmlEscaped(words));
}

QString svg(double height, const QString &title, const QString &content)
{
    return QStringLiteral("<div class=\"plot scroll\"><svg xmlns=\"http://www.w3.org/2000/svg\" "
                          "viewBox=\"0 0 %1 %2\" role=\"img\" aria-label=\"%3\">\n")
               .arg(px(width), px(height), htmlEscaped(title)) +
           content + QStringLiteral("</svg></div>\n");
}

QString mark(ReviewState state, double x, double y, double radius)
{
    switch (state) {
    case ReviewState::Unreviewed:
        return QStringLiteral("<circle class=\"unreviewed\" cx=\"%1\" cy=\"%2\" r=\"%3\"/>")
            .arg(px(x), px(y), px(radius - 0.6));
    case ReviewState::Confirmed:
        return QStringLiteral("<circle class=\"confirmed\" cx=\"%1\" cy=\"%2\" r=\"%3\"/>")
            .arg(px(x), px(y), px(radius));
    case ReviewState::Corrected: {
        const QString s = px(radius * 1.25);
        return QStringLiteral("<path class=\"corrected\" d=\"M%1 %2m0-%3l%3 %3l-%3 %3l-%3-%3z\"/>")
            .arg(px(x), px(y), s);
    }
    case ReviewState::Unsure:
        break;
    }
    return QStringLiteral("<rect class=\"unsure\" x=\"%1\" y=\"%2\" width=\"%3\" height=\"%3\"/>")
        .arg(px(x - 0.9 * radius), px(y - 0.9 * radius), px(1.8 * radius));
}

/** Painted one after the other: the last is seen. */
constexpr std::array<ReviewState, 4> paintOrder{ReviewState::Unreviewed, ReviewState::Confirmed,
                                                ReviewState::Unsure, ReviewState::Corrected};

QString stateLegend()
{
    QString list = QStringLiteral("<ul class=\"legend\">");
    for (const ReviewState state : {ReviewState::Unreviewed, ReviewState::Confirmed,
                                    ReviewState::Corrected, ReviewState::Unsure})
        list += QStringLiteral("<li><svg xmlns=\"http://www.w3.org/2000/svg\" width=\"14\" "
                               "height=\"14\" aria-hidden=\"true\">%1</svg> %2</li>")
                    .arg(mark(state, 7.0, 7.0, 5.0), stateText(state));
    return list + QStringLiteral("<li class=\"faint\">the larger, the more probable</li></ul>\n");
}

/** Seconds between ticks: a round number, at most ten ticks over @p span. */
qint64 tickStep(double span)
{
    static const qint64 steps[]{1,   2,    5,    10,   15,    30,    60,    120,   300,    600,
                                900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800};
    for (const qint64 step : steps) {
        if (span / double(step) <= 10.0)
            return step;
    }
    return 604800 * static_cast<qint64>(std::ceil(span / 6048000.0));
}

/** The time axis under lanes: ticks, their words, and the title. */
class TimeAxis
{
public:
    TimeAxis(qint64 first, qint64 last, double left)
        : m_left(left)
        , m_sameDay(timeAt(first).date() == timeAt(last).date())
        , m_date(timeAt(first).date())
    {
        const double margin = std::max(5.0, 0.02 * double(last - first));
        m_low = double(first) - margin;
        m_high = double(last) + margin;
    }
    double x(qint64 seconds) const
    {
        return m_left + 8.0 + (double(seconds) - m_low) / (m_high - m_low) * (right - m_left - 8.0);
    }
    QString draw(double top, double bottom) const
    {
        QString drawn = line("axis", m_left, bottom, right, bottom);
        const qint64 step = tickStep(m_high - m_low);
        for (auto tick = static_cast<qint64>(std::ceil(m_low / double(step))) * step;
             double(tick) <= m_high; tick += step) {
            drawn += line("grid", x(tick), top, x(tick), bottom);
            const QDateTime time = timeAt(tick);
            const QString words = step >= 86400 ? time.toString(QStringLiteral("d MMM"))
                                  : step < 60   ? time.toString(QStringLiteral("HH:mm:ss"))
                                                : time.toString(QStringLiteral("HH:mm"));
            drawn += text(x(tick), bottom + 16.0, QStringLiteral("middle"), words);
            if (!m_sameDay && step < 86400)
                drawn += text(x(tick), bottom + 31.0, QStringLiteral("middle"),
                              time.toString(QStringLiteral("d MMM")), "quiet");
        }
        const QString title =
            m_sameDay ? QStringLiteral("Capture time, %1 (camera's clock)").arg(htmlDate(m_date))
                      : QStringLiteral("Capture time (camera's clock)");
        return drawn + text((m_left + right) / 2.0, bottom + 48.0, QStringLiteral("middle"), title);
    }

private:
    static QDateTime timeAt(qint64 seconds)
    {
        return QDateTime::fromSecsSinceEpoch(seconds, asUtc);
    }

    double m_left;
    bool m_sameDay;
    QDate m_date;
    double m_low = 0.0;
    double m_high = 0.0;
};

/** The largest mark of every state, lane and column: what is hidden is not written. */
QString marksOf(const Timeline &timeline, const SampleSet &set, const TimeAxis &axis, double left,
                double top)
{
    std::array<QMap<std::pair<int, int>, int>, 4> largest; // by state: (lane, column) -> size
    for (const TimelineMark &one : timeline.marks) {
        const Sample &sample = set.samples.at(one.sample);
        const double x = axis.x(sample.captureTime.toSecsSinceEpoch());
        const int size = std::clamp(static_cast<int>(one.probability * sizes), 0, sizes - 1);
        int &kept = largest.at(
            static_cast<size_t>(sample.state))[{one.lane, static_cast<int>((x - left) / column)}];
        kept = std::max(kept, size);
    }
    QString drawn;
    for (const ReviewState state : paintOrder) {
        const auto &places = largest.at(static_cast<size_t>(state));
        for (auto it = places.cbegin(); it != places.cend(); ++it)
            drawn += mark(state, left + (it.key().second + 0.5) * column,
                          top + (it.key().first + 0.5) * laneHeight, 2.5 + *it) +
                     QLatin1Char('\n');
    }
    return drawn;
}

QString nothing(const QString &sentence)
{
    return htmlParagraph(htmlEscaped(sentence));
}

QString colorOf(const QStringList &vocabulary, const QString &name)
{
    return classColor(vocabulary, name).name();
}

/** 1, 2, 5, 10, 20, ...: at most six lines up to @p most. */
int countStep(int most)
{
    int step = 1;
    for (int i = 0; most > 6 * step; ++i)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

} // namespace

QString swatchHtml(const QStringList &vocabulary, const QString &name)
{
    return QStringLiteral("<span class=\"swatch\" style=\"background:%1\"></span>")
        .arg(colorOf(vocabulary, name));
}

QString timelineHtml(const SampleSet &set, const QStringList &vocabulary)
{
    const Timeline timeline = timelineOf(set);
    if (timeline.marks.isEmpty())
        return nothing(timeline.timeless > 0
                           ? QStringLiteral("No frame has a capture time.")
                           : QStringLiteral("No frame has a prediction or a label."));
    QStringList names;
    qsizetype longest = 4;
    for (const int label : timeline.lanes) {
        QString name = label < 0 ? QStringLiteral("other classes") : set.names.at(label);
        if (name.size() > longestName)
            name = name.left(longestName - 1) + QStringLiteral("\u2026");
        names.append(name);
        longest = std::max(longest, name.size());
    }
    const auto time = [&set](const TimelineMark &one) {
        return set.samples.at(one.sample).captureTime.toSecsSinceEpoch();
    };
    const auto [first, last] =
        std::minmax_element(timeline.marks.cbegin(), timeline.marks.cend(),
                            [&](const auto &a, const auto &b) { return time(a) < time(b); });
    constexpr double top = 6.0;
    const double left = 16.0 + letter * double(longest);
    const double bottom = top + laneHeight * double(names.size());
    const TimeAxis axis(time(*first), time(*last), left);
    QString drawn = axis.draw(top, bottom);
    for (int lane = 0; lane < names.size(); ++lane) {
        const int label = timeline.lanes.at(lane);
        const double middle = top + (lane + 0.5) * laneHeight;
        drawn += QStringLiteral("<rect x=\"%1\" y=\"%2\" width=\"4\" height=\"%3\" fill=\"%4\"/>\n")
                     .arg(px(left), px(middle - 0.36 * laneHeight), px(0.72 * laneHeight),
                          label < 0 ? restColor : colorOf(vocabulary, set.names.at(label)));
        drawn += text(left - 8.0, middle + 4.0, QStringLiteral("end"), names.at(lane));
    }
    drawn += marksOf(timeline, set, axis, left, top);
    QString note;
    if (timeline.timeless > 0)
        note += htmlCount(timeline.timeless, QStringLiteral("frame without a capture time is "),
                          QStringLiteral("frames without a capture time are ")) +
                QStringLiteral("not in it. ");
    if (timeline.mute > 0)
        note +=
            htmlCount(timeline.mute, QStringLiteral("frame has "), QStringLiteral("frames have ")) +
            QStringLiteral("neither prediction nor label.");
    return stateLegend() +
           svg(bottom + 56.0, QStringLiteral("Timeline: a lane per class, a mark per frame"),
               drawn) +
           (note.isEmpty() ? QString() : htmlParagraph(note, "faint"));
}

QString hoursHtml(const SampleSet &set, const QStringList &vocabulary)
{
    const HourCounts counts = hourCounts(set);
    const QList<HourStack> stacks = hourStacks(counts, false);
    if (stacks.isEmpty())
        return nothing(counts.withoutTime > 0
                           ? QStringLiteral("No frame has a capture time.")
                           : QStringLiteral("No frame has a prediction or a label."));
    std::array<int, 24> heights{};
    for (const HourStack &stack : stacks) {
        for (size_t hour = 0; hour < 24; ++hour)
            heights.at(hour) += stack.hours.at(hour);
    }
    const int most = std::max(1, *std::max_element(heights.begin(), heights.end()));
    constexpr double top = 10.0;
    constexpr double bottom = 210.0;
    constexpr double left = 64.0;
    const auto x = [](double hour) { return left + hour / 24.0 * (right - left); };
    const auto y = [most](double count) { return bottom - count / most * (bottom - top); };
    QString drawn;
    for (int count = 0; count <= most; count += countStep(most)) {
        drawn += line(count == 0 ? "axis" : "grid", left, y(count), right, y(count));
        drawn += text(left - 8.0, y(count) + 4.0, QStringLiteral("end"), htmlNumber(count));
    }
    for (int hour = 0; hour <= 24; hour += 2)
        drawn += text(x(hour), bottom + 16.0, QStringLiteral("middle"), QString::number(hour));
    drawn += text((left + right) / 2.0, bottom + 36.0, QStringLiteral("middle"),
                  QStringLiteral("Hour of the day (camera's clock)"));
    drawn += QStringLiteral("<text x=\"16\" y=\"110\" text-anchor=\"middle\" "
                            "transform=\"rotate(-90 16 110)\">Frames</text>\n");
    std::array<int, 24> base{};
    QString legend = QStringLiteral("<ul class=\"legend\">");
    for (const HourStack &stack : stacks) {
        const QString name = stack.label < 0
                                 ? htmlCount(stack.classes, QStringLiteral("other class"),
                                             QStringLiteral("other classes"))
                                 : set.names.at(stack.label);
        const QString color = stack.label < 0 ? restColor : colorOf(vocabulary, name);
        legend +=
            QStringLiteral("<li><span class=\"swatch\" style=\"background:%1\"></span>%2</li>")
                .arg(color, htmlEscaped(name));
        for (int hour = 0; hour < 24; ++hour) {
            const int count = stack.hours.at(static_cast<size_t>(hour));
            int &below = base.at(static_cast<size_t>(hour));
            if (count == 0)
                continue;
            drawn +=
                QStringLiteral("<rect x=\"%1\" y=\"%2\" width=\"%3\" height=\"%4\" fill=\"%5\">"
                               "<title>%6, %7 h: %8</title></rect>\n")
                    .arg(px(x(hour + 0.1)), px(y(below + count)), px(x(0.8) - left),
                         px(y(below) - y(below + count)), color, htmlEscaped(name),
                         QString::number(hour), htmlNumber(count));
            below += count;
        }
    }
    const int none = sumOf(counts.classes.at(set.none()));
    const bool leftOut = stacks.constLast().label != set.none() && none > 0;
    QString note;
    if (counts.days > 1)
        note = QStringLiteral("%1 days added up. ").arg(htmlNumber(counts.days));
    if (leftOut)
        note += QStringLiteral("%1 left out.")
                    .arg(htmlCount(none, QStringLiteral("frame with nothing there is"),
                                   QStringLiteral("frames with nothing there are")));
    return legend + QStringLiteral("</ul>\n") +
           svg(bottom + 46.0, QStringLiteral("Frames per hour of the day, by class"), drawn) +
           (note.isEmpty() ? QString() : htmlParagraph(note, "faint"));
}

} // namespace birblens
